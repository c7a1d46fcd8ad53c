"""Policy documents as objects or JSON texts → statements."""

from __future__ import annotations

import json
import re
from typing import Any

from s3_glue_rules.model.documents import Policies, Principal, Statement, Test
from s3_glue_rules.model.reader import Reader
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Encoded,
    Known,
    Mapping,
    Sequence,
    Text,
    UndecidableError,
    Unknown,
    Value,
    text_of,
)

_MARK = re.compile("\ue000(\\d+)\ue001")


def _marked(index: int) -> str:
    return f"\ue000{index}\ue001"


def with_marks(text: Text) -> str:
    """Return a text with marks for the parts that are not known, so that what it means can be parsed."""
    return "".join(part.text() if isinstance(part, Known) else _marked(index) for index, part in enumerate(text.parts))


def restored(piece: str, parts: tuple[Value, ...], origin: Origin) -> Value:
    """Return a piece of a text with marks as a value: the parts of the text are put back for their marks."""
    pieces: list[Value] = []
    position = 0
    for match in _MARK.finditer(piece):
        pieces.extend([Known(piece[position : match.start()]), parts[int(match.group(1))]])
        position = match.end()
    pieces.append(Known(piece[position:]))
    written = tuple(part for part in pieces if not (isinstance(part, Known) and part.value == ""))
    return written[0] if len(written) == 1 else text_of(written, origin)


def structure(reader: Reader, value: Value) -> Value:
    """Read a property that holds an object or a JSON text, and return the object.

    References inside of a JSON text are kept. Unknown where the text is no JSON object.
    """
    value = reader.read(value)
    if isinstance(value, Text):
        # What stands where JSON wants a value (``"Enabled": ${var.enabled}``) is part of the JSON: it has to be read.
        inside = _inside_of_strings(value.parts)
        parts = zip(value.parts, inside, strict=True)
        value = text_of(tuple(part if within else reader.read(part) for part, within in parts), value.origin)
    if isinstance(value, Encoded):
        return reader.read(value.content)
    found = decoded(value)
    if found is not value and not isinstance(found, (Mapping, Unknown)):
        return Unknown("the text is not a JSON object", value.origin)
    return found


def decoded(value: Value) -> Value:
    """Return what a text in JSON holds, references in it included; other values are returned as they are.

    Unknown where the text is not JSON.
    """
    if isinstance(value, Encoded):
        return value.content
    parts: tuple[Value, ...] = ()
    if isinstance(value, Known):
        text = value.text()
    elif isinstance(value, Text):
        # Parts that are not known stand in the text as marks while it is parsed, and are put back afterwards.
        # What stands where a value stands, such as a JSON document, is put in as a text.
        text = "".join(
            part.text()
            if isinstance(part, Known)
            else _marked(index)
            if within and not isinstance(part, Encoded)
            else f'"{_marked(index)}"'
            for index, (part, within) in enumerate(zip(value.parts, _inside_of_strings(value.parts), strict=True))
        )
        parts = value.parts
    else:
        return value
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return Unknown("the text is not a JSON document", value.origin)
    return _value(parsed, parts, value.origin)


def _inside_of_strings(parts: tuple[Value, ...]) -> list[bool]:
    """Return for each part of a JSON text whether it starts inside of a string."""
    found: list[bool] = []
    inside = False
    for part in parts:
        found.append(inside)
        if isinstance(part, Known):
            quotes = re.sub(r"\\.", "", part.text(), flags=re.DOTALL).count('"')
            inside ^= quotes % 2 == 1
    return found


def _value(data: Any, parts: tuple[Value, ...], origin: Origin) -> Value:
    if isinstance(data, dict):
        return Mapping({key: _value(inner, parts, origin) for key, inner in data.items()}, origin)
    if isinstance(data, list):
        return Sequence(tuple(_value(inner, parts, origin) for inner in data), origin)
    if data is None:
        return Absent(origin)
    if isinstance(data, str) and parts and "\ue000" in data:
        whole = _MARK.fullmatch(data)
        document = parts[int(whole.group(1))] if whole else None
        return document.content if isinstance(document, Encoded) else restored(data, parts, origin)
    return Known(data, origin)


def policies_of(reader: Reader, document: Value, *, open_conditions: bool = False) -> Policies:
    """Return what a policy document (an object or a JSON text) says, or why it cannot be read."""
    try:
        statements = statements_of(reader, document, open_conditions=open_conditions)
        return Policies(statements, written=not document.is_absent)
    except UndecidableError as unknown:
        return Policies((), written=True, unreadable=unknown)


def statements_of(reader: Reader, document: Value, *, open_conditions: bool = False) -> tuple[Statement, ...]:
    """Return the statements of a policy document (an object or a JSON text; one statement or a list).

    ``open_conditions``: a statement whose Condition cannot be read is returned as one with an open condition, for
    those who only ask what the statements say to requests (``rule_on``).
    Raises UndecidableError where the document or one of its statements cannot be read.
    """
    document = structure(reader, document)
    if isinstance(document, Absent):
        return ()
    if not isinstance(document, Mapping):
        raise UndecidableError(document.why_unknown(), document.origin)
    found: list[Statement] = []
    for item in reader.items(document.get("Statement")):
        if not isinstance(item, Mapping):
            raise UndecidableError("a statement of the policy cannot be read", item.origin)
        found.append(_statement(reader, item, open_conditions=open_conditions))
    return tuple(found)


def _statement(reader: Reader, item: Mapping, *, open_conditions: bool) -> Statement:
    tests: tuple[Test, ...] = ()
    open_condition: UndecidableError | None = None
    try:
        tests = _tests(reader, item.get("Condition"))
    except UndecidableError as error:
        if not open_conditions:
            raise
        open_condition = error

    def values(name: str) -> tuple[Value, ...]:
        return tuple(reader.items(item.get(name)))

    return Statement(
        effect=reader.read(item.get("Effect")),
        principals=_principals(reader, item.get("Principal")),
        not_principals=_principals(reader, item.get("NotPrincipal")),
        actions=values("Action"),
        not_actions=values("NotAction"),
        resources=values("Resource"),
        not_resources=values("NotResource"),
        tests=tests,
        origin=item.origin,
        sid=reader.peek(item.get("Sid")),
        open_condition=open_condition,
    )


def _principals(reader: Reader, value: Value) -> tuple[Principal, ...]:
    value = reader.read(value)
    if isinstance(value, Absent):
        return ()
    if not isinstance(value, Mapping):
        # AWS refuses a list here; a "*" in it is meant for everyone all the same.
        return tuple(Principal("*", item) for item in reader.items(value))
    return tuple(Principal(kind, item) for kind, inner in value.entries.items() for item in reader.items(inner))


def _tests(reader: Reader, value: Value) -> tuple[Test, ...]:
    value = reader.read(value)
    if isinstance(value, Absent):
        return ()
    if not isinstance(value, Mapping):
        raise UndecidableError("the Condition of a statement cannot be read", value.origin)
    tests: list[Test] = []
    for operator, inner in value.entries.items():
        keys = reader.read(inner)
        if isinstance(keys, Absent):
            continue
        if not isinstance(keys, Mapping):
            raise UndecidableError("the Condition of a statement cannot be read", keys.origin)
        for key, wanted in keys.entries.items():
            tests.append(Test(operator, key.lower(), tuple(reader.items(wanted)), keys.origin))
    return tuple(tests)
