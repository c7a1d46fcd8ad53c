"""Expressions → values. What deployment decides stays open, a choice or unknown; only that value is, not its module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Always,
    Choice,
    Encoded,
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
from s3_glue_rules.read.hcl import MOST_DEPTH, parse_template
from s3_glue_rules.read.source import ReadError
from s3_glue_rules.resolve.terraform import functions
from s3_glue_rules.resolve.terraform.functions.files import Files
from s3_glue_rules.resolve.terraform.lifting import Decisions, FunctionError, choice, decide, lifted
from s3_glue_rules.resolve.terraform.objects import WHOLE, Namespace, ObjectWithAttributes
from s3_glue_rules.resolve.terraform.operators import binary, condition_of, text_from, unary
from s3_glue_rules.resolve.terraform.policy_document import replaced_inside

# Functions to which a reference says more than the literal that it leads to.
_KEEP_REFERENCES = {
    "format", "formatlist", "join", "jsonencode", "coalesce", "merge", "concat", "tolist", "toset", "tomap", "flatten",
    "compact", "distinct", "list", "map", "lookup", "element", "one", "values", "zipmap", "coalescelist", "tostring",
    "sensitive", "nonsensitive", "setunion", "reverse", "slice", "chunklist", "replace",
}  # fmt: skip


class Names(Protocol):
    """What a module knows: the first words of traversals, resources behind references, and its files."""

    def name(self, word: str, origin: Origin) -> Value:
        """Return what the first word of a traversal stands for."""
        ...

    def followed(self, reference: Reference) -> Value:
        """Return what the configuration writes for an attribute of a resource, or Unknown."""
        ...

    def stands_for_all(self, reference: Reference) -> bool:
        """Return whether the resource stands for instances whose keys are not known."""
        ...

    def spend(self, origin: Origin) -> None:
        """Count one step of work. Raises ReadError past the bound."""
        ...

    @property
    def files(self) -> Files:
        """The files that functions may read."""
        ...


@dataclass(frozen=True)
class Frame:
    """Where an expression is evaluated: the module, and the names that only hold here."""

    names: Names
    symbols: tuple[tuple[str, Value], ...] = ()
    depth: int = 0

    def having(self, **symbols: Value) -> Frame:
        """Return the frame with further names."""
        return replace(self, symbols=(*self.symbols, *symbols.items()))

    def symbol(self, word: str) -> Value | None:
        """Return a name that only holds here."""
        for name, value in reversed(self.symbols):
            if name == word:
                return value
        return None


def evaluate(expression: syntax.Expression, frame: Frame) -> Value:
    """Return the value of an expression. Raises ReadError past the bounds on depth and work."""
    frame.names.spend(expression.origin)
    if frame.depth > MOST_DEPTH:
        span = expression.origin.span()
        raise ReadError(span.line, "the expression is nested too deeply")
    return _EVALUATORS[type(expression)](expression, Frame(frame.names, frame.symbols, frame.depth + 1))


def _literal(expression: syntax.Literal, frame: Frame) -> Value:
    del frame
    if expression.value is None:
        return Absent(expression.origin)
    return Known(expression.value, expression.origin)


def _broken(expression: syntax.Broken, frame: Frame) -> Value:
    del frame
    return Unknown(expression.reason, expression.origin)


def _tuple(expression: syntax.TupleExpression, frame: Frame) -> Value:
    return Sequence(tuple(evaluate(item, frame) for item in expression.items), expression.origin)


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


def _name(expression: syntax.Name, frame: Frame) -> Value:
    found = frame.symbol(expression.name)
    return frame.names.name(expression.name, expression.origin) if found is None else found


def _placeholder(expression: syntax.Placeholder, frame: Frame) -> Value:
    found = frame.symbol("\0item")
    return Unknown("a splat without its list", expression.origin) if found is None else found


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
            return _entry(value, wanted, origin)
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


def _entry(value: Mapping, wanted: Value, origin: Origin, default: Value | None = None) -> Value:
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


MOST_KEYS = 64


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


def _unary(expression: syntax.Unary, frame: Frame) -> Value:
    return unary(expression.operator, _operand(expression.operand, frame), expression.origin)


def _operand(expression: syntax.Expression, frame: Frame) -> Value:
    value = evaluate(expression, frame)
    if isinstance(value, Reference):
        followed = frame.names.followed(value)
        return followed if not isinstance(followed, Unknown) else value
    return value


def _binary(expression: syntax.Binary, frame: Frame) -> Value:
    left = _operand(expression.left, frame)
    right = _operand(expression.right, frame)
    return binary(expression.operator, left, right, expression.origin)


def _template(expression: syntax.Template, frame: Frame) -> Value:
    if len(expression.parts) == 1 and isinstance(expression.parts[0], syntax.Expression):
        return evaluate(expression.parts[0], frame)
    return text_from(_template_parts(expression.parts, frame, expression.origin), expression.origin)


def _template_parts(parts: tuple[syntax.Part, ...], frame: Frame, origin: Origin) -> list[Value]:
    found: list[Value] = []
    for part in parts:
        if isinstance(part, str):
            found.append(Known(part))
        elif isinstance(part, syntax.TemplateIf):
            found.append(_template_if(part, frame, origin))
        elif isinstance(part, syntax.TemplateFor):
            found.append(_template_for(part, frame, origin))
        else:
            found.append(evaluate(part, frame))
    return found


def _template_if(part: syntax.TemplateIf, frame: Frame, origin: Origin) -> Value:
    try:
        condition = condition_of(_operand(part.condition, frame))
    except FunctionError as error:
        return Impossible(str(error), origin)
    if isinstance(condition, Always):
        return text_from(_template_parts(part.then if condition.holds else part.otherwise, frame, origin), origin)
    then = text_from(_template_parts(part.then, frame, origin), origin)
    return choice(condition, then, text_from(_template_parts(part.otherwise, frame, origin), origin), origin)


def _template_for(part: syntax.TemplateFor, frame: Frame, origin: Origin) -> Value:
    def below(values: tuple[Value, ...]) -> Value:
        pairs = pairs_of(_collection(values[0], frame), origin)
        if isinstance(pairs, Value):
            return pairs
        texts = [
            text_from(_template_parts(part.body, _loop_frame(frame, part, key, value), origin), origin)
            for key, value in pairs
        ]
        return text_from(texts, origin)

    return lifted((evaluate(part.collection, frame),), below, origin)


def _loop_frame(frame: Frame, loop: syntax.For | syntax.TemplateFor, key: Value, value: Value) -> Frame:
    symbols = [(loop.value_name, value)]
    if loop.key_name is not None:
        symbols.insert(0, (loop.key_name, key))
    return replace(frame, symbols=(*frame.symbols, *symbols))


def _collection(value: Value, frame: Frame) -> Value:
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


def _for(expression: syntax.For, frame: Frame) -> Value:
    origin = expression.origin
    collection = evaluate(expression.collection, frame)

    def below(decisions: Decisions) -> Value:
        pairs = pairs_of(_collection(decisions.read(collection), frame), origin)
        if isinstance(pairs, Value):
            return pairs
        kept: list[tuple[Value | None, Value]] = []
        for key, value in pairs:
            inner = _loop_frame(frame, expression, decisions.read(key), value)
            if expression.condition is not None:
                test = decisions.settle(_operand(expression.condition, inner))
                if isinstance(test, Open):
                    test = Known(decisions.holds(Equal(test, Known("true"))))
                if not isinstance(test, Known):
                    return Unknown(test.why_unknown(), origin)
                if scalar_text(test.value) != "true":
                    continue
            named = None if expression.key is None else decisions.settle(_operand(expression.key, inner))
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


def _call(expression: syntax.Call, frame: Frame) -> Value:
    origin = expression.origin
    name = expression.name.removeprefix("core::")
    if name == "try":
        return _try(expression.arguments, frame, origin)
    if name == "can":
        return _can(evaluate(expression.arguments[0], frame), origin) if expression.arguments else _no_value(origin)
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
        return _entry(value, key, origin, default)
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
    value = evaluate(arguments[0], frame)
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


_EVALUATORS: dict[type[syntax.Expression], Callable[..., Value]] = {
    syntax.Literal: _literal,
    syntax.Template: _template,
    syntax.ObjectExpression: _object,
    syntax.TupleExpression: _tuple,
    syntax.Name: _name,
    syntax.Attribute: _attribute,
    syntax.Index: _index,
    syntax.Splat: _splat,
    syntax.Placeholder: _placeholder,
    syntax.Call: _call,
    syntax.Conditional: _conditional,
    syntax.Unary: _unary,
    syntax.Binary: _binary,
    syntax.For: _for,
    syntax.Broken: _broken,
}
