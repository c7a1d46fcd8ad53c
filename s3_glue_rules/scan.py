"""A whole scan: paths and policies in, a judgement out."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence

from s3_glue_rules.catalogue import Policy
from s3_glue_rules.discover import discover
from s3_glue_rules.judge import Check, judge_estate
from s3_glue_rules.model.findings import Judgement, Problem


def load_checks(policies: Iterable[Policy], problems: list[Problem]) -> list[Check]:
    """Load the functions of policies. One that cannot be loaded is a problem of the run, never a silent gap."""
    checks: list[Check] = []
    for policy in policies:
        try:
            module = importlib.import_module(f"s3_glue_rules.checks.{policy.stem}")
            checks.append(Check(policy, module.SUBJECT, module.check, getattr(module, "IN_EVERY_WORLD", False)))
        except Exception as error:  # noqa: BLE001 - any failure to load must be told
            problems.append(Problem(f"s3_glue_rules/checks/{policy.stem}.py", 1, f"{policy.id} did not load: {error}"))
    return checks


def scan(paths: Sequence[str], policies: Sequence[Policy]) -> Judgement:
    """Judge everything under the paths. Findings of all verdicts are in the judgement."""
    judgement = Judgement()
    discovery = discover(paths)
    judgement.problems.extend(discovery.problems)
    judgement.files_judged = discovery.files_judged
    judgement.files_passed_over = discovery.files_passed_over
    if discovery.estates:
        checks = load_checks(policies, judgement.problems)
        for estate in discovery.estates:
            judge_estate(estate, checks, judgement)
    judgement.findings.sort(key=lambda f: (f.span.file, f.span.line, f.span.column, f.policy, f.address))
    judgement.problems = list(dict.fromkeys(judgement.problems))
    return judgement
