"""Rules for cfn-lint, made from the catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from s3_glue_rules.catalogue import Policy, load_catalogue
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding, Judgement
from s3_glue_rules.read.files import shown_name
from s3_glue_rules.scan import scan

CATALOGUE_PAGE = "https://github.com/s3-glue-rules/s3-glue-rules/blob/main/policies/README.md"


def rule_classes() -> dict[str, type[Any]]:
    """Return the rule classes by name: an error and a warning for each policy."""
    classes: dict[str, type[Any]] = {}
    for policy in load_catalogue():
        if policy.languages == ("python",):
            continue
        for letter in ("E", "W"):
            name = f"{letter}{policy.id}"
            classes[name] = type(name, (_PolicyRule,), _attributes(policy, letter))
    return classes


def _attributes(policy: Policy, letter: str) -> dict[str, Any]:
    return {
        "__module__": __name__,
        "id": f"{letter}{policy.id}",
        "shortdesc": policy.title,
        "description": " ".join(policy.why.split()),
        "source_url": f"{CATALOGUE_PAGE}#{policy.id.lower()}",
        "tags": ["encryption", policy.severity],
        "policy": policy,
        "letter": letter,
        # Policies of the strict level stay off unless they are asked for: cfn-lint runs experimental rules with -e.
        "experimental": policy.level == "strict",
    }


class _PolicyRule(CloudFormationLintRule):  # type: ignore[misc] # cfn-lint publishes no types
    """A policy at one level. An empty id keeps cfn-lint from loading this base class."""

    id = ""
    policy: Policy
    letter: str

    def __init__(self) -> None:
        super().__init__()
        self.config_definition = {"strict": {"default": False, "type": "boolean"}}
        self.configure()

    def match(self, cfn: Any) -> Iterator[Any]:
        """Yield what our own reading of the file found. A file that could not be judged is a finding too."""
        judgement = _judged(str(cfn.filename) if cfn.filename else None)
        if judgement is None:
            if self._reports_for_all():
                yield RuleMatch(
                    ["Resources"],
                    "s3-glue-rules judges files and was given a template on standard input; pass the file instead",
                )
            return
        if self._reports_for_all():
            for problem in judgement.problems:
                place = (problem.line - 1, 0, problem.line - 1, 1)
                yield RuleMatch(["Resources"], f"not judged: {problem.message}", location=place)
        own = shown_name(Path(str(cfn.filename)))
        for finding in judgement.findings:
            if finding.policy == self.policy.id and finding.span.file == own and self._speaks_of(finding):
                yield self._as_match(finding)

    def _reports_for_all(self) -> bool:
        """Whether this rule is the one that tells what concerns the whole file."""
        return bool(self.letter == "E" and self.policy.id == load_catalogue()[0].id)

    def _speaks_of(self, finding: Finding) -> bool:
        if self.letter == "E":
            return finding.verdict is Verdict.FAIL
        if finding.verdict is Verdict.UNDECIDED:
            return bool(self.config["strict"] or os.environ.get("S3_GLUE_RULES_STRICT"))
        return finding.verdict is Verdict.CONDITIONAL

    def _as_match(self, finding: Finding) -> Any:
        span = finding.span
        when = f" (when {', or '.join(finding.when[:3])})" if finding.when else ""
        message = finding.message
        if finding.verdict is Verdict.UNDECIDED:
            message = f"cannot be decided: {message}"
        if finding.logical_id not in message and finding.address not in message:
            message = f"{finding.logical_id}: {message}"
        path: list[str | int] = list(finding.path)
        if path[:1] == ["Resources"] and len(path) > 1:
            # The logical id decides which resource's ignore_checks applies; generated resources have their own.
            path[1] = finding.logical_id
        elif path[:1] != ["Parameters"]:
            path = ["Resources", finding.logical_id]
        # cfn-lint counts from 0 here, and adds one to each.
        location = (span.line - 1, span.column - 1, span.end_line - 1, span.end_column - 1)
        return RuleMatch(path, f"{message}{when}", location=location)


def _judged(filename: str | None) -> Judgement | None:
    if not filename or not Path(filename).is_file():
        return None
    stat = Path(filename).stat()
    return _judge_file(os.path.normpath(filename), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _judge_file(filename: str, modified: int, size: int) -> Judgement:
    """Judge a file once for all rules. A changed file is read again."""
    del modified, size
    return scan([filename], load_catalogue(), code=False)
