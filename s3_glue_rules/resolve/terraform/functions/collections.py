"""Functions that put together, take apart and look into lists, maps and sets."""

from __future__ import annotations

from itertools import product

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Always,
    Choice,
    Condition,
    Encoded,
    Equal,
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
from s3_glue_rules.resolve.conditions import some
from s3_glue_rules.resolve.terraform.functions import scalars, types
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.functions.equality import equal
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence, MapMapping, SetSequence, ordered
from s3_glue_rules.resolve.terraform.lifting import FunctionError, choice


@function("length", 1)
def _length(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, Sequence):
        if isinstance(value, SetSequence):
            ordered(value)
        return call.known(len(value.items))
    if isinstance(value, Mapping):
        return call.known(len(call.complete_mapping(0).entries))
    if isinstance(value, Known) and not isinstance(value.value, str):
        raise FunctionError("argument must be a string, a collection type, or a structural type")
    return call.known(len(scalars.characters(call.as_string(value))))


@function("concat", 1, None)
def _concat(call: Call) -> Value:
    sequences = [call.sequence(index) for index in range(len(call.arguments))]
    if any(isinstance(sequence, SetSequence) for sequence in sequences):
        raise FunctionError("all arguments must be lists or tuples")
    items = tuple(item for sequence in sequences for item in sequence.items)
    if not all(isinstance(sequence, ListSequence) for sequence in sequences):
        return Sequence(items, call.origin)
    # Lists of one type make a list; their items are converted to what they have in common.
    common = types.unify(types.type_of(sequence, call.decisions) for sequence in sequences)
    if not isinstance(common, types.ListOf):
        return Sequence(items, call.origin)
    return ListSequence(tuple(types.convert(item, common.item, call.origin) for item in items), call.origin)


@function("merge", 0, None)
def _merge(call: Call) -> Value:
    entries: dict[str, Value] = {}
    complete = True
    kinds: set[type[Mapping]] = set()
    for index in range(len(call.arguments)):
        value = call.read(index)
        if isinstance(value, Absent):
            continue
        if isinstance(value, Mapping):
            kinds.add(type(value))
            if not value.complete:
                entries = _overridable(entries, value.origin)
                complete = False
            entries.update(value.entries)
        elif isinstance(value, (Known, Sequence, Text, Encoded)):
            raise FunctionError("arguments must be maps or objects")
        else:
            entries = _overridable(entries, value.origin)
            complete = False
    # Maps of different types make an object, and nobody can tell any more that they were maps.
    merged = Mapping(entries, call.origin, complete)
    if kinds == {MapMapping} and complete:
        kind = types.type_of(merged, call.decisions)
        if isinstance(kind, types.ObjectOf) and len({item for _, item in kind.attributes}) == 1:
            return MapMapping(entries, call.origin)
    return merged


def _overridable(entries: dict[str, Value], origin: Origin) -> dict[str, Value]:
    return {name: Unknown(f"what is merged at deployment may set {name}", origin) for name in entries}


@function("flatten", 1)
def _flatten(call: Call) -> Value:
    items: list[Value] = []
    _flatten_into(call, call.sequence(0), items)
    return Sequence(tuple(items), call.origin)


def _flatten_into(call: Call, sequence: Sequence, items: list[Value]) -> None:
    for item in ordered(sequence):
        value = item if _is_single(item) else call.decisions.read(item)
        if isinstance(value, Sequence):
            _flatten_into(call, value, items)
        elif isinstance(value, Unknown):
            raise UndecidableError(value.reason, value.origin)
        else:
            items.append(value)


def _is_single(value: Value) -> bool:
    """Return whether a choice stands for one item in all of its branches."""
    if isinstance(value, Choice):
        return _is_single(value.then) and _is_single(value.otherwise)
    return isinstance(value, (Known, Absent, Reference, Text, Encoded, Open, Mapping))


@function("keys", 1)
def _keys(call: Call) -> Value:
    mapping = call.complete_mapping(0)
    names = tuple(call.known(name) for name in sorted(mapping.entries))
    return ListSequence(names, call.origin) if isinstance(mapping, MapMapping) else Sequence(names, call.origin)


@function("values", 1)
def _values(call: Call) -> Value:
    mapping = call.complete_mapping(0)
    items = tuple(mapping.entries[name] for name in sorted(mapping.entries))
    return ListSequence(items, call.origin) if isinstance(mapping, MapMapping) else Sequence(items, call.origin)


