"""The SARIF report: what code scanning needs of it, by structure and by GitHub's own rules."""

from __future__ import annotations

import json
import os
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules import __version__
from s3_glue_rules.catalogue import SNIPPETS, severity_score
from s3_glue_rules.cli import main
from s3_glue_rules.discover import TerraformOptions
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import ChainStep, Finding, Judgement, Problem
from s3_glue_rules.model.spans import Span
from s3_glue_rules.report import sarif
from s3_glue_rules.scan import scan
from tests.support import multitool
from tests.support.fixtures import CATALOGUE, FIXTURES, ROOT, TERRAFORM_CASES
from tests.support.multitool import complaints

SOMEWHERE = Path("/somewhere/else")
RULES = {policy.id: policy for policy in CATALOGUE}
MODULES = ("bucket", "glue_job", "key")
FINDING = Finding(
    policy="SGR102",
    verdict=Verdict.FAIL,
    severity="medium",
    title="S3 bucket encrypts with AWS KMS by default",
    message="bucket 'Raw' encrypts with SSE-S3",
    address="Lake/Raw",
    resource_type="AWS::S3::Bucket",
    estate="lake.yaml",
    span=Span("lake.yaml", 7, 9, 7, 29),
    header=Span("lake.yaml", 3, 3, 3, 6),
    fingerprint="0123456789abcdef",
    logical_id="Raw",
    path=("Resources", "Raw"),
)


def run_of(judgement: Judgement) -> dict[str, Any]:
    report = json.loads(sarif.render(judgement, CATALOGUE, root=SOMEWHERE))
    assert report["version"] == "2.1.0"
    (run,) = report["runs"]
    assert isinstance(run, dict)
    return run


def result_of(finding: Finding) -> dict[str, Any]:
    (result,) = run_of(Judgement(findings=[finding]))["results"]
    assert isinstance(result, dict)
    return result


@pytest.fixture(scope="module")
def fixtures_judged() -> Judgement:
    folders = ("estates", "s3_bucket_encrypted_without_kms", "glue_security_configuration_without_customer_key")
    return scan([str(FIXTURES / folder) for folder in folders], CATALOGUE)


@pytest.fixture(scope="module")
def terraform_judged() -> Judgement:
    """All Terraform fixtures and the lake with its plans."""
    folders = [folder for _, folder in TERRAFORM_CASES]
    return scan([str(folder) for folder in (*folders, FIXTURES / "estates" / "terraform_lake")], CATALOGUE)


def test_every_policy_is_a_rule_found_or_not() -> None:
    rules = run_of(Judgement())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(RULES)
    for rule in rules:
        policy = RULES[rule["id"]]
        assert rule["shortDescription"]["text"] == policy.title
        assert rule["fullDescription"]["text"] == " ".join(policy.why.split())
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", rule["name"])
        assert rule["helpUri"] == (
            f"https://github.com/s3-glue-rules/s3-glue-rules/blob/v{__version__}/policies/README.md#{policy.id.lower()}"
        )
        assert f"## {policy.id}\n" in (ROOT / "policies" / "README.md").read_text(encoding="utf-8")


def test_the_help_of_a_rule_says_why_and_how() -> None:
    assert set(sarif._SNIPPETS) == set(SNIPPETS)
    for rule in run_of(Judgement())["tool"]["driver"]["rules"]:
        policy = RULES[rule["id"]]
        for text in (rule["help"]["text"], rule["help"]["markdown"]):
            assert " ".join(policy.why.split()) in text
            assert all(snippet.rstrip() in text for snippet in policy.fix.values())
            assert all(reference in text for reference in policy.references)
        assert rule["help"]["markdown"].count("\n```") == 2 * len(policy.fix)


def test_rules_are_ranked_and_tagged() -> None:
    for rule in run_of(Judgement())["tool"]["driver"]["rules"]:
        properties = rule["properties"]
        assert properties["security-severity"] == severity_score(RULES[rule["id"]].severity)
        assert properties["precision"] in {"very-high", "high", "medium", "low"}
        assert properties["tags"][0] == "security"
        assert len(properties["tags"]) == len(set(properties["tags"])) <= 10
    by_id = {rule["id"]: rule for rule in run_of(Judgement())["tool"]["driver"]["rules"]}
    assert {"s3", "cis-aws-foundations", "gdpr"} <= set(by_id["SGR101"]["properties"]["tags"])
    assert "glue" in by_id["SGR301"]["properties"]["tags"]
    assert "configuration" not in by_id["SGR401"]["properties"]["tags"]
    names = [f"{start}-{number}.0" for start in ("cis-aws-foundations", "framework") for number in range(9)]
    many = replace(RULES["SGR101"], compliance=dict.fromkeys(names, ("1",)))
    (rule,) = json.loads(sarif.render(Judgement(), [many]))["runs"][0]["tool"]["driver"]["rules"]
    frameworks = ["cis-aws-foundations", *(f"framework-{number}.0" for number in range(6))]
    assert rule["properties"]["tags"] == ["security", "encryption", "s3", *frameworks]


