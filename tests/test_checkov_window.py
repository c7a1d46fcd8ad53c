"""The checkov window over CloudFormation: our verdicts at the right places, and no failure that looks like success."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.hosts import checkov_command, checkov_folder
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.scan import scan
from tests.support.checkov import (
    BROKEN,
    broken_package,
    command,
    is_of_terraform,
    need_checkov,
    places,
    results,
    run,
    write,
)
from tests.support.fixtures import CASES, CATALOGUE, FIXTURES, ROOT
from tests.support.markers import read_markers


@pytest.fixture(scope="session", autouse=True)
def checkov() -> Path:
    return need_checkov()


@pytest.fixture(scope="session")
def over_fixtures() -> dict[str, Any]:
    """Return what one run over all fixtures says."""
    done = run("-d", "fixtures", "-c", "SGR*", "-o", "json", cwd=ROOT)
    assert done.returncode == 1, done.stderr
    assert results(done)["parsing_errors"] == []
    return results(done)


def test_failures_are_those_marked(over_fixtures: dict[str, Any]) -> None:
    owners = {str(path): policy.id for policy, path in CASES}
    found = {
        (policy, file, resource.rsplit(".", 1)[-1])
        for policy, file, resource in places(over_fixtures["failed_checks"], ROOT)
        if owners.get(file) == policy
    }
    wanted = {
        (marker.policy, str(path), marker.logical_id)
        for _, path in CASES
        for marker in read_markers(path)
        if marker.verdict == Verdict.FAIL.value
    }
    assert len(CASES) > 100
    assert found == wanted


def test_failures_everywhere_are_those_of_our_own_scan(over_fixtures: dict[str, Any]) -> None:
    judgement = scan([str(FIXTURES)], CATALOGUE, code=False)
    assert judgement.problems == []
    wanted = {
        (finding.policy, os.path.realpath(finding.header.file), f"{finding.resource_type}.{finding.logical_id}")
        for finding in judgement.findings
        if finding.verdict is Verdict.FAIL and not is_of_terraform(finding)
    }
    assert places(over_fixtures["failed_checks"], ROOT) == wanted


def test_passes_are_passes(over_fixtures: dict[str, Any]) -> None:
    passed = {(policy, Path(file).name) for policy, file, _ in places(over_fixtures["passed_checks"], ROOT)}
    assert {(policy.id, "good.yaml") for policy in CATALOGUE if "cloudformation" in policy.languages} <= passed


def test_records_hold_no_values_of_properties(over_fixtures: dict[str, Any]) -> None:
    for record in over_fixtures["failed_checks"]:
        assert "config_" not in record["check_result"]["entity"]


BUCKETS = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Bare:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: bare

  Commented:
    Type: AWS::S3::Bucket
    # checkov:skip=SGR101:holds public data
    Properties:
      BucketName: commented

  Listed:
    Type: AWS::S3::Bucket
    Metadata:
      checkov:
        skip:
          - id: SGR101
            comment: ticket 42
    Properties:
      BucketName: listed

  Ours:
    Type: AWS::S3::Bucket
    # sgr: ignore[SGR101] holds nothing
    Properties:
      BucketName: ours
"""


def test_a_finding_has_place_severity_guideline_and_name(tmp_path: Path) -> None:
    write(tmp_path, BUCKETS)
    done = run("-d", ".", "-c", "SGR101", "-o", "json", cwd=tmp_path)
    assert done.returncode == 1
    [failed] = results(done)["failed_checks"]
    policy = next(policy for policy in CATALOGUE if policy.id == "SGR101")
    assert failed["check_id"] == "SGR101"
    assert failed["check_name"] == policy.title
    assert failed["resource"] == "AWS::S3::Bucket.Bare"
    assert failed["file_path"] == "/template.yaml"
    assert failed["file_line_range"] == [3, 6]
    assert failed["severity"] == policy.severity.upper()
    assert failed["guideline"].endswith("/policies/README.md#sgr101")


def test_checkov_records_its_own_skips_with_their_reasons(tmp_path: Path) -> None:
    write(tmp_path, BUCKETS)
    found = results(run("-d", ".", "-c", "SGR101", "-o", "json", cwd=tmp_path))
    skipped = {r["resource"]: r["check_result"]["suppress_comment"] for r in found["skipped_checks"]}
    assert skipped == {"AWS::S3::Bucket.Commented": "holds public data", "AWS::S3::Bucket.Listed": "ticket 42"}
    assert [r["resource"] for r in found["passed_checks"]] == ["AWS::S3::Bucket.Ours"]


