"""Policies, resources and worlds → findings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from s3_glue_rules.catalogue import LANGUAGES, Policy
from s3_glue_rules.join import EstateView, declared_types, view_of
from s3_glue_rules.model.answers import Answer, Verdict, undecided
from s3_glue_rules.model.declarations import Declaration, Estate, Suppression
from s3_glue_rules.model.findings import ChainStep, Finding, Judgement, Problem
from s3_glue_rules.model.reader import Exploration, Reader, Run, explore
from s3_glue_rules.model.resources import Resource
from s3_glue_rules.model.spans import Origin, Span
from s3_glue_rules.model.values import UndecidableError
from s3_glue_rules.read.errors import ReadError

# Typed resources that a view may keep: more would hold all documents of a large estate at once.
MOST_KEPT = 500


@dataclass(frozen=True)
class Check:
    """A policy's function with the resource type that it is about.

    ``in_every_world``: the policy judges the text itself, whether or not a deployment creates the resource.
    ``languages``: those in which it judges.
    """

    policy: Policy
    subject: type[Resource]
    function: Callable[[Resource], Answer]
    in_every_world: bool = False
    languages: tuple[str, ...] = LANGUAGES


_ACCEPTABLE = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED}
_NOT_EVALUATED: Answer | None = undecided("what decides it cannot be evaluated: no deployment gets past an error in it")


class Checks:
    """Checks by the declared types that they speak of, worked out once for all estates."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self.by_type: dict[str, list[Check]] = {}
        checks = list(checks)
        self.ids = frozenset(check.policy.id for check in checks)
        for check in checks:
            for kind in declared_types(check.subject):
                self.by_type.setdefault(kind, []).append(check)


def judge_estate(estate: Estate, checks: Checks, judgement: Judgement) -> None:
    """Judge all resources of an estate and add findings (of every verdict) and problems to the judgement.

    A check that crashes is a problem of the run, never a pass.
    """
    judgement.problems.extend(estate.problems)
    judgement.notes.extend(estate.notes)
    views = Views(estate)
    judged: set[str] = set()
    for declaration, check in _to_judge(estate, checks):
        judged.add(declaration.address)
        try:
            finding = judge_resource(views, declaration, check)
        except ReadError as error:
            file = declaration.origin.span().file
            judgement.problems.append(Problem(file, error.line, f"{declaration.address}: {error.message}"))
        except Exception as error:  # noqa: BLE001 - whatever a check raises must not look like a clean run
            span = declaration.origin.span()
            judgement.problems.append(
                Problem(
                    span.file,
                    span.line,
                    f"{check.policy.id} crashed on {declaration.name} and did not judge "
                    f"it ({type(error).__name__}: {error}); please report this",
                )
            )
        else:
            judgement.findings.append(finding)
    judgement.resources += len(judged)
    judgement.notes.extend(_unused(estate, checks.ids))


def _to_judge(estate: Estate, checks: Checks) -> Iterator[tuple[Declaration, Check]]:
    """Yield resources with the checks that speak of them: all checks of a resource follow one another."""
    for kind, declarations in list(estate.by_type.items()):
        speaking = checks.by_type.get(kind, [])
        for declaration in declarations if speaking else ():
            if estate.only_files and declaration.origin.span().file not in estate.only_files:
                continue
            for check in speaking:
                if declaration.language in check.languages:
                    yield declaration, check


class Views:
    """The views of an estate, in which typed resources are made.

    What a view made without deciding anything holds in every world: such a view serves the next run as well, so that a
    policy document is read once for all policies that ask about it. A view that decided something is used up.
    """

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._kept = EstateView(estate, Reader())

    def fresh(self) -> EstateView:
        """Return a view that has decided nothing."""
        if self._kept.reader.has_decided or self._kept.size > MOST_KEPT:
            self._kept = EstateView(self.estate, Reader())
        return self._kept

    def of(self, reader: Reader) -> EstateView:
        """Return the view that reads through a reader."""
        return self._kept if reader is self._kept.reader else EstateView(self.estate, reader)


def judge_resource(views: Views, declaration: Declaration, check: Check) -> Finding:
    """Judge one resource under one policy in all worlds."""

    def run(reader: Reader) -> Answer | None:
        view = views.of(reader)
        try:
            if not check.in_every_world and not reader.holds(declaration.exists):
                return None
            return check.function(view_of(view, declaration, check.subject))
        except UndecidableError as unknown:
            return undecided(unknown.reason, at=unknown.origin)

    exploration = explore(run, first=views.fresh().reader)
    if exploration.complete and all(found.result is None for found in exploration.runs):
        # It may be that no deployment creates it, or that values of it cannot be evaluated where one does.
        exists = explore(lambda reader: reader.holds(declaration.exists))
        creating = [Run(found.world, _NOT_EVALUATED) for found in exists.runs if found.result]
        exploration = Exploration(tuple(creating), exists.complete)
    return _finding(views.estate, declaration, check.policy, exploration)


