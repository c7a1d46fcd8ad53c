"""What a check says about one resource in one world."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from s3_glue_rules.model.spans import Origin


class Verdict(enum.Enum):
    """The verdicts. SUPPRESSED is given by the judge, CONDITIONAL by both, the others by checks."""

    FAIL = "fail"
    CONDITIONAL = "conditional"
    UNDECIDED = "undecided"
    PASS = "pass"  # noqa: S105 - a verdict, no password
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not_applicable"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Link:
    """One step of the chain that led to an answer: a place and what it says."""

    origin: Origin
    says: str


@dataclass(frozen=True)
class Answer:
    """A verdict with its reason. ``at`` is the property that is wrong; None means the resource's header."""

    verdict: Verdict
    message: str
    at: Origin | None = None
    chain: tuple[Link, ...] = ()


def fails(message: str, *, at: Origin | None = None, chain: tuple[Link, ...] = ()) -> Answer:
    """Say that the resource breaks the policy: the message tells what is wrong here and what to change."""
    return Answer(Verdict.FAIL, message, at, chain)


def warns(message: str, *, at: Origin | None = None, chain: tuple[Link, ...] = ()) -> Answer:
    """Say that the resource would break the policy, were it not a test or an example: a warning, no failure."""
    return Answer(Verdict.CONDITIONAL, message, at, chain)


def passes(reason: str = "") -> Answer:
    """Say that the resource keeps the policy."""
    return Answer(Verdict.PASS, reason)


def exempt(reason: str, *, chain: tuple[Link, ...] = ()) -> Answer:
    """Say that the resource must be as it is, for a reason outside of the policy."""
    return Answer(Verdict.EXEMPT, reason, None, chain)


def not_applicable(reason: str) -> Answer:
    """Say that the policy does not ask this of the resource."""
    return Answer(Verdict.NOT_APPLICABLE, reason)


def undecided(reason: str, *, at: Origin | None = None, chain: tuple[Link, ...] = ()) -> Answer:
    """Say that the text does not decide."""
    return Answer(Verdict.UNDECIDED, reason, at, chain)
