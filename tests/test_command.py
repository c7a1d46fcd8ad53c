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
    assert {"SGR101", "SGR102", "SGR103", "SGR104", "SGR105", "SGR107", "SGR109"} == policies["AWS::S3::Bucket"]
    assert {"SGR201", "SGR203", "SGR205", "SGR206", "SGR207"} == policies["AWS::KMS::Key"]
    assert {"SGR301", "SGR304"} == policies["AWS::Glue::Job"]


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


def test_start_up_imports_neither_hosts_nor_yaml_until_they_are_needed() -> None:
    code = (
        "import sys, s3_glue_rules.cli; print([m for m in ('checkov', 'cfnlint', 'boto3', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
