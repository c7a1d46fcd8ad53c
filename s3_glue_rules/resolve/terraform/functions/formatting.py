"""``format`` and ``formatlist``: texts made from a pattern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from s3_glue_rules.model.values import (
    Absent,
    Encoded,
    Known,
    Mapping,
    Open,
    Sequence,
    UndecidableError,
    Unknown,
    Value,
)
from s3_glue_rules.resolve.terraform.functions import scalars, types
from s3_glue_rules.resolve.terraform.functions.calls import Call, function, unknown_text
from s3_glue_rules.resolve.terraform.functions.json_text import json_text, quoted
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence, ordered
from s3_glue_rules.resolve.terraform.functions.strings import joined
from s3_glue_rules.resolve.terraform.lifting import FunctionError

_VERB = re.compile(r"%([0#\-+ ]*)([1-9][0-9]*)?(?:\.([0-9]*))?(?:\[([1-9][0-9]*)\])?([a-zA-Z])")

# Wider fields fill memory only.
_MOST_WIDTH = 10_000

_INTEGERS = {"b": "b", "d": "d", "o": "o", "x": "x", "X": "X"}
_PREFIXES = {"b": "0b", "d": "", "o": "0", "x": "0x", "X": "0X"}


@dataclass(frozen=True)
class Verb:
    """One verb of a pattern: its flags, width, precision and letter."""

    flags: str
    width: int
    precision: int | None
    letter: str

    def padded(self, text: str) -> str:
        """Fill a text up to the width. Terraform puts zeros before texts, too."""
        if not self.width:
            return text
        missing = self.width - len(scalars.characters(text))
        fill = ("0" if "0" in self.flags else " ") * missing
        return text + fill if "-" in self.flags else fill + text


def _parts(call: Call, pattern: str, values: list[Value]) -> Value:
    parts: list[Value] = []
    position, following, highest, length = 0, 1, 0, 0
    while position < len(pattern):
        mark = pattern.find("%", position)
        mark = len(pattern) if mark < 0 else mark
        parts.append(call.known(pattern[position:mark]))
        if mark == len(pattern):
            break
        if pattern.startswith("%%", mark):
            parts.append(call.known("%"))
            position = mark + 2
            continue
        match = _VERB.match(pattern, mark)
        if match is None:
            raise FunctionError("unrecognized format character")
        number = int(match.group(4)) if match.group(4) else following
        following, highest = number + 1, max(highest, number)
        if number > len(values):
            raise FunctionError("not enough arguments for the format")
        part = _written(call, _verb(match), call.decisions.read(values[number - 1]))
        parts.append(part)
        length += len(str(part.value)) if isinstance(part, Known) else 0
        if length > scalars.MOST_CHARACTERS:
            raise UndecidableError("the text is too long to be put together", call.origin)
        position = match.end()
    if highest < len(values):
        raise FunctionError("too many arguments for the format")
    parts = [part for part in parts if not (isinstance(part, Known) and part.value == "")]
    return joined(call, parts)


def _verb(match: re.Match[str]) -> Verb:
    flags, width, precision, _, letter = match.groups()
    if len(width or "") > 6 or len(precision or "") > 6:
        raise UndecidableError("the field is too wide")
    verb = Verb(flags, int(width or 0), None if precision is None else int(precision or 0), letter)
    if max(verb.width, verb.precision or 0) > _MOST_WIDTH:
        raise UndecidableError("the field is too wide")
    return verb


def _written(call: Call, verb: Verb, value: Value) -> Value:
    """Return the text of one value. What cannot be written before deployment is a part that is unknown."""
    if isinstance(value, Absent):
        raise UndecidableError("Terraform knows no text of null", call.origin)
    try:
        if verb.letter == "v":
            return _as_is(call, verb, value)
        if verb.letter == "t":
            return call.known("true" if call.boolean(value) else "false")
        if verb.letter in _INTEGERS:
            return call.known(_integer(verb, call.as_number(value)))
        if verb.letter in "eEfgG":
            return call.known(_float(verb, call.as_number(value)))
        if verb.letter in "sq":
            return _string(call, verb, types.scalar(value, types.STRING))
    except UndecidableError as error:
        return Unknown(error.reason, value.origin)
    raise FunctionError(f"unsupported format verb {verb.letter}")


def _as_is(call: Call, verb: Verb, value: Value) -> Value:
    if isinstance(value, Known) and "#" not in verb.flags:
        if isinstance(value.value, str):
            return call.known(verb.padded(value.value))
        if not isinstance(value.value, bool):
            return call.known(verb.padded(_shortest(value.value)))
    if isinstance(value, (Known, Mapping, Sequence)) or "#" in verb.flags:
        return call.known(verb.padded(json_text(value)))
    if isinstance(value, Open) and not types.surely_string(value):
        # Terraform writes a large number with an exponent.
        return unknown_text(Unknown(value.why_unknown(), value.origin))
    return _string(call, Verb(verb.flags, verb.width, None, "s"), value)


def _string(call: Call, verb: Verb, value: Value) -> Value:
    if isinstance(value, Encoded):
        value = call.as_text(value)
    if verb.letter == "s" and not verb.width and not verb.precision:
        return value
    text = call.as_string(value)
    if verb.precision:
        text = "".join(scalars.characters(text)[: verb.precision])
    return call.known(verb.padded(quoted(text) if verb.letter == "q" else text))


def _signed(verb: Verb, negative: bool, prefix: str, digits: str) -> str:  # noqa: FBT001 - the sign
    sign = "-" if negative else "+" if "+" in verb.flags else " " if " " in verb.flags else ""
    missing = verb.width - len(sign) - len(prefix) - len(digits)
    if missing <= 0 or not verb.width:
        return sign + prefix + digits
    if "-" in verb.flags:
        if "0" in verb.flags:
            raise UndecidableError("versions of Terraform pad the number differently")
        return sign + prefix + digits + " " * missing
    if "0" in verb.flags:
        return sign + prefix + "0" * missing + digits
    return " " * missing + sign + prefix + digits


def _integer(verb: Verb, number: Fraction) -> str:
    if number.denominator != 1:
        raise FunctionError("an integer is required")
    if verb.precision is not None:
        raise UndecidableError("the precision of whole numbers is not read")
    prefix = _PREFIXES[verb.letter] if "#" in verb.flags else ""
    return _signed(verb, number < 0, prefix, format(abs(number.numerator), _INTEGERS[verb.letter]))


def _float(verb: Verb, number: Fraction) -> str:
    if "#" in verb.flags or (verb.letter in "gG" and verb.precision is not None):
        raise UndecidableError("the format is not read")
    size = abs(number)
    if verb.letter in "gG":
        text = _shortest(scalars.number(size))
        return _signed(verb, number < 0, "", text.upper() if verb.letter == "G" else text)
    precision = 6 if verb.precision is None else verb.precision
    if verb.letter == "f":
        return _signed(verb, number < 0, "", _fixed(size, precision))
    text = _scientific(size, precision)
    return _signed(verb, number < 0, "", text.upper() if verb.letter == "E" else text)


def _fixed(size: Fraction, precision: int) -> str:
    """Write a number with so many digits behind the point, halves rounded to even."""
    digits = str(round(size * 10**precision)).rjust(precision + 1, "0")
    return f"{digits[: len(digits) - precision]}.{digits[len(digits) - precision :]}" if precision else digits


def _scientific(size: Fraction, precision: int) -> str:
    exponent = 0
    if size:
        exponent = len(str(size.numerator)) - len(str(size.denominator))
        exponent -= size < Fraction(10) ** exponent
    scaled = round(size / Fraction(10) ** exponent * 10**precision)
    if scaled >= 10 ** (precision + 1):
        exponent, scaled = exponent + 1, scaled // 10
    digits = str(scaled).rjust(precision + 1, "0")
    mantissa = f"{digits[0]}.{digits[1:]}" if precision else digits
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _shortest(number: scalars.Number) -> str:
    """Write a number as ``%v`` does: with an exponent where that is below -4 or above 5."""
    written = scalars.number_text(abs(number))
    whole, _, part = written.partition(".")
    digits = (whole + part).lstrip("0")
    exponent = len(whole) - 1 if whole != "0" else len(digits) - len(part) - 1
    sign = "-" if number < 0 else ""
    if not digits or -5 < exponent < 6:
        return sign + written
    digits = digits.rstrip("0")
    mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


@function("format", 1, None)
def _format(call: Call) -> Value:
    return _parts(call, call.string(0), list(call.arguments[1:]))


@function("formatlist", 1, None)
def _formatlist(call: Call) -> Value:
    pattern = call.string(0)
    columns: list[Value | tuple[Value, ...]] = []
    length: int | None = None
    for index in range(1, len(call.arguments)):
        value = call.read(index)
        if isinstance(value, Sequence):
            items = ordered(value)
            if length is not None and length != len(items):
                raise FunctionError("the arguments have different lengths")
            length = len(items)
            columns.append(items)
        elif isinstance(value, Unknown):
            raise UndecidableError(value.reason, value.origin)
        else:
            columns.append(value)
    length = 1 if length is None else length
    if length * len(pattern) > scalars.MOST_CHARACTERS:
        raise UndecidableError("the list is too long", call.origin)
    texts = (
        _parts(call, pattern, [column[row] if isinstance(column, tuple) else column for column in columns])
        for row in range(length)
    )
    return ListSequence(tuple(texts), call.origin)
