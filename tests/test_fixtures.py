"""The fixtures through the command's own engine: exact sets, exact lines, and good files that earn their pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3_glue_rules.catalogue import Policy
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.scan import scan
from tests.support.fixtures import CASES, CATALOGUE, IDS, KINDS, kind_of, templates
from tests.support.markers import Marker, read_lines, read_markers

MARKED = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.EXEMPT}


def judged(path: Path, policies: tuple[Policy, ...]) -> Judgement:
    judgement = scan([str(path)], policies)
    assert judgement.problems == []
    return judgement


def spoken(judgement: Judgement) -> set[Marker]:
    return {Marker(f.policy, f.verdict.value, f.logical_id) for f in judgement.findings if f.verdict in MARKED}


@pytest.mark.parametrize(("policy", "path"), CASES, ids=IDS)
def test_findings_are_those_marked(policy: Policy, path: Path) -> None:
    assert sorted(spoken(judged(path, (policy,)))) == sorted(read_markers(path))


@pytest.mark.parametrize(("policy", "path"), CASES, ids=IDS)
def test_findings_point_at_the_marked_lines(policy: Policy, path: Path) -> None:
    wanted = read_lines(path)
    findings = judged(path, (policy,)).findings
    found = {(f.policy, f.span.line) for f in findings if f.verdict in {Verdict.FAIL, Verdict.CONDITIONAL}}
    assert wanted <= found


@pytest.mark.parametrize(
    "policy", [policy for policy in CATALOGUE if "cloudformation" in policy.languages], ids=lambda policy: policy.id
)
def test_every_policy_has_its_kinds_of_cases(policy: Policy) -> None:
    kinds = {kind_of(path) for path in templates(policy)}
    assert {"good", "bad", "near", "branches"} <= kinds <= set(KINDS)


@pytest.mark.parametrize(("policy", "path"), CASES, ids=IDS)
def test_kinds_hold_what_they_say(policy: Policy, path: Path) -> None:
    verdicts = [finding.verdict for finding in judged(path, (policy,)).findings]
    kind = kind_of(path)
    if kind == "good":
        assert Verdict.PASS in verdicts
    if kind in {"good", "near"}:
        assert not {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED} & set(verdicts)
    if kind == "bad":
        assert Verdict.FAIL in verdicts
    if kind == "undecided":
        assert Verdict.UNDECIDED in verdicts