@pytest.mark.parametrize("verdict", Verdict)
def test_only_what_needs_attention_is_a_result(verdict: Verdict) -> None:
    levels = {Verdict.FAIL: ["error"], Verdict.CONDITIONAL: ["warning"], Verdict.UNDECIDED: ["note"]}
    results = run_of(Judgement(findings=[replace(FINDING, verdict=verdict)]))["results"]
    assert [result["level"] for result in results] == levels.get(verdict, [])


def test_a_result_names_rule_place_resource_and_identity() -> None:
    result = result_of(FINDING)
    rules = run_of(Judgement())["tool"]["driver"]["rules"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "SGR102"
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "lake.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7, "startColumn": 9, "endLine": 7, "endColumn": 29},
    }
    assert location["logicalLocations"] == [{"name": "Raw", "fullyQualifiedName": "Lake/Raw", "kind": "resource"}]
    assert result["partialFingerprints"] == {"primaryLocationLineHash": "0123456789abcdef"}
    assert "relatedLocations" not in result


def test_a_message_says_what_is_wanted_what_is_wrong_and_when() -> None:
    start = "S3 bucket encrypts with AWS KMS by default: "
    assert result_of(FINDING)["message"]["text"] == f"{start}bucket 'Raw' encrypts with SSE-S3."
    several = replace(FINDING, when=("Stage is 'a'", "Stage is 'b'", "Stage is 'c'", "Stage is 'd'", "Stage is 'e'"))
    assert result_of(several)["message"]["text"] == (
        f"{start}bucket 'Raw' encrypts with SSE-S3. "
        "This holds when Stage is 'a', or Stage is 'b', or Stage is 'c' (and 2 more)."
    )
    created = replace(FINDING, message="it is wrong.", source_line="lib/stack.ts:4:5")
    assert result_of(created)["message"]["text"] == f"{start}it is wrong. Created at lib/stack.ts:4:5."
    unknown = replace(FINDING, verdict=Verdict.UNDECIDED, message="the value of Mode is given at deployment")
    assert result_of(unknown)["message"]["text"] == (
        f"{start}Lake/Raw: cannot be decided: the value of Mode is given at deployment."
    )


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("stacks/lake.yaml", "stacks/lake.yaml"),
        ("./stacks/../lake.yaml", "lake.yaml"),
        ("50% of #1?.yaml", "50%25%20of%20%231%3F.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("donnée.yaml", "donn%C3%A9e.yaml"),
        (os.fsdecode(b"\xff.yaml"), "%FF.yaml"),
        ("/somewhere/else/lake.yaml", "lake.yaml"),
    ],
)
def test_paths_are_relative_and_encoded(file: str, uri: str) -> None:
    finding = replace(FINDING, span=replace(FINDING.span, file=file))
    location = result_of(finding)["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_of_several_lines_the_first_is_named() -> None:
    result = result_of(replace(FINDING, span=Span("main.tf", 7, 9, 12, 3)))
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 9}


