"""Numbers and texts as Terraform computes and writes them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from s3_glue_rules.model.values import Scalar, UndecidableError
from s3_glue_rules.resolve.terraform.lifting import FunctionError

Number = int | float

# Terraform computes with binary numbers of this many digits.
PRECISION = 512

MOST_CHARACTERS = 1_000_000
MOST_ITEMS = 100_000

# Longer numbers are written by nobody, and parsing them takes long.
_MOST_DIGITS = 150

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
_MAYBE_NUMBER = re.compile(r"[+-]?[0-9.]+[pP][+-]?[0-9]+")

# Characters that stand for themselves, never joined with their neighbours to one that people see.
_SEPARATE = re.compile(
    "[\u0000-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205f\u20a0-\u20bf"
    "\u2100-\u218f\u2500-\u257f\u3000-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9d]*"
)


def normal(text: str) -> str:
    """Return a text in the normal form (NFC) that Terraform gives to all texts."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def characters(text: str) -> list[str]:
    """Split a text into what people take for its characters.

    Raises UndecidableError where that needs the tables of Unicode (emoji, combining marks).
    """
    if not _SEPARATE.fullmatch(text):
        raise UndecidableError("the text holds characters that are not counted")
    if "\r\n" in text:
        return re.findall(r"\r\n|[\s\S]", text)
    return list(text)


def exact(value: Number) -> Fraction:
    """Return a number as Terraform holds it: the decimal that is written, rounded to a long binary number."""
    if isinstance(value, int):
        return Fraction(value)
    return rounded(Fraction(Decimal(repr(value))))


def rounded(value: Fraction) -> Fraction:
    """Round to the precision of Terraform's numbers, halves to the even neighbour."""
    if value.denominator == 1 and abs(value.numerator).bit_length() <= PRECISION:
        return value
    shift = PRECISION - (abs(value.numerator).bit_length() - value.denominator.bit_length())
    scaled = value * Fraction(2) ** shift
    if abs(scaled) >= 2**PRECISION:
        shift -= 1
        scaled /= 2
    return Fraction(round(scaled)) / Fraction(2) ** shift


def number(value: Fraction) -> Number:
    """Return a computed number as an int or a short decimal. Raises UndecidableError for any other."""
    if value.denominator == 1:
        if abs(value.numerator).bit_length() > PRECISION:
            raise UndecidableError("the number is too large")
        return value.numerator
    try:
        short = float(value)
    except OverflowError:
        raise UndecidableError("the number is too large") from None
    if exact(short) != value:
        raise UndecidableError("the number has no short decimal form")
    return short


def parse_number(text: str) -> Number:
    """Read a number as ``tonumber`` does. Raises FunctionError for a text that is no number."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        if _MAYBE_NUMBER.fullmatch(text):
            raise UndecidableError("the number has a binary exponent")
        raise FunctionError("a number is required")
    exponent = match.group(1) or "0"
    if len(text) > _MOST_DIGITS or abs(int(exponent)) > _MOST_DIGITS:
        raise UndecidableError("the number has too many digits")
    value = Decimal(text)
    if not value:
        if text.startswith("-"):
            raise UndecidableError("the number is a negative zero")
        return 0
    whole = int(value)
    if whole == value:
        return number(Fraction(whole))
    short = float(value)
    if Decimal(repr(short)) != value:
        raise UndecidableError("the number has too many digits")
    return short


def number_text(value: Number) -> str:
    """Write a number as Terraform does: never with an exponent."""
    if isinstance(value, int):
        return str(value)
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def text(value: Scalar) -> str:
    """Write a literal as Terraform converts it to a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return normal(value)
    return number_text(value)


def same_scalar(left: Scalar, right: Scalar) -> bool:
    """Return whether two literals are equal for Terraform: of the same type, too."""
    if isinstance(left, str) or isinstance(right, str):
        return isinstance(left, str) and isinstance(right, str) and normal(left) == normal(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return exact(left) == exact(right)
