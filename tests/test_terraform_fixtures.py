"""The Terraform fixtures through the command's own engine: exact sets, exact lines, kinds that hold what they say."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from s3_glue_rules.catalogue import Policy
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE, KINDS, TERRAFORM_CASES, TERRAFORM_IDS, kind_of, modules
from tests.support.terraform_markers import lines_of, spoken, wanted

by_case = pytest.mark.parametrize(("policy", "folder"), TERRAFORM_CASES, ids=TERRAFORM_IDS)


@cache
def judged(folder: Path, policy: Policy) -> Judgement:
    judgement = scan([str(folder)], (policy,))
    assert judgement.problems == []
    return judgement


@by_case
def test_findings_are_those_marked(policy: Policy, folder: Path) -> None:
    findings = judged(folder, policy).findings
    assert sorted(spoken(findings)) == sorted(wanted(folder, findings))


@by_case
def test_findings_point_at_the_marked_lines(policy: Policy, folder: Path) -> None:
    found = {
        (finding.policy, str(Path(finding.span.file).resolve()), finding.span.line)
        for finding in judged(folder, policy).findings
        if finding.verdict in {Verdict.FAIL, Verdict.CONDITIONAL}
    }
    assert lines_of(folder) <= found


def wanted_kinds(policy: Policy) -> set[str]:
    """Return the kinds that a policy must have. SGR401 only judges texts that stand there: an open one is not read."""
    return set(KINDS) - ({"undecided"} if policy.id == "SGR401" else set())


@pytest.mark.parametrize(
    "policy", [policy for policy in CATALOGUE if "terraform" in policy.languages], ids=lambda policy: policy.id
)
def test_every_policy_has_its_kinds_of_cases(policy: Policy) -> None:
    kinds = {kind_of(folder) for folder in modules(policy)}
    assert wanted_kinds(policy) <= kinds <= set(KINDS)


@by_case
def test_kinds_hold_what_they_say(policy: Policy, folder: Path) -> None:
    verdicts = {finding.verdict for finding in judged(folder, policy).findings}
    kind = kind_of(folder)
    if kind == "good":
        assert Verdict.PASS in verdicts
    if kind in {"good", "near"}:
        assert not {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED} & verdicts
    if kind == "bad":
        assert Verdict.FAIL in verdicts
    if kind == "undecided":
        assert Verdict.UNDECIDED in verdicts
