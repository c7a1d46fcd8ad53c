"""Terraform's types: the type of a value, the type that several values have in common, and conversion to a type."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as SequenceType
from dataclasses import dataclass
from typing import Union

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Choice,
    Encoded,
    Impossible,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Text,
    UndecidableError,
    Unknown,
    Value,
)
from s3_glue_rules.resolve.terraform.functions import scalars
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence, MapMapping, SetSequence
from s3_glue_rules.resolve.terraform.lifting import Decisions, FunctionError

STRING, NUMBER, BOOL, NULL = "string", "number", "bool", "null"
_NULL_BESIDE = "a null stands beside values of different types"

# A value of which only deployment knows the type; and the outcome where that decides about a conversion.
ANY, UNSURE = "any", "unsure"


@dataclass(frozen=True)
class ListOf:
    """A list of items of one type."""

    item: Type


@dataclass(frozen=True)
class SetOf:
    """A set of items of one type."""

    item: Type


@dataclass(frozen=True)
class MapOf:
    """A map to values of one type."""

    item: Type


@dataclass(frozen=True)
class TupleOf:
    """A sequence whose items have a type each."""

    items: tuple[Type, ...]


@dataclass(frozen=True)
class ObjectOf:
    """Named values that have a type each, sorted by name."""

    attributes: tuple[tuple[str, Type], ...]


Type = Union[str, ListOf, SetOf, MapOf, TupleOf, ObjectOf]


def surely_string(value: Open) -> bool:
    """Return whether a variable can only be of the type string, as far as its default and its values tell.

    The type is not at hand: a default such as ``5`` or ``true`` may be a number, a boolean or a string.
    """
    samples = (*(value.variable.allowed or ()), *((value.variable.default,) if value.variable.default else ()))
    for sample in samples:
        try:
            scalars.parse_number(sample)
        except FunctionError:
            if sample not in {"true", "false"}:
                return True
        except UndecidableError:
            return False
    return False


def type_of(value: Value, decisions: Decisions) -> Type:
    """Return the type of a value. Choices are decided only where their branches differ in type."""
    if isinstance(value, Choice):
        then = _without_decisions(value.then)
        if then is not None and then == _without_decisions(value.otherwise):
            return then
        return type_of(decisions.read(value), decisions)
    if isinstance(value, Impossible):
        decisions.read(value)
    if isinstance(value, Known):
        if isinstance(value.value, str):
            return STRING
        return BOOL if isinstance(value.value, bool) else NUMBER
    if isinstance(value, Absent):
        return NULL
    if isinstance(value, (Reference, Text, Encoded)):
        return STRING
    if isinstance(value, Open):
        return STRING if surely_string(value) else ANY
    if isinstance(value, Sequence):
        items = tuple(type_of(item, decisions) for item in value.items)
        if isinstance(value, SetSequence):
            return SetOf(_item_type(items))
        return ListOf(_item_type(items)) if isinstance(value, ListSequence) else TupleOf(items)
    if isinstance(value, Mapping) and value.complete:
        attributes = {name: type_of(value.entries[name], decisions) for name in sorted(value.entries)}
        if isinstance(value, MapMapping):
            return MapOf(_item_type(attributes.values()))
        return ObjectOf(tuple(attributes.items()))
    return ANY


def _without_decisions(value: Value) -> Type | None:
    """Return the type of a branch of a choice where it is plain."""
    if isinstance(value, Choice):
        then = _without_decisions(value.then)
        return then if then == _without_decisions(value.otherwise) else None
    if isinstance(value, (Known, Reference, Text, Encoded, Open)):
        return type_of(value, Decisions())
    return None


def _item_type(types: Iterable[Type]) -> Type:
    # An empty collection of a declared type has lost the type.
    types = list(types)
    return (unify(types) or UNSURE) if types else ANY


def unify(types: Iterable[Type]) -> Type | None:
    """Return the type that values of all these types are converted to, or None where there is none.

    UNSURE where that depends on the type of something that only deployment knows. Raises UndecidableError where a
    null stands beside structures of different types, since that keeps Terraform from converting some of them.
    """
    types = list(dict.fromkeys(types))
    distinct = [kind for kind in types if kind != NULL]
    if not distinct:
        return NULL
    if len(distinct) == 1:
        return distinct[0]
    scalar = {kind for kind in distinct if isinstance(kind, str)}
    structures: list[Type] = [kind for kind in distinct if not isinstance(kind, str)]
    if structures:
        if scalar & {ANY, UNSURE}:
            return UNSURE
        if NULL in types:
            raise UndecidableError(_NULL_BESIDE)
        return None if scalar else _unify_structures(structures)
    if STRING in scalar:
        return STRING
    return UNSURE if scalar & {ANY, UNSURE} else None


def _has_null(kind: Type) -> bool:
    return kind == NULL if isinstance(kind, str) else any(_has_null(part) for part in _parts([kind]))


def _refuse_nulls(types: SequenceType[Type]) -> None:
    if any(_has_null(kind) for kind in types) and len({kind for kind in types if kind != NULL}) > 1:
        raise UndecidableError(_NULL_BESIDE)


def _unify_structures(types: list[Type]) -> Type | None:
    kinds = {type(kind) for kind in types}
    if kinds == {ObjectOf}:
        return _unify_objects([kind for kind in types if isinstance(kind, ObjectOf)])
    if kinds == {TupleOf}:
        return _unify_tuples([kind for kind in types if isinstance(kind, TupleOf)])
    if kinds <= {MapOf, ObjectOf}:
        return _collection(MapOf, types, UNSURE)
    if kinds <= {ListOf, TupleOf}:
        return _collection(ListOf, types, UNSURE)
    if kinds == {SetOf}:
        return _collection(SetOf, types, None)
    return UNSURE if kinds <= {SetOf, ListOf, TupleOf} else None


def _collection(collection: type[ListOf | SetOf | MapOf], types: Iterable[Type], otherwise: Type | None) -> Type | None:
    """Return the collection that takes all items of some structures.

    ``otherwise`` is what comes out where the items have no type in common.
    """
    parts = _parts(types)
    item = unify(parts)
    _refuse_nulls(parts)
    if item == UNSURE and not all(isinstance(part, str) for part in parts):
        return UNSURE
    return otherwise if item is None else collection(item)


def _parts(types: Iterable[Type]) -> list[Type]:
    parts: list[Type] = []
    for kind in types:
        if isinstance(kind, TupleOf):
            parts.extend(kind.items)
        elif isinstance(kind, ObjectOf):
            parts.extend(attribute for _, attribute in kind.attributes)
        elif not isinstance(kind, str):
            parts.append(kind.item)
    return parts


def _unify_objects(types: list[ObjectOf]) -> Type | None:
    names = [name for name, _ in types[0].attributes]
    if any([name for name, _ in kind.attributes] != names for kind in types):
        return _collection(MapOf, types, None)
    items = _unify_each([tuple(attribute for _, attribute in kind.attributes) for kind in types])
    return None if items is None else ObjectOf(tuple(zip(names, items, strict=True)))


def _unify_tuples(types: list[TupleOf]) -> Type | None:
    if any(len(kind.items) != len(types[0].items) for kind in types):
        return _collection(ListOf, types, None)
    items = _unify_each([kind.items for kind in types])
    return None if items is None else TupleOf(items)


def _unify_each(rows: list[tuple[Type, ...]]) -> tuple[Type, ...] | None:
    """Return the common type in each place, or None where there is none in one of them."""
    items: list[Type] = []
    for column in zip(*rows, strict=True):
        _refuse_nulls(column)
        item = unify(column)
        if item is None:
            _refuse_nulls([kind for row in rows for kind in row])
            return None
        items.append(item)
    return tuple(items)


def convert(value: Value, kind: Type, origin: Origin) -> Value:
    """Convert a value to a type. What is not known of it stays; a branch that cannot be converted is impossible.

    Raises FunctionError where the value cannot be converted.
    """
    if isinstance(value, Choice):
        then, otherwise = (_branch(branch, kind, origin) for branch in (value.then, value.otherwise))
        if then is value.then and otherwise is value.otherwise:
            return value
        return Choice(value.condition, then, otherwise, value.origin)
    if kind in {ANY, NULL} or isinstance(value, (Absent, Impossible, Unknown)):
        return value
    if kind == UNSURE:
        if isinstance(value, Known) and isinstance(value.value, str):
            return value
        if isinstance(value, (Known, Mapping, Sequence)):
            return Unknown("the type that the value is converted to is known only at deployment", value.origin)
        return value
    if isinstance(kind, str):
        return scalar(value, kind)
    if isinstance(value, Sequence) and not isinstance(kind, (MapOf, ObjectOf)):
        return _convert_sequence(value, kind, origin)
    if isinstance(value, Mapping) and isinstance(kind, (MapOf, ObjectOf)):
        return _convert_mapping(value, kind, origin)
    if isinstance(value, (Reference, Open)):
        return Unknown(value.why_unknown(), value.origin)
    raise FunctionError("the value has another type than the others")


def _branch(value: Value, kind: Type, origin: Origin) -> Value:
    try:
        return convert(value, kind, origin)
    except FunctionError as error:
        return Impossible(str(error), origin)


def _convert_sequence(value: Sequence, kind: Type, origin: Origin) -> Value:
    if isinstance(kind, TupleOf):
        if len(kind.items) != len(value.items):
            raise FunctionError("the value has another number of items")
        pairs = zip(value.items, kind.items, strict=True)
        return Sequence(tuple(convert(item, item_kind, origin) for item, item_kind in pairs), value.origin)
    if not isinstance(kind, (ListOf, SetOf)):
        raise FunctionError("the value has another type than the others")
    items = tuple(convert(item, kind.item, origin) for item in value.items)
    return ListSequence(items, value.origin) if isinstance(kind, ListOf) else as_set(items, value.origin)


def _convert_mapping(value: Mapping, kind: Type, origin: Origin) -> Value:
    if isinstance(kind, MapOf):
        entries = {name: convert(entry, kind.item, origin) for name, entry in value.entries.items()}
        return MapMapping(entries, value.origin, value.complete)
    if not isinstance(kind, ObjectOf):
        raise FunctionError("the value has another type than the others")
    attributes = dict(kind.attributes)
    missing = [name for name in attributes if name not in value.entries]
    if missing:
        raise FunctionError(f"attribute {missing[0]} is required")
    entries = {name: convert(value.entries[name], attribute, origin) for name, attribute in attributes.items()}
    return Mapping(entries, value.origin)


def scalar(value: Value, kind: str) -> Value:
    """Convert one value that is no choice to string, number or boolean. Raises FunctionError where it has no form."""
    if isinstance(value, (Mapping, Sequence)):
        raise FunctionError(f"a {kind} is required")
    if isinstance(value, Known):
        return _known_scalar(value, kind)
    if isinstance(value, (Absent, Unknown)) or kind == STRING:
        return value
    return Unknown(value.why_unknown(), value.origin)


def _known_scalar(value: Known, kind: str) -> Known:
    written = value.value
    if kind == STRING:
        return value if isinstance(written, str) else Known(scalars.text(written), value.origin)
    if kind == NUMBER and not isinstance(written, bool):
        return Known(scalars.parse_number(written), value.origin) if isinstance(written, str) else value
    if kind == BOOL:
        if isinstance(written, bool):
            return value
        if written in {"true", "1"} and isinstance(written, str):
            return Known(True, value.origin)
        if written in {"false", "0"} and isinstance(written, str):
            return Known(False, value.origin)
    raise FunctionError(f"a {kind} is required")


def as_set(items: Iterable[Value], origin: Origin) -> SetSequence:
    """Return the set of some items of one type: known ones sorted, the others behind them, duplicates dropped."""
    known: dict[tuple[int, object], Value] = {}
    rest: list[Value] = []
    null: Value | None = None
    for item in items:
        if isinstance(item, Known):
            text = item.value
            normal = isinstance(text, str) and scalars.normal(text)
            known.setdefault(_rank(item), item if normal in {False, text} else Known(normal, item.origin))
        elif isinstance(item, Absent):
            null = item if null is None else null
        elif not any(_alike(item, other) for other in rest):
            rest.append(item)
    ranked = [known[rank] for rank in sorted(known, key=lambda rank: (rank[0], rank[1]))]
    return SetSequence((*ranked, *(() if null is None else (null,)), *rest), origin)


def _rank(item: Known) -> tuple[int, object]:
    if isinstance(item.value, bool):
        return 0, item.value
    if isinstance(item.value, str):
        return 2, scalars.normal(item.value)
    return 1, scalars.exact(item.value)


def _alike(left: Value, right: Value) -> bool:
    """Return whether two values that are not literals are surely the same."""
    if isinstance(left, Sequence) and isinstance(right, Sequence):
        if type(left) is not type(right) or len(left.items) != len(right.items):
            return False
        pairs = zip(left.items, right.items, strict=True)
        return all(same(one, other) for one, other in pairs)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        if type(left) is not type(right) or not (left.complete and right.complete):
            return False
        if left.entries.keys() != right.entries.keys():
            return False
        return all(same(entry, right.entries[name]) for name, entry in left.entries.items())
    return isinstance(left, (Open, Reference, Text)) and left == right


def same(left: Value, right: Value) -> bool:
    """Return whether two values are surely equal for Terraform."""
    if isinstance(left, Known) and isinstance(right, Known):
        return scalars.same_scalar(left.value, right.value)
    if isinstance(left, Absent) and isinstance(right, Absent):
        return True
    return _alike(left, right)
