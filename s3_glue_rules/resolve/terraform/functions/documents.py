"""YAML and CSV: texts to values and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from s3_glue_rules.model.values import Absent, Known, Mapping, Sequence, UndecidableError, Value
from s3_glue_rules.resolve.terraform.functions import scalars
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence, ordered
from s3_glue_rules.resolve.terraform.lifting import FunctionError

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # libyaml is missing: slower, and the same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment] # both read alike

# Larger texts are data, not configuration.
MOST_CHARACTERS = 200_000

# Longer lines may be broken by the writer of YAML.
_MOST_COLUMNS = 75

_YAML_TRUE = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}
_YAML_FALSE = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}
_YAML_NULL = {"", "~", "null", "Null", "NULL"}
_YAML_INTEGER = re.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_YAML_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_YAML_DATE = re.compile("[0-9]{4}-[0-9]{1,2}-[0-9]")

# What YAML's double quotes hold as it is.
_YAML_PLAIN = re.compile('[ !#-\\[\\]-~"\\\\]*')


@function("yamldecode", 1)
def _yamldecode(call: Call) -> Value:
    text = call.string(0)
    if len(text) > MOST_CHARACTERS:
        raise UndecidableError("the document is too large", call.origin)
    try:
        events = yaml.parse(text, Loader=Loader)
        kinds = [next(events), next(events)]
        if not isinstance(kinds[1], yaml.DocumentStartEvent):
            raise UndecidableError("the document is empty", call.origin)
        value = _node(call, next(events), events)
        if isinstance(next(events), yaml.DocumentEndEvent) and isinstance(next(events), yaml.StreamEndEvent):
            return value
    except yaml.YAMLError:
        raise UndecidableError("the document is no YAML", call.origin) from None
    raise FunctionError("only a single document is allowed")


def _node(call: Call, event: Any, events: Iterator[Any]) -> Value:
    if isinstance(event, yaml.AliasEvent) or event.anchor or event.tag:
        raise UndecidableError("anchors and tags of YAML are not read", call.origin)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(call, event)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Value] = []
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            items.append(_node(call, inner, events))
        return Sequence(tuple(items), call.origin)
    entries: dict[str, Value] = {}
    while not isinstance(inner := next(events), yaml.MappingEndEvent):
        if not isinstance(inner, yaml.ScalarEvent) or inner.value == "<<":
            raise UndecidableError("keys of YAML that are no texts are not read", call.origin)
        key = _node(call, inner, events)
        if not isinstance(key, Known):
            raise FunctionError("mapping key cannot be null")
        entries[scalars.text(key.value)] = _node(call, next(events), events)
    return Mapping(entries, call.origin)


def _scalar(call: Call, event: Any) -> Value:
    text = event.value
    if event.style in {"'", '"'} or (text and text[0] not in "+-.0123456789yYnNtTfFoO~"):
        return call.known(text)
    if text in _YAML_TRUE or text in _YAML_FALSE:
        return call.known(text in _YAML_TRUE)
    if text in _YAML_NULL:
        return Absent(call.origin)
    if text.lower().lstrip("+-") in {".inf", ".nan"} or _YAML_DATE.match(text):
        raise UndecidableError("special numbers and dates of YAML are not read", call.origin)
    if text[0] == ".":
        try:
            return call.known(scalars.parse_number(text))
        except FunctionError:
            return call.known(text)
    if _YAML_INTEGER.fullmatch(text) and text[1:2] in {"o", "x"}:
        if len(text) > 16:
            raise UndecidableError("the number has too many digits", call.origin)
        return call.known(int(text, 0))
    if _YAML_INTEGER.fullmatch(text) or _YAML_FLOAT.fullmatch(text):
        return call.known(scalars.parse_number(text))
    return call.known(text)


@function("yamlencode", 1)
def _yamlencode(call: Call) -> Value:
    value = call.read(0)
    lines = _lines(value)
    if isinstance(value, Absent) or (isinstance(value, Known) and not isinstance(value.value, str)):
        # The end of a document that could go on is marked.
        lines.append("...")
    text = "\n".join(lines) + "\n"
    if any(len(line) > _MOST_COLUMNS for line in lines):
        raise UndecidableError("the lines of the document are too long", call.origin)
    return call.known(text)


def _lines(value: Value) -> list[str]:
    """Return the lines of a value in YAML. Raises UndecidableError for what is not known or hard to quote."""
    if isinstance(value, Sequence) and value.items:
        lines: list[str] = []
        for item in ordered(value):
            first, *rest = _lines(item)
            lines.extend((f"- {first}", *(f"  {line}" for line in rest)))
        return lines
    if isinstance(value, Mapping) and value.complete and value.entries:
        lines = []
        for name in sorted(value.entries):
            entry = value.entries[name]
            inner = _lines(entry)
            if isinstance(entry, Mapping) and entry.entries:
                lines.extend((f"{_quoted(name)}:", *(f"  {line}" for line in inner)))
            elif isinstance(entry, Sequence) and entry.items:
                lines.extend((f"{_quoted(name)}:", *inner))
            else:
                lines.append(f"{_quoted(name)}: {inner[0]}")
        return lines
    return [_flow(value)]


def _flow(value: Value) -> str:
    if isinstance(value, Known):
        return _quoted(value.value) if isinstance(value.value, str) else scalars.text(value.value)
    if isinstance(value, Absent):
        return "null"
    if isinstance(value, Sequence):
        return "[]"
    if isinstance(value, Mapping) and value.complete:
        return "{}"
    raise UndecidableError(value.why_unknown(), value.origin)


def _quoted(text: str) -> str:
    if not _YAML_PLAIN.fullmatch(text):
        raise UndecidableError("the text holds signs that YAML escapes")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@function("csvdecode", 1)
def _csvdecode(call: Call) -> Value:
    text = call.string(0)
    if len(text) > MOST_CHARACTERS:
        raise UndecidableError("the document is too large", call.origin)
    rows = _rows(text)
    if not rows:
        raise FunctionError("missing header line")
    header, *lines = rows
    if len(set(header)) != len(header):
        raise FunctionError("duplicate column name")
    if any(len(line) != len(header) for line in lines):
        raise FunctionError("wrong number of fields")
    found = (
        Mapping({name: call.known(field) for name, field in zip(header, line, strict=True)}, call.origin)
        for line in lines
    )
    return ListSequence(tuple(found), call.origin)


def _rows(text: str) -> list[list[str]]:
    """Split a CSV text into rows of fields. Raises FunctionError for quotes in the wrong places."""
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        raise UndecidableError("the table has lines that end in an unusual way")
    rows: list[list[str]] = []
    row: list[str] = []
    field = re.compile(r'"((?:[^"]|"")*)"(?=[,\n]|\Z)|([^",\n]*)(?=[,\n]|\Z)')
    position = 0
    while position < len(text):
        if not row and text[position] == "\n":
            position += 1
            continue
        match = field.match(text, position)
        if match is None:
            raise FunctionError("CSV parse error")
        row.append(match.group(2) if match.group(1) is None else match.group(1).replace('""', '"'))
        position = match.end()
        if text[position : position + 1] == ",":
            position += 1
            if position < len(text):
                continue
            row.append("")
        position += 1
        rows.append(row)
        row = []
    return rows
