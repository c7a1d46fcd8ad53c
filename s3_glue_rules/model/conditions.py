"""Condition operators of policy documents: whether one test holds for what a request has.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html

A key that the request does not have makes an operator false and a negated operator true; ``...IfExists`` makes it
true in both; ``ForAllValues:`` is true and ``ForAnyValue:`` false for it. Values are alternatives: one has to match,
and under a negated operator none may.
"""

from __future__ import annotations

import enum
import ipaddress
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from s3_glue_rules.model.documents import Test, may_match, wildcard_matches
from s3_glue_rules.model.logic import all_of, any_of
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.values import Absent, Known, UndecidableError, Value


@dataclass(frozen=True)
class Present:
    """The request has the key with these values: one, unless the key holds several."""

    values: tuple[Value, ...]


@dataclass(frozen=True)
class Recognised:
    """The request has one value under the key; ``matches`` tells whether a value of a policy stands for it.

    It raises UndecidableError where that is open.
    """

    matches: Callable[[Value], bool]


class Special(enum.Enum):
    """What a request may have under a key without one value to compare with."""

    # The request does not have the key.
    MISSING = "missing"
    # The caller decides: whatever serves the request holds.
    CHOSEN = "the caller's choice"
    # A value of an account or organisation that nobody names: it equals nothing that is fixed.
    FOREIGN = "of a stranger"


ContextValue = Union[Present, Recognised, Special]


def holds_text(*texts: str) -> Present:
    """Return what a request has under a key that holds these texts."""
    return Present(tuple(Known(text) for text in texts))


def holds(test: Test, context: ContextValue | None, *, in_deny: bool) -> bool:
    """Return whether a test holds for what the request has under its key.

    ``context`` is None where that is not told. ``in_deny``: in a Deny the caller's choice evades the test, in an Allow
    it meets it. Raises UndecidableError where the test cannot be decided.
    """
    sets, name, if_exists = _parts(test.operator)
    if context is None:
        raise UndecidableError(f"whether the condition on {test.key} holds cannot be told", test.origin)
    if context is Special.CHOSEN:
        return not in_deny
    if name == "null":
        return _is_missing_wanted(test, context)
    if name not in _OPERATORS:
        raise UndecidableError(f"{test.operator} is no condition operator", test.origin)
    is_negated, matches = _OPERATORS[name]
    if context is Special.MISSING:
        if sets == "foranyvalue":
            return if_exists
        return if_exists or is_negated or sets == "forallvalues"
    if context is Special.FOREIGN:
        if if_exists:
            return True
        return any_of(test.values, lambda pattern: _may_be_foreign(pattern, test.key)) is not is_negated

    if isinstance(context, Recognised):
        return any_of(test.values, context.matches) is not is_negated

    def is_kept(value: Value) -> bool:
        return any_of(test.values, lambda pattern: matches(pattern, value)) is not is_negated

    return all_of(context.values, is_kept) if sets == "forallvalues" else any_of(context.values, is_kept)


def _parts(name: str) -> tuple[str, str, bool]:
    """Take an operator apart: the set operator, the operator itself, and whether it ends in IfExists."""
    lower = name.lower()
    sets = ""
    if ":" in lower:
        sets, lower = lower.split(":", 1)
        if sets not in {"forallvalues", "foranyvalue"}:
            return "", name, False
    if_exists = lower.endswith("ifexists")
    return sets, lower.removesuffix("ifexists"), if_exists


def _is_missing_wanted(test: Test, context: ContextValue) -> bool:
    wanted = {value.text().lower() for value in test.values}
    if not wanted <= {"true", "false"}:
        raise UndecidableError("Null takes true or false", test.origin)
    if context is Special.FOREIGN:
        # Who has no value there has none in common with anybody either.
        return bool(wanted)
    return ("true" if context is Special.MISSING else "false") in wanted


