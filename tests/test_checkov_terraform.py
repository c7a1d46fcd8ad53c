"""The checkov window over Terraform: configuration, configuration as JSON, and plans."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.discover import TerraformOptions
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.scan import scan
from tests.support.checkov import (
    BROKEN,
    Place,
    broken_package,
    command,
    is_of_terraform,
    need_checkov,
    places,
    results,
    run,
    write,
)
from tests.support.fixtures import CATALOGUE, FIXTURES, ROOT

ALL = "terraform,terraform_json,terraform_plan"
LAKE = FIXTURES / "estates" / "terraform_lake"
SECRET = "kJ8sW2qTn5vXyB7dQf0LmRzE4hGc9uPa6iOo1tY3wUk="  # noqa: S105 - made up for these tests


@pytest.fixture(scope="session", autouse=True)
def checkov() -> Path:
    return need_checkov()


def failures(folder: Path, options: TerraformOptions | None = None) -> set[Place]:
    """Return what our own scan of a folder fails."""
    judgement = scan([str(folder)], CATALOGUE, options, code=False)
    assert judgement.problems == []
    return {
        (finding.policy, os.path.realpath(finding.header.file), finding.address)
        for finding in judgement.findings
        if finding.verdict is Verdict.FAIL and is_of_terraform(finding)
    }


def test_failures_over_all_fixtures_are_those_of_our_own_scan() -> None:
    done = run("-d", "fixtures", "-c", "SGR*", "-o", "json", cwd=ROOT, framework=ALL)
    assert done.returncode == 1, done.stderr
    found = results(done)
    # 3.2.0 reads no file of JSON without a provider, and says so.
    unread = {os.path.realpath(file) for file in found["parsing_errors"]}
    assert all(file.endswith(".tf.json") for file in unread)
    assert not unread or "terraform_json" not in {record.get("check_type") for record in found["failed_checks"]}
    wanted = {place for place in failures(FIXTURES) if place[1] not in unread}
    assert len(wanted) > 1000
    assert any(file.endswith(("plans/prod.json", "plans/dev.json")) for _, file, _ in wanted)
    assert places(found["failed_checks"], ROOT) == wanted
    for record in found["failed_checks"]:
        for named in record["check_result"].get("entity", {}).values():
            assert not any(named.values()), "records hold no values of arguments"


BUCKET = """\
resource "aws_s3_bucket" "{name}" {{
  bucket = "{name}"
{more}}}
"""
ENCRYPTION = """\
resource "aws_s3_bucket_server_side_encryption_configuration" "{name}" {{
{more}  bucket = aws_s3_bucket.{name}{key}.id
  rule {{
    apply_server_side_encryption_by_default {{
      sse_algorithm = {algorithm}
    }}
  }}
}}
"""


def bucket(name: str, *more: str) -> str:
    return BUCKET.format(name=name, more="".join(f"  {line}\n" for line in more))


def encryption(name: str, algorithm: str, *more: str, key: str = "") -> str:
    lines = "".join(f"  {line}\n" for line in more)
    return ENCRYPTION.format(name=name, algorithm=algorithm, key=key, more=lines)


MODULE = 'variable "algorithm" {}\n' + bucket("this") + encryption("this", "var.algorithm")
# checkov evaluates no expressions with for, so that it has one vertex for these.
LOOP = 'for_each = { for zone in ["a.b", "c"] : zone => zone == "c" ? "aws:kms" : "AES256" }'

CASES = {
    "keys/main.tf": bucket("each", 'for_each = toset(["logs.eu", "raw"])')
    + encryption("each", "each.value", 'for_each = { "logs.eu" = "AES256", raw = "aws:kms" }', key="[each.key]")
    + bucket("loop", LOOP)
    + encryption("loop", "each.value", LOOP, key="[each.key]")
    + 'variable "names" {}\n'
    + bucket("open", "for_each = toset(var.names)")
    + bucket("counted", "count = 2")
    + bucket("none", "count = 0"),
    "instances/main.tf": """\
module "strong" {
  source    = "../modules/bucket"
  algorithm = "aws:kms"
}
module "weak" {
  source    = "../modules/bucket"
  algorithm = "AES256"
}
module "keyed" {
  source    = "../modules/bucket"
  for_each  = { "strong.one" = "aws:kms", "weak.one" = "AES256" }
  algorithm = each.value
}
module "nested" {
  source = "./nested"
}
""",
    "instances/nested/main.tf": """\
