"""Variables of a root module that nothing gives a value: what a deployment may set them to."""

from __future__ import annotations

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    DEFAULT,
    NULL,
    Absent,
    Choice,
    Equal,
    Known,
    Mapping,
    Open,
    Sequence,
    Unknown,
    Value,
    Variable,
    scalar_text,
)
from s3_glue_rules.read.hcl_syntax import Attribute, Block, Call, Name, TupleExpression
from s3_glue_rules.resolve.terraform.types import Type


def open_variable(name: str, block: Block, wanted: Type, default: Value | None) -> Value:
    """Return a variable of a root module, which a deployment may set."""
    label = f"var.{name}"
    if wanted.kind == "bool" or (isinstance(default, Known) and isinstance(default.value, bool)):
        return _open_flag(label, default, block.origin)
    allowed = _allowed(block, name)
    if isinstance(default, (Mapping, Sequence)) or wanted.kind in {"list", "set", "map", "object", "tuple"}:
        why = Unknown(f"the value of {label} is given at deployment", block.origin)
        if default is None:
            return why
        marker = Open(Variable(label, label, DEFAULT), block.origin)
        return Choice(Equal(marker, Known(DEFAULT)), default, why, block.origin)
    if isinstance(default, Absent):
        variable = Variable(label, label, NULL, None if allowed is None else (*allowed, NULL))
        is_null = Equal(Open(variable, block.origin), Known(NULL))
        return Choice(is_null, Absent(default.origin), Open(variable, block.origin), default.origin)
    if not isinstance(default, (Known, type(None))):
        return default
    text = None if default is None else scalar_text(default.value)
    variable = Variable(label, label, text, allowed)
    origin = block.origin if default is None else default.origin
    if default is not None and not isinstance(default.value, str):
        return Choice(Equal(Open(variable, origin), Known(text or "")), default, Open(variable, origin), origin)
    return Open(variable, origin)


def _open_flag(label: str, default: Value | None, origin: Origin) -> Value:
    text = scalar_text(default.value) if isinstance(default, Known) else None
    allowed: tuple[str, ...] = ("true", "false")
    if isinstance(default, Absent):
        text, allowed = NULL, (*allowed, NULL)
    place = default.origin if isinstance(default, (Known, Absent)) and default.origin.path else origin
    variable = Open(Variable(label, label, text, allowed), place)
    is_true = Choice(Equal(variable, Known("true")), Known(True, place), Known(False, place), place)
    if text != NULL:
        return is_true
    return Choice(Equal(variable, Known(NULL)), Absent(place), is_true, place)


def without_null(value: Value, default: Value) -> Value:
    """Return the value with a null replaced: ``nullable = false``."""
    if isinstance(value, Absent):
        return default
    if isinstance(value, Choice):
        then, otherwise = without_null(value.then, default), without_null(value.otherwise, default)
        return Choice(value.condition, then, otherwise, value.origin)
    return value


def _allowed(block: Block, name: str) -> tuple[str, ...] | None:
    """Return the values that a ``validation`` block of the form ``contains([...], var.name)`` allows."""
    for validation in block.body.of_type("validation"):
        argument = validation.body.arguments.get("condition")
        condition = argument.expression if argument is not None else None
        if not isinstance(condition, Call) or condition.name != "contains" or len(condition.arguments) != 2:
            continue
        listed, tested = condition.arguments
        is_own = (
            isinstance(tested, Attribute)
            and tested.name == name
            and isinstance(tested.target, Name)
            and tested.target.name == "var"
        )
        if is_own and isinstance(listed, TupleExpression):
            values = [getattr(item, "value", None) for item in listed.items]
            if values and all(isinstance(value, (str, int, float)) for value in values):
                return tuple(scalar_text(value) for value in values if value is not None)
    return None
