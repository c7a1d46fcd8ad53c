"""SGR502: a policy of an identity allows to destroy or take over the keys that it is for, not all."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer
from s3_glue_rules.model.key_reach import keeps_keys_apart
from s3_glue_rules.model.resources import IdentityPolicy

SUBJECT = IdentityPolicy

ACTIONS = ("kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy")


def check(policy: IdentityPolicy) -> Answer:
    """Fail a policy that allows to delete, disable or take over all keys."""
    return keeps_keys_apart(policy, ACTIONS, "whoever has it can make all data under these keys unreadable")