module "loop" {
  source    = "../../modules/bucket"
  LOOP
  algorithm = each.value
}
""".replace("LOOP", LOOP),
    "modules/bucket/main.tf": MODULE,
    "override/main.tf": bucket("worse")
    + encryption("worse", '"aws:kms"')
    + bucket("better")
    + encryption("better", '"AES256"'),
    "override/main_override.tf": encryption("worse", '"AES256"') + encryption("better", '"aws:kms"'),
    "missing/main.tf": bucket("plain")
    + 'module "remote" {\n  source = "acme/unknown/aws"\n  bucket = aws_s3_bucket.plain.id\n}\n'
    + bucket("alone"),
    "tofu/main.tf": bucket("shown", "# checkov:skip=SGR101:holds public data") + bucket("carrier"),
    "tofu/more.tofu": bucket("hidden"),
    "mixed/main.tf": bucket("plain"),
    "mixed/more.tf.json": json.dumps(
        {
            "provider": {"aws": [{"region": "eu-west-1"}]},
            "resource": {"aws_s3_bucket": {"json": {"bucket": "json"}, "each": {"for_each": '${toset(["a.b"])}'}}},
        },
        indent=2,
    ),
    "variables/variables.tf": f"""\
variable "unrelated" {{
  default = "nothing"
}}
variable "data_encryption_key" {{
  default = "{SECRET}"
}}
""",
    "variables/main.tf": bucket("first") + bucket("user", "tags = { key = var.data_encryption_key }"),
    "skips/main.tf": bucket("commented", *(f"# checkov:skip={policy}:public data" for policy in ("SGR101", "SGR109")))
    + bucket("ours", "# sgr: ignore[SGR101] holds nothing")
    + bucket("keyed", "# checkov:skip=SGR101:all zones", LOOP)
    + """\
