"""Values with the parameters of a function replaced by what a caller hands over."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from s3_glue_rules.model.code.values import (
    Call,
    CodeValue,
    Either,
    Entries,
    Formatted,
    Given,
    Items,
    Member,
    Parameter,
    Result,
)
from s3_glue_rules.read.python_code.facts import Element, Merged, RawCall

# By function and name of the parameter.
Bindings = Mapping[tuple[str, str], CodeValue]

# Values are made of others without end in sight: x = x.f() again and again.
DEEPEST = 120


def _parts_of(value: CodeValue) -> tuple[CodeValue, ...]:
    """Return the values that a value is made of."""
    if isinstance(value, (Either,)):
        return value.options
    if isinstance(value, Member):
        return (value.of,)
    if isinstance(value, Element):
        return (value.of,)
    if isinstance(value, Items):
        return value.items
    if isinstance(value, Entries):
        return tuple(value.entries.values())
    if isinstance(value, (Formatted, Merged)):
        return value.parts
    if isinstance(value, Given) and value.default is not None:
        return (value.default,)
    if isinstance(value, Result):
        return _parts_of_call(value.call)
    return ()


def _parts_of_call(call: Call) -> tuple[CodeValue, ...]:
    spreads = call.spreads if isinstance(call, RawCall) else ()
    return (call.callee, *call.arguments, *call.keywords.values(), *spreads)


def parameters_of(call: Call) -> list[Parameter]:
    """Return the parameters that a call is made of."""
    found: list[Parameter] = []
    seen: set[int] = set()
    waiting = list(_parts_of_call(call))
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Parameter):
            found.append(value)
        waiting.extend(_parts_of(value))
    return found


def substituted(value: CodeValue, bound: Bindings) -> CodeValue:
    """Return a value with parameters replaced; the same object where nothing changes."""
    return _Substitution(bound).value(value) if bound else value


def substituted_call(call: Call, bound: Bindings) -> Call:
    """Return a call with parameters replaced; the same object where nothing changes."""
    return _Substitution(bound).call(call) if bound else call


class _Substitution:
    """One pass over a value: parts that are shared are replaced once, and stay shared."""

    def __init__(self, bound: Bindings) -> None:
        self._bound = bound
        self._known: dict[int, CodeValue] = {}
        self._depth = 0

    def value(self, value: CodeValue) -> CodeValue:
        if id(value) in self._known:
            return self._known[id(value)]
        if self._depth >= DEEPEST:
            return value
        self._depth += 1
        made = self._made(value)
        self._depth -= 1
        self._known[id(value)] = made
        return made

    def _made(self, value: CodeValue) -> CodeValue:
        if isinstance(value, Parameter):
            return self._bound.get((value.function, value.name), value)
        if isinstance(value, Result):
            call = self.call(value.call)
            return value if call is value.call else dataclasses.replace(value, call=call)
        if isinstance(value, (Member, Element)):
            of = self.value(value.of)
            return value if of is value.of else dataclasses.replace(value, of=of)
        if isinstance(value, Either):
            options = self._all(value.options)
            return value if options is value.options else dataclasses.replace(value, options=options)
        if isinstance(value, Items):
            items = self._all(value.items)
            return value if items is value.items else dataclasses.replace(value, items=items)
        if isinstance(value, Entries):
            entries = self._all_of(value.entries)
            return value if entries is value.entries else dataclasses.replace(value, entries=entries)
        if isinstance(value, (Formatted, Merged)):
            parts = self._all(value.parts)
            return value if parts is value.parts else dataclasses.replace(value, parts=parts)
        if isinstance(value, Given) and value.default is not None:
            default = self.value(value.default)
            return value if default is value.default else dataclasses.replace(value, default=default)
        return value

    def call(self, call: Call) -> Call:
        callee = self.value(call.callee)
        arguments = self._all(call.arguments)
        keywords = self._all_of(call.keywords)
        spreads = self._all(call.spreads) if isinstance(call, RawCall) else ()
        is_same = callee is call.callee and arguments is call.arguments and keywords is call.keywords
        if is_same and (not isinstance(call, RawCall) or spreads is call.spreads):
            return call
        made = dataclasses.replace(call, callee=callee, arguments=arguments, keywords=keywords)
        return dataclasses.replace(made, spreads=spreads) if isinstance(made, RawCall) else made

    def _all(self, values: tuple[CodeValue, ...]) -> tuple[CodeValue, ...]:
        made = tuple(self.value(value) for value in values)
        return values if all(new is old for new, old in zip(made, values, strict=True)) else made

    def _all_of(self, values: Mapping[str, CodeValue]) -> Mapping[str, CodeValue]:
        made = {name: self.value(value) for name, value in values.items()}
        return values if all(made[name] is value for name, value in values.items()) else made
