"""Values of a plan, with what only the configuration tells: places in ``.tf`` files, and references in texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, cast

from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.values import (
    Absent,
    Choice,
    Encoded,
    Mapping,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
)


class TerraformRoot(Protocol):
    """The configuration that a plan was made of."""

    def declaration(self, address: str) -> Declaration | None:
        """Return what the configuration declares at an address (``module.a["x"].aws_s3_bucket.this[0]``), or None."""
        ...


class NoRoot:
    """The configuration where it is not at hand."""

    def declaration(self, address: str) -> Declaration | None:
        """Return nothing."""
        del address
        return None


def overlaid(planned: Value, written: Value, is_declared: Callable[[str], bool]) -> Value:
    """Return the planned value at the place where the configuration writes it.

    What the plan knows after apply only is taken from the configuration where that refers to resources of the plan.
    """
    if isinstance(planned, Unknown):
        return written if _says_more(written, is_declared) else _placed(planned, written)
    if isinstance(planned, Encoded):
        is_open = any(isinstance(value, Unknown) for value in _leaves(planned.content))
        if is_open and isinstance(written, Encoded) and _refers_well(written, is_declared):
            return written
        return _placed(planned, written)
    if isinstance(planned, Mapping) and isinstance(written, Mapping):
        entries = {name: overlaid(value, written.get(name), is_declared) for name, value in planned.entries.items()}
        return Mapping(entries, written.origin, planned.complete)
    if isinstance(planned, Sequence) and isinstance(written, Sequence) and len(planned.items) == len(written.items):
        pairs = zip(planned.items, written.items, strict=True)
        return Sequence(tuple(overlaid(value, other, is_declared) for value, other in pairs), written.origin)
    return _placed(planned, written)


def added(planned: Mapping, written: Value, names: set[str], is_declared: Callable[[str], bool]) -> Mapping:
    """Return a resource with those of the given arguments that the plan lacks and the configuration writes."""
    if not isinstance(written, Mapping):
        return planned
    entries = dict(planned.entries)
    for name in sorted(names - entries.keys()):
        value = written.get(name)
        if not isinstance(value, Absent) and _refers_well(value, is_declared):
            entries[name] = value
    return Mapping(entries, planned.origin, planned.complete)


def _says_more(written: Value, is_declared: Callable[[str], bool]) -> bool:
    # What the configuration does not write is left to the provider, which may compute it during apply.
    kinds = (Absent, Encoded, Mapping, Reference, Sequence, Text)
    return isinstance(written, kinds) and _refers_well(written, is_declared)


def _refers_well(value: Value, is_declared: Callable[[str], bool]) -> bool:
    """Return whether all that a value refers to is in the plan: no other address may be followed."""
    return all(is_declared(leaf.target) for leaf in _leaves(value) if isinstance(leaf, Reference))


def _leaves(value: Value) -> list[Value]:
    found: list[Value] = []
    rest = [value]
    while rest:
        current = rest.pop()
        if isinstance(current, Mapping):
            rest.extend(current.entries.values())
        elif isinstance(current, Sequence):
            rest.extend(current.items)
        elif isinstance(current, Text):
            rest.extend(current.parts)
        elif isinstance(current, Encoded):
            rest.append(current.content)
        elif isinstance(current, Choice):
            rest += [current.then, current.otherwise]
        else:
            found.append(current)
    return found


def _placed(planned: Value, written: Value) -> Value:
    """Return a value with all its parts at the place of another one (of what it would stand in, if that is absent)."""
    origin = written.origin
    if origin is NOWHERE:
        return planned
    if isinstance(planned, Mapping):
        entries = {name: _placed(value, written) for name, value in planned.entries.items()}
        return Mapping(entries, origin, planned.complete)
    if isinstance(planned, Sequence):
        return Sequence(tuple(_placed(value, written) for value in planned.items), origin)
    if isinstance(planned, Encoded):
        return Encoded(_placed(planned.content, written), origin)
    return cast("Value", replace(cast("Any", planned), origin=origin))
