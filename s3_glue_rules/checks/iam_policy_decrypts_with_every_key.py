"""SGR501: a policy of an identity allows to decrypt with the keys that it is for, not with all."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer
from s3_glue_rules.model.key_reach import keeps_keys_apart
from s3_glue_rules.model.resources import IdentityPolicy

SUBJECT = IdentityPolicy

ACTIONS = ("kms:Decrypt", "kms:ReEncryptFrom")


def check(policy: IdentityPolicy) -> Answer:
    """Fail a policy that allows to decrypt with all keys."""
    return keeps_keys_apart(policy, ACTIONS, "whoever has it reads what any of these keys protects")