@pytest.mark.parametrize("file", ["../other/lake.yaml", "/somewhere/other/lake.yaml"])
def test_a_file_outside_of_the_root_is_not_made_one_inside(file: str) -> None:
    finding = replace(FINDING, span=replace(FINDING.span, file=file))
    location = result_of(finding)["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "file:///somewhere/other/lake.yaml"}


def test_the_chain_is_related_locations() -> None:
    step = ChainStep(Span("keys.yaml", 3, 1, 3, 8), "this key is disabled")
    result = result_of(replace(FINDING, chain=(step, ChainStep(Span("", 1, 1, 1, 1), "nowhere"), step)))
    place = {
        "artifactLocation": {"uri": "keys.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 8},
    }
    message = {"text": "this key is disabled"}
    assert result["relatedLocations"] == [
        {"id": 1, "physicalLocation": place, "message": message},
        {"id": 2, "physicalLocation": place, "message": message},
    ]
    assert len(result_of(replace(FINDING, chain=(step,) * 101))["relatedLocations"]) == 100


def test_names_in_a_template_become_no_links() -> None:
    step = ChainStep(Span("keys.yaml", 3, 1, 3, 8), "[key](https://example.com)")
    result = result_of(replace(FINDING, message="bucket '[Raw](https://example.com)' is wrong", chain=(step,)))
    assert "](" not in result["message"]["text"] + result["relatedLocations"][0]["message"]["text"]


def test_names_that_are_no_text_do_not_break_the_report() -> None:
    # JSON can write half of a surrogate pair, which no encoding takes and a strict reader of JSON may refuse.
    text = sarif.render(Judgement(findings=[replace(FINDING, message="\ud800", address="\udfff")]), CATALOGUE)
    assert re.search(r"\\ud[89a-f]", text) is None
    assert text.isascii()


def test_problems_are_told_and_the_run_was_no_success() -> None:
    assert run_of(Judgement(findings=[FINDING]))["invocations"] == [
        {"executionSuccessful": True, "toolExecutionNotifications": []}
    ]
    problem = Problem("stacks/half of it.yaml", 12, "it is not valid YAML: a bracket is missing")
    (invocation,) = run_of(Judgement(findings=[FINDING], problems=[problem]))["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["level"] == "error"
    assert notification["message"]["text"] == (
        "stacks/half of it.yaml was not judged: it is not valid YAML: a bracket is missing."
    )
    assert notification["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "stacks/half%20of%20it.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12},
    }


def test_notes_are_told_and_change_nothing_else() -> None:
    problem = Problem("stacks/lake.yaml", 12, "it is not valid YAML")
    note = Problem("lake/main.tf", 3, "module a (b/c/aws) is not installed, so its resources were not judged")
    (invocation,) = run_of(Judgement(findings=[FINDING], notes=[note]))["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["toolExecutionNotifications"] == [
        {
            "level": "note",
            "message": {"text": f"{note.message}."},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "lake/main.tf", "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 3},
                    }
                }
            ],
        }
    ]
    (invocation,) = run_of(Judgement(problems=[problem], notes=[note]))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [item["level"] for item in invocation["toolExecutionNotifications"]] == ["error", "note"]


def test_several_uploads_of_a_commit_are_told_apart() -> None:
    assert run_of(Judgement())["automationDetails"] == {"id": "s3-glue-rules/"}


def test_the_order_does_not_depend_on_that_of_the_findings(fixtures_judged: Judgement) -> None:
    shuffled = list(fixtures_judged.findings)
    random.Random(7).shuffle(shuffled)
    assert shuffled != fixtures_judged.findings
    mixed = replace(fixtures_judged, findings=shuffled)
    assert sarif.render(mixed, CATALOGUE) == sarif.render(fixtures_judged, CATALOGUE)
    assert sarif.render(mixed, CATALOGUE[::-1]) == sarif.render(fixtures_judged, CATALOGUE)


