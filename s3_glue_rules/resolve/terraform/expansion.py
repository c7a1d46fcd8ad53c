"""``count`` and ``for_each`` → instances, each with the condition under which it exists."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Union

from s3_glue_rules.model.spans import NOWHERE, Origin
from s3_glue_rules.model.values import (
    Always,
    Choice,
    Condition,
    Known,
    Mapping,
    Not,
    Reference,
    Sequence,
    Undetermined,
    Unknown,
    Value,
    scalar_text,
)
from s3_glue_rules.read.hcl_syntax import Block
from s3_glue_rules.resolve.conditions import every, some
from s3_glue_rules.resolve.terraform.expressions import Frame, evaluate
from s3_glue_rules.resolve.terraform.lifting import lifted

Key = Union[str, int, None]
MOST_INSTANCES = 50_000


@dataclass(frozen=True)
class Instance:
    """One instance: its key (None without count and for_each), the frame that it is evaluated in, its condition."""

    key: Key
    frame: Frame
    exists: Condition


@dataclass(frozen=True)
class Shape:
    """What the name of a block stands for, before there are values: one, a list, a map, or a choice of these.

    ``why_missing`` says why the instances of a branch are not known, where others are.
    """

    keys: tuple[Key, ...] | None = None
    is_list: bool = False
    condition: Condition | None = None
    then: Shape | None = None
    otherwise: Shape | None = None
    why_missing: str | None = None

    def filled(self, make: Callable[[Key], Value]) -> Value:
        """Return the collection with the values of the instances."""
        if self.condition is not None and self.then is not None and self.otherwise is not None:
            return Choice(self.condition, self.then.filled(make), self.otherwise.filled(make))
        if self.keys is None:
            return make(None) if self.why_missing is None else Unknown(self.why_missing, NOWHERE)
        if self.is_list:
            return Sequence(tuple(make(key) for key in self.keys))
        return Mapping({str(key): make(key) for key in self.keys})


@dataclass(frozen=True)
class Expansion:
    """All instances of a block. ``standing``: one of them stands for instances whose keys are not known."""

    instances: tuple[Instance, ...]
    shape: Shape
    standing: bool = False


def keyed(base: str, key: Key) -> str:
    """Return the address of an instance."""
    if key is None:
        return base
    return f"{base}[{key}]" if isinstance(key, int) else f"{base}[{json.dumps(key, ensure_ascii=False)}]"


def expand(block: Block, base: str, frame: Frame) -> Expansion:
    """Work out the instances of a resource, data source or module block at an address."""
    arguments = block.body.arguments
    argument = arguments.get("count") or arguments.get("for_each")
    if argument is None:
        return Expansion((Instance(None, frame, Always(holds=True)),), Shape())
    value = evaluate(argument.expression, frame)
    by_count = "count" in arguments
    unfolding = _Unfolding(frame, base, argument.origin, by_count=by_count)
    prepared = _counted(value, argument.origin) if by_count else _keys(value, frame, argument.origin)
    shape = unfolding.unfold(prepared, ())
    if unfolding.standing and len(unfolding.found) > 1:
        # Where some instances are known, those of other deployments are not judged: nothing is known of them.
        del unfolding.found[None]
        shape = _without_standing(shape)
    instances = tuple(
        Instance(key, ways[0][1], some(condition for condition, _ in ways)) for key, ways in unfolding.found.items()
    )
    return Expansion(instances, shape, None in unfolding.found and unfolding.standing)


def _without_standing(shape: Shape) -> Shape:
    if shape.then is not None and shape.otherwise is not None:
        return replace(shape, then=_without_standing(shape.then), otherwise=_without_standing(shape.otherwise))
    return replace(shape, why_missing="the instances are given at deployment") if shape.keys is None else shape


class _Unfolding:
    """One recursion over the branches of a count or for_each."""

    def __init__(self, frame: Frame, base: str, origin: Origin, *, by_count: bool) -> None:
        self.frame = frame
        self.base = base
        self.origin = origin
        self.by_count = by_count
        self.found: dict[Key, list[tuple[Condition, Frame]]] = {}
        self.standing = False

    def unfold(self, value: Value, path: tuple[Condition, ...]) -> Shape:
        if isinstance(value, Choice):
            return Shape(
                condition=value.condition,
                then=self.unfold(value.then, (*path, value.condition)),
                otherwise=self.unfold(value.otherwise, (*path, Not(value.condition))),
            )
        where = every(path)
        if self.by_count and isinstance(value, Known):
            count = int(str(value.value))
            for number in range(count):
                self._add(number, where, {"index": Known(number, self.origin)})
            return Shape(tuple(range(count)), is_list=True)
        if not self.by_count and isinstance(value, Mapping) and value.complete:
            for key, inner in value.entries.items():
                self._add(key, where, {"key": Known(key, self.origin), "value": inner})
            return Shape(tuple(value.entries))
        # The keys are not known: one instance stands for all that there may be.
        self.standing = True
        why = value.why_unknown()
        unknown = Unknown(why, self.origin)
        present = Undetermined(f"{self.base}:instances", f"{self.base} has instances ({why})")
        if self.by_count:
            self._add(None, every((*path, present)), {"index": unknown})
        else:
            known = value if isinstance(value, Reference) else unknown
            self._add(None, every((*path, present)), {"key": unknown, "value": known})
        return Shape()

    def _add(self, key: Key, where: Condition, symbol: dict[str, Value]) -> None:
        frame = self.frame.having(**{"count" if self.by_count else "each": Mapping(symbol, self.origin)})
        self.found.setdefault(key, []).append((where, frame))


def _counted(value: Value, origin: Origin) -> Value:
    """Return a count with every branch of it a whole number or unknown."""

    def below(values: tuple[Value, ...]) -> Value:
        count = values[0]
        if not isinstance(count, Known):
            return Unknown(count.why_unknown(), origin)
        try:
            number = int(count.value) if isinstance(count.value, bool) else int(str(count.value))
        except ValueError:
            return Unknown(f"'{scalar_text(count.value)}' is no count", origin)
        if 0 <= number <= MOST_INSTANCES:
            return Known(number, origin)
        return Unknown(f"a count of {number} is not followed", origin)

    return lifted((value,), below, origin, expand_open=True)


def _keys(value: Value, frame: Frame, origin: Origin) -> Value:
    """Return a for_each with every branch of it a complete mapping, a reference or unknown."""

    def of_items(values: tuple[Value, ...]) -> Value:
        if all(isinstance(item, Known) for item in values):
            return Mapping({scalar_text(item.value): item for item in values if isinstance(item, Known)}, origin)
        return Unknown("not all keys of for_each are known", origin)

    def below(values: tuple[Value, ...]) -> Value:
        collection = values[0]
        if isinstance(collection, Reference):
            if frame.names.stands_for_all(collection):
                return collection
            followed = frame.names.followed(collection)
            collection = followed if isinstance(followed, (Mapping, Sequence)) else collection
        if isinstance(collection, Mapping) and len(collection.entries) <= MOST_INSTANCES:
            return collection if collection.complete else Unknown("not all keys of for_each are known", origin)
        if isinstance(collection, Sequence) and len(collection.items) <= MOST_INSTANCES:
            return lifted(tuple(collection.items), of_items, origin, expand_open=True)
        if isinstance(collection, (Mapping, Sequence)):
            return Unknown(f"a for_each over more than {MOST_INSTANCES:,} items is not followed", origin)
        return Unknown(collection.why_unknown(), origin)

    return lifted((value,), below, origin)
