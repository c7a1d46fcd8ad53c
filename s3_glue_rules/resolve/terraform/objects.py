"""Values that only the evaluator knows: name spaces, module instances and data sources. They never leave it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from s3_glue_rules.model.spans import NOWHERE, Origin
from s3_glue_rules.model.values import Choice, Condition, Mapping, Not, Sequence, Unknown, Value

WHOLE = ""  # the attribute of a reference to a whole resource


@dataclass(frozen=True, eq=False)
class Namespace(Value):
    """A word that starts a traversal (``var``, ``local``, ``data``, a resource type): names come after it."""

    find: Callable[[str, Origin], Value]
    origin: Origin = NOWHERE


@dataclass(frozen=True, eq=False)
class ObjectWithAttributes(Value):
    """A module instance or a data source: attributes are worked out when they are asked for."""

    find: Callable[[str, Origin], Value]
    what: str
    origin: Origin = NOWHERE


def plain(value: Value, depth: int = 0) -> Value:
    """Return a value as it may leave the evaluator: what only the evaluator knows becomes unknown."""
    if isinstance(value, ObjectWithAttributes):
        return Unknown(f"the whole of {value.what} is used as a value", value.origin)
    if isinstance(value, Namespace):
        return Unknown("a name is missing after the dot", value.origin)
    if depth > 100:
        return Unknown("the value is nested too deeply", value.origin)
    if isinstance(value, Choice):
        then, otherwise = plain(value.then, depth + 1), plain(value.otherwise, depth + 1)
        return (
            value
            if then is value.then and otherwise is value.otherwise
            else Choice(value.condition, then, otherwise, value.origin)
        )
    if isinstance(value, Mapping):
        entries = {name: plain(inner, depth + 1) for name, inner in value.entries.items()}
        if all(entries[name] is inner for name, inner in value.entries.items()):
            return value
        return Mapping(entries, value.origin, value.complete)
    if type(value) is Sequence:
        items = tuple(plain(item, depth + 1) for item in value.items)
        return value if all(a is b for a, b in zip(items, value.items, strict=True)) else Sequence(items, value.origin)
    return value


def branches(value: Value) -> list[tuple[tuple[Condition, ...], Value]]:
    """Return the leaves of a choice with the conditions that lead to each."""
    if not isinstance(value, Choice):
        return [((), value)]
    return [
        *(((value.condition, *path), leaf) for path, leaf in branches(value.then)),
        *(((Not(value.condition), *path), leaf) for path, leaf in branches(value.otherwise)),
    ]
