"""The report for people."""

from __future__ import annotations

from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding, Judgement
from s3_glue_rules.model.spans import Span
from s3_glue_rules.report.summary import counts, spoken

_LABEL = {Verdict.FAIL: "error", Verdict.CONDITIONAL: "warning", Verdict.UNDECIDED: "note"}
_COLOUR = {Verdict.FAIL: "31", Verdict.CONDITIONAL: "33", Verdict.UNDECIDED: "36"}


def render(judgement: Judgement, *, colour: bool = False) -> str:
    """Return the report as text: each finding with its place, message, worlds and chain, then the counts.

    Notes stand between findings and counts; without any, nothing is said of them.
    """
    lines: list[str] = []
    for finding in spoken(judgement):
        lines.extend(_finding(finding, colour=colour))
    for problem in judgement.problems:
        label = _painted("not judged", "31;1", colour=colour)
        lines.append(f"{problem.file}:{problem.line}: {label}: {problem.message}")
    for note in judgement.notes:
        label = _painted("note", _COLOUR[Verdict.UNDECIDED], colour=colour)
        lines.append(f"{note.file}:{note.line}: {label}: {note.message}")
    if lines:
        lines.append("")
    lines.append(_summary(judgement))
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, *, colour: bool) -> list[str]:
    span = finding.span
    label = _painted(f"{_LABEL[finding.verdict]} {finding.policy}", _COLOUR[finding.verdict], colour=colour)
    said = [f"{span.file}:{span.line}:{span.column}:{_part(span)} {label} [{finding.severity}] {finding.title}"]
    message = finding.message
    if finding.verdict is Verdict.UNDECIDED:
        message = f"{finding.address}: cannot be decided: {message}"
    said.append(f"    {message}")
    if finding.when:
        more = f" (and {len(finding.when) - 3} more)" if len(finding.when) > 3 else ""
        said.append(f"    when {', or '.join(finding.when[:3])}{more}")
    said.extend(f"    <- {step.span.file}:{step.span.line}:{_part(step.span)} {step.says}" for step in finding.chain)
    if finding.source_line is not None:
        said.append(f"    created at {finding.source_line}")
    return said


def _part(span: Span) -> str:
    return f" ({span.part}):" if span.part else ""


def _summary(judgement: Judgement) -> str:
    number = counts(judgement)
    notes = f"; {len(judgement.notes)} notes" if judgement.notes else ""
    return (
        f"{judgement.files_judged} files judged, {judgement.files_passed_over} passed over; "
        f"{judgement.resources} resources: {number['fail']} fail, {number['conditional']} conditional, "
        f"{number['undecided']} undecided, {number['pass']} pass, {number['exempt']} exempt, "
        f"{number['suppressed']} suppressed, {number['not_applicable']} not applicable; "
        f"{len(judgement.problems)} not judged{notes}"
    )


def _painted(text: str, code: str, *, colour: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if colour else text