def _finding(
    estate: Estate, declaration: Declaration, policy: Policy, exploration: Exploration[Answer | None]
) -> Finding:
    runs = [(run, run.result) for run in exploration.runs if run.result is not None]
    verdict, chosen = _weigh(runs)
    if verdict is Verdict.FAIL and declaration.is_example:
        verdict = Verdict.CONDITIONAL
    if not exploration.complete and verdict is not Verdict.FAIL:
        verdict, chosen = Verdict.UNDECIDED, []
        answer = undecided("more combinations of parameters decide this than are tried; judge it by hand")
    elif chosen:
        answer = chosen[0][1]
    else:
        answer = Answer(Verdict.NOT_APPLICABLE, "no deployment creates it")
    header = declaration.origin.span()
    origin = answer.at if answer.at is not None and answer.at.path else declaration.origin
    span = origin.span()
    if not span.file:
        origin, span = declaration.origin, header
    when = _when([run for run, _ in chosen]) if len(chosen) < len(runs) else ()
    accepted = _suppression(declaration, policy.id)
    if accepted is None and verdict in _ACCEPTABLE:
        accepted = _acceptance(estate, policy.id, (span, header))
    message = answer.message
    if accepted is not None and verdict in _ACCEPTABLE:
        verdict, message = Verdict.SUPPRESSED, accepted.reason
    return Finding(
        policy=policy.id,
        verdict=verdict,
        severity=policy.severity,
        title=policy.title,
        message=message,
        address=declaration.name,
        resource_type=declaration.type,
        estate=estate.name,
        span=span,
        header=header,
        fingerprint=fingerprint(policy.id, estate.name, declaration.address),
        logical_id=declaration.logical_id,
        path=origin.path if span.file == header.file else declaration.origin.path,
        when=when,
        chain=_chain(answer, origin),
        source_line=declaration.source_line,
    )


def _chain(answer: Answer, primary: Origin) -> tuple[ChainStep, ...]:
    """Return the places that led to an answer, each once; the first is where a value comes from that is only passed."""
    steps: dict[ChainStep, None] = {}
    if primary.written is not None:
        steps.setdefault(ChainStep(primary.written.span(), "the value is written here"))
    for link in answer.chain:
        steps.setdefault(ChainStep(link.origin.span(), link.says))
    return tuple(steps)


def _weigh(
    runs: Sequence[tuple[Run[Answer | None], Answer]],
) -> tuple[Verdict, list[tuple[Run[Answer | None], Answer]]]:
    """Return the verdict over all worlds, and the runs that it rests on, those of the defaults first."""
    if len(runs) == 1 and runs[0][0].world.decides_nothing:
        # One world stands for all: its verdict is the verdict.
        return runs[0][1].verdict, list(runs)

    def having(verdict: Verdict) -> list[tuple[Run[Answer | None], Answer]]:
        found = [item for item in runs if item[1].verdict is verdict]
        return sorted(found, key=lambda item: not item[0].world.allows_defaults())

    failed = having(Verdict.FAIL)
    if failed and any(item[0].world.facts for item in failed) and len(failed) < len(runs):
        # Where something decides that no one can set, and it may turn out well, failing is not certain.
        certain = [item for item in failed if not item[0].world.facts]
        if not certain:
            return Verdict.UNDECIDED, failed
        failed = certain
    if failed:
        by_default = [item for item in failed if item[0].world.allows_defaults()]
        return (Verdict.FAIL, by_default) if by_default else (Verdict.CONDITIONAL, failed)
    for verdict in (Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.PASS, Verdict.EXEMPT):
        found = having(verdict)
        if found:
            return verdict, found
    return Verdict.NOT_APPLICABLE, having(Verdict.NOT_APPLICABLE)


def _when(runs: Sequence[Run[Answer | None]]) -> tuple[str, ...]:
    said: dict[str, None] = {}
    for run in runs:
        phrase = " and ".join(run.world.phrases())
        if phrase:
            said.setdefault(phrase)
    return tuple(said)


def _suppression(declaration: Declaration, policy_id: str) -> Suppression | None:
    for suppression in declaration.suppressions:
        if suppression.policy == policy_id:
            return suppression
    return None


def _acceptance(estate: Estate, policy_id: str, spans: tuple[Span, ...]) -> Suppression | None:
    """Return what the author accepts in the lines of a finding, and remember that it was needed."""
    for acceptance in estate.acceptances:
        if any(acceptance.covers(policy_id, span) for span in spans):
            acceptance.used = True
            return acceptance.suppression
    return None


def _unused(estate: Estate, policies: frozenset[str]) -> Iterator[Problem]:
    """Yield notes on comments that accept what no policy of the scan finds."""
    for acceptance in estate.acceptances:
        policy = acceptance.suppression.policy
        if not acceptance.used and policy in policies and acceptance.file in estate.files:
            span = acceptance.suppression.origin.span()
            yield Problem(span.file, span.line, f"{policy} finds nothing that this comment accepts: remove the comment")


def fingerprint(policy_id: str, estate: str, address: str) -> str:
    """Return a stable identity of a finding: it survives moved lines."""
    return hashlib.sha256(f"{policy_id}\0{estate}\0{address}".encode(errors="surrogateescape")).hexdigest()[:32]
