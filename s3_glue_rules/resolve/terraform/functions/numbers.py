"""Functions of numbers, and of lists of booleans."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from s3_glue_rules.model.values import Absent, Known, Mapping, Sequence, UndecidableError, Value
from s3_glue_rules.resolve.terraform.functions import scalars, types
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence, ordered
from s3_glue_rules.resolve.terraform.lifting import FunctionError

MOST_NUMBERS = 1024

# Whole numbers up to here are exact in the arithmetic that pow uses.
_EXACT = 2**53


@function("abs", 1)
def _abs(call: Call) -> Value:
    return call.number_result(abs(call.number(0)))


@function("ceil", 1)
def _ceil(call: Call) -> Value:
    return call.known(math.ceil(call.number(0)))


@function("floor", 1)
def _floor(call: Call) -> Value:
    return call.known(math.floor(call.number(0)))


@function("signum", 1)
def _signum(call: Call) -> Value:
    number = call.integer(0)
    return call.known((number > 0) - (number < 0))


@function("max", 1, None)
def _max(call: Call) -> Value:
    return call.number_result(max(call.number(index) for index in range(len(call.arguments))))


@function("min", 1, None)
def _min(call: Call) -> Value:
    return call.number_result(min(call.number(index) for index in range(len(call.arguments))))


@function("sum", 1)
def _sum(call: Call) -> Value:
    items = ordered(call.sequence(0))
    if not items:
        raise FunctionError("cannot sum an empty list")
    total: Fraction | None = None
    for item in items:
        value = call.decisions.read(item)
        if isinstance(value, Absent):
            raise FunctionError("argument must be list, set, or tuple of number values")
        number = call.as_number(value)
        total = number if total is None else scalars.rounded(total + number)
    return call.number_result(total or Fraction(0))


@function("pow", 2)
def _pow(call: Call) -> Value:
    base, power = call.number(0), call.number(1)
    if power.denominator == 1 and abs(power) <= MOST_NUMBERS:
        bits = max(abs(base.numerator).bit_length(), base.denominator.bit_length())
        if bits * abs(power) <= MOST_NUMBERS and (base or power >= 0):
            result = base ** int(power)
            # Halves and quarters are exact, too.
            if abs(result.numerator) < _EXACT and result.denominator in {1, 2, 4, 8}:
                return call.number_result(result)
    raise UndecidableError("the power is not computed exactly", call.origin)


@function("log", 2)
def _log(call: Call) -> Value:
    number, base = call.number(0), call.number(1)
    if number == 1 and base > 1:
        return call.known(0)
    raise UndecidableError("logarithms are not computed exactly", call.origin)


@function("parseint", 2)
def _parseint(call: Call) -> Value:
    value, base = call.value(0), call.integer(1)
    if types.type_of(value, call.decisions) in {types.NUMBER, types.BOOL}:
        raise FunctionError("first argument must be a string")
    text = call.as_string(value)
    if not 2 <= base <= 62:
        raise FunctionError("base must be a whole number between 2 and 62 inclusive")
    match = re.fullmatch(r"([+-]?)([0-9A-Za-z]+)", text)
    if match is None:
        raise FunctionError("cannot parse the text as an integer")
    number = 0
    for letter in match.group(2)[: scalars.PRECISION]:
        digit = _digit(letter, base)
        if digit >= base:
            raise FunctionError("cannot parse the text as an integer")
        number = number * base + digit
    if len(match.group(2)) > scalars.PRECISION or number.bit_length() > scalars.PRECISION:
        raise UndecidableError("the number is too large", call.origin)
    if not number and match.group(1) == "-":
        return call.known(0)
    return call.known(-number if match.group(1) == "-" else number)


def _digit(letter: str, base: int) -> int:
    if letter.isdigit():
        return int(letter)
    # Above 36, capitals are digits of their own, after the small letters.
    if letter.isupper() and base > 36:
        return ord(letter) - ord("A") + 36
    return ord(letter.lower()) - ord("a") + 10


@function("range", 1, 3)
def _range(call: Call) -> Value:
    numbers = [call.number(index) for index in range(len(call.arguments))]
    if len(numbers) == 1:
        numbers.insert(0, Fraction(0))
    start, end = numbers[0], numbers[1]
    step = numbers[2] if len(numbers) == 3 else Fraction(-1 if end < start else 1)
    if step == 0:
        raise UndecidableError("versions of Terraform disagree about steps of zero", call.origin)
    if (step < 0 and end > start) or (step > 0 and end < start):
        raise FunctionError("the end is on the wrong side of the start")
    found: list[Value] = []
    while start > end if step < 0 else start < end:
        if len(found) >= MOST_NUMBERS:
            raise FunctionError("more than 1024 values were generated")
        found.append(call.number_result(start))
        start = scalars.rounded(start + step)
    return ListSequence(tuple(found), call.origin)


@function("alltrue", 1)
def _alltrue(call: Call) -> Value:
    return _quantified(call, wanted=False)


@function("anytrue", 1)
def _anytrue(call: Call) -> Value:
    return _quantified(call, wanted=True)


def _quantified(call: Call, *, wanted: bool) -> Value:
    """Return ``wanted`` where an item has that value, and the opposite otherwise. Null counts as false."""
    doubt: UndecidableError | None = None
    found = False
    for item in call.sequence(0).items:
        if found and not isinstance(item, (Known, Mapping, Sequence)):
            # Nothing that is still to be decided changes the result.
            continue
        try:
            value = call.decisions.read(item)
            found = (False if isinstance(value, Absent) else call.boolean(value)) is wanted or found
        except UndecidableError as error:
            doubt = doubt or error
    if found:
        return call.known(wanted)
    if doubt is not None:
        raise doubt
    return call.known(not wanted)
