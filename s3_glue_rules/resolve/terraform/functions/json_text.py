"""The JSON text of a value, as Terraform's ``jsonencode`` writes it."""

from __future__ import annotations

import re

from s3_glue_rules.model.values import Absent, Encoded, Known, Mapping, Sequence, UndecidableError, Value
from s3_glue_rules.resolve.terraform.functions import scalars
from s3_glue_rules.resolve.terraform.functions.sets import ordered

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile('["\\\\\u0000-\u001f<>&\u2028\u2029]')


class Rendered(Encoded):
    """A JSON text whose layout is not that of ``jsonencode``, such as a rendered policy document."""


def encoded_text(value: Value) -> str | None:
    """Return the text of an Encoded value, or None where some of it is not known."""
    if not isinstance(value, Encoded) or isinstance(value, Rendered):
        return None
    try:
        return json_text(value.content)
    except UndecidableError:
        return None


def json_text(value: Value) -> str:
    """Return the JSON text of a value. Raises UndecidableError where some of it is not known."""
    pieces: list[str] = []
    _write(value, pieces)
    if sum(map(len, pieces)) > scalars.MOST_CHARACTERS:
        raise UndecidableError("the JSON text is too long", value.origin)
    return "".join(pieces)


def quoted(text: str) -> str:
    """Return a JSON string. Raises UndecidableError for signs that versions of Terraform escape differently."""
    text = scalars.normal(text)
    if "\b" in text or "\f" in text:
        raise UndecidableError("versions of Terraform escape the text differently")
    return '"' + _ESCAPED.sub(lambda match: _escape(match.group()), text) + '"'


def _escape(letter: str) -> str:
    return _ESCAPES.get(letter) or f"\\u{ord(letter):04x}"


def _write(value: Value, pieces: list[str]) -> None:
    if len(pieces) > scalars.MOST_ITEMS:
        raise UndecidableError("the JSON text is too long", value.origin)
    if isinstance(value, Known):
        pieces.append(quoted(value.value) if isinstance(value.value, str) else scalars.text(value.value))
    elif isinstance(value, Absent):
        pieces.append("null")
    elif isinstance(value, Encoded):
        written = encoded_text(value)
        if written is None:
            raise UndecidableError(value.why_unknown(), value.origin)
        pieces.append(quoted(written))
    elif isinstance(value, Sequence):
        pieces.append("[")
        for index, item in enumerate(ordered(value)):
            pieces.append("," if index else "")
            _write(item, pieces)
        pieces.append("]")
    elif isinstance(value, Mapping) and value.complete:
        pieces.append("{")
        for index, name in enumerate(sorted(value.entries)):
            pieces.append(("," if index else "") + quoted(name) + ":")
            _write(value.entries[name], pieces)
        pieces.append("}")
    else:
        raise UndecidableError(value.why_unknown(), value.origin)