module "skipped" {
  source    = "../modules/bucket"
  # checkov:skip=SGR102:ticket 42
  algorithm = "AES256"
}
module "skipped_keys" {
  source    = "../modules/bucket"
  for_each  = { "a.b" = "AES256" }
  # checkov:skip=SGR102:ticket 43
  algorithm = each.value
}
""",
}  # fmt: skip


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], Path]:
    """Return a repository with the cases, what one run over it says, and where its reports in all formats are."""
    folder, reports = tmp_path_factory.mktemp("repository"), tmp_path_factory.mktemp("reports")
    for name, text in CASES.items():
        write(folder, text, name)
    formats = [part for name in ("json", "sarif", "junitxml", "gitlab_sast", "cli") for part in ("-o", name)]
    done = run(
        "-d", str(folder), "-c", "SGR*", "--compact", "--output-file-path", str(reports), *formats,
        cwd=folder, framework=ALL,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert SECRET not in done.stdout + done.stderr
    return folder, results((reports / "results_json.json").read_text(encoding="utf-8")), reports


def shown(
    records: list[dict[str, Any]], policy: str, folder: str
) -> dict[str, tuple[str, str]]:  # resource -> file, first and last line
    return {
        r["resource"]: (r["file_path"].removeprefix("/"), "{}-{}".format(*r["file_line_range"]))
        for r in records
        if r["check_id"] == policy and r["file_path"].removeprefix("/").startswith(folder)
    }


def test_failures_are_those_of_our_own_scan(cases: tuple[Path, dict[str, Any], Path]) -> None:
    folder, found, _ = cases
    named = {(policy, resource) for policy, _, resource in places(found["failed_checks"], folder)}
    assert found["parsing_errors"] == []
    assert named == {(policy, address) for policy, _, address in failures(folder)}


def test_each_instance_has_a_record_at_its_block(cases: tuple[Path, dict[str, Any], Path]) -> None:
    _, found, _ = cases
    assert shown(found["failed_checks"], "SGR102", "keys") == {
        'aws_s3_bucket.each["logs.eu"]': ("keys/main.tf", "1-4"),
        'aws_s3_bucket.loop["a.b"]': ("keys/main.tf", "14-17"),
    }
    assert {'aws_s3_bucket.each["raw"]', 'aws_s3_bucket.loop["c"]'} <= set(
        shown(found["passed_checks"], "SGR102", "keys")
    )
    implicit = shown(found["failed_checks"], "SGR101", "keys")
    assert {"aws_s3_bucket.counted[0]", "aws_s3_bucket.counted[1]"} <= set(implicit)
    assert not any("none" in name for name in implicit)


def test_each_instance_of_a_module_has_its_own_verdict(cases: tuple[Path, dict[str, Any], Path]) -> None:
    _, found, _ = cases
    failed = shown(found["failed_checks"], "SGR102", "modules")
    weak = (
        "module.weak.aws_s3_bucket.this",
        'module.keyed["weak.one"].aws_s3_bucket.this',
        'module.nested.module.loop["a.b"].aws_s3_bucket.this',
    )
    assert failed == dict.fromkeys(weak, ("modules/bucket/main.tf", "2-4"))
    passed = shown(found["passed_checks"], "SGR102", "modules")
    assert {"module.strong.aws_s3_bucket.this", 'module.nested.module.loop["c"].aws_s3_bucket.this'} <= set(passed)


def test_override_files_are_merged(cases: tuple[Path, dict[str, Any], Path]) -> None:
    _, found, _ = cases
    assert shown(found["failed_checks"], "SGR102", "override") == {
        "aws_s3_bucket.worse": ("override/main.tf", "1-3"),
    }
    assert "aws_s3_bucket.better" in shown(found["passed_checks"], "SGR102", "override")


def test_a_missing_module_leaves_undecided_what_it_is_given(cases: tuple[Path, dict[str, Any], Path]) -> None:
    _, found, _ = cases
    assert set(shown(found["failed_checks"], "SGR101", "missing")) == {"aws_s3_bucket.alone"}


def test_files_that_checkov_does_not_read_are_carried(cases: tuple[Path, dict[str, Any], Path]) -> None:
    _, found, _ = cases
    failed = shown(found["failed_checks"], "SGR101", "tofu")
    assert failed["aws_s3_bucket.hidden"] == failed["aws_s3_bucket.carrier"] == ("tofu/main.tf", "5-7")
    assert set(shown(found["skipped_checks"], "SGR101", "tofu")) == {"aws_s3_bucket.shown"}


def test_json_beside_hcl_is_reported_once(cases: tuple[Path, dict[str, Any], Path]) -> None:
    _, found, _ = cases
    records = [r["resource"] for r in found["failed_checks"] if r["check_id"] == "SGR101" and "mixed" in r["file_path"]]
    assert sorted(records) == ['aws_s3_bucket.each["a.b"]', "aws_s3_bucket.json", "aws_s3_bucket.plain"]


def test_variables_are_carried_by_the_resource_that_refers_to_them(cases: tuple[Path, dict[str, Any], Path]) -> None:
    _, found, reports = cases
    assert shown(found["failed_checks"], "SGR401", "variables") == {
        "var.data_encryption_key": ("variables/main.tf", "4-7")
    }
    assert not any(SECRET in report.read_text(encoding="utf-8") for report in reports.iterdir())


def test_checkov_records_its_own_skips_with_their_reasons(cases: tuple[Path, dict[str, Any], Path]) -> None:
    _, found, _ = cases
    reasons = {
        (r["check_id"], r["resource"]): r["check_result"]["suppress_comment"]
        for r in found["skipped_checks"]
        if not r["file_path"].startswith("/tofu")
    }
    both = {("SGR101", "aws_s3_bucket.commented"), ("SGR109", "aws_s3_bucket.commented")}
    assert reasons == {
        **dict.fromkeys(both, "public data"),
        ("SGR101", 'aws_s3_bucket.keyed["a.b"]'): "all zones",
        ("SGR101", 'aws_s3_bucket.keyed["c"]'): "all zones",
        ("SGR102", "module.skipped.aws_s3_bucket.this"): "ticket 42",
        ("SGR102", 'module.skipped_keys["a.b"].aws_s3_bucket.this'): "ticket 43",
    }
    assert "aws_s3_bucket.ours" in shown(found["passed_checks"], "SGR101", "skips")


def test_all_formats_of_output_name_the_instances(cases: tuple[Path, dict[str, Any], Path]) -> None:
    _, found, reports = cases
    sarif = json.loads((reports / "results_sarif.sarif").read_text(encoding="utf-8"))
    shown_there = [
        (item["ruleId"], item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for item in sarif["runs"][0]["results"]
        if not item.get("suppressions")
    ]
    assert len(shown_there) == len(found["failed_checks"])
    assert ("SGR102", "modules/bucket/main.tf") in shown_there
    gitlab = json.loads((reports / "results_gitlab_sast.json").read_text(encoding="utf-8"))
    assert len(gitlab["vulnerabilities"]) == len(found["failed_checks"])
    for name in ("results_junitxml.xml", "results_cli.txt"):
        text = (reports / name).read_text(encoding="utf-8").replace("&quot;", '"')
        assert 'module.keyed["weak.one"].aws_s3_bucket.this' in text


def test_some_policies_and_what_is_left_out(tmp_path: Path) -> None:
    write(
        tmp_path, 'variable "algorithm" {\n  default = "aws:kms"\n}\n' + bucket("a") + encryption("a", "var.algorithm")
    )
    (tmp_path / "template.yaml").rename(tmp_path / "main.tf")
    write(tmp_path, 'algorithm = "AES256"\n', "weak.tfvars")
    write(tmp_path, bucket("left_out"), "left_out/main.tf")
    write(tmp_path, bucket("left_out_too"), "left_out.tf")
    write(tmp_path, 'resource "aws_kms_key" "k" {\n  enable_key_rotation = true\n}\n', "keys.tf")
    arguments = ("-d", ".", "--var-file", "weak.tfvars", "--skip-path", "left_out", "-o", "json")
    found = results(run(*arguments, "-c", "SGR102,SGR113", cwd=tmp_path, framework="terraform"))
    assert places(found["failed_checks"], tmp_path) == {
        ("SGR102", str((tmp_path / "main.tf").resolve()), "aws_s3_bucket.a")
    }
    assert {r["check_id"] for r in found["passed_checks"]} <= {"SGR102", "SGR113"}
    found = results(run(*arguments, "--skip-check", "CKV*,SGR1*", cwd=tmp_path, framework="terraform"))
    # What is of the strict level in Terraform speaks only when it is asked for.
    spoken = {r["check_id"] for r in found["failed_checks"] + found["passed_checks"]}
    assert "SGR201" in spoken
    assert "SGR205" not in spoken
    assert not any(policy.startswith("SGR1") for policy in spoken)


def test_a_baseline_hides_what_it_names(tmp_path: Path) -> None:
    write(tmp_path, bucket("old", LOOP), "main.tf")
    assert run("-d", ".", "-c", "SGR101", "--create-baseline", cwd=tmp_path, framework="terraform").returncode == 1
    write(tmp_path, bucket("old", LOOP) + bucket("new"), "main.tf")
    arguments = ("-d", ".", "-c", "SGR101", "--baseline", ".checkov.baseline", "-o", "json")
    found = results(run(*arguments, cwd=tmp_path, framework="terraform"))
    assert [r["resource"] for r in found["failed_checks"]] == ["aws_s3_bucket.new"]


@pytest.mark.parametrize(
    ("graph", "parallel", "split"), [("NETWORKX", "thread", "False"), ("RUSTWORKX", "none", "True")]
)
def test_graph_library_workers_and_split_graphs_change_nothing(
    tmp_path: Path, graph: str, parallel: str, split: str
) -> None:
    for name, text in CASES.items():
        if name.startswith(("keys", "instances", "modules")):
            write(tmp_path, text, name)
    write(tmp_path, (LAKE / "plans" / "prod.json").read_text(encoding="utf-8"), "plan.json")
    done = run(
        "-d", ".", "-c", "SGR*", "-o", "json", cwd=tmp_path, framework=ALL,
        CHECKOV_GRAPH_FRAMEWORK=graph, CHECKOV_PARALLELIZATION_TYPE=parallel, TF_SPLIT_GRAPH=split,
    )  # fmt: skip
    assert places(results(done)["failed_checks"], tmp_path) == failures(tmp_path)


CONDITIONAL = (
    'variable "algorithm" {\n  default = "aws:kms"\n  validation {\n'
    '    condition = contains(["aws:kms", "AES256"], var.algorithm)\n    error_message = "one of two"\n  }\n}\n'
    + bucket("chosen")
    + encryption("chosen", "var.algorithm")
)


def test_conditional_findings_fail_in_strict_mode_only(tmp_path: Path) -> None:
    write(tmp_path, CONDITIONAL, "main.tf")
    arguments = ("-d", ".", "-c", "SGR102")
    assert run(*arguments, cwd=tmp_path, framework="terraform").returncode == 0
    assert run(*arguments, cwd=tmp_path, framework="terraform", S3_GLUE_RULES_STRICT="1").returncode == 1


def plan(resources: int = 1, **more: Any) -> dict[str, Any]:
    """Return a plan of buckets in a module that have a key among their tags by way of a variable."""
    values = {"bucket": None, "tags": {"key": SECRET}}
    instances = [
        {
            "address": f'module.m["a.b"].aws_s3_bucket.this[{number}]', "mode": "managed", "type": "aws_s3_bucket",
            "name": "this", "index": number, "provider_name": "registry.terraform.io/hashicorp/aws",
            "schema_version": 0, "values": {**values, "bucket": f"b{number}"}, "sensitive_values": {},
        }
        for number in range(resources)
    ]  # fmt: skip
    block = {
        "address": "aws_s3_bucket.this", "mode": "managed", "type": "aws_s3_bucket", "name": "this",
        "provider_config_key": "aws", "expressions": {"tags": {"references": ["var.data_encryption_key"]}},
        "schema_version": 0, "count_expression": {"constant_value": resources},
    }  # fmt: skip
    module = {"resources": [block], "variables": {"data_encryption_key": {"default": SECRET}}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"child_modules": [{"address": 'module.m["a.b"]', "resources": instances}]}},
        "resource_changes": [
            {
                **{key: item[key] for key in ("address", "mode", "type", "name", "index", "provider_name")},
                "module_address": 'module.m["a.b"]',
                "change": {
                    "actions": ["create"], "before": None, "after": item["values"],
                    "after_unknown": {"arn": True, "id": True}, "before_sensitive": False, "after_sensitive": {},
                },
            }
            for item in instances
        ],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws"}},
            "root_module": {
                "module_calls": {
                    "m": {"source": "./m", "for_each_expression": {"constant_value": ["a.b"]}, "module": module}
                }
            },
        },
        **more,
    }  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
def test_plans_have_records_for_instances_and_variables(tmp_path: Path, indent: int | None) -> None:
    write(tmp_path, json.dumps(plan(2), indent=indent), "plan.json")
    arguments = ("-f", "plan.json", "-c", "SGR101,SGR401", "--compact", "-o", "json")
    done = run(*arguments, cwd=tmp_path, framework="terraform_plan")
    found = results(done)
    assert places(found["failed_checks"], tmp_path) == {
        place for place in failures(tmp_path) if place[0] in {"SGR101", "SGR401"}
    }
    named = {(r["check_id"], r["resource"]) for r in found["failed_checks"]}
    assert {("SGR101", f'module.m["a.b"].aws_s3_bucket.this[{number}]') for number in (0, 1)} <= named
    [variable] = [r for r in found["failed_checks"] if r["resource"].endswith("var.data_encryption_key")]
    carriers = [r for r in found["failed_checks"] if r["check_id"] == "SGR101"]
    assert variable["file_line_range"] in [r["file_line_range"] for r in carriers]


def test_deep_analysis_is_refused(tmp_path: Path) -> None:
    write(tmp_path, json.dumps(plan(), indent=2), "plan.json")
    write(tmp_path, bucket("this"), "repository/main.tf")
    done = run(
        "-f", "plan.json", "-c", "SGR101", "--deep-analysis", "--repo-root-for-plan-enrichment", "repository",
        cwd=tmp_path, framework="terraform_plan",
    )  # fmt: skip
    assert done.returncode in {1, 2}
    assert "--deep-analysis of checkov is not supported" in done.stderr


def test_a_finding_that_nothing_can_carry_ends_the_run(tmp_path: Path) -> None:
    module = 'module "remote" {\n  source = "acme/unknown/aws"\n  key    = var.data_encryption_key\n}\n'
    write(tmp_path, module + CASES["variables/variables.tf"], "main.tf")
    done = run("-d", ".", "-c", "SGR401", cwd=tmp_path, framework="terraform")
    assert done.returncode in {1, 2}
    assert "no resource that checkov can show it at" in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_what_cannot_be_read_fails_the_resources_beside_it(tmp_path: Path) -> None:
    write(tmp_path, bucket("a") + encryption("a", '"aws:kms"'), "broken/main.tf")
    write(tmp_path, 'resource "aws_s3_bucket" "b" {\n  bucket = = "b"\n', "broken/other.tf")
    write(tmp_path, bucket("c") + encryption("c", '"aws:kms"'), "sound/main.tf")
    # Where no .tf file of a directory can be read, only the graph of JSON knows the directory.
    write(tmp_path, 'resource "aws_s3_bucket" "d" {\n', "both/main.tf")
    json_bucket = {"provider": {"aws": [{}]}, "resource": {"aws_s3_bucket": {"json": {"bucket": "json"}}}}
    write(tmp_path, json.dumps(json_bucket, indent=2), "both/more.tf.json")
    done = run("-d", ".", "-c", "SGR102", "-o", "json", cwd=tmp_path, framework=ALL)
    assert done.returncode == 1
    assert re.search(r"broken/other\.tf:\d+: not judged: ", done.stderr)
    assert {r["resource"] for r in results(done)["failed_checks"]} == {"aws_s3_bucket.a", "aws_s3_bucket.json"}
    assert {r["resource"] for r in results(done)["passed_checks"]} == {"aws_s3_bucket.c"}


def test_a_check_that_crashes_fails_what_it_did_not_judge(tmp_path: Path) -> None:
    name = "checks/s3_bucket_relies_on_implicit_encryption.py"
    source = (ROOT / "s3_glue_rules" / name).read_text(encoding="utf-8")
    package = broken_package(tmp_path / "package", name, f"{source}\n\ndef check(bucket): raise KeyError(1)\n")
    write(tmp_path, bucket("a", 'for_each = toset(["x.y"])'), "repository/main.tf")
    write(tmp_path, json.dumps(plan()), "repository/plan.json")
    done = run("-d", ".", "-c", "SGR101", "-o", "json", cwd=tmp_path / "repository", package=package, framework=ALL)
    assert done.returncode == 1
    assert "SGR101 crashed on" in done.stderr
    assert {r["resource"] for r in results(done)["failed_checks"]} == {
        'aws_s3_bucket.a["x.y"]',
        'module.m["a.b"].aws_s3_bucket.this[0]',
    }


@pytest.mark.parametrize(("path", "text"), BROKEN, ids=[path for path, _ in BROKEN])
def test_what_cannot_be_loaded_is_no_clean_run(tmp_path: Path, path: str, text: str) -> None:
    package = broken_package(tmp_path / "package", path, text)
    write(tmp_path, bucket("a") + encryption("a", '"aws:kms"'), "repository/main.tf")
    done = run("-d", ".", "-c", "SGR101", cwd=tmp_path / "repository", package=package, framework=ALL)
    assert done.returncode in {1, 2}
    assert "s3-glue-rules: " in done.stderr


def test_the_command_judges_all_kinds_of_files(tmp_path: Path) -> None:
    for name in ("keys/main.tf", "mixed/main.tf", "mixed/more.tf.json", "tofu/main.tf", "tofu/more.tofu"):
        write(tmp_path, CASES[name], name)
    write(tmp_path, "locals {\n  a = 1\n}\n", "keys/locals.tf")
    write(tmp_path, "# nothing yet\n", "keys/empty.tf")
    write(tmp_path, json.dumps(plan()), "plan.json")
    done = command("-d", ".", "-c", "SGR101", "-o", "json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "not judged" not in done.stderr
    assert places(results(done)["failed_checks"], tmp_path) >= {
        place for place in failures(tmp_path) if place[0] == "SGR101" and not place[1].endswith(".tofu")
    }


def test_the_command_passes_on_a_clean_run(tmp_path: Path) -> None:
    write(tmp_path, 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\n', "main.tf")
    write(tmp_path, "{\n  // no plan, and no problem\n}\n", "settings.json")
    empty = plan(0, planned_values={"root_module": {}})
    write(tmp_path, json.dumps(empty), "plans/nothing.json")
    done = command("-d", ".", "-c", "SGR*", "--skip-path", "plans", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "text", "arguments"),
    [
        ("broken.tf", 'resource "aws_s3_bucket" "b" {\n', ()),
        (".hidden/main.tf", bucket("hidden"), ()),
        ("only/main.tofu", bucket("tofu"), ()),
        ("only/main.tf.json", CASES["mixed/more.tf.json"], ("--framework", "terraform")),
        ("plan.json", json.dumps(plan()), ("--framework", "terraform")),
        ("plan.json", json.dumps(plan())[:-1], ()),
    ],
)
def test_the_command_fails_for_what_checkov_drops(
    tmp_path: Path, name: str, text: str, arguments: tuple[str, ...]
) -> None:
    write(tmp_path, 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\n', "main.tf")
    write(tmp_path, text, name)
    done = command("-d", ".", "-c", "SGR*", *arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"{name}:" in done.stderr
