"""``for`` expressions, and how collections are walked."""

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
    Unknown,
    Value,
    scalar_text,
)
from s3_glue_rules.read import hcl_syntax as syntax
from s3_glue_rules.resolve.terraform import functions
from s3_glue_rules.resolve.terraform.expressions.core import Frame, evaluate, evaluates, operand
from s3_glue_rules.resolve.terraform.lifting import Decisions, FunctionError, decide


def loop_frame(frame: Frame, loop: syntax.For | syntax.TemplateFor, key: Value, value: Value) -> Frame:
    """Return the frame in which a loop evaluates its body for one item."""
    symbols = [(loop.value_name, value)]
    if loop.key_name is not None:
        symbols.insert(0, (loop.key_name, key))
    return replace(frame, symbols=(*frame.symbols, *symbols))


def followed_collection(value: Value, frame: Frame) -> Value:
    """Return the collection behind a reference to an argument of a resource; anything else as it is."""
    if isinstance(value, Reference):
        followed = frame.names.followed(value)
        return followed if isinstance(followed, (Mapping, Sequence)) else value
    return value


def pairs_of(value: Value, origin: Origin) -> list[tuple[Value, Value]] | Value:
    """Return keys (or positions) and values of a collection in Terraform's order, or why they are not known.

    Raises FunctionError where the value is no collection.
    """
    if isinstance(value, Mapping):
        if not value.complete:
            return Unknown("not all keys of the map are known", origin)
        return [(Known(key, value.entries[key].origin), value.entries[key]) for key in sorted(value.entries)]
    if isinstance(value, functions.SetSequence):
        return [(item, item) for item in value.items]
    if isinstance(value, Sequence):
        return [(Known(position, item.origin), item) for position, item in enumerate(value.items)]
    if isinstance(value, (Known, Absent)):
        raise FunctionError("it is no collection")
    if isinstance(value, Impossible):
        return value
    return Unknown(value.why_unknown(), origin)


@evaluates(syntax.For)
def _for(expression: syntax.For, frame: Frame) -> Value:
    origin = expression.origin
    collection = evaluate(expression.collection, frame)

    def below(decisions: Decisions) -> Value:
        pairs = pairs_of(followed_collection(decisions.read(collection), frame), origin)
        if isinstance(pairs, Value):
            return pairs
        kept: list[tuple[Value | None, Value]] = []
        for key, value in pairs:
            inner = loop_frame(frame, expression, decisions.read(key), value)
            if expression.condition is not None:
                test = decisions.settle(operand(expression.condition, inner))
                if isinstance(test, Open):
                    test = Known(decisions.holds(Equal(test, Known("true"))))
                if not isinstance(test, Known):
                    return Unknown(test.why_unknown(), origin)
                if scalar_text(test.value) != "true":
                    continue
            named = None if expression.key is None else decisions.settle(operand(expression.key, inner))
            kept.append((named, _checked(evaluate(expression.value, inner))))
        if expression.key is None:
            return Sequence(tuple(value for _, value in kept), origin)
        return _for_object(kept, groups=expression.groups, origin=origin)

    return decide(below, origin)


def _checked(value: Value) -> Value:
    if isinstance(value, Impossible):
        raise FunctionError(value.reason)
    return value


def _for_object(kept: list[tuple[Value | None, Value]], *, groups: bool, origin: Origin) -> Value:
    entries: dict[str, Value] = {}
    grouped: dict[str, list[Value]] = {}
    complete = True
    for key, value in kept:
        if isinstance(key, Known):
            name = scalar_text(key.value)
            if groups:
                grouped.setdefault(name, []).append(value)
            elif name in entries:
                raise FunctionError(f"the key '{name}' stands twice")
            else:
                entries[name] = value
        elif isinstance(key, (Absent, Mapping, Sequence)):
            raise FunctionError("a key must be a text")
        else:
            complete = False
    if groups:
        entries = {name: Sequence(tuple(values), origin) for name, values in grouped.items()}
    return Mapping(entries, origin, complete)
