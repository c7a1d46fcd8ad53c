"""Whole estates: templates by their markers, assemblies and Terraform by the list beside them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from s3_glue_rules.discover import TerraformOptions
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE, FIXTURES
from tests.support.markers import Marker, read_markers
from tests.support.terraform_markers import Said, wanted
from tests.support.terraform_markers import spoken as marked

ESTATES = FIXTURES / "estates"
LAKE = ESTATES / "terraform_lake"
ENVIRONMENTS = ("dev", "prod")
MARKED = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.EXEMPT}
LISTED = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.SUPPRESSED}


@pytest.mark.parametrize("name", ["raw_curated_published", "multi_environment"])
def test_templates(name: str) -> None:
    judgement = scan([str(ESTATES / name)], CATALOGUE)
    assert judgement.problems == []
    wanted = {marker for path in (ESTATES / name).rglob("*.yaml") for marker in read_markers(path)}
    found = {Marker(f.policy, f.verdict.value, f.logical_id) for f in judgement.findings if f.verdict in MARKED}
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("name", ["cdk_lake", "cdk_old_layout"])
def test_assemblies(name: str) -> None:
    judgement = scan([str(ESTATES / name)], CATALOGUE)
    assert judgement.problems == []
    listed = json.loads((ESTATES / name / "expected.json").read_text(encoding="utf-8"))
    wanted = {(item["policy"], item["verdict"], item["address"]) for item in listed}
    found = {(f.policy, f.verdict.value, f.address) for f in judgement.findings if f.verdict in LISTED}
    assert sorted(found) == sorted(wanted)


def test_an_acknowledgement_keeps_its_reason() -> None:
    findings = scan([str(ESTATES / "cdk_lake")], CATALOGUE).findings
    reasons = {f.message for f in findings if f.verdict is Verdict.SUPPRESSED}
    assert len(reasons) == 1
    assert all(len(reason) > 10 for reason in reasons)


@pytest.mark.parametrize("name", ["cdk_lake", "cdk_old_layout"])
def test_assemblies_name_the_line_of_the_author(name: str) -> None:
    lines = {f.source_line for f in scan([str(ESTATES / name)], CATALOGUE).findings if f.source_line}
    assert lines
    code = (ESTATES / name / "app.js").read_text(encoding="utf-8").splitlines()
    for line in lines:
        file, number, *_ = line.split(":")
        assert file == "app.js"
        assert "new " in code[int(number) - 1] or "super(" in code[int(number) - 1]


def test_a_nested_template_is_judged_through_its_parent_only() -> None:
    findings = scan([str(ESTATES / "multi_environment")], CATALOGUE).findings
    nested = [f for f in findings if f.span.file.endswith("glue.yaml")]
    assert nested
    assert all("/" in f.address for f in nested)


def test_order_and_spelling_of_paths_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ESTATES)
    one = scan(["multi_environment"], CATALOGUE).findings
    for spelled in ("./multi_environment", str(Path.cwd() / "multi_environment"), "../estates/multi_environment"):
        assert scan([spelled], CATALOGUE).findings == one


def test_a_manifest_stands_for_its_assembly() -> None:
    folder = ESTATES / "cdk_lake" / "cdk.out"
    assert scan([str(folder / "manifest.json")], CATALOGUE).findings == scan([str(folder)], CATALOGUE).findings


def test_other_files_of_an_assembly_are_no_templates_of_it() -> None:
    folder = ESTATES / "cdk_lake" / "cdk.out"
    judgement = scan([str(folder / "Storage.assets.json")], CATALOGUE)
    assert (judgement.files_judged, judgement.files_passed_over, judgement.findings) == (0, 1, [])


# What the plans of the lake cannot tell and the configuration behind them can: which key or bucket something refers
# to that only exists after apply, and `prevent_destroy`.
TOLD_BY_THE_ROOT = {
    *((policy, f'module.zone["{name}"].aws_s3_bucket.this')
      for policy in ("SGR103", "SGR104") for name in ("curated", "published")),
    *((policy, f"module.{name}.aws_s3_bucket.this")
      for policy in ("SGR109", "SGR110", "SGR111")
      for name in ("access_logs", "ledger", "query_results", 'zone["curated"]', 'zone["published"]', 'zone["raw"]')),
    *(("SGR205", f"module.{name}.aws_kms_key.this") for name in ('key["data"]', 'key["logs"]', "signing_key")),
    ("SGR309", 'module.job["curate"].aws_glue_security_configuration.this[0]'),
}  # fmt: skip

# What the plans leave open and the configuration behind them decides against the resource.
DECIDED_BY_THE_ROOT = {
    ("SGR318", 'module.job["curate"].aws_glue_job.this'),
    *(("SGR112", f"module.{name}.aws_s3_bucket.this")
      for name in ("ledger", "query_results", 'zone["curated"]', 'zone["published"]')),
}  # fmt: skip


def plan_of(environment: str) -> str:
    return str(LAKE / "plans" / f"{environment}.json")


def listed(name: str) -> set[Said]:
    items = json.loads((LAKE / "expected.json").read_text(encoding="utf-8"))[name]
    return {(item["policy"], item["verdict"], item["address"]) for item in items}


def spoken(findings: list[Finding]) -> set[Said]:
    return {(f.policy, f.verdict.value, f.address) for f in findings if f.verdict in LISTED}


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """The configuration of the lake, without its plans."""
    return shutil.copytree(LAKE, tmp_path / "lake", ignore=shutil.ignore_patterns("plans"))


def test_terraform_without_values(lake: Path) -> None:
    judgement = scan([str(lake)], CATALOGUE)
    assert (judgement.problems, judgement.notes) == ([], [])
    assert sorted(spoken(judgement.findings)) == sorted(listed("terraform"))
    # The markers of its files say the same.
    assert marked(judgement.findings) == wanted(lake, judgement.findings)


def test_terraform_with_the_values_of_an_environment(lake: Path) -> None:
    without = listed("terraform")
    keys = {f'module.key["{name}"].aws_kms_key.this' for name in ("data", "exchange", "logs")}
    open_rotation = {("SGR201", "conditional", key) for key in keys}
    dev = scan([str(lake)], CATALOGUE, TerraformOptions((str(lake / "environments" / "dev.tfvars"),)))
    assert spoken(dev.findings) == without - open_rotation | {("SGR201", "fail", key) for key in keys}
    # The file for prod leaves rotation to its default, which whoever deploys may still change.
    prod = scan([str(lake)], CATALOGUE, TerraformOptions((str(lake / "environments" / "prod.tfvars"),)))
    assert spoken(prod.findings) == without - {
        ("SGR303", "fail", "aws_glue_dev_endpoint.notebooks[0]"),
        ("SGR311", "fail", "aws_glue_data_catalog_encryption_settings.lake"),
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_plans(environment: str) -> None:
    judgement = scan([plan_of(environment)], CATALOGUE)
    assert (judgement.problems, judgement.notes, judgement.files_judged) == ([], [], 1)
    assert sorted(spoken(judgement.findings)) == sorted(listed(f"plan_{environment}"))
    assert {Path(f.span.file).resolve() for f in judgement.findings} == {Path(plan_of(environment))}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_plans_with_their_root_tell_more(environment: str) -> None:
    judgement = scan([plan_of(environment)], CATALOGUE, TerraformOptions(root=str(LAKE)))
    assert (judgement.problems, judgement.notes, judgement.files_judged) == ([], [], 1)
    told = {(policy, "undecided", address) for policy, address in TOLD_BY_THE_ROOT | DECIDED_BY_THE_ROOT}
    assert told <= listed(f"plan_{environment}")
    decided = {(policy, "fail", address) for policy, address in DECIDED_BY_THE_ROOT}
    assert sorted(spoken(judgement.findings)) == sorted(listed(f"plan_{environment}") - told | decided)
    verdicts = {(f.policy, f.address): f.verdict for f in judgement.findings}
    assert {verdicts[item] for item in TOLD_BY_THE_ROOT} <= {Verdict.PASS, Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_plans_with_their_root_point_into_it(environment: str) -> None:
    judgement = scan([plan_of(environment)], CATALOGUE, TerraformOptions(root=str(LAKE)))
    in_configuration = {
        # A plan has its own values of variables: it knows no file of variables.
        (f.policy, f.address): (f.span, f.header, [s.span for s in f.chain if not s.span.file.endswith(".tfvars")])
        for f in scan(
            [str(LAKE / "main.tf")],
            CATALOGUE,
            TerraformOptions((str(LAKE / "environments" / f"{environment}.tfvars"),)),
        ).findings
    }
    assert judgement.findings
    for finding in judgement.findings:
        place = (finding.span, finding.header, [step.span for step in finding.chain])
        assert all(Path(span.file).suffix == ".tf" for span in (place[0], place[1], *place[2]))
        assert Path(finding.header.file).resolve().is_relative_to(LAKE)
        line = Path(finding.header.file).read_text(encoding="utf-8").splitlines()[finding.header.line - 1]
        assert re.match(r'(resource|variable) "', line)
        if finding.policy == "SGR207" and finding.verdict is Verdict.FAIL:
            # The plan holds the whole policy as one text, which the configuration puts at this argument.
            lines = Path(finding.span.file).read_text(encoding="utf-8").splitlines()
            assert lines[finding.span.line - 1].split() == ["policy", "=", "data.aws_iam_policy_document.this.json"]
        elif finding.verdict is Verdict.FAIL:
            assert place == in_configuration[finding.policy, finding.address]


@pytest.mark.parametrize(
    ("file", "block", "comment"),
    [
        ("glue.tf", 'resource "aws_glue_job" "compact" {', "# sgr: ignore[SGR301] it compacts public data"),
        ("glue.tf", 'resource "aws_glue_job" "compact" {', "#checkov:skip=SGR301:it compacts public data"),
        ("main.tf", 'module "scratch" {', "# sgr: ignore[SGR101, SGR109] it compacts public data"),
    ],
    ids=["in the resource", "checkov's form", "in the call of its module"],
)
def test_comments_in_the_root_of_a_plan_accept_its_findings(lake: Path, file: str, block: str, comment: str) -> None:
    text = (lake / file).read_text(encoding="utf-8")
    assert block in text
    (lake / file).write_text(re.sub(f"({re.escape(block)}.*)", f"\\1\n  {comment}", text), encoding="utf-8")
    plain = scan([plan_of("dev")], CATALOGUE, TerraformOptions(root=str(LAKE))).findings
    accepted = scan([plan_of("dev")], CATALOGUE, TerraformOptions(root=str(lake))).findings
    changed = spoken(accepted) - spoken(plain)
    address = "aws_glue_job.compact" if file == "glue.tf" else "module.scratch.aws_s3_bucket.this"
    policies = ["SGR301"] if file == "glue.tf" else ["SGR101", "SGR109"]
    assert sorted(changed) == [(policy, "suppressed", address) for policy in policies]
    assert sorted(spoken(plain) - spoken(accepted)) == [(policy, "fail", address) for policy in policies]
    assert {f.message for f in accepted if f.verdict is Verdict.SUPPRESSED} == {"it compacts public data"}


def test_a_plan_of_another_root_keeps_its_verdicts(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "other" {}\n', encoding="utf-8")
    judgement = scan([plan_of("dev")], CATALOGUE, TerraformOptions(root=str(tmp_path)))
    assert judgement.problems == []
    assert spoken(judgement.findings) == listed("plan_dev")
