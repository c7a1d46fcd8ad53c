"""Terraform's functions over values that are partly known only at deployment."""

from __future__ import annotations

import importlib
from collections.abc import Sequence as SequenceType

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Choice, Encoded, Known, Mapping, Sequence, Text, Unknown, Value
from s3_glue_rules.resolve.terraform.functions.calls import REGISTER, Call
from s3_glue_rules.resolve.terraform.functions.json_text import Rendered, encoded_text
from s3_glue_rules.resolve.terraform.functions.reading import Files
from s3_glue_rules.resolve.terraform.functions.scalars import MOST_CHARACTERS, MOST_ITEMS
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence, MapMapping, SetSequence
from s3_glue_rules.resolve.terraform.lifting import Decisions, FunctionError, decide

__all__ = ["NAMES", "Files", "ListSequence", "MapMapping", "Rendered", "SetSequence", "call", "encoded_text"]

# Where each function is. A configuration calls few of them, and importing all takes as long as reading it.
_WHERE = {
    "collections": (
        "chunklist", "coalesce", "coalescelist", "compact", "concat", "contains", "distinct", "element", "flatten",
        "index", "keys", "length", "lookup", "matchkeys", "merge", "one", "reverse", "setproduct", "slice",
        "transpose", "values", "zipmap",
    ),
    "documents": ("csvdecode", "yamldecode", "yamlencode"),
    "encoding": ("jsondecode", "jsonencode"),
    "files": (
        "basename", "dirname", "file", "filebase64", "filebase64sha256", "filebase64sha512", "fileexists", "filemd5",
        "fileset", "filesha1", "filesha256", "filesha512", "pathexpand",
    ),
    "formatting": ("format", "formatlist"),
    "hashes": (
        "base64decode", "base64encode", "base64sha256", "base64sha512", "md5", "sha1", "sha256", "sha512",
        "textdecodebase64", "textencodebase64", "urlencode", "uuidv5",
    ),
    "network": ("cidrhost", "cidrnetmask", "cidrsubnet", "cidrsubnets"),
    "numbers": (
        "abs", "alltrue", "anytrue", "ceil", "floor", "log", "max", "min", "parseint", "pow", "range", "signum", "sum",
    ),
    "patterns": ("regex", "regexall", "replace"),
    "setfunctions": (
        "nonsensitive", "sensitive", "setintersection", "setsubtract", "setunion", "tobool", "tolist", "tomap",
        "tonumber", "toset", "tostring",
    ),
    "strings": (
        "chomp", "endswith", "indent", "join", "lower", "sort", "split", "startswith", "strcontains", "strrev",
        "substr", "title", "trim", "trimprefix", "trimspace", "trimsuffix", "upper",
    ),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names}

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

NAMES: frozenset[str] = frozenset(_MODULE_OF) | _UNKNOWN | _ELSEWHERE

# Larger values are not looked into: shared parts can make a value far larger than the text that declares it.
_MOST_NODES = 200_000


def call(name: str, arguments: SequenceType[Value], origin: Origin, files: Files) -> Value:
    """Return what a function of Terraform gives.

    Impossible where Terraform would raise an error, Unknown where something matters that only deployment knows, and
    for functions that Terraform does not have. Results that depend on conditions are choices.
    """
    name = name.removeprefix("core::")
    if name not in _MODULE_OF:
        return Unknown(f"the result of {name} is known only at deployment", origin)
    if name not in REGISTER:
        importlib.import_module(f"{__name__}.{_MODULE_OF[name]}")
    entry = REGISTER[name]
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