@function("lookup", 2, 3)
def _lookup(call: Call) -> Value:
    mapping = call.mapping(0)
    key = call.text(1)
    default = _default(call, mapping) if len(call.arguments) > 2 else None
    if isinstance(key, Known):
        found = mapping.entries.get(scalars.text(key.value))
        return _missing(mapping, default) if found is None else found
    if isinstance(key, (Open, Text, Reference)):
        for name in sorted(mapping.entries):
            if call.decisions.holds(Equal(key, Known(name))):
                return mapping.entries[name]
        return _missing(mapping, default)
    raise UndecidableError(key.why_unknown(), key.origin)


def _default(call: Call, mapping: Mapping) -> Value:
    """Return the default as the map converts it."""
    default = call.read(2)
    kind = types.type_of(mapping, call.decisions) if isinstance(mapping, MapMapping) else types.ANY
    if not isinstance(kind, types.MapOf):
        return default
    return types.convert(default, types.UNSURE if kind.item == types.ANY else kind.item, call.origin)


def _missing(mapping: Mapping, default: Value | None) -> Value:
    if not mapping.complete:
        raise UndecidableError("a key may be added at deployment", mapping.origin)
    if default is None:
        raise FunctionError("the given object has no such attribute")
    return default


@function("element", 2)
def _element(call: Call) -> Value:
    sequence, index = call.sequence(0), call.integer(1)
    if isinstance(sequence, SetSequence):
        raise FunctionError("cannot read elements from set")
    if not sequence.items:
        raise FunctionError("cannot use element function with an empty list")
    if index < 0:
        raise UndecidableError("versions of Terraform disagree about negative indices", call.origin)
    return sequence.items[index % len(sequence.items)]


@function("slice", 3)
def _slice(call: Call) -> Value:
    sequence, start, end = call.sequence(0), call.integer(1), call.integer(2)
    if isinstance(sequence, SetSequence):
        raise FunctionError("cannot slice a set")
    if not 0 <= start <= end <= len(sequence.items):
        raise FunctionError("the indices are outside of the list")
    return type(sequence)(sequence.items[start:end], call.origin)


@function("reverse", 1)
def _reverse(call: Call) -> Value:
    sequence = call.sequence(0)
    kind = Sequence if type(sequence) is Sequence else ListSequence
    return kind(tuple(reversed(ordered(sequence))), call.origin)


@function("zipmap", 2)
def _zipmap(call: Call) -> Value:
    values = call.sequence(1)
    names = [call.as_string(_not_null(call.decisions.read(name))) for name in call.converted(call.sequence(0))]
    if isinstance(values, SetSequence):
        raise FunctionError("values argument must be a list or tuple value")
    if len(names) != len(values.items):
        raise FunctionError("number of keys does not match number of values")
    entries = dict(zip(names, values.items, strict=True))
    kind = MapMapping if isinstance(values, ListSequence) else Mapping
    return kind(entries, call.origin)


def _not_null(value: Value) -> Value:
    if isinstance(value, Absent):
        raise FunctionError("the list has a null value")
    return value


@function("contains", 2)
def _contains(call: Call) -> Value:
    sequence, wanted = call.sequence(0), call.read(1)
    if isinstance(wanted, Absent):
        raise UndecidableError("versions of Terraform disagree about looking for null", call.origin)
    conditions: list[Condition] = []
    doubt: UndecidableError | None = None
    for item in sequence.items:
        try:
            conditions.append(equal(item, wanted, call.decisions))
        except UndecidableError as error:
            doubt = error
    condition = some(conditions)
    if doubt is None:
        return choice(condition, call.known(value=True), call.known(value=False), call.origin)
    if call.decisions.holds(condition):
        return call.known(value=True)
    raise doubt


@function("index", 2)
def _index(call: Call) -> Value:
    sequence, wanted = call.sequence(0), call.value(1)
    if isinstance(sequence, SetSequence):
        raise FunctionError("argument must be a list or tuple")
    for position, item in enumerate(sequence.items):
        if call.decisions.holds(equal(item, wanted, call.decisions)):
            return call.known(position)
    raise FunctionError("item not found")


@function("distinct", 1)
def _distinct(call: Call) -> Value:
    sequence = call.sequence(0)
    kept: list[Value] = []
    for item in call.converted(sequence):
        value = call.decisions.read(item)
        if not any(call.decisions.holds(equal(other, value, call.decisions)) for other in kept):
            kept.append(value)
    return ListSequence(tuple(kept), call.origin)


@function("compact", 1)
def _compact(call: Call) -> Value:
    kept: list[Value] = []
    for item in call.converted(call.sequence(0), types.STRING):
        value = call.decisions.read(item)
        if isinstance(value, Unknown):
            raise UndecidableError(value.reason, value.origin)
        if not isinstance(value, Absent) and not call.decisions.holds(is_empty(value)):
            kept.append(value)
    return ListSequence(tuple(kept), call.origin)


