"""What a policy says to a request: denied, allowed, not allowed, or not to be told.

Policies ask about requests instead of looking for shapes of statements. A request is one action of one caller on one
resource, with what its context holds. The rules are those of the IAM user guide: "Policy evaluation logic" and
"IAM JSON policy elements: Condition operators" (https://docs.aws.amazon.com/IAM/latest/UserGuide/).

What the text leaves open is raised as UndecidableError, like everywhere in the model; a part that decides the answer
by itself (one condition that does not hold, an explicit Deny) decides it whatever else is open.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from s3_glue_rules.model.conditions import ContextValue, holds
from s3_glue_rules.model.documents import Policies, Principal, Statement, action_matches, patterns_overlap
from s3_glue_rules.model.logic import all_of, any_of
from s3_glue_rules.model.spans import NOWHERE, Origin
from s3_glue_rules.model.values import Known, Text, UndecidableError, Value


class Caller(ABC):
    """Who makes a request."""

    @abstractmethod
    def is_named_by(self, principal: Principal) -> bool:
        """Return whether a principal of a statement is this caller, or covers it.

        Raises UndecidableError where that is open.
        """

    def is_outside_of(self, principals: tuple[Principal, ...]) -> bool:
        """Return whether a NotPrincipal element leaves the caller in the reach of its statement."""
        return not any_of(principals, self.is_named_by)


class _EveryCaller(Caller):
    def is_named_by(self, principal: Principal) -> bool:
        # A principal that is open names one, not all of them.
        return principal.is_everyone or (principal.is_open and _raise(principal))

    def is_outside_of(self, principals: tuple[Principal, ...]) -> bool:
        return not principals


class _Stranger(Caller):
    def is_named_by(self, principal: Principal) -> bool:
        if principal.is_everyone:
            return True
        return principal.kind in {"*", "AWS"} and principal.is_open and _raise(principal)


class ServiceCaller(Caller):
    """An AWS service that calls by its service principal; ``is_service`` tells whether a value is its name."""

    def __init__(self, is_service: Callable[[Value], bool]) -> None:
        self._is_service = is_service

    def is_named_by(self, principal: Principal) -> bool:
        """Return whether a principal is the service; ``*`` covers services as well."""
        if principal.kind == "Service":
            return self._is_service(principal.value)
        return principal.is_everyone


class IdentityCaller(Caller):
    """An identity of an account; ``is_identity`` tells whether an AWS principal names it."""

    def __init__(self, is_identity: Callable[[Value], bool]) -> None:
        self._is_identity = is_identity

    def is_named_by(self, principal: Principal) -> bool:
        """Return whether a principal is the identity, or everyone."""
        if principal.is_everyone:
            return True
        return principal.kind == "AWS" and self._is_identity(principal.value)


# All callers together: a statement that leaves out a single one does not speak of them.
EVERY_CALLER: Caller = _EveryCaller()
# A caller from an account that nobody names.
STRANGER: Caller = _Stranger()


def _raise(principal: Principal) -> bool:
    raise UndecidableError(f"a principal is open: {principal.value.why_unknown()}", principal.value.origin)


@dataclass(frozen=True)
class Request:
    """A request to AWS.

    ``action``: such as ``s3:PutObject``; ``s3:*`` stands for all actions of the service at once.
    ``caller``: None for policies of an identity, which speak of their owner.
    ``covers``: tells whether a Resource of a statement covers the resource of the request; None where the policy is
    attached to the resource, and its statements can only speak of it.
    ``context``: condition keys in lower case and what the request holds there. ``otherwise`` is what it holds under
    all other keys; None where that is not told, so that a statement that tests one cannot be decided.
    """

    action: str
    caller: Caller | None = None
    covers: Callable[[Value], bool] | None = None
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    otherwise: ContextValue | None = None


class Decision(enum.Enum):
    """What policies say to a request."""

    DENIED = "denied by a statement"
    ALLOWED = "allowed by a statement"
    NOT_ALLOWED = "no statement allows or denies it"
    OPEN = "not to be told"


@dataclass(frozen=True)
class Ruling:
    """A decision, with the statement that makes it, and what is open where it cannot be told: a Deny perhaps."""

    decision: Decision
    statement: Statement | None = None
    unknown: UndecidableError | None = None
    may_deny: bool = False

    @property
    def origin(self) -> Origin:
        """Where the statement stands that makes the decision."""
        return NOWHERE if self.statement is None else self.statement.origin

    @property
    def label(self) -> str:
        """The name of that statement, for people."""
        return "a statement" if self.statement is None else self.statement.label

    @property
    def is_denied(self) -> bool:
        """Whether a Deny speaks of the request. Raises UndecidableError where that cannot be told."""
        if self.unknown is not None and self.may_deny:
            raise self.unknown
        return self.decision is Decision.DENIED

    @property
    def is_allowed(self) -> bool:
        """Whether the request is allowed. Raises UndecidableError where that cannot be told."""
        if self.unknown is not None:
            raise self.unknown
        return self.decision is Decision.ALLOWED


def rule_on(policies: Policies, request: Request) -> Ruling:
    """Return what policies say to a request. An explicit Deny wins over everything."""
    # What may deny keeps open whether the request is allowed; what may allow is of no interest to a denial.
    may_deny = policies.unreadable
    may_allow: UndecidableError | None = None
    allowing: Statement | None = None
    for statement in policies.statements:
        try:
            if not applies(statement, request):
                continue
            if statement.is_effect("Deny"):
                return Ruling(Decision.DENIED, statement)
            allowing = allowing or statement
        except UndecidableError as error:
            if isinstance(statement.effect, Known) and not statement.is_effect("Deny"):
                may_allow = may_allow or error
            else:
                may_deny = may_deny or error
    if may_deny is not None:
        return Ruling(Decision.OPEN, None, may_deny, may_deny=True)
    if allowing is not None:
        return Ruling(Decision.ALLOWED, allowing)
    if may_allow is not None:
        return Ruling(Decision.OPEN, None, may_allow)
    return Ruling(Decision.NOT_ALLOWED)


def applies(statement: Statement, request: Request) -> bool:
    """Return whether a statement speaks of a request. Raises UndecidableError where that is open."""
    parts = (is_about_caller, is_about_action, _is_about_resource, conditions_hold)
    return all_of(parts, lambda part: part(statement, request))


def conditions_hold(statement: Statement, request: Request) -> bool:
    """Return whether the Condition of a statement holds: all its tests do. Raises UndecidableError where it is open."""
    if statement.open_condition is not None:
        raise statement.open_condition
    is_deny = statement.is_effect("Deny")
    return all_of(
        statement.tests,
        lambda test: holds(test, request.context.get(test.key, request.otherwise), in_deny=is_deny),
    )


def is_about_caller(statement: Statement, request: Request) -> bool:
    """Return whether a statement speaks of who makes a request. Raises UndecidableError where that is open."""
    caller = request.caller
    if caller is None:
        return True
    if statement.not_principals:
        return caller.is_outside_of(statement.not_principals)
    return any_of(statement.principals, caller.is_named_by)


def is_about_action(statement: Statement, request: Request) -> bool:
    """Return whether a statement speaks of the action of a request. Raises UndecidableError where that is open."""
    action = request.action
    if statement.not_actions:
        return not any_of(statement.not_actions, lambda value: patterns_overlap(_text(value).lower(), action.lower()))
    return any_of(statement.actions, lambda value: action_matches(_text(value), action))


def _is_about_resource(statement: Statement, request: Request) -> bool:
    covers = request.covers
    if covers is None:
        return True
    if statement.not_resources:
        return not any_of(statement.not_resources, covers)
    return any_of(statement.resources, covers)


def _text(value: Value) -> str:
    if isinstance(value, Text):
        raise UndecidableError(value.why_unknown(), value.origin)
    return value.text()
