"""The cfn-lint window, with the oldest and the newest cfn-lint that are claimed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.scan import scan
from tests.support.fixtures import CASES, CATALOGUE, FIXTURES, IDS, ROOT
from tests.support.markers import Marker, read_markers

OLDEST = ROOT / ".venv-cfn-lint-oldest" / "bin" / "python"
VERSIONS = {"newest": Path(sys.executable), "oldest": OLDEST}
RULES = "s3_glue_rules.hosts.cfnlint_rules"

TEMPLATES = sorted({path for _, path in CASES})
PLAIN = [*TEMPLATES, *sorted(FIXTURES.glob("estates/*/*.yaml")), *sorted(FIXTURES.glob("clean/*.yaml"))]


def interpreter(version: str) -> Path:
    python = VERSIONS[version]
    if not python.exists():
        if "CI" in os.environ:
            pytest.fail(f"{python} is missing; `make test` makes it")
        pytest.skip(f"{python} is missing; `make test` makes it")
    return python


def cfn_lint(version: str, *arguments: str, cwd: Path = ROOT) -> tuple[int, list[dict[str, Any]], str]:
    command = [str(interpreter(version).parent / "cfn-lint"), "-a", RULES, "--format", "json", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)
    try:
        return done.returncode, json.loads(done.stdout), done.stderr
    except json.JSONDecodeError:
        return done.returncode, [], done.stdout + done.stderr


@lru_cache(maxsize=2)
def all_matches(version: str) -> dict[Path, list[dict[str, Any]]]:
    # Policies of the strict level are experimental rules.
    status, matches, errors = cfn_lint(version, "-e", "-t", *[str(path.relative_to(ROOT)) for path in PLAIN])
    assert status & ~(2 | 4) == 0, errors
    assert matches, errors
    found: dict[Path, list[dict[str, Any]]] = {}
    for match in matches:
        found.setdefault(ROOT / match["Filename"], []).append(match)
    return found


def ours(matches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [match for match in matches if "SGR" in match["Rule"]["Id"]]


def as_marker(match: dict[str, Any]) -> Marker:
    letter, policy = match["Rule"]["Id"][0], match["Rule"]["Id"][1:]
    verdict = Verdict.FAIL if letter == "E" else Verdict.CONDITIONAL
    return Marker(policy, verdict.value, match["Location"]["Path"][1])


SAID = {Verdict.FAIL.value, Verdict.CONDITIONAL.value}


@pytest.mark.xdist_group("cfn-lint")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("policy", "path"), CASES, ids=IDS)
def test_same_findings_as_marked(version: str, policy: Any, path: Path) -> None:
    found = {as_marker(match) for match in ours(all_matches(version).get(path, []))}
    wanted = {marker for marker in read_markers(path) if marker.verdict in SAID}
    assert sorted(m for m in found if m.policy == policy.id) == sorted(wanted)


@pytest.mark.xdist_group("cfn-lint")
@pytest.mark.parametrize("path", PLAIN, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_same_places_as_the_command(path: Path) -> None:
    findings = scan([str(path)], CATALOGUE).findings
    wanted = {
        (f.policy, f.logical_id, f.span.line, f.span.column)
        for f in findings
        if f.verdict.value in SAID and ROOT / f.span.file == path
    }
    found = {
        (
            match["Rule"]["Id"][1:],
            match["Location"]["Path"][1],
            match["Location"]["Start"]["LineNumber"],
            match["Location"]["Start"]["ColumnNumber"],
        )
        for match in ours(all_matches("newest").get(path, []))
    }
    assert sorted(found) == sorted(wanted)


@pytest.mark.xdist_group("cfn-lint")
@pytest.mark.parametrize("path", PLAIN, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_fixtures_are_real_templates(path: Path) -> None:
    theirs = [match for match in all_matches("newest").get(path, []) if "SGR" not in match["Rule"]["Id"]]
    assert [(m["Rule"]["Id"], m["Location"]["Start"], m["Message"]) for m in theirs] == []


BUCKET = """Resources:
  Plain:
    Type: AWS::S3::Bucket
{metadata}
  Other:
    Type: AWS::S3::Bucket
