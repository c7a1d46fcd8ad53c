"""Counts and exit status, which all formats share."""

from __future__ import annotations

from collections import Counter

from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding, Judgement

SPOKEN = (Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED)


def spoken(judgement: Judgement) -> list[Finding]:
    """Return the findings that every report names."""
    return [finding for finding in judgement.findings if finding.verdict in SPOKEN]


def counts(judgement: Judgement) -> dict[str, int]:
    """Return the number of findings of each verdict, all verdicts named."""
    counted = Counter(finding.verdict for finding in judgement.findings)
    return {verdict.value: counted.get(verdict, 0) for verdict in Verdict}


def exit_status(judgement: Judgement, *, strict: bool) -> int:
    """Return 2 where something was not judged, 1 where something fails, else 0.

    ``strict`` takes conditional and undecided findings for failures, and notes on what is not at hand.
    """
    if judgement.problems:
        return 2
    if strict and judgement.notes:
        return 1
    failing = set(SPOKEN) if strict else {Verdict.FAIL}
    return int(any(finding.verdict in failing for finding in judgement.findings))
