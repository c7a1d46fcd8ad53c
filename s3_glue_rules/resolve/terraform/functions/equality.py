"""When two values are equal, as a condition over what is open in them."""

from __future__ import annotations

from s3_glue_rules.model.values import (
    Absent,
    Always,
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
    Value,
)
from s3_glue_rules.resolve.conditions import every
from s3_glue_rules.resolve.terraform.functions import scalars, types
from s3_glue_rules.resolve.terraform.functions.json_text import encoded_text
from s3_glue_rules.resolve.terraform.functions.sets import SetSequence
from s3_glue_rules.resolve.terraform.lifting import Decisions


def equal(left: Value, right: Value, decisions: Decisions) -> Condition:
    """Return the condition under which Terraform's ``==`` holds. Raises UndecidableError where none can be given."""
    left, right = _plain(decisions.read(left)), _plain(decisions.read(right))
    if isinstance(left, Known) and isinstance(right, Known):
        return Always(scalars.same_scalar(left.value, right.value))
    if isinstance(left, Absent) or isinstance(right, Absent):
        other = right if isinstance(left, Absent) else left
        if isinstance(other, (Absent, Known, Reference, Text, Encoded, Open, Mapping, Sequence)):
            return Always(isinstance(other, Absent))
    if isinstance(left, (Mapping, Sequence)) and isinstance(right, (Mapping, Sequence)):
        return _structures(left, right, decisions)
    if isinstance(left, (Mapping, Sequence)) or isinstance(right, (Mapping, Sequence)):
        other = right if isinstance(left, (Mapping, Sequence)) else left
        if isinstance(other, (Known, Text, Encoded)):
            return Always(holds=False)
        raise UndecidableError(other.why_unknown(), other.origin)
    for value in (left, right):
        if not isinstance(value, (Known, Open, Reference, Text)):
            raise UndecidableError(value.why_unknown(), value.origin)
    return _texts(left, right)


def _plain(value: Value) -> Value:
    written = encoded_text(value)
    return value if written is None else Known(written, value.origin)


def _texts(left: Value, right: Value) -> Condition:
    """Compare two texts of which at least one is open."""
    if isinstance(left, Known):
        left, right = right, left
    if left == right:
        return Always(holds=True)
    if isinstance(right, Known):
        if not isinstance(right.value, str):
            # Terraform finds a string and a number different; a variable may be of either type.
            if isinstance(left, Open) and not types.surely_string(left):
                domain = {*(left.variable.allowed or ()), left.variable.default or "true"}
                if isinstance(right.value, bool) and left.variable.allowed and domain <= {"true", "false"}:
                    return Equal(left, right)
                raise UndecidableError(left.why_unknown(), left.origin)
            return Always(holds=False)
        if isinstance(left, Text) and not _fits(left, right.value):
            return Always(holds=False)
    return Equal(left, right)


def _fits(text: Text, wanted: str) -> bool:
    known = [scalars.text(part.value) if isinstance(part, Known) else "" for part in text.parts]
    enough = len(wanted) >= sum(map(len, known))
    return enough and wanted.startswith(known[0]) and wanted.endswith(known[-1])


def _structures(left: Value, right: Value, decisions: Decisions) -> Condition:
    if isinstance(left, Sequence) and isinstance(right, Sequence):
        if type(left) is not type(right):
            raise UndecidableError("values of different types are compared", left.origin)
        if isinstance(left, SetSequence) and not types.same(left, right):
            sure = isinstance(right, SetSequence) and left.has_sure_items and right.has_sure_items
            if not sure or not all(isinstance(item, (Known, Absent)) for item in (*left.items, *right.items)):
                raise UndecidableError("sets with unknown items are compared", left.origin)
        if len(left.items) != len(right.items):
            return Always(holds=False)
        pairs = zip(left.items, right.items, strict=True)
        return every(equal(one, other, decisions) for one, other in pairs)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        if type(left) is not type(right) or not (left.complete and right.complete):
            raise UndecidableError("values of different types are compared", left.origin)
        if left.entries.keys() != right.entries.keys():
            return Always(holds=False)
        return every(equal(entry, right.entries[name], decisions) for name, entry in left.entries.items())
    return Always(holds=False)
