"""``data "aws_iam_policy_document"`` → the policy document that it renders.

Source: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import partial
from typing import Any

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Choice,
    Encoded,
    Known,
    Mapping,
    Sequence,
    Text,
    Unknown,
    Value,
    scalar_text,
    text_of,
)
from s3_glue_rules.resolve.terraform.functions.json_text import Rendered
from s3_glue_rules.resolve.terraform.lifting import lifted

_LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}


def policy_document(block: Mapping) -> Value:
    """Return the JSON text of the document (Encoded), from the arguments and blocks of the data source."""
    origin = block.origin
    statements = _documents(block.get("source_policy_documents"))
    statements = _merged(statements, [_statement(item) for item in _items(block.get("statement"))])
    for name in ("override_policy_documents", "override_json"):
        statements = _merged(statements, _documents(block.get(name)))
    entries: dict[str, Value] = {
        "Version": Known("2012-10-17", origin),
        "Statement": Sequence(tuple(statements), origin),
    }
    return Rendered(Mapping(entries, origin), origin)


def _merged(base: list[Value], override: list[Value]) -> list[Value]:
    """Merge statements: one with the Sid of an earlier one takes its place."""
    merged = list(base)
    for statement in override:
        sid = _sid(statement)
        places = [position for position, known in enumerate(merged) if sid and _sid(known) == sid]
        if places:
            merged[places[0]] = statement
        else:
            merged.append(statement)
    return merged


def _sid(statement: Value) -> str:
    if isinstance(statement, Mapping):
        sid = statement.entries.get("Sid")
        if isinstance(sid, Known):
            return scalar_text(sid.value)
    return ""


def _items(value: Value) -> list[Value]:
    if isinstance(value, Sequence):
        return list(value.items)
    return [] if isinstance(value, Absent) else [value]


def _documents(value: Value) -> list[Value]:
    """Return the statements of a list of JSON documents; a document that cannot be read is an unknown statement."""
    found: list[Value] = []
    for document in _items(value):
        found.extend(_document(document))
    return found


def _document(document: Value) -> list[Value]:
    if isinstance(document, Absent):
        return []
    content: Value = document
    if isinstance(document, Encoded):
        content = document.content
    elif isinstance(document, Known):
        text = scalar_text(document.value)
        if text == "":
            return []
        try:
            content = plain_json(json.loads(text), document.origin)
        except ValueError:
            return [Unknown("the document is no JSON", document.origin)]
    elif isinstance(document, Choice):
        then, otherwise = _document(document.then), _document(document.otherwise)
        return [
            *(Choice(document.condition, item, Absent(document.origin), document.origin) for item in then),
            *(Choice(document.condition, Absent(document.origin), item, document.origin) for item in otherwise),
        ]
    if not isinstance(content, Mapping):
        return [Unknown(content.why_unknown() if not isinstance(content, Sequence) else "no document", document.origin)]
    return _items(content.get("Statement"))


def plain_json(data: Any, origin: Origin) -> Value:
    """Return JSON data as values."""
    if isinstance(data, dict):
        return Mapping({str(key): plain_json(value, origin) for key, value in data.items()}, origin)
    if isinstance(data, list):
        return Sequence(tuple(plain_json(item, origin) for item in data), origin)
    return Absent(origin) if data is None else Known(data, origin)


# What stands in no structure of JSON, so that it can only be found inside of texts.
_PLACEHOLDER = re.compile(r"[A-Za-z0-9_]*_[A-Za-z0-9_]*")


def replaced_inside(document: Encoded, search: Value, replacement: Value, origin: Origin) -> Value:
    """Return a JSON text with a placeholder in its texts replaced, as ``replace()`` of the whole text would.

    Unknown where the placeholder could be part of more than texts.
    """
    if not isinstance(search, Known) or not _PLACEHOLDER.fullmatch(scalar_text(search.value)):
        return Unknown("what replace() does to a JSON document is not followed", origin)
    wanted = scalar_text(search.value)

    def inside(value: Value) -> Value:
        if isinstance(value, Known) and isinstance(value.value, str) and wanted in value.value:
            pieces: list[Value] = []
            for number, piece in enumerate(value.value.split(wanted)):
                pieces.extend([replacement, Known(piece)] if number else [Known(piece)])
            kept = tuple(piece for piece in pieces if not (isinstance(piece, Known) and piece.value == ""))
            return text_of(kept, value.origin)
        if isinstance(value, Text):
            return text_of(tuple(inside(part) for part in value.parts), value.origin)
        if isinstance(value, Choice):
            return Choice(value.condition, inside(value.then), inside(value.otherwise), value.origin)
        if isinstance(value, Mapping):
            complete = value.complete and not any(wanted in name for name in value.entries)
            return Mapping({name: inside(inner) for name, inner in value.entries.items()}, value.origin, complete)
        if isinstance(value, Sequence):
            return replace(value, items=tuple(inside(item) for item in value.items))
        if isinstance(value, Encoded):
            return Encoded(inside(value.content), value.origin)
        return value

    return Encoded(inside(document.content), origin)


def _statement(item: Value) -> Value:
    if isinstance(item, Choice):
        return Choice(item.condition, _statement(item.then), _statement(item.otherwise), item.origin)
    if not isinstance(item, Mapping):
        return item
    entries: dict[str, Value] = {}
    sid = item.get("sid")
    if not isinstance(sid, Absent):
        entries["Sid"] = sid
    effect = item.get("effect")
    entries["Effect"] = Known("Allow", item.origin) if isinstance(effect, Absent) else effect
    for name, wanted in _LISTS.items():
        value = item.get(name)
        if not isinstance(value, Absent):
            entries[wanted] = _policy_variables(value)
    for name, wanted in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        value = item.get(name)
        if not isinstance(value, Absent):
            place = value.origin
            entries[wanted] = lifted(tuple(_items(value)), partial(_principals, origin=place), place)
    conditions = item.get("condition")
    if not isinstance(conditions, Absent):
        place = conditions.origin
        entries["Condition"] = lifted(tuple(_items(conditions)), partial(_conditions, origin=place), place)
    return Mapping(entries, item.origin)


def _policy_variables(value: Value) -> Value:
    """Return the value with ``&{...}`` as the ``${...}`` of IAM."""
    if isinstance(value, Known) and isinstance(value.value, str) and "&{" in value.value:
        return Known(value.value.replace("&{", "${"), value.origin)
    if isinstance(value, Sequence):
        return Sequence(tuple(_policy_variables(item) for item in value.items), value.origin)
    return value


def _principals(items: tuple[Value, ...], origin: Origin) -> Value:
    by_type: dict[str, list[Value]] = {}
    for item in items:
        if isinstance(item, Absent):
            continue
        if not isinstance(item, Mapping):
            return Unknown("a principals block depends on the deployment", item.origin)
        kind = item.get("type")
        if not isinstance(kind, Known):
            return Unknown("the type of a principal is not known", item.origin)
        identifiers = item.get("identifiers")
        by_type.setdefault(scalar_text(kind.value), []).extend(_items(identifiers))
    everyone = by_type.get("*")
    if everyone is not None and len(by_type) == 1 and len(everyone) == 1:
        return everyone[0]
    return Mapping({kind: Sequence(tuple(values), origin) for kind, values in by_type.items()}, origin)


def _conditions(items: tuple[Value, ...], origin: Origin) -> Value:
    operators: dict[str, dict[str, Value]] = {}
    for item in items:
        if isinstance(item, Absent):
            continue
        if not isinstance(item, Mapping):
            return Unknown("a condition block depends on the deployment", item.origin)
        test, variable = item.get("test"), item.get("variable")
        if not isinstance(test, Known) or not isinstance(variable, Known):
            return Unknown("a condition of the statement is not known", item.origin)
        keys = operators.setdefault(scalar_text(test.value), {})
        name = scalar_text(variable.value)
        values = _policy_variables(item.get("values"))
        if name in keys:
            values = Sequence((*_items(keys[name]), *_items(values)), item.origin)
        keys[name] = values
    return Mapping({operator: Mapping(keys, origin) for operator, keys in operators.items()}, origin)
