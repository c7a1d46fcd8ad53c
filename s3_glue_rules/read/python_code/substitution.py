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


def substituted(value: CodeValue, bound: Bindings, known: dict[int, CodeValue] | None = None) -> CodeValue:
    """Return a value with parameters replaced; the same object where nothing changes."""
    if not bound:
        return value
    known = {} if known is None else known
    if id(value) in known:
        return known[id(value)]
    known[id(value)] = value
    made = value
    if isinstance(value, Parameter):
        made = bound.get((value.function, value.name), value)
    elif isinstance(value, Result):
        call = substituted_call(value.call, bound, known)
        made = value if call is value.call else dataclasses.replace(value, call=call)
    elif isinstance(value, (Member, Element)):
        of = substituted(value.of, bound, known)
        made = value if of is value.of else dataclasses.replace(value, of=of)
    elif isinstance(value, Either):
        options = _all(value.options, bound, known)
        made = value if options is value.options else dataclasses.replace(value, options=options)
    elif isinstance(value, Items):
        items = _all(value.items, bound, known)
        made = value if items is value.items else dataclasses.replace(value, items=items)
    elif isinstance(value, Entries):
        entries = _all_of(value.entries, bound, known)
        made = value if entries is value.entries else dataclasses.replace(value, entries=entries)
    elif isinstance(value, (Formatted, Merged)):
        parts = _all(value.parts, bound, known)
        made = value if parts is value.parts else dataclasses.replace(value, parts=parts)
    elif isinstance(value, Given) and value.default is not None:
        default = substituted(value.default, bound, known)
        made = value if default is value.default else dataclasses.replace(value, default=default)
    known[id(value)] = made
    return made


def substituted_call(call: Call, bound: Bindings, known: dict[int, CodeValue] | None = None) -> Call:
    """Return a call with parameters replaced; the same object where nothing changes."""
    known = {} if known is None else known
    callee = substituted(call.callee, bound, known)
    arguments = _all(call.arguments, bound, known)
    keywords = _all_of(call.keywords, bound, known)
    spreads = _all(call.spreads, bound, known) if isinstance(call, RawCall) else ()
    is_same = callee is call.callee and arguments is call.arguments and keywords is call.keywords
    if is_same and (not isinstance(call, RawCall) or spreads is call.spreads):
        return call
    made = dataclasses.replace(call, callee=callee, arguments=arguments, keywords=keywords)
    return dataclasses.replace(made, spreads=spreads) if isinstance(made, RawCall) else made


def _all(values: tuple[CodeValue, ...], bound: Bindings, known: dict[int, CodeValue]) -> tuple[CodeValue, ...]:
    made = tuple(substituted(value, bound, known) for value in values)
    return values if all(new is old for new, old in zip(made, values, strict=True)) else made


def _all_of(values: Mapping[str, CodeValue], bound: Bindings, known: dict[int, CodeValue]) -> Mapping[str, CodeValue]:
    made = {name: substituted(value, bound, known) for name, value in values.items()}
    return values if all(made[name] is value for name, value in values.items()) else made
