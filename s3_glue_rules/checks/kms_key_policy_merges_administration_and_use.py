"""SGR209: who administers a key does not read what it encrypts."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, passes
from s3_glue_rules.model.authorization import Caller, Decision, Ruling, rule_on
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.key_access import Anyone, NamedUser, named_users, request_of
from s3_glue_rules.model.logic import all_of
from s3_glue_rules.model.resources import Key
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Key

ADMINISTRATION = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DeleteImportedKeyMaterial")
USE = "kms:Decrypt"


def check(key: Key) -> Answer:
    """Fail a policy that lets one principal both administer the key and decrypt with it."""
    unknown: UndecidableError | None = None
    for policies in key.possible_policies:
        for caller in (Anyone(), *named_users(policies)):
            try:
                both = _both(policies, caller)
            except UndecidableError as error:
                unknown = error
                continue
            if both is not None:
                who = caller.label if isinstance(caller, NamedUser) else "everyone whom Principal * lets in"
                use, administration = both
                return fails(
                    f"the policy of key {key.label} lets {who} both administer the key and decrypt with it. Leave "
                    f"{USE} to the principals that read the data, and administration to others",
                    at=use.origin,
                    chain=(Link(administration.origin, "administration is allowed here"),),
                )
    if unknown is not None:
        raise unknown
    return passes("no principal both administers the key and decrypts with it")


def _both(policies: Policies, caller: Caller) -> tuple[Ruling, Ruling] | None:
    """Return what allows a caller use and administration, or None. Raises UndecidableError where that is open."""
    use = rule_on(policies, request_of(caller, USE))
    administration = _strongest([rule_on(policies, request_of(caller, action)) for action in ADMINISTRATION])
    # That one of them is not allowed decides it, whatever is open about the other.
    if not all_of((use, administration), lambda ruling: ruling.is_allowed):
        return None
    if isinstance(caller, NamedUser) and caller.is_open:
        raise caller.doubt
    return use, administration


def _strongest(rulings: list[Ruling]) -> Ruling:
    """Return one that allows, else one that is open, else any."""
    order = (Decision.ALLOWED, Decision.OPEN, Decision.DENIED, Decision.NOT_ALLOWED)
    return min(rulings, key=lambda ruling: order.index(ruling.decision))