def test_a_file_given_by_name_is_judged(tmp_path: Path) -> None:
    path = write(tmp_path, BUCKETS)
    done = run("-f", str(path), "-c", "SGR101", "-o", "json", cwd=ROOT)
    assert [r["resource"] for r in results(done)["failed_checks"]] == ["AWS::S3::Bucket.Bare"]


def test_check_names_one_policy(tmp_path: Path) -> None:
    write(tmp_path, BUCKETS)
    found = results(run("-d", ".", "-c", "SGR109", "-o", "json", cwd=tmp_path))
    assert {r["check_id"] for r in found["failed_checks"] + found["passed_checks"]} == {"SGR109"}


def test_strict_policies_speak_only_when_asked(tmp_path: Path) -> None:
    compiled = (ROOT / "s3_glue_rules" / "catalogue_data.py").read_text(encoding="utf-8")
    start = compiled.index('id="SGR101"')
    strict = compiled[:start] + compiled[start:].replace('level="default"', 'level="strict"', 1)
    package = broken_package(tmp_path / "package", "catalogue_data.py", strict)
    (tmp_path / "repository").mkdir()
    write(tmp_path / "repository", BUCKETS)

    def speaks(*arguments: str, **variables: str) -> bool:
        done = run("-d", ".", *arguments, "-o", "json", cwd=tmp_path / "repository", package=package, **variables)
        found = {r["check_id"] for r in results(done)["failed_checks"]}
        assert found, "the policies of the default level speak in any case"
        return "SGR101" in found

    assert not speaks()
    assert not speaks("-c", "LOW,MEDIUM,HIGH,CRITICAL")
    assert not speaks("-c", "SGR109", "--run-all-external-checks")
    assert speaks("-c", "SGR101")
    assert speaks("-c", "SGR*")
    assert speaks(S3_GLUE_RULES_PROFILE="strict")


CONDITIONAL = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Algorithm:
    Type: String
    Default: aws:kms
    AllowedValues: [aws:kms, AES256]
Resources:
  Chosen:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: !Ref Algorithm
"""


@pytest.mark.parametrize("allowed", ["    AllowedValues: [aws:kms, AES256]\n", ""])
def test_conditional_and_undecided_findings_fail_in_strict_mode_only(tmp_path: Path, allowed: str) -> None:
    write(tmp_path, CONDITIONAL.replace("    AllowedValues: [aws:kms, AES256]\n", allowed))
    arguments = ("-d", ".", "-c", "SGR102")
    assert run(*arguments, cwd=tmp_path).returncode == 0
    assert run(*arguments, cwd=tmp_path, S3_GLUE_RULES_STRICT="1").returncode == 1


LOOPS = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::LanguageExtensions
Resources:
  Accepted:
    Type: AWS::S3::Bucket
    # checkov:skip=SGR101:holds public data
    Properties:
      BucketName: accepted
{more}
  Fn::ForEach::Zones:
    - Zone
    - [Raw, Curated]
    - Bucket${{Zone}}:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Sub "lake-${{Zone}}"
"""
TOPIC = """
  Topic:
    Type: AWS::SNS::Topic
"""


def test_resources_of_loops_are_carried_by_another_resource(tmp_path: Path) -> None:
    write(tmp_path, LOOPS.format(more=TOPIC))
    found = results(run("-d", ".", "-c", "SGR101", "-o", "json", cwd=tmp_path))
    shown = {(r["resource"], tuple(r["file_line_range"])) for r in found["failed_checks"]}
    assert shown == {("AWS::S3::Bucket.BucketRaw", (10, 11)), ("AWS::S3::Bucket.BucketCurated", (10, 11))}


@pytest.mark.parametrize("framework", ["cloudformation", "cloudformation,kubernetes"])
def test_a_finding_that_nothing_can_carry_ends_the_run(tmp_path: Path, framework: str) -> None:
    write(tmp_path, LOOPS.format(more=""))
    done = run("-d", ".", "-c", "SGR101", cwd=tmp_path, framework=framework)
    assert done.returncode in {1, 2}
    assert "fails SGR101, and the template or module has no resource that checkov can show it at" in done.stderr


