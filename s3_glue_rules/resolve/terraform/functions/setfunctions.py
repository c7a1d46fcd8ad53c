"""Functions of sets, and conversions between collections."""

from __future__ import annotations

from s3_glue_rules.model.values import (
    Absent,
    Encoded,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Text,
    UndecidableError,
    Value,
)
from s3_glue_rules.resolve.conditions import some
from s3_glue_rules.resolve.terraform.functions import types
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.functions.equality import equal
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence, MapMapping, SetSequence
from s3_glue_rules.resolve.terraform.lifting import FunctionError


def _sets(call: Call) -> list[tuple[Value, ...]]:
    """Return the items of all arguments, converted to the type that they have in common."""
    every: list[tuple[Value, ...]] = []
    for index in range(len(call.arguments)):
        sequence = call.sequence(index)
        every.append(sequence.items if isinstance(sequence, SetSequence) else call.converted(sequence))
    kinds = [[types.type_of(item, call.decisions) for item in items] for items in every]
    flat = [kind for row in kinds for kind in row]
    if any(row and set(row) == {types.NULL} for row in kinds) and any(not isinstance(kind, str) for kind in flat):
        raise UndecidableError("a set of nulls has no type", call.origin)
    # An empty set or list of a declared type has lost the type.
    lost = any(
        not call.sequence(index).items and call.sequence(index).__class__ is not Sequence for index in range(len(every))
    )
    common = types.unify((*flat, types.ANY) if lost else flat)
    if common is None:
        raise FunctionError("given sets must all have compatible element types")
    return [tuple(types.convert(item, common, call.origin) for item in items) for items in every]


@function("setunion", 1, None)
def _setunion(call: Call) -> Value:
    items = [call.decisions.read(item) for items in _sets(call) for item in items]
    return types.as_set(items, call.origin)


def _held(call: Call, item: Value, items: tuple[Value, ...]) -> bool:
    return call.decisions.holds(some(equal(item, other, call.decisions) for other in items))


@function("setintersection", 1, None)
def _setintersection(call: Call) -> Value:
    first, *others = _sets(call)
    items = call.read_items(first)
    return types.as_set((item for item in items if all(_held(call, item, other) for other in others)), call.origin)


@function("setsubtract", 2)
def _setsubtract(call: Call) -> Value:
    first, second = _sets(call)
    return types.as_set((item for item in call.read_items(first) if not _held(call, item, second)), call.origin)


@function("toset", 1)
def _toset(call: Call) -> Value:
    value = call.read(0)
    if isinstance(value, (Absent, SetSequence)):
        return value
    return types.as_set(call.read_items(call.converted(call.as_sequence(value))), call.origin)


@function("tolist", 1)
def _tolist(call: Call) -> Value:
    value = call.read(0)
    if isinstance(value, (Absent, ListSequence)):
        return value
    return ListSequence(call.converted(call.as_sequence(value)), call.origin)


@function("tomap", 1)
def _tomap(call: Call) -> Value:
    value = call.read(0)
    if isinstance(value, (Absent, MapMapping)):
        return value
    mapping = call.complete_mapping(0)
    common = types.unify(types.type_of(entry, call.decisions) for entry in mapping.entries.values())
    if common is None:
        raise FunctionError("all map elements must have the same type")
    return types.convert(mapping, types.MapOf(common), call.origin)


@function("tostring", 1)
def _tostring(call: Call) -> Value:
    value = call.read(0)
    if isinstance(value, (Reference, Text, Encoded, Open, Absent)):
        return value
    return types.scalar(value, types.STRING)


@function("tonumber", 1)
def _tonumber(call: Call) -> Value:
    return _scalar(call, types.NUMBER)


@function("tobool", 1)
def _tobool(call: Call) -> Value:
    return _scalar(call, types.BOOL)


def _scalar(call: Call, kind: str) -> Value:
    value = call.decisions.settle(call.arguments[0])
    if isinstance(value, (Mapping, Sequence)):
        raise FunctionError(f"cannot convert to {kind}")
    if isinstance(value, Encoded):
        value = call.as_text(value)
    converted = types.scalar(value, kind)
    return Known(converted.value, call.origin) if isinstance(converted, Known) else converted


@function("sensitive", 1)
def _sensitive(call: Call) -> Value:
    return call.read(0)


@function("nonsensitive", 1)
def _nonsensitive(call: Call) -> Value:
    return call.read(0)
