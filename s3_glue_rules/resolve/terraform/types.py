"""Type constraints of variables, and values converted to them.

Source: https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

from dataclasses import dataclass

from s3_glue_rules.model.values import (
    Absent,
    Choice,
    Impossible,
    Known,
    Mapping,
    Sequence,
    Unknown,
    Value,
)
from s3_glue_rules.read.hcl_syntax import Call, Expression, Literal, Name, ObjectExpression, TupleExpression
from s3_glue_rules.resolve.terraform.functions import types
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence, MapMapping
from s3_glue_rules.resolve.terraform.lifting import FunctionError

SCALARS = {"string", "number", "bool"}


@dataclass(frozen=True)
class Type:
    """A type constraint. ``of`` is the type of the items, ``fields`` those of an object, ``items`` those of a tuple."""

    kind: str
    of: Type | None = None
    fields: tuple[tuple[str, Field], ...] = ()
    items: tuple[Type, ...] = ()


@dataclass(frozen=True)
class Field:
    """An attribute of an object type. ``default`` is the expression of ``optional(type, default)``."""

    type: Type
    optional: bool
    default: Expression | None


ANY = Type("any")


def type_of(expression: Expression | None) -> Type:
    """Return the constraint that a ``type`` argument writes; anything that is none of them is ``any``."""
    if isinstance(expression, Name):
        kinds = {"string", "number", "bool", "any", "list", "map", "set"}
        return Type(expression.name, of=ANY) if expression.name in kinds else ANY
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        # The old quoted form, and texts in .tf.json files.
        return Type(expression.value, of=ANY) if expression.value in SCALARS | {"list", "map", "set"} else ANY
    if not isinstance(expression, Call) or not expression.arguments:
        return ANY
    inner = expression.arguments[0]
    if expression.name in {"list", "set", "map"}:
        return Type(expression.name, of=type_of(inner))
    if expression.name == "tuple" and isinstance(inner, TupleExpression):
        return Type("tuple", items=tuple(type_of(item) for item in inner.items))
    if expression.name == "object" and isinstance(inner, ObjectExpression):
        fields = [(str(key.value), _field(value)) for key, value in inner.items if isinstance(key, Literal)]
        return Type("object", fields=tuple(fields))
    return ANY


def _field(expression: Expression) -> Field:
    if isinstance(expression, Call) and expression.name == "optional" and expression.arguments:
        default = expression.arguments[1] if len(expression.arguments) > 1 else None
        return Field(type_of(expression.arguments[0]), optional=True, default=default)
    return Field(type_of(expression), optional=False, default=None)


class Converter:
    """Converts values; ``evaluate`` gives the values of defaults, which are constants."""

    def __init__(self, evaluate: object) -> None:
        self._evaluate = evaluate

    def convert(self, value: Value, wanted: Type) -> Value:
        """Return the value as the constraint wants it, or Impossible where Terraform would refuse it."""
        if isinstance(value, Choice):
            then, otherwise = self.convert(value.then, wanted), self.convert(value.otherwise, wanted)
            if then is value.then and otherwise is value.otherwise:
                return value
            return Choice(value.condition, then, otherwise, value.origin)
        if wanted.kind == "any" or isinstance(value, (Absent, Unknown, Impossible)):
            return value
        if wanted.kind in SCALARS:
            return _scalar(value, wanted.kind)
        if wanted.kind in {"list", "set"}:
            return self._list(value, wanted)
        if wanted.kind == "map":
            return self._map(value, wanted.of or ANY)
        if wanted.kind == "object":
            return self._object(value, wanted)
        return self._tuple(value, wanted)

    def _list(self, value: Value, wanted: Type) -> Value:
        if not isinstance(value, Sequence):
            return Impossible("a list is wanted", value.origin) if isinstance(value, (Known, Mapping)) else value
        items = tuple(self.convert(item, wanted.of or ANY) for item in value.items)
        return types.as_set(items, value.origin) if wanted.kind == "set" else ListSequence(items, value.origin)

    def _map(self, value: Value, of: Type) -> Value:
        if not isinstance(value, Mapping):
            return Impossible("a map is wanted", value.origin) if isinstance(value, (Known, Sequence)) else value
        entries = {name: self.convert(inner, of) for name, inner in value.entries.items()}
        return MapMapping(entries, value.origin, value.complete)

    def _object(self, value: Value, wanted: Type) -> Value:
        if not isinstance(value, Mapping):
            return Impossible("an object is wanted", value.origin) if isinstance(value, (Known, Sequence)) else value
        entries: dict[str, Value] = {}
        for name, field in wanted.fields:
            given = value.entries.get(name)
            if given is None and not value.complete:
                entries[name] = value.get(name)
            elif given is None and not field.optional:
                return Impossible(f"the attribute {name} is missing", value.origin)
            else:
                entries[name] = self._filled(Absent(value.origin) if given is None else given, field)
        return Mapping(entries, value.origin, value.complete)

    def _filled(self, value: Value, field: Field) -> Value:
        if isinstance(value, Choice):
            return Choice(
                value.condition, self._filled(value.then, field), self._filled(value.otherwise, field), value.origin
            )
        if isinstance(value, Absent) and field.default is not None:
            evaluated = self._evaluate(field.default) if callable(self._evaluate) else value
            return self.convert(evaluated, field.type) if isinstance(evaluated, Value) else value
        return self.convert(value, field.type)

    def _tuple(self, value: Value, wanted: Type) -> Value:
        if not isinstance(value, Sequence):
            return value
        if len(value.items) != len(wanted.items):
            return Impossible(f"a tuple of {len(wanted.items)} is wanted", value.origin)
        items = tuple(self.convert(item, kind) for item, kind in zip(value.items, wanted.items, strict=True))
        return Sequence(items, value.origin)


def _scalar(value: Value, kind: str) -> Value:
    if not isinstance(value, (Known, Mapping, Sequence)):
        # What is open stays open: whoever asks for it says what it is compared with.
        return value
    try:
        return types.scalar(value, kind)
    except FunctionError as error:
        return Impossible(str(error), value.origin)
