"""Settings of policies: read, bounded, and the same in the command and in the other scanners."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.catalogue import load_catalogue
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.scan import load_checks, scan
from s3_glue_rules.settings import VARIABLE, SettingError, read_settings
from tests.support import checkov
from tests.support.fixtures import CATALOGUE, FIXTURES, ROOT

TEMPLATE = """\
Resources:
  EveryYear:
    Type: AWS::KMS::Key
    Properties: {EnableKeyRotation: true, PendingWindowInDays: 14}
  TwiceAYear:
    Type: AWS::KMS::Key
    Properties: {EnableKeyRotation: true, RotationPeriodInDays: 180, PendingWindowInDays: 30}
"""
TERRAFORM = """\
resource "aws_kms_key" "every_year" {
  enable_key_rotation     = true
  deletion_window_in_days = 14
}

resource "aws_kms_key" "twice_a_year" {
  enable_key_rotation     = true
  rotation_period_in_days = 180
  deletion_window_in_days = 30
}
"""
BOTH = "SGR202.maximum_days=180 SGR204.minimum_days=15"


@pytest.mark.parametrize(
    ("variable", "options", "expected"),
    [
        ("", [], {}),
        (" \n ", [], {}),
        ("SGR202.maximum_days=180", [], {"SGR202": {"maximum_days": 180}}),
        (BOTH, [], {"SGR202": {"maximum_days": 180}, "SGR204": {"minimum_days": 15}}),
        (BOTH.replace(" ", ","), [], {"SGR202": {"maximum_days": 180}, "SGR204": {"minimum_days": 15}}),
        (BOTH.replace(" ", "\n  "), [], {"SGR202": {"maximum_days": 180}, "SGR204": {"minimum_days": 15}}),
        ("", ["sgr202.maximum_days=0180"], {"SGR202": {"maximum_days": 180}}),
        ("", ["SGR202.maximum_days=90", "SGR202.maximum_days=91"], {"SGR202": {"maximum_days": 91}}),
        ("", [BOTH], {"SGR202": {"maximum_days": 180}, "SGR204": {"minimum_days": 15}}),
        ("SGR202.maximum_days=90", ["SGR202.maximum_days=2560"], {"SGR202": {"maximum_days": 2560}}),
        (BOTH, ["SGR204.minimum_days=7"], {"SGR202": {"maximum_days": 180}, "SGR204": {"minimum_days": 7}}),
    ],
)
def test_options_win_over_the_variable(variable: str, options: list[str], expected: dict[str, dict[str, int]]) -> None:
    assert read_settings(options, CATALOGUE, {VARIABLE: variable}) == expected


WRONG = {
    "maximum_days=180": "'maximum_days=180' is no setting: write one like SGR202.maximum_days=180",
    "SGR202.maximum_days": "'SGR202.maximum_days' is no setting",
    "SGR202=180": "'SGR202=180' is no setting",
    "": "'' is no setting",
    "SGR999.maximum_days=180": "no policy is called 'SGR999'",
    "SGR2.maximum_days=180": "no policy is called 'SGR2'",
    "SGR202.days=180": "SGR202 has no setting 'days', it has maximum_days",
    "SGR202.MAXIMUM_DAYS=180": "SGR202 has no setting 'MAXIMUM_DAYS'",
    "SGR101.maximum_days=180": "SGR101 has no setting 'maximum_days', it has none",
    "SGR202.maximum_days=": "'' is no whole number",
    "SGR202.maximum_days=half": "'half' is no whole number",
    "SGR202.maximum_days=180.0": "'180.0' is no whole number",
    "SGR202.maximum_days=1_80": "'1_80' is no whole number",
    "SGR202.maximum_days=١٨٠": "'١٨٠' is no whole number",
    "SGR202.maximum_days=180=1": "'180=1' is no whole number",
    "SGR202.maximum_days=99999999999999999999": "is no whole number",
    "SGR202.maximum_days=89": "89 does not lie between 90 and 2560",
    "SGR202.maximum_days=2561": "2561 does not lie between 90 and 2560",
    "SGR202.maximum_days=-180": "-180 does not lie between 90 and 2560",
    "SGR204.minimum_days=6": "6 does not lie between 7 and 30",
    "SGR204.minimum_days=31": "31 does not lie between 7 and 30",
}


@pytest.mark.parametrize("setting", WRONG)
def test_what_cannot_be_set_is_refused(setting: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings([setting], CATALOGUE, {})
    assert str(caught.value).startswith("--set: ")
    assert WRONG[setting] in str(caught.value)
    if setting:
        with pytest.raises(SettingError) as caught:
            read_settings([], CATALOGUE, {VARIABLE: f"SGR204.minimum_days=30 {setting}"})
        assert str(caught.value).startswith(f"{VARIABLE}: ")


def test_all_that_is_wrong_is_told_once() -> None:
    with pytest.raises(SettingError) as caught:
        read_settings(["a", "a", "SGR202.maximum_days=1"], CATALOGUE, {VARIABLE: "b"})
    assert [part.split(" is ")[0].split(": 1 ")[0] for part in str(caught.value).split("; ")] == [
        f"{VARIABLE}: 'b'",
        "--set: 'a'",
        "--set: SGR202.maximum_days=1",
    ]


def failing(path: Path, settings: dict[str, dict[str, int]]) -> set[str]:
    judgement = scan([str(path)], [policy for policy in CATALOGUE if policy.id in {"SGR202", "SGR204"}], None, settings)
    assert judgement.problems == []
    return {f"{f.policy} {f.logical_id}" for f in judgement.findings if f.verdict is Verdict.FAIL}


def test_checks_judge_by_what_is_set(tmp_path: Path) -> None:
    path = checkov.write(tmp_path, TEMPLATE)
    assert failing(path, {}) == set()
    assert failing(path, {"SGR202": {"maximum_days": 364}}) == {"SGR202 EveryYear"}
    assert failing(path, {"SGR202": {"maximum_days": 179}}) == {"SGR202 EveryYear", "SGR202 TwiceAYear"}
    assert failing(path, {"SGR202": {"maximum_days": 180}, "SGR204": {"minimum_days": 15}}) == {
        "SGR202 EveryYear",
        "SGR204 EveryYear",
    }


def test_settings_of_the_environment_that_cannot_be_read_load_no_policy_that_has_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "SGR202.maximum_days=soon")
    problems: list[Problem] = []
    loaded = {check.policy.id for check in load_checks(load_catalogue(), problems)}
    with_settings = {policy.id for policy in CATALOGUE if policy.parameters}
    assert {"SGR202", "SGR204"} <= with_settings
    assert loaded == {policy.id for policy in CATALOGUE} - with_settings
    assert {problem.message.split(":")[0] for problem in problems} == {f"{id_} did not load" for id_ in with_settings}
    assert all("'soon' is no whole number" in problem.message for problem in problems)


def command(*arguments: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "s3_glue_rules.cli", "scan", *arguments],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT), **variables}, check=False,
    )  # fmt: skip


def said(done: subprocess.CompletedProcess[str]) -> set[tuple[str, str]]:
    return {(verdict["policy"], verdict["address"]) for verdict in json.loads(done.stdout)["verdicts"]}


@pytest.mark.parametrize(("name", "text"), [("template.yaml", TEMPLATE), ("main.tf", TERRAFORM)])
def test_the_command_takes_options_and_the_variable(tmp_path: Path, name: str, text: str) -> None:
    checkov.write(tmp_path, text, name)
    judged = ("--select", "SGR202,SGR204", "--format", "json", ".")
    key = "EveryYear" if name == "template.yaml" else "aws_kms_key.every_year"
    assert said(command(*judged, cwd=tmp_path)) == set()
    assert said(command("--set", "SGR202.maximum_days=180", *judged, cwd=tmp_path)) == {("SGR202", key)}
    both = ("--set", "SGR202.maximum_days=180", "--set", "SGR204.minimum_days=30")
    assert said(command(*both, *judged, cwd=tmp_path)) == {("SGR202", key), ("SGR204", key)}
    assert said(command(*judged, cwd=tmp_path, S3_GLUE_RULES_SET=BOTH)) == {("SGR202", key), ("SGR204", key)}
    relaxed = command("--set", "SGR204.minimum_days=7", *judged, cwd=tmp_path, S3_GLUE_RULES_SET=BOTH)
    assert said(relaxed) == {("SGR202", key)}
    assert relaxed.returncode == 1


@pytest.mark.parametrize("setting", ["SGR202.maximum_days=1", "SGR999.maximum_days=180", "SGR202.days=180", "180"])
def test_the_command_refuses_settings_that_cannot_be(setting: str) -> None:
    by_option = command("--set", setting, "fixtures/clean")
    by_variable = command("fixtures/clean", S3_GLUE_RULES_SET=setting)
    for done, source in ((by_option, "--set"), (by_variable, VARIABLE)):
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.startswith(f"s3-glue-rules: {source}: ")
        assert done.stderr.count("\n") == 1


def test_explain_shows_the_settings() -> None:
    explained = command("--explain", "SGR202").stdout
    assert "Settings\n    SGR202.maximum_days=365\n" in explained
    assert "(90 to 2560)" in explained
    assert "Settings" not in command("--explain", "SGR101").stdout


def cfn_lint(path: Path, **variables: str) -> tuple[int, list[dict[str, Any]]]:
    program = str(Path(sys.executable).parent / "cfn-lint")
    done = subprocess.run(
        [program, "-a", "s3_glue_rules.hosts.cfnlint_rules", "--format", "json", "-t", str(path)],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT), **variables}, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def test_cfn_lint_takes_the_variable(tmp_path: Path) -> None:
    path = checkov.write(tmp_path, TEMPLATE)
    assert cfn_lint(path) == (0, [])
    _, matches = cfn_lint(path, S3_GLUE_RULES_SET=BOTH)
    assert {(match["Rule"]["Id"], match["Location"]["Path"][1]) for match in matches} == {
        ("ESGR202", "EveryYear"),
        ("ESGR204", "EveryYear"),
    }


def test_cfn_lint_fails_where_the_variable_cannot_be_read(tmp_path: Path) -> None:
    status, matches = cfn_lint(checkov.write(tmp_path, TEMPLATE), S3_GLUE_RULES_SET="SGR202.maximum_days=1")
    assert status != 0
    told = {match["Message"].split(":")[0] + ":" + match["Message"].split(":")[1] for match in matches}
    assert {"not judged: SGR202 did not load", "not judged: SGR204 did not load"} <= told
    assert all("1 does not lie between 90 and 2560" in match["Message"] for match in matches)


@pytest.mark.parametrize(
    ("framework", "name", "text", "key"),
    [
        ("cloudformation", "template.yaml", TEMPLATE, "AWS::KMS::Key.EveryYear"),
        ("terraform", "main.tf", TERRAFORM, "aws_kms_key.every_year"),
    ],
)
def test_checkov_takes_the_variable_and_fails_where_it_cannot_be_read(
    tmp_path: Path, framework: str, name: str, text: str, key: str
) -> None:
    checkov.need_checkov()
    checkov.write(tmp_path, text, name)

    def failed(settings: str = "") -> tuple[int, set[tuple[str, str]], str]:
        arguments = ("-d", ".", "-c", "SGR202,SGR204,SGR206", "-o", "json")
        done = checkov.run(*arguments, cwd=tmp_path, framework=framework, S3_GLUE_RULES_SET=settings)
        return (
            done.returncode,
            {(r["check_id"], r["resource"]) for r in checkov.results(done)["failed_checks"]},
            done.stderr,
        )

    assert failed()[:2] == (0, set())
    assert failed(BOTH)[:2] == (1, {("SGR202", key), ("SGR204", key)})
    status, found, errors = failed("SGR202.maximum_days=1")
    assert status == 1
    assert {policy for policy, _ in found} == {"SGR202", "SGR204"}
    assert "SGR202 did not load: S3_GLUE_RULES_SET: SGR202.maximum_days=1: 1 does not lie between 90 and 2560" in errors


def test_checkov_takes_the_variable_for_plans(tmp_path: Path) -> None:
    checkov.need_checkov()
    plan = (FIXTURES / "estates" / "terraform_lake" / "plans" / "prod.json").read_text(encoding="utf-8")
    path = checkov.write(tmp_path, plan, "plan.json")
    ours = [policy for policy in CATALOGUE if policy.id == "SGR202"]
    findings = scan([str(path)], ours, None, {"SGR202": {"maximum_days": 90}}).findings
    wanted = {finding.address for finding in findings if finding.verdict is Verdict.FAIL}
    arguments = ("-f", str(path), "-c", "SGR202", "-o", "json")
    done = checkov.run(*arguments, cwd=tmp_path, framework="terraform_plan", S3_GLUE_RULES_SET="SGR202.maximum_days=90")
    assert wanted
    assert {record["resource"] for record in checkov.results(done)["failed_checks"]} == wanted
