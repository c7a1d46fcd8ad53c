"""Terraform's operators over values, conditions made of values, and texts put together.

Source: https://developer.hashicorp.com/terraform/language/expressions/operators
"""

from __future__ import annotations

import decimal
from collections.abc import Callable

from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Always,
    Choice,
    Condition,
    Encoded,
    Equal,
    Impossible,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Text,
    Undetermined,
    Unknown,
    Value,
    scalar_text,
    text_of,
)
from s3_glue_rules.resolve.conditions import every, negated, some
from s3_glue_rules.resolve.terraform.functions.json_text import encoded_text
from s3_glue_rules.resolve.terraform.lifting import FunctionError, choice, lifted

_CONTEXT = decimal.Context(prec=60)

# Attributes that every resource has once it exists.
NEVER_EMPTY = {"id", "arn", "name", "bucket", "key_id", "alias", "target_key_arn"}


def condition_of(value: Value) -> Condition:
    """Return the condition that a boolean value stands for. Raises FunctionError where it is no boolean."""
    if isinstance(value, Choice):
        if _is(value.then, holds=True) and _is(value.otherwise, holds=False):
            return value.condition
        then, otherwise = condition_of(value.then), condition_of(value.otherwise)
        return some((every((value.condition, then)), every((negated(value.condition), otherwise))))
    if isinstance(value, Known):
        return Always(holds=boolean(value))
    if isinstance(value, Open):
        return Equal(value, Known("true"))
    if isinstance(value, (Absent, Mapping, Sequence)):
        raise FunctionError("the condition is no boolean")
    # Impossible parts stay undetermined here: the sides of the conditional show what is impossible.
    return Undetermined(symbol(value), f"a condition holds that only deployment decides ({value.why_unknown()})")


def _is(value: Value, *, holds: bool) -> bool:
    return isinstance(value, Known) and value.value is holds


def truth(condition: Condition, origin: Origin) -> Value:
    """Return the boolean value of a condition."""
    return choice(condition, Known(True, origin), Known(False, origin), origin)


def boolean(value: Known) -> bool:
    """Return a literal as a boolean. Raises FunctionError."""
    if isinstance(value.value, bool):
        return value.value
    if value.value in ("true", "false"):
        return value.value == "true"
    raise FunctionError(f"'{scalar_text(value.value)}' is no boolean")


def unary(operator: str, operand: Value, origin: Origin) -> Value:
    """Apply ``!`` or ``-``."""

    def apply(values: tuple[Value, ...]) -> Value:
        value = values[0]
        if isinstance(value, Impossible):
            return value
        if operator == "!":
            return (
                truth(negated(condition_of(value)), origin)
                if not isinstance(value, (Unknown, Text))
                else _unsure(value, origin)
            )
        if isinstance(value, Known):
            return _number(-decimal_of(value), origin)
        return _unsure(value, origin)

    return lifted((operand,), apply, origin)


def binary(operator: str, left: Value, right: Value, origin: Origin) -> Value:
    """Apply an operator to two values."""
    if operator in {"&&", "||"}:
        return _logical(operator, left, right, origin)
    if operator in {"==", "!="}:
        equal = lifted((left, right), lambda values: _equal(values[0], values[1], origin), origin)
        return equal if operator == "==" else unary("!", equal, origin)
    function = _ARITHMETIC.get(operator)
    if function is None:
        return Unknown(f"the operator {operator} is not one that can be read", origin)

    def apply(values: tuple[Value, ...]) -> Value:
        if all(isinstance(value, Known) for value in values):
            return function(*(decimal_of(value) for value in values if isinstance(value, Known)), origin)
        return _unsure(next(value for value in values if not isinstance(value, Known)), origin)

    return lifted((left, right), apply, origin, expand_open=True)


def _logical(operator: str, left: Value, right: Value, origin: Origin) -> Value:
    for value in (left, right):
        if isinstance(value, Impossible):
            return value
    decides = operator == "||"
    for value in (left, right):
        if _is(value, holds=decides):
            return Known(decides, origin)

    def apply(values: tuple[Value, ...]) -> Value:
        for value in values:
            if isinstance(value, Known) and boolean(value) is decides:
                return Known(decides, origin)
        unsure = [value for value in values if not isinstance(value, (Known, Open))]
        if unsure:
            return _unsure(unsure[0], origin)
        conditions = [condition_of(value) for value in values]
        return truth(some(conditions) if decides else every(conditions), origin)

    return lifted((left, right), apply, origin)


