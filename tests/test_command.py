"""The command as people run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.join import declared_types
from s3_glue_rules.scan import load_checks
from tests.support.fixtures import CATALOGUE, FIXTURES, ROOT

KEYS = {
    "policy", "verdict", "severity", "title", "message", "address", "resource_type", "estate", "file", "line", "column",
    "end_line", "end_column", "when", "chain", "fingerprint",
}  # fmt: skip


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "s3_glue_rules.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


def report(*arguments: str, cwd: Path = ROOT) -> tuple[int, dict[str, Any]]:
    done = run("scan", "--format", "json", *arguments, cwd=cwd)
    return done.returncode, json.loads(done.stdout)


def test_json_has_the_promised_shape() -> None:
    status, document = report("--all-verdicts", "fixtures/estates")
    assert status == 1
    assert document["version"] == 1
    assert set(document) == {"version", "verdicts", "errors", "summary"}
    assert all(set(verdict) - {"source_line"} == KEYS for verdict in document["verdicts"])
    kinds = {verdict["verdict"] for verdict in document["verdicts"]}
    wanted = {"fail", "conditional", "undecided", "pass", "exempt", "not_applicable", "suppressed"}
    assert kinds == wanted
    for kind in wanted:
        assert document["summary"][kind] == sum(verdict["verdict"] == kind for verdict in document["verdicts"])


def test_every_subject_gets_a_verdict_of_every_policy_about_it() -> None:
    _, document = report("--all-verdicts", "fixtures/clean/lake.yaml")
    policies: dict[str, set[str]] = {}
    for verdict in document["verdicts"]:
        policies.setdefault(verdict["resource_type"], set()).add(verdict["policy"])
    by_default = load_checks([policy for policy in CATALOGUE if policy.level == "default"], [])
    for kind in ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Glue::Job"):
        asked = {check.policy.id for check in by_default if kind in declared_types(check.subject)}
        assert asked == policies[kind]


def test_fingerprints_are_unique_and_survive_moved_lines(tmp_path: Path) -> None:
    source = (FIXTURES / "estates/raw_curated_published/template.yaml").read_text(encoding="utf-8")
    (tmp_path / "t.yaml").write_text(source, encoding="utf-8")
    _, before = report("t.yaml", cwd=tmp_path)
    (tmp_path / "t.yaml").write_text(f"# one line more\n{source}", encoding="utf-8")
    _, after = report("t.yaml", cwd=tmp_path)
    prints = [verdict["fingerprint"] for verdict in before["verdicts"]]
    assert len(set(prints)) == len(prints)
    assert prints == [verdict["fingerprint"] for verdict in after["verdicts"]]
    assert [verdict["line"] + 1 for verdict in before["verdicts"]] == [v["line"] for v in after["verdicts"]]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["fixtures/clean"], 0),
        (["fixtures/kms_key_never_rotates/good.yaml", "--select", "SGR201"], 0),
        (["fixtures/kms_key_never_rotates/bad.yaml", "--select", "SGR201"], 1),
        (["fixtures/kms_key_never_rotates/bad.yaml", "--select", "SGR2", "--ignore", "SGR201,SGR205,SGR207"], 0),
        (["fixtures/kms_key_never_rotates/undecided.yaml", "--select", "SGR201"], 0),
        (["fixtures/kms_key_never_rotates/undecided.yaml", "--select", "SGR201", "--strict"], 1),
        (["no-such-folder"], 2),
        (["fixtures/clean", "--select", "SGR999"], 2),
        (["README.md"], 0),
        ([], 0),
    ],
)
def test_exit_status(arguments: list[str], status: int) -> None:
    assert run("scan", *arguments).returncode == status


def test_a_crashing_check_is_told_and_ends_in_two(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import s3_glue_rules.checks.kms_key_is_disabled as check\n"
        "def crash(key):\n    raise RuntimeError('broken')\n"
        "check.check = crash\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "s3_glue_rules.cli", "scan", "fixtures/clean"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert done.returncode == 2
    assert "SGR206 crashed" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_policy_that_does_not_load_ends_in_two(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nsys.modules['s3_glue_rules.checks.kms_key_is_disabled'] = None\n", encoding="utf-8"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "s3_glue_rules.cli", "scan", "fixtures/clean"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert done.returncode == 2
    assert "SGR206 did not load" in done.stdout


def test_list_and_explain() -> None:
    listing = run("scan", "--list-policies").stdout.splitlines()
    assert [line.split()[0] for line in listing] == [policy.id for policy in CATALOGUE]
    assert [line.split()[3] for line in listing] == [",".join(policy.languages) for policy in CATALOGUE]
    assert {line.split()[3] for line in listing} == {
        "cloudformation",
        "cloudformation,terraform",
        "cloudformation,terraform,python",
        "terraform",
        "python",
    }
    explained = run("scan", "--explain", "SGR101").stdout
    for word in ("Why", "Fix in terraform", "Fix in cloudformation", "Fix in cdk", "https://docs.aws.amazon.com"):
        assert word in explained


def test_text_report_shows_message_worlds_and_chain() -> None:
    done = run("scan", "fixtures/estates/raw_curated_published", "fixtures/estates/multi_environment")
    assert re.search(r"template\.yaml:\d+:\d+: error SGR\d{3} \[\w+\] ", done.stdout)
    assert "    <- " in done.stdout
    assert "    when " in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith("3 files judged")


@pytest.mark.parametrize(
    "comment",
    ["# sgr: ignore[SGR109] served to browsers on an intranet", "# checkov:skip=SGR109:served to browsers"],
)
def test_a_comment_accepts_a_finding_with_its_reason(comment: str, tmp_path: Path) -> None:
    text = f"Resources:\n  A:\n    Type: AWS::S3::Bucket\n    {comment}\n  B:\n    Type: AWS::S3::Bucket\n"
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    _, document = report("--all-verdicts", "--select", "SGR109", "t.yaml", cwd=tmp_path)
    found = {verdict["address"]: verdict for verdict in document["verdicts"]}
    assert found["A"]["verdict"] == "suppressed"
    assert "served to browsers" in found["A"]["message"]
    assert found["B"]["verdict"] == "fail"


def test_a_comment_without_a_reason_accepts_nothing(tmp_path: Path) -> None:
    text = "Resources:\n  A:\n    Type: AWS::S3::Bucket # sgr: ignore[SGR109]\n"
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    assert report("--select", "SGR109", "t.yaml", cwd=tmp_path)[0] == 1


def test_the_commands_of_the_readme_run() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ s3-glue-rules (scan [^\n#]+?)\s*(?:#.*)?$", readme, re.MULTILINE)
    assert commands
    for command in commands:
        assert run(*command.split()).returncode in {0, 1}
    for option in re.findall(r"`(--[a-z-]+)", readme):
        if option != "--external-checks-dir":
            assert option in run("scan", "--help").stdout


UNINSTALLED = "fixtures/s3_bucket_allows_plain_http/undecided_uninstalled"
NOTE = "module policy (example/bucket-policy/aws) is not installed"


def test_notes_are_reported_and_only_strict_fails_for_them() -> None:
    done = run("scan", "--select", "SGR107", UNINSTALLED)
    assert done.returncode == 0
    assert run("scan", "--strict", "--select", "SGR107", UNINSTALLED).returncode == 1
    *_, note, empty, summary = done.stdout.splitlines()
    assert note.startswith(f"{UNINSTALLED}/main.tf:3: note: {NOTE}")
    assert (empty, summary.rpartition("; ")[2]) == ("", "1 notes")
    status, document = report("--select", "SGR107", UNINSTALLED)
    assert status == 0
    (told,) = document["notes"]
    assert (told["file"], told["line"]) == (f"{UNINSTALLED}/main.tf", 3)
    assert told["message"].startswith(NOTE)
    assert (document["errors"], document["summary"]["errors"], document["summary"]["notes"]) == ([], 0, 1)


def test_without_notes_nothing_is_said_of_them() -> None:
    assert "note" not in run("scan", "fixtures/clean").stdout
    _, document = report("fixtures/clean")
    assert "notes" not in document
    assert "notes" not in document["summary"]


LAKE = "fixtures/estates/terraform_lake"
ROTATION = ("--select", "SGR201")


@pytest.mark.parametrize(
    ("files", "verdicts"),
    [
        ([], {"conditional"}),
        (["dev"], {"fail"}),
        # As with Terraform, the last value counts.
        (["dev", "rotating"], set()),
        (["rotating", "dev"], {"fail"}),
    ],
)
def test_files_of_variables_decide(files: list[str], verdicts: set[str], tmp_path: Path) -> None:
    rotating = tmp_path / "rotating.tfvars.json"
    rotating.write_text('{"rotate_keys": true}', encoding="utf-8")
    named = {"dev": f"{LAKE}/environments/dev.tfvars", "rotating": str(rotating)}
    options = [option for name in files for option in ("--var-file", named[name])]
    status, document = report(*ROTATION, *options, f"{LAKE}/main.tf")
    assert {verdict["verdict"] for verdict in document["verdicts"]} == verdicts
    assert status == ("fail" in verdicts)


def test_a_file_of_variables_that_cannot_be_read_ends_in_two(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tfvars"
    broken.write_text("rotate_keys = [\n", encoding="utf-8")
    for file in ("no-such.tfvars", str(broken)):
        done = run("scan", *ROTATION, "--var-file", file, f"{LAKE}/main.tf")
        assert done.returncode == 2
        assert re.search(rf"^{re.escape(file)}:\d+: not judged: ", done.stdout, re.MULTILINE)


def test_findings_of_a_plan_point_into_its_root() -> None:
    plan = f"{LAKE}/plans/dev.json"
    status, without = report("--select", "SGR3", plan)
    assert status == 1
    assert {verdict["file"] for verdict in without["verdicts"]} == {plan}
    status, document = report("--select", "SGR3", "--root", LAKE, plan)
    assert status == 1
    assert {verdict["file"] for verdict in document["verdicts"]} == {
        f"{LAKE}/glue.tf",
        f"{LAKE}/modules/glue_job/main.tf",
        # Whether the log service may use a key hangs on a condition of the key policy.
        f"{LAKE}/modules/key/main.tf",
    }
    # The identity of a finding is that of the plan, so that it is the same alert with and without the option.
    assert {verdict["fingerprint"] for verdict in document["verdicts"]} <= {
        v["fingerprint"] for v in without["verdicts"]
    }


def test_a_root_without_configuration_ends_in_two(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        done = run("scan", "--root", str(folder), f"{LAKE}/plans/dev.json")
        assert done.returncode == 2
        assert f"{LAKE}/plans/dev.json:1: not judged: the folder {folder}" in done.stdout


def test_a_plan_that_errored_ends_in_two() -> None:
    done = run("scan", "tests/data/plans/errored/plan.json")
    assert done.returncode == 2
    assert "tests/data/plans/errored/plan.json:1: not judged: the plan errored" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    # It hides nothing of what stands beside it.
    status, document = report("tests/data/plans/errored/plan.json", "tests/data/plans/lake/plan.json")
    assert (status, document["summary"]["files_judged"], document["summary"]["errors"]) == (2, 1, 1)
    assert document["summary"]["fail"] > 0


@pytest.mark.parametrize("missing", ["planned_values", "configuration", "resource_changes"])
def test_a_plan_without_its_values_ends_in_two(missing: str, tmp_path: Path) -> None:
    plan = json.loads((ROOT / "tests/data/plans/lake/plan.json").read_text(encoding="utf-8"))
    del plan[missing]
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    done = run("scan", "plan.json", cwd=tmp_path)
    assert done.returncode == 2
    assert f"plan.json:1: not judged: the plan has no {missing}" in done.stdout
    assert "terraform show -json" in done.stdout


def test_start_up_imports_neither_hosts_nor_yaml_until_they_are_needed() -> None:
    code = (
        "import sys, s3_glue_rules.cli; print([m for m in ('checkov', 'cfnlint', 'boto3', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_files_of_codedeploy_are_no_templates(tmp_path: Path) -> None:
    text = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n"
    (tmp_path / "appspec.yaml").write_text(text, encoding="utf-8")
    assert run("scan", str(tmp_path)).returncode == 0
    (tmp_path / "appspec.yaml").write_text(text.replace("version: 0.0\n", ""), encoding="utf-8")
    assert run("scan", str(tmp_path)).returncode == 2