"""


def rules_at(matches: list[dict[str, Any]], logical_id: str) -> set[str]:
    return {match["Rule"]["Id"] for match in ours(matches) if match["Location"]["Path"][1] == logical_id}


@pytest.mark.parametrize("version", VERSIONS)
def test_resource_level_ignores(version: str, tmp_path: Path) -> None:
    metadata = "    Metadata: {cfn-lint: {config: {ignore_checks: [ESGR101]}}}"
    (tmp_path / "t.yaml").write_text(BUCKET.format(metadata=metadata), encoding="utf-8")
    _, matches, _ = cfn_lint(version, "-t", "t.yaml", cwd=tmp_path)
    assert rules_at(matches, "Plain") == {"ESGR109"}
    assert rules_at(matches, "Other") == {"ESGR101", "ESGR109"}


def test_template_level_ignores(tmp_path: Path) -> None:
    text = "Metadata: {cfn-lint: {config: {ignore_checks: [ESGR109]}}}\n" + BUCKET.format(metadata="")
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    _, matches, _ = cfn_lint("newest", "-t", "t.yaml", cwd=tmp_path)
    assert rules_at(matches, "Plain") == {"ESGR101"}


def test_undecided_findings_are_warnings_in_the_strict_mode(tmp_path: Path) -> None:
    text = """Parameters:
  Algorithm: {Type: String}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: !Ref Algorithm}
"""
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    _, silent, _ = cfn_lint("newest", "-t", "t.yaml", cwd=tmp_path)
    assert rules_at(silent, "Bucket") == {"ESGR109"}
    _, strict, _ = cfn_lint("newest", "-x", "WSGR102:strict=true", "-t", "t.yaml", cwd=tmp_path)
    assert rules_at(strict, "Bucket") == {"ESGR109", "WSGR102"}


def test_strict_policies_speak_only_when_asked() -> None:
    path = FIXTURES / "kms_key_policy_merges_administration_and_use" / "bad.yaml"
    _, usual, _ = cfn_lint("newest", "-t", str(path))
    assert usual
    assert "SGR209" not in {match["Rule"]["Id"][1:] for match in usual}
    _, asked, _ = cfn_lint("newest", "-e", "-t", str(path))
    assert "ESGR209" in {match["Rule"]["Id"] for match in asked}


def test_a_crashing_check_does_not_end_in_zero(tmp_path: Path) -> None:
    text = "Resources:\n  Key:\n    Type: AWS::KMS::ReplicaKey\n    Properties: {}\n"
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(
        "import s3_glue_rules.checks.kms_key_is_disabled as check\n"
        "def crash(key):\n    raise RuntimeError('broken')\n"
        "check.check = crash\n",
        encoding="utf-8",
    )
    command = [str(Path(sys.executable).parent / "cfn-lint"), "-a", RULES, "--format", "json", "-t", "t.yaml"]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode != 0
    assert any("SGR206 crashed" in match["Message"] for match in json.loads(done.stdout))


def test_stack_of_an_assembly_is_judged_with_its_neighbours() -> None:
    folder = FIXTURES / "estates" / "cdk_lake" / "cdk.out"
    template = folder / "Pipeline.template.json"
    alone = {(f.policy, f.logical_id) for f in scan([str(template)], CATALOGUE).findings if f.verdict is Verdict.FAIL}
    whole = scan([str(folder)], CATALOGUE).findings
    assert alone == {
        (f.policy, f.logical_id) for f in whole if f.verdict is Verdict.FAIL and ROOT / f.span.file == template
    }
    _, matches, errors = cfn_lint("newest", "-t", str(template))
    found = {(m["Rule"]["Id"][1:], m["Location"]["Path"][1]) for m in ours(matches) if m["Rule"]["Id"][0] == "E"}
    assert found == alone, errors