def _may_be_foreign(pattern: Value, key: str) -> bool:
    """Return whether a value of a condition lets in one that nobody names.

    A reference or a parameter is one value, whichever it is. Wildcards count under every operator, as in Security Hub's
    KMS.5: https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html.
    """
    if not isinstance(pattern, Known):
        return False
    text = pattern.text()
    if "${" in text:
        return True
    if key in {"aws:principalarn", "aws:sourcearn"} and text.count(":") >= _ARN_COLONS:
        account = text.split(":")[4]
        return "*" in account or account == ""
    if key in {"aws:principalorgpaths", "aws:sourceorgpaths"}:
        return text.startswith("*")
    return "*" in text


_ARN_COLONS = 5


def _equal(pattern: Value, value: Value) -> bool:
    return may_match(pattern, value) and _compared(pattern, value, lambda wanted, text: wanted == text)


def _equal_without_case(pattern: Value, value: Value) -> bool:
    return may_match(pattern, value) and _compared(pattern, value, lambda wanted, text: wanted.lower() == text.lower())


def _like(pattern: Value, value: Value) -> bool:
    return may_match(pattern, value) and _compared(pattern, value, wildcard_matches)


def _arn(pattern: Value, value: Value) -> bool:
    def matches(wanted: str, text: str) -> bool:
        # Each of the six parts is matched by itself.
        ours, theirs = wanted.split(":", _ARN_COLONS), text.split(":", _ARN_COLONS)
        if len(ours) != len(theirs):
            return wanted == "*"
        return all(wildcard_matches(part, other) for part, other in zip(ours, theirs, strict=True))

    return may_match(pattern, value) and _compared(pattern, value, matches)


def _compared(pattern: Value, value: Value, matches: Callable[[str, str], bool]) -> bool:
    if isinstance(pattern, Known) and isinstance(value, Known):
        wanted = pattern.text()
        if "${" in wanted:
            raise UndecidableError(f"'{wanted}' stands for something that the request decides", pattern.origin)
        return matches(wanted, value.text())
    if not isinstance(pattern, Absent) and symbol(pattern) == symbol(value):
        return True
    raise UndecidableError(pattern.why_unknown() if not isinstance(pattern, Known) else value.why_unknown())


def _number(compare: Callable[[float, float], bool]) -> Callable[[Value, Value], bool]:
    def matches(wanted: str, text: str) -> bool:
        try:
            return compare(float(text), float(wanted))
        except ValueError:
            return False

    return lambda pattern, value: _compared(pattern, value, matches)


def _date(pattern: Value, value: Value) -> bool:
    raise UndecidableError("when a request is made is not known", pattern.origin or value.origin)


def _address(pattern: Value, value: Value) -> bool:
    def matches(wanted: str, text: str) -> bool:
        try:
            return ipaddress.ip_address(text) in ipaddress.ip_network(wanted, strict=False)
        except ValueError:
            return False

    return _compared(pattern, value, matches)


# Operator in lower case → whether it is negated, and what compares a value of the test with one of the request.
_OPERATORS: dict[str, tuple[bool, Callable[[Value, Value], bool]]] = {
    "stringequals": (False, _equal),
    "stringnotequals": (True, _equal),
    "stringequalsignorecase": (False, _equal_without_case),
    "stringnotequalsignorecase": (True, _equal_without_case),
    "stringlike": (False, _like),
    "stringnotlike": (True, _like),
    "numericequals": (False, _number(operator.eq)),
    "numericnotequals": (True, _number(operator.eq)),
    "numericlessthan": (False, _number(operator.lt)),
    "numericlessthanequals": (False, _number(operator.le)),
    "numericgreaterthan": (False, _number(operator.gt)),
    "numericgreaterthanequals": (False, _number(operator.ge)),
    "dateequals": (False, _date),
    "datenotequals": (True, _date),
    "datelessthan": (False, _date),
    "datelessthanequals": (False, _date),
    "dategreaterthan": (False, _date),
    "dategreaterthanequals": (False, _date),
    "bool": (False, _equal_without_case),
    "binaryequals": (False, _equal),
    "ipaddress": (False, _address),
    "notipaddress": (True, _address),
    "arnequals": (False, _arn),
    "arnlike": (False, _arn),
    "arnnotequals": (True, _arn),
    "arnnotlike": (True, _arn),
}
