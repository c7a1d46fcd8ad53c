"""Functions of texts."""

from __future__ import annotations

import re
from collections.abc import Callable

from s3_glue_rules.model.values import Absent, Encoded, Known, Text, UndecidableError, Value, text_of
from s3_glue_rules.resolve.terraform.functions import scalars, types
from s3_glue_rules.resolve.terraform.functions.calls import Call, function, unknown_text
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence
from s3_glue_rules.resolve.terraform.lifting import FunctionError

# What Go takes for white space.
_SPACE = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))

# Up to here, Python's and Go's tables of capitals agree letter by letter.
_LAST_CASED = "\u1fff"


def joined(call: Call, parts: list[Value]) -> Value:
    """Return the text of some parts, which are texts: known, open or unknown."""
    if len(parts) == 1 and isinstance(parts[0], Encoded):
        return parts[0]
    length = sum(len(part.value) for part in parts if isinstance(part, Known) and isinstance(part.value, str))
    if length > scalars.MOST_CHARACTERS:
        raise UndecidableError("the text is too long to be put together", call.origin)
    text = text_of(tuple(part if isinstance(part, Known) else unknown_text(part) for part in parts), call.origin)
    return call.known(scalars.text(text.value)) if isinstance(text, Known) else text


@function("join", 1, None)
def _join(call: Call) -> Value:
    separator = call.value(0)
    separator = call.as_text(separator) if isinstance(separator, Encoded) else types.scalar(separator, types.STRING)
    if len(call.arguments) < 2:
        raise FunctionError("at least one list is required")
    parts: list[Value] = []
    for index in range(1, len(call.arguments)):
        for item in call.converted(call.sequence(index), types.STRING):
            value = call.decisions.read(item)
            if isinstance(value, Absent):
                raise FunctionError("cannot concatenate null values")
            written = call.as_text(value) if isinstance(value, Encoded) else value
            parts.extend((separator, written) if parts else (written,))
            if len(parts) > scalars.MOST_ITEMS:
                raise UndecidableError("the text is too long to be put together", call.origin)
    return joined(call, parts)


@function("split", 2)
def _split(call: Call) -> Value:
    separator, text = call.string(0), call.string(1)
    pieces = text.split(separator) if separator else list(text)
    if len(pieces) > scalars.MOST_ITEMS:
        raise UndecidableError("the list has too many items", call.origin)
    return ListSequence(tuple(call.known(piece) for piece in pieces), call.origin)


def _mapped(text: str, change: Callable[[str], str]) -> str:
    if text.isascii():
        return change(text)
    letters: list[str] = []
    for letter in text:
        changed = change(letter)
        if len(changed) != 1 or (letter > _LAST_CASED and changed != letter):
            raise UndecidableError(f"the case of {letter} depends on the version")
        letters.append(changed)
    return "".join(letters)


@function("lower", 1)
def _lower(call: Call) -> Value:
    return call.known(_mapped(call.string(0), str.lower))


@function("upper", 1)
def _upper(call: Call) -> Value:
    return call.known(_mapped(call.string(0), str.upper))


@function("title", 1)
def _title(call: Call) -> Value:
    text = call.string(0)
    letters: list[str] = []
    after = " "
    for letter in text:
        separates = not (after.isalnum() or after == "_") if after.isascii() else after in _SPACE
        letters.append(_mapped(letter, str.title) if separates else letter)
        after = letter
    return call.known("".join(letters))


@function("trim", 2)
def _trim(call: Call) -> Value:
    text, letters = call.string(0), call.string(1)
    return call.known(text.strip(letters) if letters else text)


@function("trimspace", 1)
def _trimspace(call: Call) -> Value:
    text = call.text(0)
    # A JSON text has no space around it.
    return text if isinstance(text, Encoded) else call.known(call.string(0).strip(_SPACE))


