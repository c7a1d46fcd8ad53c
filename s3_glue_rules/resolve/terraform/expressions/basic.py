"""Literals, collections, names, operators and conditionals."""

from __future__ import annotations

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Always,
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
from s3_glue_rules.resolve.terraform.expressions.core import Frame, evaluate, evaluates, operand
from s3_glue_rules.resolve.terraform.lifting import FunctionError, choice, lifted
from s3_glue_rules.resolve.terraform.operators import binary, condition_of, unary


@evaluates(syntax.Literal)
def _literal(expression: syntax.Literal, frame: Frame) -> Value:
    del frame
    if expression.value is None:
        return Absent(expression.origin)
    return Known(expression.value, expression.origin)


@evaluates(syntax.Broken)
def _broken(expression: syntax.Broken, frame: Frame) -> Value:
    del frame
    return Unknown(expression.reason, expression.origin)


@evaluates(syntax.TupleExpression)
def _tuple(expression: syntax.TupleExpression, frame: Frame) -> Value:
    return Sequence(tuple(evaluate(item, frame) for item in expression.items), expression.origin)


@evaluates(syntax.ObjectExpression)
def _object(expression: syntax.ObjectExpression, frame: Frame) -> Value:
    keys: list[Value] = []
    values: list[Value] = []
    for key, value in expression.items:
        keys.append(evaluate(key, frame))
        values.append(_placed(evaluate(value, frame), value.origin))

    def build(given: tuple[Value, ...]) -> Value:
        entries: dict[str, Value] = {}
        complete = True
        for key, value in zip(given, values, strict=True):
            if isinstance(key, Known):
                entries[scalar_text(key.value)] = value
            elif isinstance(key, (Absent, Mapping, Sequence)):
                raise FunctionError("a key must be a text")
            else:
                complete = False
        return Mapping(entries, expression.origin, complete)

    if all(isinstance(key, Known) for key in keys):
        return build(tuple(keys))
    return lifted(tuple(keys), build, expression.origin, expand_open=True)


def _placed(value: Value, origin: Origin) -> Value:
    """Return a literal null with the place of the attribute that writes it."""
    return Absent(origin) if isinstance(value, Absent) and not value.origin.path else value


@evaluates(syntax.Name)
def _name(expression: syntax.Name, frame: Frame) -> Value:
    found = frame.symbol(expression.name)
    return frame.names.name(expression.name, expression.origin) if found is None else found


@evaluates(syntax.Placeholder)
def _placeholder(expression: syntax.Placeholder, frame: Frame) -> Value:
    found = frame.symbol("\0item")
    return Unknown("a splat without its list", expression.origin) if found is None else found


@evaluates(syntax.Conditional)
def _conditional(expression: syntax.Conditional, frame: Frame) -> Value:
    tested = evaluate(expression.condition, frame)
    origin = expression.origin
    if isinstance(tested, Impossible):
        return tested
    if isinstance(tested, Reference):
        tested = _settled_reference(tested, frame)
    try:
        condition = condition_of(tested)
    except FunctionError as error:
        return Impossible(str(error), origin)
    if isinstance(condition, Always):
        chosen = evaluate(expression.then if condition.holds else expression.otherwise, frame)
        if isinstance(chosen, Known) and not isinstance(chosen.value, str):
            # Both sides get one type: with a text on the other side, this one becomes a text, too.
            other = evaluate(expression.otherwise if condition.holds else expression.then, frame)
            if isinstance(other, (Text, Open)) or (isinstance(other, Known) and isinstance(other.value, str)):
                return Known(scalar_text(chosen.value), chosen.origin)
        return chosen
    then = evaluate(expression.then, frame)
    otherwise = evaluate(expression.otherwise, frame)
    return choice(condition, then, otherwise, origin)


def _settled_reference(value: Reference, frame: Frame) -> Value:
    followed = frame.names.followed(value)
    return followed if not isinstance(followed, Unknown) else value


@evaluates(syntax.Unary)
def _unary(expression: syntax.Unary, frame: Frame) -> Value:
    return unary(expression.operator, operand(expression.operand, frame), expression.origin)


@evaluates(syntax.Binary)
def _binary(expression: syntax.Binary, frame: Frame) -> Value:
    left = operand(expression.left, frame)
    right = operand(expression.right, frame)
    return binary(expression.operator, left, right, expression.origin)
