"""The SARIF 2.1.0 report, in the form that GitHub code scanning accepts."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from s3_glue_rules import __version__
from s3_glue_rules.catalogue import SEVERITIES, Policy, severity_score
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding, Judgement, Problem
from s3_glue_rules.model.spans import Span
from s3_glue_rules.report.summary import spoken

PROJECT = "https://github.com/s3-glue-rules/s3-glue-rules"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
SOURCE_ROOT = "%SRCROOT%"

# GitHub refuses a run with more results, and shows no more related locations and tags than these.
MOST_RESULTS = 25_000
MOST_RELATED_LOCATIONS = 100
MOST_TAGS = 10
MOST_WORLDS = 3

_LEVELS = {Verdict.FAIL: "error", Verdict.CONDITIONAL: "warning", Verdict.UNDECIDED: "note"}
_SNIPPETS = {
    "terraform": ("Terraform", "hcl"),
    "cloudformation": ("CloudFormation", "yaml"),
    "cdk": ("CDK", "typescript"),
    "python": ("Python", "python"),
}
_SERVICES = ("s3", "kms", "glue")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def render(judgement: Judgement, catalogue: Sequence[Policy], *, root: Path | None = None) -> str:
    """Return the report as SARIF text.

    ``rules`` holds the whole catalogue, found or not; ``results`` failing (error), conditional (warning) and undecided
    (note) findings. Paths are written relative to ``root``, the working directory unless given: code scanning looks
    for them below the root of the repository.
    """
    base = Path.cwd() if root is None else root
    policies = sorted(catalogue, key=lambda policy: policy.id)
    rule_indices = {policy.id: index for index, policy in enumerate(policies)}
    findings = spoken(judgement)
    kept = _kept(findings)
    notifications = [
        *(_notification(problem, "error", f"{problem.file} was not judged: ", base) for problem in judgement.problems),
        *(_notification(note, "note", "", base) for note in judgement.notes),
    ]
    if len(kept) < len(findings):
        notifications.append(
            {
                "level": "warning",
                "message": _text(
                    f"Code scanning takes {MOST_RESULTS:,} results: {len(findings) - len(kept):,} less severe findings "
                    "are left out. The text and JSON reports have them all."
                ),
            }
        )
    run = {
        "tool": {
            "driver": {
                "name": "s3-glue-rules",
                "semanticVersion": __version__,
                "informationUri": PROJECT,
                "rules": [_rule(policy) for policy in policies],
            }
        },
        "automationDetails": {"id": "s3-glue-rules/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {SOURCE_ROOT: {"description": {"text": "The root of the scanned repository."}}},
        "invocations": [
            {
                "executionSuccessful": not judgement.problems,
                "toolExecutionNotifications": notifications,
            }
        ],
        "results": [_result(finding, rule_indices[finding.policy], base) for finding in kept],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _kept(findings: Sequence[Finding]) -> list[Finding]:
    """Return the gravest findings, as many as are allowed, in the order of their places."""
    levels = list(_LEVELS)
    by_gravity = sorted(findings, key=lambda f: (levels.index(f.verdict), SEVERITIES.index(f.severity), *_place(f)))
    return sorted(by_gravity[:MOST_RESULTS], key=_place)


def _place(finding: Finding) -> tuple[str, int, int, str, str, str]:
    span = finding.span
    return span.file, span.line, span.column, finding.policy, finding.address, finding.estate


def _rule(policy: Policy) -> dict[str, Any]:
    why = " ".join(policy.why.split())
    return {
        "id": policy.id,
        "name": "".join(word.capitalize() for word in policy.stem.split("_")),
        "shortDescription": {"text": policy.title},
        "fullDescription": {"text": why},
        "help": {"text": _help_text(policy, why), "markdown": _help_markdown(policy, why)},
        "helpUri": f"{PROJECT}/blob/v{__version__}/policies/README.md#{policy.id.lower()}",
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "precision": "high",
            "security-severity": severity_score(policy.severity),
            "tags": _tags(policy),
        },
    }


def _help_text(policy: Policy, why: str) -> str:
    parts = [f"Why: {why}"]
    parts.extend(f"Fix in {_SNIPPETS[language][0]}:\n\n{snippet}" for language, snippet in policy.fix.items())
    parts.append("See:\n" + "\n".join(policy.references))
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _help_markdown(policy: Policy, why: str) -> str:
    parts = [f"**Why:** {why}"]
    for language, snippet in policy.fix.items():
        name, fence = _SNIPPETS[language]
        parts.append(f"**Fix in {name}:**\n\n```{fence}\n{snippet.rstrip()}\n```")
    parts.append("**See:**\n\n" + "\n".join(f"- <{reference}>" for reference in policy.references))
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _tags(policy: Policy) -> list[str]:
    # GitHub takes a rule for one of security, and shows its severity, only where this tag is.
    tags = ["security", "encryption"]
    service = policy.stem.split("_")[0]
    if service in _SERVICES:
        tags.append(service)
    # All versions of the CIS benchmark together are one tag, or they alone would use up the allowance.
    tags.extend(re.sub(r"^(cis-aws-foundations)-.*", r"\1", framework) for framework in policy.compliance)
    return list(dict.fromkeys(tags))[:MOST_TAGS]


def _result(finding: Finding, rule_index: int, base: Path) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.policy,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.verdict],
        "message": _text(_message(finding)),
        "locations": [
            {
                "physicalLocation": _physical(finding.span, base),
                "logicalLocations": [
                    {
                        "name": _plain(finding.logical_id),
                        "fullyQualifiedName": _plain(finding.address),
                        "kind": "resource",
                    }
                ],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
    }
    # A value that no file declares has no place to point at.
    placed = [step for step in finding.chain if step.span.file]
    if placed:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _physical(step.span, base), "message": _text(step.says)}
            for number, step in enumerate(placed[:MOST_RELATED_LOCATIONS], 1)
        ]
    return result


def _message(finding: Finding) -> str:
    message = finding.message
    if finding.verdict is Verdict.UNDECIDED:
        message = f"{finding.address}: cannot be decided: {message}"
    sentences = [f"{finding.title}: {message}"]
    if finding.span.part:
        sentences.append(f"It stands in {finding.span.part}")
    if finding.when:
        more = f" (and {len(finding.when) - MOST_WORLDS} more)" if len(finding.when) > MOST_WORLDS else ""
        sentences.append(f"This holds when {', or '.join(finding.when[:MOST_WORLDS])}{more}")
    if finding.source_line is not None:
        sentences.append(f"Created at {finding.source_line}")
    return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences)


def _notification(problem: Problem, level: str, start: str, base: Path) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(problem.file, base), "region": {"startLine": problem.line}}
    return {
        "level": level,
        "message": _text(f"{start}{problem.message.rstrip('.')}."),
        "locations": [{"physicalLocation": place}],
    }


def _physical(span: Span, base: Path) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column}
    # GitHub shows an alert in a pull request only where all of its lines are part of the change: of a text or an object
    # over several lines the first is named, which without an end goes up to the end of the line.
    if span.end_line == span.line:
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    return {"artifactLocation": _artifact(span.file, base), "region": region}


def _artifact(file: str, base: Path) -> dict[str, str]:
    path = Path(os.path.normpath(base / file))
    if not path.is_relative_to(base):
        # It lies outside of the repository: saying otherwise would point at some other file.
        return {"uri": path.as_uri()}
    # Names are bytes; those that are no text have a place in an address all the same.
    return {"uri": quote(os.fsencode(path.relative_to(base).as_posix())), "uriBaseId": SOURCE_ROOT}


def _text(text: str) -> dict[str, str]:
    # In a message `[a](b)` is a link; names that a template chose must not become one.
    return {"text": _plain(text).replace("](", "] (")}


def _plain(text: str) -> str:
    """Return the text without what is no character and so no JSON: names in JSON templates can hold it."""
    return _LONE_SURROGATE.sub("\ufffd", text)
