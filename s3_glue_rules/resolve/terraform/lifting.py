"""Computing over values that depend on conditions: a computation per combination, put together as nested choices.

``decide`` runs a function that asks for decisions as it goes. Where a condition is asked for that is not decided
yet, the function runs once for each answer, and the two results are the branches of a Choice. ``lifted`` is the
plain case: a function of values, applied below the choices of its arguments.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Always,
    Choice,
    Condition,
    Encoded,
    Equal,
    Every,
    Impossible,
    Known,
    Mapping,
    Not,
    Open,
    Sequence,
    Some,
    Text,
    UndecidableError,
    Undetermined,
    Unknown,
    Value,
    Variable,
    scalar_text,
    text_of,
)
from s3_glue_rules.model.worlds import Domain

MOST_COMBINATIONS = 64
MOST_INSPECTED = 20_000


class FunctionError(Exception):
    """An error that Terraform would raise: no deployment gets past it."""


class _Question(Exception):  # noqa: N818 - not an error
    """A condition that has to be decided before the computation can go on."""

    def __init__(self, condition: Condition) -> None:
        super().__init__()
        self.condition = condition


class _TooManyError(Exception):
    """More combinations than are tried."""


class _Impossible(Exception):  # noqa: N818 - not an error
    """A part was read that no deployment can have."""

    def __init__(self, value: Impossible) -> None:
        super().__init__()
        self.value = value


class Decisions:
    """What is decided so far in one branch of a computation."""

    def __init__(self, answers: tuple[tuple[Condition, bool], ...] = ()) -> None:
        self._domains: dict[Variable, Domain] = {}
        self._facts: dict[str, bool] = {}
        for condition, answer in answers:
            self._note(condition, answer=answer)

    def holds(self, condition: Condition) -> bool:
        """Return whether a condition holds in this branch. The branch is split where that is not decided."""
        if isinstance(condition, Always):
            return condition.holds
        if isinstance(condition, Not):
            return not self.holds(condition.operand)
        if isinstance(condition, Every):
            return all(self.holds(operand) for operand in condition.operands)
        if isinstance(condition, Some):
            return any(self.holds(operand) for operand in condition.operands)
        answer = self._answer(condition)
        if answer is None:
            raise _Question(condition)
        return answer

    def read(self, value: Value) -> Value:
        """Return the value in this branch: never a Choice. What is impossible ends the branch."""
        while isinstance(value, Choice):
            value = value.then if self.holds(value.condition) else value.otherwise
        if isinstance(value, Impossible):
            raise _Impossible(value)
        return value

    def settle(self, value: Value) -> Value:
        """Return the value in this branch, with variables that have a domain or a default decided.

        An Open value is left where the variable has some other value than its default.
        """
        value = self.read(value)
        if isinstance(value, Open):
            return self._settle_variable(value)
        if isinstance(value, Text):
            parts = text_of(tuple(self.settle(part) for part in value.parts), value.origin)
            return Known(parts.value, value.origin) if isinstance(parts, Known) else parts
        return value

    def _settle_variable(self, value: Open) -> Value:
        variable = value.variable
        domain = self._domain(variable)
        if domain.listed is not None:
            options = sorted(domain.listed, key=lambda option: (option != variable.default, option))
            for option in options[:-1]:
                if self.holds(Equal(value, Known(option))):
                    return Known(option, value.origin)
            return Known(options[-1], value.origin)
        if variable.default is not None and self.holds(Equal(value, Known(variable.default))):
            return Known(variable.default, value.origin)
        return value

    def _domain(self, variable: Variable) -> Domain:
        return self._domains.get(variable) or Domain.of(variable)

    def _answer(self, condition: Equal | Undetermined) -> bool | None:
        if isinstance(condition, Undetermined):
            return self._facts.get(condition.key)
        variable = _variable_and_text(condition)
        if variable is not None:
            domain = self._domain(variable[0])
            if not domain.admits(variable[1]):
                return False
            return True if domain.single == variable[1] else None
        left, right = condition.left, condition.right
        if isinstance(left, Known) and isinstance(right, Known):
            return scalar_text(left.value) == scalar_text(right.value)
        if symbol(left) == symbol(right):
            return True
        return self._facts.get(_key(condition))

    def _note(self, condition: Condition, *, answer: bool) -> None:
        if isinstance(condition, Undetermined):
            self._facts[condition.key] = answer
        elif isinstance(condition, Equal):
            variable = _variable_and_text(condition)
            if variable is None:
                self._facts[_key(condition)] = answer
                return
            domain = self._domain(variable[0])
            narrowed = domain.only(variable[1]) if answer else domain.without(variable[1])
            self._domains[variable[0]] = narrowed or domain


def _variable_and_text(condition: Equal) -> tuple[Variable, str] | None:
    """Return the parts of a comparison of a variable with a literal."""
    left, right = condition.left, condition.right
    if isinstance(left, Known):
        left, right = right, left
    if isinstance(left, Open) and isinstance(right, Known):
        return left.variable, scalar_text(right.value)
    return None


def _key(condition: Equal) -> str:
    return json.dumps(sorted((symbol(condition.left), symbol(condition.right))))


def decide(function: Callable[[Decisions], Value], origin: Origin, bound: int = MOST_COMBINATIONS) -> Value:
    """Run a function in every branch that it asks for and return its results as nested choices.

    FunctionError becomes Impossible, UndecidableError Unknown. More branches than ``bound`` give Unknown.
    """
    left = bound

    def attempt(answers: tuple[tuple[Condition, bool], ...]) -> Value | Condition:
        try:
            return function(Decisions(answers))
        except _Question as question:
            return question.condition
        except _Impossible as error:
            return error.value
        except FunctionError as error:
            return Impossible(str(error), origin)
        except UndecidableError as error:
            return Unknown(error.reason, origin)

    def run(answers: tuple[tuple[Condition, bool], ...]) -> Value:
        nonlocal left
        result = attempt(answers)
        if isinstance(result, Value):
            left -= 1
            if left < 0:
                raise _TooManyError
            return result
        return choice(result, run((*answers, (result, True))), run((*answers, (result, False))), origin)

    try:
        return run(())
    except _TooManyError:
        return Unknown("the value depends on more combinations than are tried", origin)


def choice(condition: Condition, then: Value, otherwise: Value, origin: Origin) -> Value:
    """Return a choice, or the one value where the condition is decided or both branches are the same."""
    if isinstance(condition, Always):
        return then if condition.holds else otherwise
    return then if _same(then, otherwise) else Choice(condition, then, otherwise, origin)


def _same(left: Value, right: Value) -> bool:
    if left is right:
        return True
    if isinstance(left, Known) and isinstance(right, Known):
        return type(left.value) is type(right.value) and left.value == right.value
    for kind in (Absent, Impossible, Unknown):
        if isinstance(left, kind) and isinstance(right, kind):
            return True
    return isinstance(left, Value) and type(left) is type(right) and left == right


def lifted(
    arguments: tuple[Value, ...],
    function: Callable[[tuple[Value, ...]], Value],
    origin: Origin,
    *,
    expand_open: bool = False,
    bound: int = MOST_COMBINATIONS,
) -> Value:
    """Apply a function below the choices of its arguments and return the results as nested choices.

    With ``expand_open``, variables with a domain or a default are decided, too; other values of the variable reach
    the function as Open. The same condition is decided alike in all arguments. An argument that is impossible is
    the result of its branch. More than ``bound`` combinations give Unknown.
    """
    if not expand_open and not any(isinstance(value, (Choice, Impossible)) for value in arguments):
        try:
            return function(arguments)
        except FunctionError as error:
            return Impossible(str(error), origin)
        except UndecidableError as error:
            return Unknown(error.reason, origin)

    def below(decisions: Decisions) -> Value:
        return function(tuple((decisions.settle if expand_open else decisions.read)(value) for value in arguments))

    return decide(below, origin, bound)


def hoisted(value: Value, origin: Origin) -> Value:
    """Bring what is impossible inside of a collection to the top: an expression fails as a whole, not in part."""
    if not _may_fail(value, set()):
        return value
    return decide(lambda decisions: _read_whole(decisions, value), origin)


def _may_fail(value: Value, seen: set[int]) -> bool:
    if isinstance(value, Impossible):
        return True
    inner = _parts(value)
    if not inner or id(value) in seen or len(seen) > MOST_INSPECTED:
        return False
    seen.add(id(value))
    return any(_may_fail(part, seen) for part in inner)


def _parts(value: Value) -> tuple[Value, ...]:
    if isinstance(value, Choice):
        return value.then, value.otherwise
    if isinstance(value, Mapping):
        return tuple(value.entries.values())
    if isinstance(value, Sequence):
        return value.items
    return (value.content,) if isinstance(value, Encoded) else ()


def _read_whole(decisions: Decisions, value: Value) -> Value:
    """Read the parts that may fail, and leave the others as they are."""
    if not _may_fail(value, set()):
        return value
    value = decisions.read(value)
    if isinstance(value, Mapping):
        entries = {name: _read_whole(decisions, inner) for name, inner in value.entries.items()}
        return replace(value, entries=entries)
    if isinstance(value, Sequence):
        return replace(value, items=tuple(_read_whole(decisions, inner) for inner in value.items))
    return replace(value, content=_read_whole(decisions, value.content)) if isinstance(value, Encoded) else value
