"""SGR208: a key does not depend on one principal that may go away."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.authorization import Decision, rule_on
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.key_access import UnnamedUser, named_users, request_of
from s3_glue_rules.model.resources import Key
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Key

# Who may change the policy may give back everything else.
RESCUE = "kms:PutKeyPolicy"


def check(key: Key) -> Answer:
    """Fail a key whose safety check is off, or whose policy at most one role or user may change."""
    unknown: UndecidableError | None = None
    for bypass in key.lockout_check_bypasses:
        try:
            if bypass.flag(default=False):
                name = key.term("BypassPolicyLockoutSafetyCheck")
                return fails(
                    f"key {key.label} takes a policy under which nobody can change the policy again: {name} is true. "
                    f"Remove {name}",
                    at=bypass.origin,
                )
        except UndecidableError as error:
            unknown = error
    for policies in key.possible_policies:
        try:
            who = _who_alone(policies)
        except UndecidableError as error:
            unknown = error
            continue
        if who is not None:
            return fails(
                f"{who} can change the policy of key {key.label}. Allow kms:* to the account "
                "(arn:aws:iam::ACCOUNT:root), which leaves it to its IAM policies, or to a second role",
                at=policies.statements[0].origin if policies.statements else None,
            )
    if unknown is not None:
        raise unknown
    return passes("more than one principal can change the key policy")


def _who_alone(policies: Policies) -> str | None:
    """Return who alone can change the policy, for people, or None. Raises UndecidableError where that is open."""
    if not policies.written and policies.unreadable is None:
        return None
    rest = rule_on(policies, request_of(UnnamedUser(), RESCUE))
    if rest.decision is Decision.ALLOWED:
        return None
    unknown = rest.unknown
    able: list[str] = []
    for user in named_users(policies, by_account=True):
        ruling = rule_on(policies, request_of(user, RESCUE))
        if user.is_open:
            # It may be one of the others. What it may itself may be for many.
            unknown = unknown or (user.doubt if ruling.decision is Decision.ALLOWED else None)
            continue
        unknown = unknown or ruling.unknown
        if ruling.decision is Decision.ALLOWED:
            if user.stands_for_many:
                return None
            able.append(user.label)
    if len(able) > 1:
        return None
    if unknown is not None:
        raise unknown
    return f"only {able[0]}, which may be deleted," if able else "nobody"
