"""Policy documents: the statements of key, bucket and identity policies, as they read in one world."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Known, UndecidableError, Value


@dataclass(frozen=True)
class Principal:
    """One principal: its kind (``AWS``, ``Service``, ``Federated``, ``CanonicalUser`` or ``*``) and its value."""

    kind: str
    value: Value

    @property
    def is_everyone(self) -> bool:
        """Whether this is ``"*"`` or ``{"AWS": "*"}``."""
        return self.kind in {"*", "AWS"} and isinstance(self.value, Known) and self.value.text() == "*"


@dataclass(frozen=True)
class Test:
    """One test of a Condition element: operator as written, condition key in lower case, values."""

    operator: str
    key: str
    values: tuple[Value, ...]
    origin: Origin


@dataclass(frozen=True)
class Statement:
    """One statement. Empty tuples stand for elements that are not written."""

    effect: Value
    principals: tuple[Principal, ...]
    not_principals: tuple[Principal, ...]
    actions: tuple[Value, ...]
    not_actions: tuple[Value, ...]
    resources: tuple[Value, ...]
    not_resources: tuple[Value, ...]
    tests: tuple[Test, ...]
    origin: Origin

    def is_effect(self, effect: str) -> bool:
        """Return whether the statement has the effect ``Allow`` or ``Deny``."""
        return self.effect.text(default="") == effect

    @property
    def covers_everyone(self) -> bool:
        """Whether the statement speaks of all principals."""
        return any(principal.is_everyone for principal in self.principals)


def action_matches(pattern: str, action: str) -> bool:
    """Return whether an Action pattern covers an action; both are compared without case, ``*`` and ``?`` are wild."""
    return wildcard_matches(pattern.lower(), action.lower())


def wildcard_matches(pattern: str, text: str) -> bool:
    """Return whether an IAM pattern, in which only ``*`` and ``?`` are wild, matches a text."""
    return re.fullmatch(_translated(pattern), text) is not None


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


def _translated(pattern: str) -> str:
    return fnmatch.translate(pattern.replace("[", "[[]"))


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