@function("chomp", 1)
def _chomp(call: Call) -> Value:
    text = call.text(0)
    if isinstance(text, Encoded):
        return text
    match = re.search(r"(?:\r\n?|\n)*\Z", call.string(0))
    return call.known(call.string(0)[: match.start()] if match else call.string(0))


@function("trimprefix", 2)
def _trimprefix(call: Call) -> Value:
    text, prefix = call.text(0), call.string(1)
    if isinstance(text, Text):
        first, *rest = text.parts
        written = scalars.text(first.value) if isinstance(first, Known) else ""
        if written.startswith(prefix):
            return text_of((call.known(written[len(prefix) :]), *rest), call.origin)
        if not prefix.startswith(written):
            return text
    return call.known(call.string(0).removeprefix(prefix))


@function("trimsuffix", 2)
def _trimsuffix(call: Call) -> Value:
    text, suffix = call.text(0), call.string(1)
    if isinstance(text, Text):
        *rest, last = text.parts
        written = scalars.text(last.value) if isinstance(last, Known) else ""
        if written.endswith(suffix):
            return text_of((*rest, call.known(written[: len(written) - len(suffix)])), call.origin)
        if not suffix.endswith(written):
            return text
    return call.known(call.string(0).removesuffix(suffix))


@function("startswith", 2)
def _startswith(call: Call) -> Value:
    text, prefix = call.text(0), call.string(1)
    if isinstance(text, Text) and isinstance(text.parts[0], Known):
        written = scalars.text(text.parts[0].value)
        if written.startswith(prefix) or not prefix.startswith(written):
            return call.known(written.startswith(prefix))
    return call.known(not prefix or call.string(0).startswith(prefix))


@function("endswith", 2)
def _endswith(call: Call) -> Value:
    text, suffix = call.text(0), call.string(1)
    if isinstance(text, Text) and isinstance(text.parts[-1], Known):
        written = scalars.text(text.parts[-1].value)
        if written.endswith(suffix) or not suffix.endswith(written):
            return call.known(written.endswith(suffix))
    return call.known(not suffix or call.string(0).endswith(suffix))


@function("strcontains", 2)
def _strcontains(call: Call) -> Value:
    text, wanted = call.text(0), call.string(1)
    if isinstance(text, Text):
        written = [scalars.text(part.value) for part in text.parts if isinstance(part, Known)]
        if any(wanted in part for part in written):
            return call.known(value=True)
    return call.known(not wanted or wanted in call.string(0))


@function("substr", 3)
def _substr(call: Call) -> Value:
    letters = scalars.characters(call.string(0))
    offset, length = call.integer(1), call.integer(2)
    if offset < 0:
        # From an offset before the start, Terraform takes the text from its start; and a length of 0 is no limit.
        letters = letters[max(offset + len(letters), 0) :]
        return call.known("".join(letters if length <= 0 else letters[:length]))
    letters = letters[offset:]
    return call.known("".join(letters if length < 0 else letters[:length]))


@function("strrev", 1)
def _strrev(call: Call) -> Value:
    return call.known("".join(reversed(scalars.characters(call.string(0)))))


@function("indent", 2)
def _indent(call: Call) -> Value:
    spaces, text = call.integer(0), call.string(1)
    if spaces < 0:
        raise FunctionError("the number of spaces must not be negative")
    if len(text) + spaces * text.count("\n") > scalars.MOST_CHARACTERS:
        raise UndecidableError("the text is too long to be put together", call.origin)
    return call.known(text.replace("\n", "\n" + " " * spaces))


@function("sort", 1)
def _sort(call: Call) -> Value:
    texts: list[str] = []
    for item in call.converted(call.sequence(0), types.STRING):
        value = call.decisions.read(item)
        if isinstance(value, Absent):
            raise FunctionError("a null string cannot be sorted")
        texts.append(call.as_string(value))
    return ListSequence(tuple(call.known(text) for text in sorted(texts)), call.origin)