def _equal(left: Value, right: Value, origin: Origin) -> Value:
    if isinstance(left, Known) and isinstance(right, Known):
        if isinstance(left.value, (bool, str)) or isinstance(right.value, (bool, str)):
            same = type(left.value) is type(right.value) and left.value == right.value
        else:
            same = left.value == right.value
        return Known(same, origin)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Absent):
            if isinstance(other, Absent):
                return Known(True, origin)
            is_something = isinstance(other, (Known, Mapping, Sequence, Text, Open, Encoded)) or (
                isinstance(other, Reference) and _is_something(other)
            )
            return Known(False, origin) if is_something else _unsure(other, origin)
        if isinstance(one, Reference) and _is_something(one) and isinstance(other, Known) and other.value == "":
            return Known(False, origin)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Encoded):
            text = encoded_text(one)
            return _unsure(one, origin) if text is None else _equal(Known(text), other, origin)
    if isinstance(left, (Mapping, Sequence)) or isinstance(right, (Mapping, Sequence)):
        return _equal_structures(left, right, origin)
    # Two literals were compared above, so that one of these is open.
    if isinstance(left, (Open, Text, Known)) and isinstance(right, (Open, Text, Known)):
        return truth(Equal(left, right), origin)
    if isinstance(left, Reference) and isinstance(right, Reference) and left == right:
        return Known(True, origin)
    return _unsure(left if not isinstance(left, Known) else right, origin)


def _equal_structures(left: Value, right: Value, origin: Origin) -> Value:
    pairs: list[tuple[Value, Value]] = []
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        if left.entries.keys() != right.entries.keys():
            return Known(False, origin)
        pairs = [(left.entries[name], right.entries[name]) for name in left.entries]
    elif isinstance(left, Sequence) and isinstance(right, Sequence):
        if len(left.items) != len(right.items):
            return Known(False, origin)
        pairs = list(zip(left.items, right.items, strict=True))
    elif isinstance(left, (Known, Mapping, Sequence)) and isinstance(right, (Known, Mapping, Sequence)):
        return Known(False, origin)
    else:
        return _unsure(left if not isinstance(left, (Mapping, Sequence)) else right, origin)
    result: Value = Known(True, origin)
    for one, other in pairs:
        same = binary("==", one, other, origin)
        if _is(same, holds=False):
            return same
        result = _logical("&&", result, same, origin)
    # An empty list and an empty list of another type differ for Terraform, and so may lists and tuples: types are
    # not kept here, so that only a difference of parts is certain.
    return (
        Unknown("whether two collections are equal depends on their types", origin)
        if _is(result, holds=True)
        else result
    )


def _is_something(reference: Reference) -> bool:
    return reference.attribute == "" or reference.attribute in NEVER_EMPTY


def _unsure(value: Value, origin: Origin) -> Value:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, (Absent, Mapping, Sequence)):
        raise FunctionError("an operand is of the wrong type")
    return Unknown(value.why_unknown(), value.origin if value.origin.path else origin)


def decimal_of(value: Known) -> decimal.Decimal:
    """Return a literal as a number. Raises FunctionError where it is none."""
    if isinstance(value.value, bool):
        raise FunctionError("a boolean is no number")
    try:
        return decimal.Decimal(repr(value.value) if isinstance(value.value, float) else str(value.value))
    except decimal.InvalidOperation as error:
        raise FunctionError(f"'{value.value}' is no number") from error


def _number(result: decimal.Decimal, origin: Origin) -> Value:
    if not result.is_finite():
        raise FunctionError("the result is no number")
    if result == result.to_integral_value():
        return Known(int(result), origin)
    as_float = float(result)
    if decimal.Decimal(repr(as_float)) != result:
        return Unknown("the number has more digits than are kept", origin)
    return Known(as_float, origin)


def _compared(compare: Callable[[decimal.Decimal, decimal.Decimal], bool]) -> Callable[..., Value]:
    return lambda left, right, origin: Known(compare(left, right), origin)


def _calculated(calculate: Callable[[decimal.Decimal, decimal.Decimal], decimal.Decimal]) -> Callable[..., Value]:
    return lambda left, right, origin: _number(calculate(left, right), origin)


def _divided(left: decimal.Decimal, right: decimal.Decimal) -> decimal.Decimal:
    if right == 0:
        raise FunctionError("a division by zero")
    return _CONTEXT.divide(left, right)


def _remainder(left: decimal.Decimal, right: decimal.Decimal) -> decimal.Decimal:
    if right == 0:
        raise FunctionError("a division by zero")
    return _CONTEXT.remainder(left, right)


_ARITHMETIC: dict[str, Callable[..., Value]] = {
    "+": _calculated(_CONTEXT.add),
    "-": _calculated(_CONTEXT.subtract),
    "*": _calculated(_CONTEXT.multiply),
    "/": _calculated(_divided),
    "%": _calculated(_remainder),
    "<": _compared(lambda left, right: left < right),
    "<=": _compared(lambda left, right: left <= right),
    ">": _compared(lambda left, right: left > right),
    ">=": _compared(lambda left, right: left >= right),
}


def text_from(parts: list[Value], origin: Origin) -> Value:
    """Put a text together as a template does. Null and collections are errors."""
    for part in parts:
        if isinstance(part, Impossible):
            return part
        if isinstance(part, (Absent, Mapping, Sequence)):
            return Impossible("a template cannot hold null or a collection", origin)
    if len(parts) == 1 and isinstance(parts[0], Choice):
        return lifted((parts[0],), lambda values: text_from(list(values), origin), origin)
    written = tuple(_as_text(part) for part in parts)
    return text_of(written, origin)


def _as_text(part: Value) -> Value:
    if isinstance(part, Encoded):
        text = encoded_text(part)
        return part if text is None else Known(text, part.origin)
    return part
