"""JSON: values to texts and back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from s3_glue_rules.model.values import (
    Absent,
    Choice,
    Encoded,
    Known,
    Mapping,
    Sequence,
    UndecidableError,
    Value,
)
from s3_glue_rules.resolve.terraform.functions import scalars
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.functions.json_text import Rendered, encoded_text, json_text
from s3_glue_rules.resolve.terraform.lifting import FunctionError

__all__ = ["Rendered", "encoded_text", "json_text"]

_MOST_DIGITS = 150


@function("jsonencode", 1)
def _jsonencode(call: Call) -> Value:
    return Encoded(call.read(0), call.origin)


@function("jsondecode", 1)
def _jsondecode(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, Encoded):
        return decoded(value.content)
    text = call.as_string(value)
    try:
        data = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise FunctionError(f"the text is no JSON: {error.msg}") from error
    return _value(call, data)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {scalars.normal(name): value for name, value in pairs}
    if len(found) != len(pairs):
        raise UndecidableError("a key stands twice in the JSON text")
    return found


def _number(text: str) -> scalars.Number:
    if len(text) > _MOST_DIGITS:
        raise UndecidableError("the number has too many digits")
    if text.startswith("-") and not Decimal(text):
        raise UndecidableError("the number is a negative zero")
    return scalars.parse_number(text)


def _constant(text: str) -> Any:
    raise FunctionError(f"the text is no JSON: {text}")


def _value(call: Call, data: Any) -> Value:
    if isinstance(data, dict):
        return Mapping({name: _value(call, value) for name, value in data.items()}, call.origin)
    if isinstance(data, list):
        return Sequence(tuple(_value(call, item) for item in data), call.origin)
    if data is None:
        return Absent(call.origin)
    if isinstance(data, str) and any("\ud800" <= letter <= "\udfff" for letter in data):
        raise UndecidableError("the text is no valid Unicode", call.origin)
    return call.known(data)


def decoded(value: Value) -> Value:
    """Return a value as it comes back from JSON: maps are objects, lists and sets are tuples."""
    if isinstance(value, Choice):
        return Choice(value.condition, decoded(value.then), decoded(value.otherwise), value.origin)
    if isinstance(value, Sequence):
        return Sequence(tuple(decoded(item) for item in value.items), value.origin)
    if isinstance(value, Mapping):
        entries = {name: decoded(entry) for name, entry in value.entries.items()}
        return Mapping(entries, value.origin, value.complete)
    if isinstance(value, Known) and isinstance(value.value, float) and value.value.is_integer():
        return Known(int(value.value), value.origin)
    return value
