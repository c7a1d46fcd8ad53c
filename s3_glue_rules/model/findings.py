"""What the judge hands to the reports."""

from __future__ import annotations

from dataclasses import dataclass, field

from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.spans import Path, Span


@dataclass(frozen=True)
class ChainStep:
    """A place that led to a finding."""

    span: Span
    says: str


@dataclass(frozen=True)
class Finding:
    """The verdict of one policy on one resource.

    ``when`` names the worlds in which the verdict holds (empty: in all that exist); ``header`` is where the resource
    starts; ``fingerprint`` does not change when lines move; ``logical_id`` is the name in its own template and
    ``path`` the keys that lead to the primary location there.
    """

    policy: str
    verdict: Verdict
    severity: str
    title: str
    message: str
    address: str
    resource_type: str
    estate: str
    span: Span
    header: Span
    fingerprint: str
    logical_id: str
    path: Path
    when: tuple[str, ...] = ()
    chain: tuple[ChainStep, ...] = ()
    source_line: str | None = None


@dataclass(frozen=True)
class Problem:
    """Something that could not be judged: which file, which line, what is wrong and what to do."""

    file: str
    line: int
    message: str


@dataclass
class Judgement:
    """All that a scan found out. Notes change no exit status.

    Counts are of files and of resources that a policy is about.
    """

    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    files_judged: int = 0
    files_passed_over: int = 0
    resources: int = 0