def test_of_too_many_findings_the_gravest_are_kept() -> None:
    notes = [
        replace(FINDING, verdict=Verdict.UNDECIDED, span=Span("a.yaml", line, 1, line, 2)) for line in range(1, 25_001)
    ]
    last = Span("z.yaml", 1, 1, 1, 2)
    grave = [replace(FINDING, span=last), replace(FINDING, policy="SGR401", severity="critical", span=last)]
    run = run_of(Judgement(findings=[*notes, *grave]))
    assert len(run["results"]) == 25_000
    assert [result["ruleId"] for result in run["results"] if result["level"] == "error"] == ["SGR102", "SGR401"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["level"] == "warning"
    assert "2 less severe findings are left out" in notification["message"]["text"]
    assert run_of(Judgement(findings=notes))["invocations"][0]["toolExecutionNotifications"] == []


@pytest.mark.parametrize("judged", ["fixtures_judged", "terraform_judged"])
def test_results_of_real_files_point_at_one_line_that_exists(judged: str, request: pytest.FixtureRequest) -> None:
    # GitHub shows an alert in a pull request only where all of its lines are part of the change.
    run = json.loads(sarif.render(request.getfixturevalue(judged), CATALOGUE, root=ROOT))["runs"][0]
    assert {result["level"] for result in run["results"]} == {"error", "warning", "note"}
    assert any("relatedLocations" in result for result in run["results"])
    lines: dict[str, list[str]] = {}
    for result in run["results"]:
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            place = location["physicalLocation"]
            uri, region = place["artifactLocation"]["uri"], place["region"]
            text = lines.setdefault(uri, (ROOT / uri).read_text(encoding="utf-8").splitlines())
            assert region["startLine"] == region.get("endLine", region["startLine"]) <= len(text)
            end = len(text[region["startLine"] - 1]) + 1
            assert 1 <= region["startColumn"] < region.get("endColumn", end) <= end
    fingerprints = [(result["ruleId"], str(result["partialFingerprints"])) for result in run["results"]]
    assert len(fingerprints) == len(set(fingerprints))


def test_results_of_terraform_name_file_block_and_address(terraform_judged: Judgement) -> None:
    run = json.loads(sarif.render(terraform_judged, CATALOGUE, root=ROOT))["runs"][0]
    addresses: dict[str, set[str]] = {}
    for result in run["results"]:
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert Path(uri).suffix in {".tf", ".json"}
        assert location["physicalLocation"]["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        (logical,) = location["logicalLocations"]
        assert logical["kind"] == "resource"
        # `aws_s3_bucket.this`, and where it stands: `module.zone["raw"].aws_s3_bucket.this`, `aws_s3_bucket.this[0]`.
        assert re.fullmatch(r"[a-z0-9_]+\.[\w-]+", logical["name"])
        module = r"module\.[\w-]+(\[[^]]+\])?\."
        assert re.fullmatch(rf"({module})*{re.escape(logical['name'])}(\[[^]]+\])?", logical["fullyQualifiedName"]), (
            logical
        )
        addresses.setdefault(uri, set()).add(logical["fullyQualifiedName"])
        if uri.endswith(".tf") and result["level"] == "error":
            lines = (ROOT / uri).read_text(encoding="utf-8").splitlines()
            region = location["physicalLocation"]["region"]
            found = lines[region["startLine"] - 1][region["startColumn"] - 1 :]
            # The header of a block, or an argument: what is there to be read and changed.
            assert re.match(r"\S", found), (uri, region)
    lake = "fixtures/estates/terraform_lake"
    assert 'module.zone["raw"].aws_s3_bucket.this' in addresses[f"{lake}/modules/bucket/main.tf"]
    assert "aws_glue_dev_endpoint.notebooks[0]" in addresses[f"{lake}/glue.tf"]
    assert 'module.key["exchange"].aws_kms_key.this' in addresses[f"{lake}/plans/prod.json"]


def test_plans_with_their_root_point_at_its_files() -> None:
    lake = FIXTURES / "estates" / "terraform_lake"
    judgement = scan([str(lake / "plans" / "prod.json")], CATALOGUE, TerraformOptions(root=str(lake)))
    run = json.loads(sarif.render(judgement, CATALOGUE, root=ROOT))["runs"][0]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    start = "fixtures/estates/terraform_lake"
    assert uris == {f"{start}/{name}" for name in ("glue.tf", *(f"modules/{m}/main.tf" for m in MODULES))}


def test_the_command_writes_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["scan", "--format", "sarif", "fixtures/s3_bucket_encrypted_without_kms/bad.yaml"]) == 1
    run = json.loads(capsys.readouterr().out)["runs"][0]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    assert uris == {"fixtures/s3_bucket_encrypted_without_kms/bad.yaml"}


@pytest.mark.parametrize("judged", ["fixtures_judged", "terraform_judged"])
def test_github_accepts_the_report_of_the_fixtures(judged: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    judgement = request.getfixturevalue(judged)
    assert isinstance(judgement, Judgement)
    assert judgement.notes or judged == "fixtures_judged"
    assert complaints(sarif.render(judgement, CATALOGUE, root=ROOT), tmp_path) == []


def test_github_accepts_a_report_with_everything_unusual(tmp_path: Path) -> None:
    step = ChainStep(Span("../keys.yaml", 3, 1, 3, 8), "[key](1)")
    unusual = replace(
        FINDING,
        span=Span("50% of #1?.yaml", 7, 9, 7, 9),
        message="bucket '${Raw}' {0} [is](1) \ud800 wrong",
        address="\ud800",
        when=("Stage is 'a'",),
        chain=(step,) * 101,
        source_line="lib/stack.ts:4:5",
    )
    judgement = Judgement(
        findings=[FINDING, unusual],
        problems=[Problem("half of it.yaml", 12, "it is not YAML")],
        notes=[Problem("50% of #1?.tf", 3, "module [a](b) is not installed")],
    )
    assert complaints(sarif.render(judgement, CATALOGUE), tmp_path) == []


def test_github_accepts_a_report_without_findings(tmp_path: Path) -> None:
    assert complaints(sarif.render(Judgement(), CATALOGUE), tmp_path) == []


def test_github_refuses_a_report_without_help(tmp_path: Path) -> None:
    # If this report were accepted, the tests above would show nothing.
    report = json.loads(sarif.render(Judgement(findings=[FINDING]), CATALOGUE))
    del report["runs"][0]["tool"]["driver"]["rules"][0]["help"]
    assert ("GH2012", "error") in complaints(json.dumps(report), tmp_path)


def test_a_missing_multitool_fails_where_ci_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multitool, "BINARY", tmp_path / "Sarif.Multitool")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="is missing: npm install"):
        multitool.complaints("{}", tmp_path)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="is missing: npm install"):
        multitool.complaints("{}", tmp_path)
