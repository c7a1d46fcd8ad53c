"""The JSON report, version 1."""

from __future__ import annotations

import json
from typing import Any

from s3_glue_rules.model.findings import Finding, Judgement, Problem
from s3_glue_rules.report.summary import counts, spoken


def render(judgement: Judgement, *, all_verdicts: bool = False) -> str:
    """Return the report as JSON text.

    ``verdicts`` holds failing, conditional and undecided findings, with ``all_verdicts`` one for every resource that
    a policy is about. ``notes`` is only there where something is to be noted. Lines and columns count from 1; end
    columns are exclusive. ``part`` is only there in notebooks: the cell and the line in it.
    """
    findings = judgement.findings if all_verdicts else spoken(judgement)
    number = {"errors": len(judgement.problems)}
    document: dict[str, Any] = {
        "version": 1,
        "verdicts": [_finding(finding) for finding in findings],
        "errors": [_problem(problem) for problem in judgement.problems],
    }
    if judgement.notes:
        number["notes"] = len(judgement.notes)
        document["notes"] = [_problem(note) for note in judgement.notes]
    document["summary"] = {
        "files_judged": judgement.files_judged,
        "files_passed_over": judgement.files_passed_over,
        "resources": judgement.resources,
        **number,
        **counts(judgement),
    }
    return json.dumps(document, indent=2) + "\n"


def _problem(problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "message": problem.message}


def _finding(finding: Finding) -> dict[str, Any]:
    written: dict[str, Any] = {
        "policy": finding.policy,
        "verdict": finding.verdict.value,
        "severity": finding.severity,
        "title": finding.title,
        "message": finding.message,
        "address": finding.address,
        "resource_type": finding.resource_type,
        "estate": finding.estate,
        "file": finding.span.file,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "when": list(finding.when),
        "chain": [
            {
                "file": step.span.file,
                "line": step.span.line,
                "column": step.span.column,
                "end_line": step.span.end_line,
                "end_column": step.span.end_column,
                "message": step.says,
                **({"part": step.span.part} if step.span.part else {}),
            }
            for step in finding.chain
        ],
        "fingerprint": finding.fingerprint,
    }
    if finding.span.part:
        written["part"] = finding.span.part
    if finding.source_line is not None:
        written["source_line"] = finding.source_line
    return written