SECRET = "kJ8sW2qTn5vXyB7dQf0LmRzE4hGc9uPa6iOo1tY3wUk="  # noqa: S105 - made up for this test
PARAMETER = f"""\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  DataEncryptionKey:
    Type: String
    Default: {SECRET}
Resources:
  Unrelated:
    Type: AWS::SNS::Topic
  Reader:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub "${{DataEncryptionKey}}"
"""


def constant(path: Path, name: str) -> Any:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path} has no {name}")


def test_what_is_repeated_is_the_same() -> None:
    [register] = checkov_folder().glob("s3_*.py")
    checks = checkov_folder().parent / "checkov_checks.py"
    assert constant(register, "FRAMEWORKS") == tuple(constant(checks, "FRAMEWORKS"))
    assert constant(checks, "RECORD_VARIABLE") == checkov_command.RECORD_VARIABLE


def test_parameters_are_carried_by_the_resource_that_refers_to_them(tmp_path: Path) -> None:
    write(tmp_path, PARAMETER)
    done = run("-d", ".", "-c", "SGR401", "-o", "json", cwd=tmp_path)
    [failed] = results(done)["failed_checks"]
    assert failed["resource"].endswith(".DataEncryptionKey")
    assert failed["file_line_range"] == [9, 12]
    assert SECRET not in done.stdout + done.stderr


def test_nested_templates_that_checkov_was_not_given_are_carried_by_their_parent(tmp_path: Path) -> None:
    write(tmp_path, BUCKETS.replace("# ", "# no "), "child.yaml")
    parent = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
"""
    write(tmp_path, parent, "parent.yaml")
    found = results(run("-f", "parent.yaml", "-c", "SGR101", "-o", "json", cwd=tmp_path))
    assert ("AWS::S3::Bucket.Bare", [3, 6]) in [(r["resource"], r["file_line_range"]) for r in found["failed_checks"]]


@pytest.mark.parametrize("graph", ["RUSTWORKX", "NETWORKX"])
@pytest.mark.parametrize("parallel", ["fork", "thread", "none"])
def test_graph_library_and_workers_change_nothing(tmp_path: Path, graph: str, parallel: str) -> None:
    write(tmp_path, BUCKETS)
    done = run(
        "-d", ".", "-c", "SGR101", "-o", "json",
        cwd=tmp_path, framework="cloudformation,kubernetes",
        CHECKOV_GRAPH_FRAMEWORK=graph, CHECKOV_PARALLELIZATION_TYPE=parallel,
    )  # fmt: skip
    report = json.loads(done.stdout)
    [ours] = [r for r in (report if isinstance(report, list) else [report]) if r["check_type"] == "cloudformation"]
    assert [r["resource"] for r in ours["results"]["failed_checks"]] == ["AWS::S3::Bucket.Bare"]


def test_a_check_that_crashes_fails_what_it_did_not_judge(tmp_path: Path) -> None:
    name = "checks/s3_bucket_relies_on_implicit_encryption.py"
    source = (ROOT / "s3_glue_rules" / name).read_text(encoding="utf-8")
    package = broken_package(tmp_path / "package", name, f"{source}\n\ndef check(bucket): raise KeyError(1)\n")
    (tmp_path / "repository").mkdir()
    write(tmp_path / "repository", BUCKETS)
    done = run("-d", ".", "-c", "SGR101", "-o", "json", cwd=tmp_path / "repository", package=package)
    assert done.returncode == 1
    assert "SGR101 crashed on Bare" in done.stderr
    assert "AWS::S3::Bucket.Bare" in {r["resource"] for r in results(done)["failed_checks"]}
    others = run("-d", ".", "-c", "SGR102", "-o", "json", cwd=tmp_path / "repository", package=package)
    assert others.returncode == 0, "the crash of one policy is no finding of another"


@pytest.mark.parametrize("framework", ["cloudformation", "cloudformation,kubernetes"])
@pytest.mark.parametrize(("path", "text"), BROKEN, ids=[path for path, _ in BROKEN])
def test_what_cannot_be_loaded_is_no_clean_run(tmp_path: Path, path: str, text: str, framework: str) -> None:
    package = broken_package(tmp_path / "package", path, text)
    (tmp_path / "repository").mkdir()
    write(tmp_path / "repository", BUCKETS)
    done = run("-d", ".", "-c", "SGR101", cwd=tmp_path / "repository", package=package, framework=framework)
    assert done.returncode in {1, 2}
    assert "s3-glue-rules: " in done.stderr


def test_a_file_that_only_we_cannot_read_fails(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_bytes(BUCKETS.replace("bare", "b\u00e4r").encode("latin-1"))
    done = run("-d", ".", "-c", "SGR206", cwd=tmp_path)
    assert done.returncode == 1
    assert "not judged: it is not UTF-8" in done.stderr


GOOD = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Topic:
    Type: AWS::SNS::Topic
"""


