"""Callers of accounts that nobody names: what they can ask of a resource with a policy.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from s3_glue_rules.model.authorization import STRANGER, Decision, Request, Ruling, is_about_caller, rule_on
from s3_glue_rules.model.conditions import ContextValue, Special, holds_text
from s3_glue_rules.model.documents import Policies, Statement
from s3_glue_rules.model.values import UndecidableError

# What the request has under these keys comes from who calls. A caller need not belong to an organisation, nor act for
# a resource: then the request does not have them.
PRINCIPAL_ARN = "aws:principalarn"
_OF_CALLER = ("kms:calleraccount", "aws:principalaccount", PRINCIPAL_ARN)
_OF_ORGANISATION = (
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
)
# Only requests of service principals have this one; what they do for somebody is another question.
NO_SERVICE: Mapping[str, ContextValue] = {"aws:principalisawsservice": holds_text("false")}
# With an organisation of its own and without any.
_CONTEXTS: tuple[Mapping[str, ContextValue], ...] = tuple(
    {**dict.fromkeys(_OF_CALLER, Special.FOREIGN), **dict.fromkeys(_OF_ORGANISATION, organisation), **NO_SERVICE}
    for organisation in (Special.FOREIGN, Special.MISSING)
)
_ANYTHING = Request("*", STRANGER)


def ruling_on_strangers(policies: Policies, actions: Iterable[str]) -> Ruling:
    """Return the first ruling that allows a stranger one of the actions, else one that cannot be told, else any."""
    found = Ruling(Decision.NOT_ALLOWED, None, policies.unreadable)
    for request in requests_of_strangers(policies, actions):
        ruling = rule_on(policies, request)
        if ruling.decision is Decision.ALLOWED:
            return ruling
        if ruling.unknown is not None:
            found = ruling
    return found


def requests_of_strangers(policies: Policies, actions: Iterable[str]) -> Iterator[Request]:
    """Yield all that they can ask of actions; nothing where no statement is for them."""
    if policies.unreadable is None and not any(map(_may_speak_of_strangers, policies.statements)):
        return
    for action in actions:
        for context in _CONTEXTS:
            yield Request(action, STRANGER, None, context, Special.CHOSEN)


def _may_speak_of_strangers(statement: Statement) -> bool:
    try:
        return is_about_caller(statement, _ANYTHING)
    except UndecidableError:
        return True
