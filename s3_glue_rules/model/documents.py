"""Policy documents: the statements of key, bucket and identity policies, as they read in one world."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Absent, Known, Open, Text, UndecidableError, Unknown, Value

# A whole account is written as the ARN of its root, or as its number. Open parts of a text stand between marks.
_ACCOUNT = re.compile(r"arn:.*:root|[0-9]{12}", re.DOTALL)
# What gives the number of the own account at deployment.
_ACCOUNT_NUMBER = re.compile(r"AWS::AccountId|(.*\.)?data\.aws_caller_identity\..*\.(account_)?id")
# What the request fills in.
_VARIABLE = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True)
class Principal:
    """One principal: its kind (``AWS``, ``Service``, ``Federated``, ``CanonicalUser`` or ``*``) and its value."""

    kind: str
    value: Value

    @property
    def is_everyone(self) -> bool:
        """Whether this is ``"*"`` or ``{"AWS": "*"}``."""
        return self.kind in {"*", "AWS"} and isinstance(self.value, Known) and self.value.text() == "*"

    @property
    def is_account(self) -> bool:
        """Whether this is an account, whose IAM policies decide who of it is meant."""
        if self.kind != "AWS":
            return False
        if isinstance(self.value, Open):
            return _ACCOUNT_NUMBER.fullmatch(self.value.variable.name) is not None
        return isinstance(self.value, (Known, Text)) and _ACCOUNT.fullmatch(symbol(self.value)) is not None

    @property
    def is_open(self) -> bool:
        """Whether it cannot be told whom this names, everyone perhaps."""
        return isinstance(self.value, (Open, Unknown)) and not self.is_account


@dataclass(frozen=True)
class Test:
    """One test of a Condition element: operator as written, condition key in lower case, values."""

    operator: str
    key: str
    values: tuple[Value, ...]
    origin: Origin


@dataclass(frozen=True)
class Statement:
    """One statement. Empty tuples stand for elements that are not written.

    ``open_condition`` says why its Condition cannot be read, where that is so: what it tests is not known then.
    """

    effect: Value
    principals: tuple[Principal, ...]
    not_principals: tuple[Principal, ...]
    actions: tuple[Value, ...]
    not_actions: tuple[Value, ...]
    resources: tuple[Value, ...]
    not_resources: tuple[Value, ...]
    tests: tuple[Test, ...]
    origin: Origin
    sid: Value = field(default_factory=Absent)
    open_condition: UndecidableError | None = None

    @property
    def label(self) -> str:
        """The name that people know the statement by."""
        return f"statement '{self.sid.text()}'" if isinstance(self.sid, Known) else "a statement"

    def tests_key(self, *keys: str) -> bool:
        """Return whether the Condition of the statement asks for one of these keys."""
        return any(test.key in keys for test in self.tests)

    def is_effect(self, effect: str) -> bool:
        """Return whether the statement has the effect ``Allow`` or ``Deny``."""
        return self.effect.text(default="") == effect


def action_matches(pattern: str, action: str) -> bool:
    """Return whether an Action pattern covers an action; both are compared without case, ``*`` and ``?`` are wild."""
    return wildcard_matches(pattern.lower(), action.lower())


def wildcard_matches(pattern: str, text: str) -> bool:
    """Return whether an IAM pattern, in which only ``*`` and ``?`` are wild, matches a text."""
    return _compiled(pattern).fullmatch(text) is not None


def may_match(first: Value, second: Value) -> bool:
    """Return whether two texts may be equal, or one of them match the other: what is known of them decides.

    Anything that is no text may.
    """
    if not all(isinstance(value, (Known, Text)) for value in (first, second)):
        return True
    return patterns_overlap(_as_pattern(first).lower(), _as_pattern(second).lower())


def _as_pattern(value: Value) -> str:
    """Return a text with wildcards for what is open in it, policy variables included."""
    if isinstance(value, Text):
        return "".join(_as_pattern(part) for part in value.parts)
    if isinstance(value, Known):
        return _VARIABLE.sub("*", value.text())
    return "?" * 12 if Principal("AWS", value).is_account else "*"


def patterns_overlap(first: str, second: str) -> bool:
    """Return whether some text matches both of two IAM patterns."""
    # reach[j]: whether what was read of the first pattern overlaps the first j characters of the second one.
    reach = [True, *(all(char == "*" for char in second[: index + 1]) for index in range(len(second)))]
    for char in first:
        before, reach = reach, [reach[0] and char == "*"]
        for index, other in enumerate(second):
            if char == "*" or other == "*":
                reach.append(before[index + 1] or reach[index] or before[index])
            else:
                reach.append(before[index] and (char == other or "?" in {char, other}))
    return reach[-1]


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")))


@dataclass(frozen=True)
class Policies:
    """The statements of all policies that apply to a resource.

    ``unreadable`` says why some statement or policy cannot be read, and is None where all were read.
    ``written`` is False where no policy is attached in the estate.
    """

    statements: tuple[Statement, ...]
    written: bool
    unreadable: UndecidableError | None = None

    def require_all(self) -> None:
        """Raise UndecidableError where some statements could not be read."""
        if self.unreadable is not None:
            raise self.unreadable


def together(several: Iterable[Policies]) -> Policies:
    """Return policies that apply to one resource as one; the first that cannot be read says why."""
    found = tuple(several)
    return Policies(
        tuple(statement for policies in found for statement in policies.statements),
        any(policies.written for policies in found),
        next((policies.unreadable for policies in found if policies.unreadable is not None), None),
    )
