"""Whether policies of an identity allow actions on all KMS keys, as a request for a key that nobody names tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from s3_glue_rules.model.allowed_patterns import keeps_wildcards_out
from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.arns import covers_any_key, fields_of, is_wild, pattern_of
from s3_glue_rules.model.authorization import Decision, Request, rule_on
from s3_glue_rules.model.conditions import ContextValue, Special, holds_text
from s3_glue_rules.model.documents import Policies, Statement
from s3_glue_rules.model.logic import certainly
from s3_glue_rules.model.reader import describe
from s3_glue_rules.model.resources import IdentityPolicy
from s3_glue_rules.model.values import Open, Reference, UndecidableError, Value

# Condition keys that choose the keys, or fix which ciphertexts they decrypt. A request for a key that nobody names has
# nothing there, or something else; whatever other conditions ask for (kms:ViaService, MFA, the network) its caller has.
# Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
_CHOOSING = re.compile("kms:resourcealiases|kms:requestalias|kms:encryptioncontext:.+|aws:resourcetag/.+")
_UNNAMED = {
    "kms:resourcealiases": holds_text("alias/no-policy-names-this"),
    "kms:requestalias": holds_text("alias/no-policy-names-this"),
    "kms:encryptioncontext:aws:s3:arn": holds_text("arn:aws:s3:::no-policy-names-this/object"),
}


@dataclass(frozen=True)
class Reach:
    """A statement that allows actions on all keys: which actions, which keys, and what it names them by."""

    statement: Statement
    actions: tuple[str, ...]
    keys: str
    element: str


def keeps_keys_apart(policy: IdentityPolicy, actions: tuple[str, ...], harm: str) -> Answer:
    """Fail a policy that allows actions on all keys. ``harm`` is what its owner can do then."""
    bounded = policy.only_bounds
    if bounded is not None:
        return not_applicable(f"a boundary gives no permissions: {bounded.says}")
    if not policy.policies.written:
        return not_applicable("it writes no policy document")
    reach = wide_reach(policy.policies, actions)
    if reach is None:
        return passes("no statement allows it on all keys")
    return fails(
        f"{policy.kind} {policy.label} allows {' and '.join(reach.actions)} on {reach.keys} ({reach.element}): "
        f"{harm}. Name the ARNs of the keys that it is for in Resource, or at most arn:aws:kms:REGION:ACCOUNT:key/* "
        "with one Region and one account",
        at=reach.statement.origin,
    )


def wide_reach(policies: Policies, actions: tuple[str, ...]) -> Reach | None:
    """Return a statement that allows some of the actions on all keys, or None. An explicit Deny wins.

    The keys of one account in one Region are not all keys: AWS Security Hub recommends to allow no more than those
    (https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-1). Raises UndecidableError where
    a statement that may do so cannot be read.
    """
    unknown: UndecidableError | None = None
    for keys, covers in _REACHES:
        for context in _contexts(policies):
            rulings = {
                action: rule_on(policies, Request(action, None, covers, context, Special.CHOSEN)) for action in actions
            }
            allowed = {action: ruling for action, ruling in rulings.items() if ruling.decision is Decision.ALLOWED}
            for ruling in allowed.values():
                if ruling.statement is not None:
                    return Reach(ruling.statement, tuple(allowed), keys, _element(ruling.statement, covers))
            unknown = next((ruling.unknown for ruling in rulings.values() if ruling.unknown is not None), unknown)
    if unknown is not None:
        raise unknown
    return None


def _contexts(policies: Policies) -> Iterator[dict[str, ContextValue]]:
    """Yield what a request may have under the condition keys that choose: nothing, then what nobody names."""
    tested = {test.key for statement in policies.statements for test in statement.tests}
    choosing = [key for key in tested if _CHOOSING.fullmatch(key)]
    yield dict.fromkeys(choosing, Special.MISSING)
    if any(key in _UNNAMED for key in choosing):
        yield {key: _UNNAMED.get(key, Special.MISSING) for key in choosing}


def _element(statement: Statement, covers: Callable[[Value], bool]) -> str:
    if statement.not_resources:
        return "NotResource"
    return next(f"Resource {describe(item)}" for item in statement.resources if certainly(partial(covers, item)))


def _covers(resource: Value, *, any_region: bool, any_account: bool) -> bool:
    """Return whether a Resource covers a key in a Region or in an account that nobody names. A reference is one key."""
    if isinstance(resource, Reference) or _is_one_value(resource):
        return False
    pattern = pattern_of(resource)
    fields = fields_of(pattern)
    if (any_region and not is_wild(fields[3])) or (any_account and not is_wild(fields[4])):
        return False
    return covers_any_key(pattern)


def _is_one_value(resource: Value) -> bool:
    """Return whether a parameter takes no value with wildcards: what it names is one key at most."""
    if not isinstance(resource, Open) or resource.variable.pattern is None:
        return False
    return keeps_wildcards_out(resource.variable.pattern)


_REACHES: tuple[tuple[str, Callable[[Value], bool]], ...] = (
    ("every KMS key, those of other accounts among them", partial(_covers, any_region=True, any_account=True)),
    ("every KMS key of an account, in all Regions", partial(_covers, any_region=True, any_account=False)),
    ("every KMS key of a Region, whatever the account", partial(_covers, any_region=False, any_account=True)),
)