def test_the_command_passes_on_a_clean_run(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    done = command("-d", ".", "-c", "SGR*", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


def test_the_command_passes_on_findings(tmp_path: Path) -> None:
    write(tmp_path, BUCKETS)
    done = command("--directory", ".", "-c", "SGR101", "-o", "json", cwd=tmp_path)
    assert done.returncode == 1
    assert [r["resource"] for r in results(done)["failed_checks"]] == ["AWS::S3::Bucket.Bare"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("broken.yaml", GOOD + "  Topic:\n    Type: AWS::SNS::Topic\n"),
        ("broken.json", '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}'),
        ("suffix.cfn", GOOD),
        (".hidden/template.yaml", GOOD),
        ("loops.yaml", LOOPS[: LOOPS.index("  Accepted")].format() + LOOPS[LOOPS.index("  Fn::") :].format()),
    ],
)
def test_the_command_fails_for_files_that_checkov_drops(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, GOOD)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    write(tmp_path, text, name)
    done = command("-d", ".", "-c", "SGR*", cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"{name}:" in done.stderr
    assert command("-d", ".", "-c", "SGR*", "--skip-path", Path(name).parts[0], cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(("path", "text"), BROKEN, ids=[path for path, _ in BROKEN])
def test_the_command_fails_without_the_policies(tmp_path: Path, path: str, text: str) -> None:
    package = broken_package(tmp_path / "package", path, text)
    (tmp_path / "repository").mkdir()
    write(tmp_path / "repository", BUCKETS)
    done = command("-d", ".", "-c", "SGR101", "--no-fail-on-crash", cwd=tmp_path / "repository", package=package)
    assert done.returncode in {1, 2}


@pytest.mark.parametrize("arguments", [("-c", "CKV_AWS_18"), ("--framework", "kubernetes"), ("--skip-check", "SGR*")])
def test_the_command_fails_where_no_policy_runs(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write(tmp_path, GOOD)
    done = command("-d", ".", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "none of the policies" in done.stderr


DANGEROUS = ["soft-fail: true", "external-checks-dir: [checks]", "no_fail_on_crash: true", "[soft-fail]", "check: ["]


@pytest.mark.parametrize("setting", DANGEROUS)
def test_the_command_refuses_config_of_the_scanned_folder(tmp_path: Path, setting: str) -> None:
    scanned = tmp_path / "repository"
    scanned.mkdir()
    write(scanned, GOOD)
    write(scanned, f"{setting}\n", ".checkov.yaml")
    done = command("-d", "repository", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("s3-glue-rules: repository/.checkov.yaml")


def test_the_command_reads_harmless_or_trusted_config(tmp_path: Path) -> None:
    write(tmp_path, BUCKETS)
    write(tmp_path, "check: [SGR101]\n", ".checkov.yaml")
    assert command("-d", ".", cwd=tmp_path).returncode == 1
    write(tmp_path, "check: [SGR101]\nsoft-fail: true\n", ".checkov.yaml")
    assert command("-d", ".", "--allow-config", cwd=tmp_path).returncode == 0


def test_the_command_wants_to_know_what_to_scan(tmp_path: Path) -> None:
    assert command(cwd=tmp_path).returncode == 2
    assert command("-d", "nowhere", cwd=tmp_path).returncode == 2
    assert command("--version", cwd=tmp_path).returncode == 0


def test_the_command_ends_a_checkov_that_does_not_end(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    done = command("-d", ".", cwd=tmp_path, S3_GLUE_RULES_CHECKOV_SECONDS="0.1")
    assert done.returncode == 2
    assert "did not end" in done.stderr
