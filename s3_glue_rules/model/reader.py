"""Reading values in one world, and exploring all worlds that a computation tells apart.

``explore`` runs a function again and again. Each run hands out one branch of every choice when it is first read;
later runs take the branches that are left, until all consistent combinations of the choices that were read are
covered, each once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Sequence as SequenceType
from dataclasses import dataclass
from typing import Generic, TypeVar

from s3_glue_rules.model.spans import NOWHERE, Step
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
    Reference,
    Sequence,
    Some,
    Text,
    UndecidableError,
    Unknown,
    Value,
    scalar_text,
    text_of,
)
from s3_glue_rules.model.worlds import World

T = TypeVar("T")

MOST_WORLDS = 256

# More comparisons between variables make the search for values that fit them long.
MOST_COMPARISONS = 16


class ImpossibleWorldError(Exception):
    """No deployment can be in the world that was entered."""


_PLAIN = frozenset({Known, Absent, Mapping, Sequence, Reference, Unknown, Encoded})


class Reader:
    """Reads values in one world and decides choices as they are met.

    ``script`` holds the branches to take at the first decisions; past it, the first branch is taken and the others
    are noted in ``left``.
    """

    def __init__(self, script: SequenceType[int] = ()) -> None:
        self.world = World()
        self.left: list[tuple[int, ...]] = []
        self.has_decided = False
        self._script = tuple(script)
        self._taken: list[int] = []
        self._held: dict[int, tuple[Condition, bool]] = {}

    def choose(self, branches: SequenceType[tuple[T, World | None]]) -> T:
        """Enter one of the possible branches (those whose world is not None) and return its value."""
        possible = [(value, world) for value, world in branches if world is not None]
        if not possible:
            raise ImpossibleWorldError
        self.has_decided = True
        index = 0
        if len(possible) > 1:
            depth = len(self._taken)
            if depth < len(self._script):
                index = self._script[depth]
            else:
                self.left.extend((*self._taken, other) for other in range(1, len(possible)))
            self._taken.append(index)
        value, self.world = possible[index]
        return value

    def holds(self, condition: Condition) -> bool:
        """Return whether a condition holds in this world, deciding what it depends on.

        What was decided stays decided, so that conditions made of shared conditions cost no more than their parts.
        """
        if isinstance(condition, Always):
            return condition.holds
        known = self._held.get(id(condition))
        if known is None:
            known = self._held[id(condition)] = (condition, self._decide(condition))
        return known[1]

    def _decide(self, condition: Condition) -> bool:
        if isinstance(condition, Always):
            return condition.holds
        if isinstance(condition, Not):
            return not self.holds(condition.operand)
        if isinstance(condition, Every):
            return all(self.holds(operand) for operand in condition.operands)
        if isinstance(condition, Some):
            return any(self.holds(operand) for operand in condition.operands)
        if isinstance(condition, Equal):
            return self._equal(self._operand(condition.left), self._operand(condition.right))
        return self._fact(condition.key, condition.phrase)

    def read(self, value: Value) -> Value:
        """Return the value in this world: never a Choice, and Open only where no value is known."""
        # Most values are what they are, and most of the time of a scan goes through here.
        if type(value) in _PLAIN:
            return value
        while True:
            if isinstance(value, Choice):
                value = value.then if self.holds(value.condition) else value.otherwise
            elif isinstance(value, Impossible):
                raise ImpossibleWorldError
            elif isinstance(value, Open):
                return self._read_variable(value)
            elif isinstance(value, Text):
                value = text_of(tuple(self._operand(part) for part in value.parts), value.origin)
                if isinstance(value, Text):
                    return value
            else:
                return value

    def at(self, value: Value, *steps: Step) -> Value:
        """Read the value at a path below another one. What is absent above is absent below, unknown stays unknown."""
        current = self.read(value)
        for step in steps:
            if isinstance(current, Mapping) and isinstance(step, str):
                current = self.read(current.get(step))
            elif isinstance(current, Sequence) and isinstance(step, int):
                items = self.items(current)
                current = items[step] if step < len(items) else Absent(current.origin)
            elif isinstance(current, (Absent, Unknown)):
                return current
            else:
                return Unknown(f"{step} is looked for in something that does not hold it", current.origin)
        return current

    def items(self, value: Value) -> list[Value]:
        """Read a list, or a single value that stands for a list of one; items that are absent are left out.

        A list that is unknown is a list of one unknown value.
        """
        current = self.read(value)
        if isinstance(current, Absent):
            return []
        if isinstance(current, Sequence):
            read = [self.read(item) for item in current.items]
            return [item for item in read if not isinstance(item, Absent)]
        return [current]

    def peek(self, value: Value) -> Value:
        """Read a value without deciding the variables in it: they stay Open unless they are decided already."""
        return self._operand(value)

    def _read_variable(self, value: Open) -> Value:
        variable = value.variable
        domain = self.world.domain(variable)
        if domain.listed is not None:
            options = sorted(domain.listed, key=lambda option: (option != variable.default, option))
            known = self.choose([(option, self.world.narrowed(variable, domain.only(option))) for option in options])
            return Known(known, value.origin)
        if variable.default is not None and domain.admits(variable.default):
            is_default = self.choose(
                [
                    (True, self.world.narrowed(variable, domain.only(variable.default))),
                    (False, self.world.narrowed(variable, domain.without(variable.default))),
                ]
            )
            if is_default:
                return Known(variable.default, value.origin)
        return value

    def _operand(self, value: Value) -> Value:
        while isinstance(value, Choice):
            value = value.then if self.holds(value.condition) else value.otherwise
        if isinstance(value, Impossible):
            raise ImpossibleWorldError
        if isinstance(value, Open):
            single = self.world.domain(value.variable).single
            return value if single is None else Known(single, value.origin)
        if isinstance(value, Text):
            return text_of(tuple(self._operand(part) for part in value.parts), value.origin)
        return value

    def _equal(self, left: Value, right: Value) -> bool:
        left, right = self._written_out(left), self._written_out(right)
        if isinstance(left, Known) and isinstance(right, Known):
            return scalar_text(left.value) == scalar_text(right.value)
        if isinstance(left, Known):
            left, right = right, left
        if isinstance(left, Open) and isinstance(right, Known):
            domain = self.world.domain(left.variable)
            wanted = scalar_text(right.value)
            return self.choose(
                [
                    (True, self.world.narrowed(left.variable, domain.only(wanted))),
                    (False, self.world.narrowed(left.variable, domain.without(wanted))),
                ]
            )
        if isinstance(left, Open) and isinstance(right, Open):
            if left.variable == right.variable:
                return True
            if len(self.world.comparisons) >= MOST_COMPARISONS:
                raise UndecidableError("more parameters are compared with each other than are tried", left.origin)
            return self.choose(
                [
                    (True, self.world.compared(left.variable, right.variable, equal=True)),
                    (False, self.world.compared(left.variable, right.variable, equal=False)),
                ]
            )
        if isinstance(left, Text) and isinstance(right, Known):
            return self._text_equal(left, scalar_text(right.value))
        return self._alike(left, right)

    def _written_out(self, value: Value) -> Value:
        """Return a text with the variables in it read that can only take listed values."""
        if not isinstance(value, Text):
            return value
        parts = (
            self._read_variable(part)
            if isinstance(part, Open) and self.world.domain(part.variable).listed is not None
            else part
            for part in value.parts
        )
        return text_of(tuple(parts), value.origin)

    def _text_equal(self, text: Text, wanted: str) -> bool:
        """Return whether a text with open parts is the wanted one: what is known of it must fit."""
        known = [scalar_text(part.value) if isinstance(part, Known) else "" for part in text.parts]
        start, end = known[0], known[-1]
        if not wanted.startswith(start) or not wanted.endswith(end) or len(wanted) < len("".join(known)):
            return False
        inner = [part for part in text.parts if not isinstance(part, Known)]
        if len(inner) == 1:
            return self._equal(inner[0], Known(wanted[len(start) : len(wanted) - len(end)]))
        return self._alike(text, Known(wanted))

    def _alike(self, left: Value, right: Value) -> bool:
        if symbol(left) == symbol(right):
            return True
        key = json.dumps(sorted((symbol(left), symbol(right))))
        return self._fact(key, f"{describe(left)} equals {describe(right)}")

    def _fact(self, key: str, phrase: str) -> bool:
        decided = self.world.fact(key)
        if decided is not None:
            return decided
        return self.choose(
            [
                (True, self.world.with_fact(key, holds=True, phrase=phrase)),
                (False, self.world.with_fact(key, holds=False, phrase=phrase)),
            ]
        )


def symbol(value: Value) -> str:
    """Return a text that is equal for values that are written alike, such as the same name put together twice."""
    if isinstance(value, Known):
        return scalar_text(value.value)
    if isinstance(value, Text):
        return "".join(symbol(part) for part in value.parts)
    if isinstance(value, Open):
        return f"\0{value.variable.key}\0"
    if isinstance(value, Absent):
        return "\0absent\0"
    if hasattr(value, "target"):
        return f"\0{value.target}.{getattr(value, 'attribute', '')}\0"
    # Two unknowns are never taken for equal: each stands for itself.
    return f"\0{id(value)}\0" if value.origin is NOWHERE else f"\0{id(value.origin.source)}{value.origin.path}\0"


def describe(value: Value) -> str:
    """Return a value for people."""
    if isinstance(value, Known):
        return f"'{scalar_text(value.value)}'"
    if isinstance(value, Open):
        return value.variable.name
    if isinstance(value, Text):
        return "".join(describe(p) if isinstance(p, Open) else symbol(p).replace("\0", "") for p in value.parts)
    return value.why_unknown()


@dataclass(frozen=True)
class Run(Generic[T]):
    """What a computation gave in one world."""

    world: World
    result: T


@dataclass(frozen=True)
class Exploration(Generic[T]):
    """All runs of a computation. Not ``complete`` where the bound on worlds was met first."""

    runs: tuple[Run[T], ...]
    complete: bool


def explore(
    compute: Callable[[Reader], T], most_worlds: int = MOST_WORLDS, first: Reader | None = None
) -> Exploration[T]:
    """Run a computation in every world that it tells apart, at most ``most_worlds`` times.

    Worlds that turn out to be impossible give no run. Whatever else ``compute`` raises is raised. ``first`` is a reader
    that has decided nothing yet, for the first run.
    """
    scripts: list[tuple[int, ...]] = [()]
    runs: list[Run[T]] = []
    started = 0
    while scripts:
        if started == most_worlds:
            return Exploration(tuple(runs), complete=False)
        started += 1
        script = scripts.pop()
        reader = first if first is not None and not script else Reader(script)
        try:
            result = compute(reader)
        except ImpossibleWorldError:
            pass
        else:
            runs.append(Run(reader.world, result))
        scripts.extend(reversed(reader.left))
    return Exploration(tuple(runs), complete=True)
