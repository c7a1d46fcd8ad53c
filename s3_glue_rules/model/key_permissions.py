"""Whether a role may use a key: the key policy, the policies of the role and grants together.

A key of the same account may be used where the key policy itself allows the role, or where it leaves the decision to
IAM policies (the default statement for the account, or no policy written) and one of the role's allows the action on
the key, or where a grant does. An explicit Deny wins over all of them.
Sources: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html and
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from s3_glue_rules.model.authorization import Decision, IdentityCaller, Request, Ruling, ServiceCaller, rule_on
from s3_glue_rules.model.conditions import ContextValue, Present, Special, holds_text
from s3_glue_rules.model.documents import Policies, Principal, Statement
from s3_glue_rules.model.key_access import is_open
from s3_glue_rules.model.logic import all_true, any_of, certainly
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import KeyAccess, Role
from s3_glue_rules.model.values import Known, UndecidableError, Value

# What a request by a role of Glue has, whatever the estate: it comes from the account of the key over TLS, from a
# session without MFA. That the account is the wanted one is taken for granted.
_CONTEXT: Mapping[str, ContextValue] = {
    "aws:multifactorauthpresent": Special.MISSING,
    "aws:principalaccount": Special.CHOSEN,
    "aws:principalorgid": Special.CHOSEN,
    "aws:principalorgpaths": Special.CHOSEN,
    "aws:principalisawsservice": holds_text("false"),
    "aws:resourceaccount": Special.CHOSEN,
    "aws:securetransport": holds_text("true"),
    "kms:calleraccount": Special.CHOSEN,
    "kms:grantisforawsresource": Special.MISSING,
}
_VIA_SERVICE = "kms:viaservice"

_Question = Callable[[], bool]
_Covers = Callable[[Value], bool]


class Reason(enum.Enum):
    """Why a role may not use a key, and what to do about it."""

    DENIED = "a statement denies {actions}. Take the role or these actions out of the Deny"
    NOT_IN_ROLE = (
        "no policy of the role allows {actions} on it. Allow them on the ARN of the key in a policy of the role"
    )
    NOT_IN_KEY = (
        "the key policy neither allows {actions} to the role nor leaves the decision to IAM policies of the account. "
        "Name the role in the key policy, or add the statement for the account"
    )


@dataclass(frozen=True)
class Refusal:
    """An action that a role may not do on a key, why, and the statement that denies it."""

    action: str
    reason: Reason
    statement: Statement | None = None


@dataclass(frozen=True)
class Use:
    """An action on a key, and the service that asks for it on behalf of the role, such as ``s3`` (None: the role)."""

    action: str
    service: str | None = None


def refusal(access: KeyAccess, use: Use) -> Refusal | None:
    """Return why the role may not use the key, or None where it may. Raises UndecidableError where that is open."""
    allowed, denials = _questions(access, use)
    if _is_permitted(
        lambda: any_of(allowed, lambda question: question()),
        lambda: any_of(denials, lambda denial: denial.is_denied),
        access.role.bounds,
    ):
        return None
    denied = [denial for denial in denials if denial.decision is Decision.DENIED]
    if denied:
        return Refusal(use.action, Reason.DENIED, denied[0].statement)
    reason = Reason.NOT_IN_ROLE if certainly(lambda: _delegates(access, use)) else Reason.NOT_IN_KEY
    return Refusal(use.action, reason)


def admits_service(policies: Policies, action: str, caller: ServiceCaller, context: Mapping[str, ContextValue]) -> bool:
    """Return whether a key policy lets an AWS service call an action. The account's IAM policies say nothing of it."""
    request = Request(action, caller, None, context)
    return _is_permitted(lambda: _allowing(policies, request).is_allowed, lambda: _denying(policies, request).is_denied)


def is_permitted(role: Role, action: str, may_cover: _Covers, covers_all: _Covers) -> bool:
    """Return whether the policies of a role allow an action on something that is not declared.

    An Allow counts where its Resource may cover it, a Deny where its Resource covers all of the kind.
    """
    policies = role.permissions
    request = Request(action, context=_CONTEXT)
    return _is_permitted(
        lambda: _allowing(policies, replace(request, covers=may_cover)).is_allowed,
        lambda: _denying(policies, replace(request, covers=covers_all)).is_denied,
        role.bounds,
    )


def _is_permitted(allowed: _Question, denied: _Question, bounds: UndecidableError | None = None) -> bool:
    def is_unbounded() -> bool:
        if bounds is not None:
            raise bounds
        return True

    return all_true(allowed, lambda: not denied(), is_unbounded)


def _questions(access: KeyAccess, use: Use) -> tuple[tuple[_Question, ...], tuple[Ruling, ...]]:
    """Return the ways in which the use may be allowed, and the rulings that may deny it."""
    key, role = access.key.policies, access.role.permissions

    def is_role(value: Value) -> bool:
        return not Principal("AWS", value).is_account and access.is_role(value)

    as_role = _request(key, use, is_role)
    as_account = _request(key, use, _is_account)
    by_role = replace(_request(role, use), covers=access.covers_key)
    allowed: tuple[_Question, ...] = (
        lambda: _allowing(key, as_role).is_allowed,
        lambda: all_true(lambda: _delegates(access, use), lambda: _allowing(role, by_role).is_allowed),
        lambda: access.grants(use.action),
    )
    denials = (_denying(key, as_role), _denying(key, as_account), _denying(role, by_role))
    return allowed, denials


def _delegates(access: KeyAccess, use: Use) -> bool:
    """Return whether the key policy leaves it to IAM policies of the account."""
    policies = access.key.policies
    if not policies.written and policies.unreadable is None:
        return True
    return _allowing(policies, _request(policies, use, _is_account)).is_allowed


def _request(policies: Policies, use: Use, is_caller: Callable[[Value], bool] | None = None) -> Request:
    context = {**_CONTEXT, _VIA_SERVICE: _via(policies, use.service)} if use.service else _CONTEXT
    return Request(use.action, IdentityCaller(is_caller) if is_caller else None, None, context)


def _via(policies: Policies, service: str) -> Present:
    """Return what a request has under kms:ViaService: the name of the service in the Region, however it is written."""
    tests = (test for statement in policies.statements for test in statement.tests if test.key == _VIA_SERVICE)
    named = [value for test in tests for value in test.values if symbol(value).startswith(f"{service}.")]
    return Present(tuple(named)) if named else holds_text(f"{service}.any-region.amazonaws.com")


def _is_account(value: Value) -> bool:
    """Return whether a principal is the account itself, which leaves the decision to the IAM policies there."""
    principal = Principal("AWS", value)
    if not principal.is_account and is_open(principal):
        raise UndecidableError(f"a principal of the key policy is open: {value.why_unknown()}", value.origin)
    return principal.is_account


def _allowing(policies: Policies, request: Request) -> Ruling:
    return rule_on(_without(policies, "Deny"), request)


def _denying(policies: Policies, request: Request) -> Ruling:
    return rule_on(_without(policies, "Allow"), request)


def _without(policies: Policies, effect: str) -> Policies:
    """Return the policies less the statements of an effect, so that what is open in those does not matter."""
    kept = tuple(statement for statement in policies.statements if not _has(statement, effect))
    return Policies(kept, policies.written, policies.unreadable)


def _has(statement: Statement, effect: str) -> bool:
    return isinstance(statement.effect, Known) and statement.is_effect(effect)
