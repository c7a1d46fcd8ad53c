"""Attributes, indices and splats."""

from __future__ import annotations

from dataclasses import replace

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Equal,
    Impossible,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
    scalar_text,
)
from s3_glue_rules.read import hcl_syntax as syntax
from s3_glue_rules.resolve.terraform.expressions.core import Frame, evaluate, evaluates
from s3_glue_rules.resolve.terraform.lifting import FunctionError, choice, lifted
from s3_glue_rules.resolve.terraform.objects import WHOLE, Namespace, ObjectWithAttributes

MOST_KEYS = 64


@evaluates(syntax.Attribute)
def _attribute(expression: syntax.Attribute, frame: Frame) -> Value:
    target = evaluate(expression.target, frame)
    return attribute(target, expression.name, expression.origin, frame)


def attribute(target: Value, name: str, origin: Origin, frame: Frame) -> Value:
    """Return an attribute of a value."""

    def below(values: tuple[Value, ...]) -> Value:
        value = values[0]
        if isinstance(value, (Namespace, ObjectWithAttributes)):
            return value.find(name, origin)
        if isinstance(value, Reference):
            if value.attribute == "tags":
                # Never computed: what is not written is not there, which try() and can() may ask.
                tags = frame.names.followed(value)
                if not isinstance(tags, Unknown):
                    return attribute(tags, name, origin, frame)
            path = name if value.attribute == WHOLE else f"{value.attribute}.{name}"
            return Reference(value.target, path, origin)
        if isinstance(value, Mapping):
            found = value.entries.get(name)
            if found is not None:
                return found
            if value.complete:
                raise FunctionError(f"there is no attribute {name}")
            return Unknown(f"whether there is an attribute {name} is not known", origin)
        if isinstance(value, Sequence) and name.isdigit():
            return index(value, Known(int(name)), origin, frame)
        if isinstance(value, (Known, Absent, Sequence)):
            raise FunctionError(f"there is no attribute {name}")
        return Unknown(value.why_unknown(), origin)

    return lifted((target,), below, origin)


@evaluates(syntax.Index)
def _index(expression: syntax.Index, frame: Frame) -> Value:
    target = evaluate(expression.target, frame)
    key = evaluate(expression.key, frame)
    return index(target, key, expression.origin, frame)


def index(target: Value, key: Value, origin: Origin, frame: Frame) -> Value:
    """Return an item of a list or map."""

    def below(values: tuple[Value, ...]) -> Value:
        value, wanted = values
        if isinstance(value, Namespace):
            return value.find(scalar_text(wanted.value), origin) if isinstance(wanted, Known) else value
        if isinstance(value, ObjectWithAttributes):
            return value
        if isinstance(value, Reference):
            if value.attribute == WHOLE:
                if frame.names.stands_for_all(value):
                    return value
                if isinstance(wanted, Known) and not isinstance(wanted.value, int):
                    return Reference(value.target, scalar_text(wanted.value), origin)
                raise FunctionError("a single resource has no items")
            followed = frame.names.followed(value)
            if isinstance(followed, (Absent, Mapping, Sequence)):
                return index(followed, wanted, origin, frame)
            if isinstance(wanted, Known):
                return Reference(value.target, f"{value.attribute}.{scalar_text(wanted.value)}", origin)
            return Unknown(wanted.why_unknown(), origin)
        if isinstance(value, Mapping):
            return entry(value, wanted, origin)
        if isinstance(value, Sequence):
            if not isinstance(wanted, Known):
                return Unknown(wanted.why_unknown(), origin)
            position = _position(wanted)
            if 0 <= position < len(value.items):
                return value.items[position]
            raise FunctionError(f"there is no item {position}")
        if isinstance(value, (Known, Absent)):
            raise FunctionError("there are no items")
        return Unknown(value.why_unknown(), origin)

    if isinstance(key, Open):
        return lifted((target,), lambda values: below((values[0], key)), origin)
    return lifted((target, key), below, origin, expand_open=_has_domain(key))


def _has_domain(key: Value) -> bool:
    return isinstance(key, Text)


def _position(wanted: Known) -> int:
    try:
        return int(str(wanted.value)) if not isinstance(wanted.value, bool) else -1
    except ValueError as error:
        raise FunctionError("the index is no number") from error


def entry(value: Mapping, wanted: Value, origin: Origin, default: Value | None = None) -> Value:
    """Return the entry under a key. An open key makes a choice over the keys that the map has."""
    if isinstance(wanted, Known):
        found = value.entries.get(scalar_text(wanted.value))
        if found is not None:
            return found
        if not value.complete:
            return Unknown(f"whether there is a key '{scalar_text(wanted.value)}' is not known", origin)
        if default is not None:
            return default
        raise FunctionError(f"there is no key '{scalar_text(wanted.value)}'")
    if isinstance(wanted, (Open, Text)) and value.complete and len(value.entries) <= MOST_KEYS:
        result: Value = Impossible("there is no such key", origin) if default is None else default
        for key in sorted(value.entries, reverse=True):
            result = choice(Equal(wanted, Known(key)), value.entries[key], result, origin)
        return result
    if isinstance(wanted, (Absent, Mapping, Sequence)):
        raise FunctionError("the key is no text")
    return Unknown(wanted.why_unknown(), origin)


@evaluates(syntax.Splat)
def _splat(expression: syntax.Splat, frame: Frame) -> Value:
    target = evaluate(expression.target, frame)
    origin = expression.origin

    def below(values: tuple[Value, ...]) -> Value:
        value = values[0]
        if isinstance(value, Reference) and value.attribute != WHOLE:
            followed = frame.names.followed(value)
            value = followed if isinstance(followed, (Sequence, Absent)) else value
        if isinstance(value, Absent):
            return Sequence((), origin)
        if isinstance(value, Unknown):
            return value
        items = value.items if isinstance(value, Sequence) else (value,)
        inner = tuple(
            evaluate(expression.item, replace(frame, symbols=(*frame.symbols, ("\0item", item)))) for item in items
        )
        failed = [item for item in inner if isinstance(item, Impossible)]
        return failed[0] if failed else Sequence(inner, origin)

    return lifted((target,), below, origin)
