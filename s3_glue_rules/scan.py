"""A whole scan: paths and policies in, a judgement out."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING

from s3_glue_rules.catalogue import Policy
from s3_glue_rules.discover import Discovery, TerraformOptions, discover
from s3_glue_rules.judge import Check, Checks, judge_estate
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.declarations import Estate
from s3_glue_rules.model.findings import Finding, Judgement, Problem
from s3_glue_rules.settings import SettingError, Settings, read_settings

if TYPE_CHECKING:
    from s3_glue_rules.discover.python import Code

ESTATES_PER_COLLECTION = 1000
ROOTS_PER_COLLECTION = 100
MOST_CALLS = 5000

_SPOKEN = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED}
_JOB_TYPES = {"aws_glue_job", "AWS::Glue::Job"}


def load_checks(
    policies: Iterable[Policy], problems: list[Problem], settings: Settings | None = None, *, strict: bool = True
) -> list[Check]:
    """Load the functions of policies. One that cannot be loaded is a problem of the run, never a silent gap.

    Without ``settings``, those of the environment count; where they cannot be read, policies that have settings do not
    load. Without ``strict``, policies do not judge in the languages in which they are of the strict level.
    """
    chosen: Settings | SettingError
    try:
        chosen = read_settings() if settings is None else settings
    except SettingError as error:
        chosen = error
    checks: list[Check] = []
    for policy in policies:
        try:
            module = importlib.import_module(f"s3_glue_rules.checks.{policy.stem}")
            in_every_world = getattr(module, "IN_EVERY_WORLD", False)
            languages = policy.languages_judged(strict=strict)
            function = partial(module.check, **_arguments(policy, chosen)) if policy.parameters else module.check
            checks.append(Check(policy, module.SUBJECT, function, in_every_world, languages))
        except Exception as error:  # noqa: BLE001 - any failure to load must be told
            problems.append(Problem(f"s3_glue_rules/checks/{policy.stem}.py", 1, f"{policy.id} did not load: {error}"))
    return checks


def _arguments(policy: Policy, settings: Settings | SettingError) -> dict[str, int]:
    """Return the arguments of a policy's function: what is set, else the defaults."""
    if isinstance(settings, SettingError):
        raise settings
    defaults = {name: parameter.default for name, parameter in policy.parameters.items()}
    return {**defaults, **settings.get(policy.id, {})}


def scan(
    paths: Sequence[str],
    policies: Sequence[Policy],
    terraform: TerraformOptions | None = None,
    settings: Settings | None = None,
    *,
    strict: bool = True,
    code: bool = True,
) -> Judgement:
    """Judge everything under the paths. Findings of all verdicts are in the judgement.

    Without ``settings``, those of the environment count. Without ``strict``, policies do not judge in the languages in
    which they are of the strict level. Without ``code``, no Python code is read, that of jobs included.
    """
    judgement = Judgement()
    # Modules call modules whose values lead through one another: each step takes several calls.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), MOST_CALLS))
    with _without_automatic_collection():
        discovery = discover(paths, terraform, lazily=True)
        checks = LoadedChecks(policies, judgement, settings, strict=strict)
        _judge_all(discovery, checks, judgement, LoadedCode(discovery) if code else None)
    judgement.findings = _once(judgement.findings)
    judgement.findings.sort(key=lambda f: (f.span.file, f.span.line, f.span.column, f.policy, f.address, f.estate))
    judgement.problems = list(dict.fromkeys(judgement.problems))
    judgement.notes = list(dict.fromkeys(judgement.notes))
    return judgement


def _once(findings: list[Finding]) -> list[Finding]:
    """Return findings without those that say of a line of code what another one says: calls may share an argument."""
    kept: dict[object, Finding] = {}
    for finding in findings:
        is_spoken = finding.resource_type.startswith("python:") and finding.verdict in _SPOKEN
        place = (finding.policy, finding.verdict, finding.span, finding.estate)
        kept.setdefault(place if is_spoken else id(finding), finding)
    return list(kept.values())


@contextmanager
def _without_automatic_collection() -> Iterator[None]:
    """Keep the garbage collector from walking all trees again and again: with 500 templates it took half the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            # What is left counts as old, or the collector would begin by walking all findings.
            gc.freeze()
            gc.enable()
            gc.unfreeze()


def _judge_all(discovery: Discovery, checks: LoadedChecks, judgement: Judgement, code: LoadedCode | None) -> None:
    # Judged estates are let go of one by one, the last first. What they leave behind in circles is collected now and
    # then; the trees that are still to be judged are not looked at for that.
    estates = discovery.estates
    if estates:
        gc.freeze()
        for number in range(len(estates)):
            judge_estate(_tied(code, estates.pop()), checks.loaded, judgement)
            if number % ESTATES_PER_COLLECTION == ESTATES_PER_COLLECTION - 1:
                gc.collect()
        gc.unfreeze()
    for number, estate in enumerate(discovery.roots):
        judge_estate(_tied(code, estate), checks.loaded, judgement)
        if number % ROOTS_PER_COLLECTION == ROOTS_PER_COLLECTION - 1:
            gc.collect()
    for estate in code.estates() if code is not None else ():
        judge_estate(estate, checks.loaded, judgement)
    judgement.problems.extend(discovery.problems)
    judgement.files_judged = discovery.files_judged
    judgement.files_passed_over = discovery.files_passed_over


def _tied(code: LoadedCode | None, estate: Estate) -> Estate:
    return estate if code is None else code.tied(estate)


class LoadedCode:
    """The Python files of a scan. Their reader is imported where there are some, or jobs that may run one."""

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery

    @cached_property
    def _code(self) -> Code:
        from s3_glue_rules.discover.python import Code

        return Code(self._discovery)

    def tied(self, estate: Estate) -> Estate:
        """Return an estate with the scripts of its jobs added."""
        if not _JOB_TYPES.isdisjoint(estate.by_type):
            self._code.tie(estate)
        return estate

    def estates(self) -> Iterator[Estate]:
        """Yield the estates of the files, one for each."""
        return self._code.estates() if self._discovery.code else iter(())


class LoadedChecks:
    """The functions of policies, loaded when the first estate is there to be judged."""

    def __init__(
        self, policies: Sequence[Policy], judgement: Judgement, settings: Settings | None, *, strict: bool
    ) -> None:
        self._policies = policies
        self._judgement = judgement
        self._settings = settings
        self._strict = strict

    @cached_property
    def loaded(self) -> Checks:
        """The functions; those that cannot be loaded are problems of the judgement."""
        return Checks(load_checks(self._policies, self._judgement.problems, self._settings, strict=self._strict))