def is_empty(value: Value) -> Condition:
    """Return the condition that a text is empty. Attributes of resources are taken for never empty."""
    if isinstance(value, (Reference, Encoded)):
        return Always(holds=False)
    if isinstance(value, Text) and any(isinstance(part, (Known, Reference)) for part in value.parts):
        return Always(holds=False)
    if isinstance(value, (Unknown, Text)):
        raise UndecidableError(value.why_unknown(), value.origin)
    return Equal(value, Known(""))


@function("coalesce", 0, None)
def _coalesce(call: Call) -> Value:
    for index in range(len(call.arguments)):
        value = call.read(index)
        if isinstance(value, Unknown):
            raise UndecidableError(value.reason, value.origin)
        if isinstance(value, Absent):
            continue
        is_text = isinstance(value, (Open, Text, Encoded)) or (isinstance(value, Known) and value.value == "")
        if is_text and call.decisions.holds(is_empty(value)):
            continue
        kinds = [types.type_of(argument, call.decisions) for argument in call.arguments]
        common = types.unify(kinds)
        if common is None:
            raise FunctionError("all arguments must have the same type")
        return types.convert(value, common, call.origin)
    raise FunctionError("no non-null, non-empty-string arguments")


@function("coalescelist", 1, None)
def _coalescelist(call: Call) -> Value:
    values = [call.read(index) for index in range(len(call.arguments))]
    if any(isinstance(value, (Known, Mapping, Text, Encoded, SetSequence)) for value in values):
        raise FunctionError("coalescelist arguments must be lists or tuples")
    if any(isinstance(value, Absent) for value in values):
        raise UndecidableError("Terraform refuses null of no type here", call.origin)
    for value in values:
        sequence = call.as_sequence(value)
        if sequence.items:
            return sequence
    raise FunctionError("no non-null arguments")


@function("one", 1)
def _one(call: Call) -> Value:
    sequence = call.sequence(0)
    if isinstance(sequence, SetSequence):
        ordered(sequence)
    if len(sequence.items) > 1:
        raise FunctionError("must be a list, set, or tuple value with either zero or one elements")
    return sequence.items[0] if sequence.items else Absent(call.origin)


@function("chunklist", 2)
def _chunklist(call: Call) -> Value:
    items, size = call.converted(call.sequence(0)), call.integer(1)
    if size < 0:
        raise FunctionError("the size argument must be positive")
    size = size or max(len(items), 1)
    chunks = (items[start : start + size] for start in range(0, len(items), size))
    return ListSequence(tuple(ListSequence(chunk, call.origin) for chunk in chunks), call.origin)


@function("matchkeys", 3)
def _matchkeys(call: Call) -> Value:
    values, keys = call.converted(call.sequence(0)), call.converted(call.sequence(1))
    wanted = call.converted(call.sequence(2))
    if len(values) != len(keys):
        raise FunctionError("length of keys and values should be equal")
    common = types.unify(types.type_of(key, call.decisions) for key in (*keys, *wanted))
    if common is None:
        raise FunctionError("keys and searchset must be of the same type")
    wanted = tuple(types.convert(key, common, call.origin) for key in wanted)
    kept: list[Value] = []
    for value, key in zip(values, keys, strict=True):
        key = types.convert(key, common, call.origin)  # noqa: PLW2901 - the key as it is compared
        if any(call.decisions.holds(equal(key, other, call.decisions)) for other in wanted):
            kept.append(value)
    return ListSequence(tuple(kept), call.origin)


@function("transpose", 1)
def _transpose(call: Call) -> Value:
    mapping = call.complete_mapping(0)
    found: dict[str, list[str]] = {}
    for name in sorted(mapping.entries):
        texts = call.as_sequence(call.decisions.read(mapping.entries[name]))
        for item in call.converted(texts, types.STRING):
            found.setdefault(call.as_string(_not_null(call.decisions.read(item))), []).append(name)
    entries: dict[str, Value] = {}
    for text in sorted(found):
        entries[text] = ListSequence(tuple(call.known(name) for name in found[text]), call.origin)
    return MapMapping(entries, call.origin)


@function("setproduct", 2, None)
def _setproduct(call: Call) -> Value:
    sequences = [call.sequence(index) for index in range(len(call.arguments))]
    total = 1
    for sequence in sequences:
        total *= len(sequence.items)
    if total * len(sequences) > scalars.MOST_ITEMS:
        raise UndecidableError("the product has too many items", call.origin)
    columns = [s.items if isinstance(s, SetSequence) else call.converted(s) for s in sequences]
    rows = (Sequence(row, call.origin) for row in product(*columns))
    if any(isinstance(sequence, SetSequence) for sequence in sequences):
        return types.as_set(rows, call.origin)
    return ListSequence(tuple(rows), call.origin)
