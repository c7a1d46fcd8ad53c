"""Terraform's functions over values that are partly known only at deployment."""

from __future__ import annotations

from collections.abc import Sequence as SequenceType

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Choice, Encoded, Known, Mapping, Sequence, Text, Unknown, Value
from s3_glue_rules.resolve.terraform.functions import (
    collections,
    documents,
    encoding,
    files,
    formatting,
    hashes,
    network,
    numbers,
    patterns,
    setfunctions,
    strings,
)
from s3_glue_rules.resolve.terraform.functions.calls import REGISTER, Call
from s3_glue_rules.resolve.terraform.functions.encoding import Rendered, encoded_text
from s3_glue_rules.resolve.terraform.functions.files import Files
from s3_glue_rules.resolve.terraform.functions.scalars import MOST_CHARACTERS, MOST_ITEMS
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence, MapMapping, SetSequence
from s3_glue_rules.resolve.terraform.lifting import Decisions, FunctionError, decide

__all__ = [
    "NAMES",
    "Files",
    "ListSequence",
    "MapMapping",
    "Rendered",
    "SetSequence",
    "call",
    "collections",
    "documents",
    "encoded_text",
    "encoding",
    "files",
    "formatting",
    "hashes",
    "network",
    "numbers",
    "patterns",
    "setfunctions",
    "strings",
]

# Functions of Terraform whose results depend on the deployment, or that are not worth computing.
_UNKNOWN = frozenset(
    {
        "abspath",
        "base64gzip",
        "bcrypt",
        "ephemeralasnull",
        "formatdate",
        "issensitive",
        "plantimestamp",
        "rsadecrypt",
        "templatestring",
        "timeadd",
        "timecmp",
        "timestamp",
        "type",
        "uuid",
    }
)

# Functions whose arguments are evaluated by themselves, in the evaluator.
_ELSEWHERE = frozenset({"can", "templatefile", "try"})

NAMES: frozenset[str] = frozenset(REGISTER) | _UNKNOWN | _ELSEWHERE

# Larger values are not looked into: shared parts can make a value far larger than the text that declares it.
_MOST_NODES = 200_000


def call(name: str, arguments: SequenceType[Value], origin: Origin, files: Files) -> Value:
    """Return what a function of Terraform gives.

    Impossible where Terraform would raise an error, Unknown where something matters that only deployment knows, and
    for functions that Terraform does not have. Results that depend on conditions are choices.
    """
    entry = REGISTER.get(name.removeprefix("core::"))
    if entry is None:
        return Unknown(f"the result of {name} is known only at deployment", origin)
    values = tuple(arguments)

    def run(decisions: Decisions) -> Value:
        if len(values) < entry.least or (entry.most is not None and len(values) > entry.most):
            raise FunctionError(f"{name} takes another number of arguments")
        return entry.run(Call(values, origin, files, decisions))

    sizes: dict[int, int] = {}
    try:
        if sum(_size(value, sizes) for value in values) > _MOST_NODES:
            return Unknown("the value is too large to be looked into", origin)
        result = decide(run, origin)
        return Unknown("the result is too large", origin) if _too_large(result) else result
    except RecursionError:
        return Unknown("the value is nested too deeply", origin)


def _size(value: Value, sizes: dict[int, int]) -> int:
    """Return how many values a value consists of, shared parts counted as often as they occur."""
    known = sizes.get(id(value))
    if known is None:
        inner: tuple[Value, ...] = ()
        if isinstance(value, Sequence):
            inner = value.items
        elif isinstance(value, Mapping):
            inner = tuple(value.entries.values())
        elif isinstance(value, Choice):
            inner = (value.then, value.otherwise)
        elif isinstance(value, Encoded):
            inner = (value.content,)
        elif isinstance(value, Text):
            inner = value.parts
        known = sizes[id(value)] = 1 + sum(_size(part, sizes) for part in inner)
    return known


def _too_large(value: Value) -> bool:
    if isinstance(value, Known):
        return isinstance(value.value, str) and len(value.value) > MOST_CHARACTERS
    if isinstance(value, Choice):
        return _too_large(value.then) or _too_large(value.otherwise)
    if isinstance(value, Sequence):
        return len(value.items) > MOST_ITEMS
    return isinstance(value, Mapping) and len(value.entries) > MOST_ITEMS
