"""Function calls; those that evaluate their arguments by themselves (try, can, templatefile) are here."""

from __future__ import annotations

from collections.abc import Callable

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
    Unknown,
    Value,
    scalar_text,
)
from s3_glue_rules.read import hcl_syntax as syntax
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.hcl import parse_template
from s3_glue_rules.resolve.terraform import functions
from s3_glue_rules.resolve.terraform.expressions.access import entry
from s3_glue_rules.resolve.terraform.expressions.core import Frame, Names, evaluate, evaluates
from s3_glue_rules.resolve.terraform.functions.reading import Files
from s3_glue_rules.resolve.terraform.lifting import FunctionError, choice, hoisted, lifted
from s3_glue_rules.resolve.terraform.policy_document import replaced_inside

# Functions to which a reference says more than the literal that it leads to.
_KEEP_REFERENCES = {
    "format", "formatlist", "join", "jsonencode", "coalesce", "merge", "concat", "tolist", "toset", "tomap", "flatten",
    "compact", "distinct", "list", "map", "lookup", "element", "one", "values", "zipmap", "coalescelist", "tostring",
    "sensitive", "nonsensitive", "setunion", "reverse", "slice", "chunklist", "replace",
}  # fmt: skip


@evaluates(syntax.Call)
def _call(expression: syntax.Call, frame: Frame) -> Value:
    origin = expression.origin
    name = expression.name.removeprefix("core::")
    if name == "try":
        return _try(expression.arguments, frame, origin)
    if name == "can":
        return (
            _can(hoisted(evaluate(expression.arguments[0], frame), origin), origin)
            if expression.arguments
            else _no_value(origin)
        )
    if name not in functions.NAMES and name != "templatefile":
        return Unknown(f"{name} is not one of the functions that can be read", origin)
    arguments = [evaluate(argument, frame) for argument in expression.arguments]
    arguments = [_argument(argument, name, frame) for argument in arguments]
    if expression.expands and arguments:
        return lifted(tuple(arguments), lambda values: _call_expanded(name, values, origin, frame), origin)
    if name == "templatefile":
        return lifted(tuple(arguments), lambda values: _templatefile(values, origin, frame), origin)
    if name == "lookup" and len(arguments) in {2, 3} and isinstance(arguments[1], (Open, Text)):
        default = arguments[2] if len(arguments) > 2 else None
        return lifted((arguments[0],), lambda values: _looked_up(values[0], arguments[1], default, origin), origin)
    return lifted(tuple(arguments), lambda values: _called(name, values, origin, frame), origin)


def _no_value(origin: Origin) -> Value:
    return Impossible("an argument is missing", origin)


def _looked_up(value: Value, key: Value, default: Value | None, origin: Origin) -> Value:
    if isinstance(value, Mapping):
        return entry(value, key, origin, default)
    return Unknown(value.why_unknown(), origin)


def _argument(value: Value, name: str, frame: Frame) -> Value:
    if not isinstance(value, Reference):
        return value
    followed = frame.names.followed(value)
    if isinstance(followed, (Mapping, Sequence, Choice)):
        return followed
    if isinstance(followed, Known) and name not in _KEEP_REFERENCES:
        return followed
    return value


def _call_expanded(name: str, values: tuple[Value, ...], origin: Origin, frame: Frame) -> Value:
    *first, last = values
    if isinstance(last, Sequence):
        arguments = (*first, *last.items)
        return lifted(arguments, lambda given: _called(name, given, origin, frame), origin)
    if isinstance(last, (Known, Absent, Mapping)):
        raise FunctionError("only a list can be expanded to arguments")
    return Unknown(last.why_unknown(), origin)


def _called(name: str, values: tuple[Value, ...], origin: Origin, frame: Frame) -> Value:
    for value in values:
        if isinstance(value, Impossible):
            return value
    if name == "replace" and len(values) == 3 and isinstance(values[0], Encoded):
        return replaced_inside(values[0], values[1], values[2], origin)
    return functions.call(name, values, origin, frame.names.files)


def _try(arguments: tuple[syntax.Expression, ...], frame: Frame, origin: Origin) -> Value:
    if not arguments:
        return Impossible("no argument can be evaluated", origin)
    value = hoisted(evaluate(arguments[0], frame), origin)
    return _replaced(value, lambda: _try(arguments[1:], frame, origin), origin)


def _replaced(value: Value, instead: Callable[[], Value], origin: Origin) -> Value:
    if isinstance(value, Impossible):
        return instead()
    if isinstance(value, Choice):
        then, otherwise = _replaced(value.then, instead, origin), _replaced(value.otherwise, instead, origin)
        return (
            value
            if then is value.then and otherwise is value.otherwise
            else choice(value.condition, then, otherwise, origin)
        )
    return value


def _can(value: Value, origin: Origin) -> Value:
    def below(values: tuple[Value, ...]) -> Value:
        if isinstance(values[0], Unknown):
            return Unknown(values[0].reason, origin)
        return Known(True, origin)

    replaced = lifted((value,), below, origin)
    return _replaced(replaced, lambda: Known(False, origin), origin)


def _templatefile(values: tuple[Value, ...], origin: Origin, frame: Frame) -> Value:
    if len(values) != 2:
        raise FunctionError("templatefile takes a path and a map")
    path, given = values
    if not isinstance(path, Known):
        return Unknown(path.why_unknown(), origin)
    if not isinstance(given, Mapping):
        return Unknown(given.why_unknown(), origin)
    text = frame.names.files.read(scalar_text(path.value))
    try:
        template = parse_template(text, scalar_text(path.value))
    except ReadError as error:
        raise FunctionError(f"{scalar_text(path.value)} is no template: {error.message}") from error
    names = _OnlyGiven(frame.names, given)
    return evaluate(template, Frame(names, (), frame.depth))


class _OnlyGiven:
    """The names that a templatefile sees: those that it is given."""

    def __init__(self, outer: Names, given: Mapping) -> None:
        self._outer = outer
        self._given = given

    def name(self, word: str, origin: Origin) -> Value:
        """Return a variable of the template."""
        found = self._given.entries.get(word)
        return Impossible(f"the template is not given {word}", origin) if found is None else found

    def followed(self, reference: Reference) -> Value:
        """As in the module."""
        return self._outer.followed(reference)

    def stands_for_all(self, reference: Reference) -> bool:
        """As in the module."""
        return self._outer.stands_for_all(reference)

    def spend(self, origin: Origin) -> None:
        """As in the module."""
        self._outer.spend(origin)

    @property
    def files(self) -> Files:
        """As in the module."""
        return self._outer.files
