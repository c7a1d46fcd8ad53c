"""Whole estates: templates by their markers, assemblies by the list beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE, FIXTURES
from tests.support.markers import Marker, read_markers

ESTATES = FIXTURES / "estates"
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
