"""SGR205: keys that protect data outlive their stack."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Key

SUBJECT = Key

KEEPING = {"Retain", "RetainExceptOnCreate"}


def check(key: Key) -> Answer:
    """Fail a key in use that is deleted with the stack, or when an update replaces it."""
    users = key.users
    if not users:
        return not_applicable("nothing in the estate encrypts data with the key")
    deletion = key.deletion_policy.text(default="Delete")
    replacement = key.update_replace_policy.text(default="Delete")
    missing = []
    if deletion not in KEEPING:
        missing.append("DeletionPolicy")
    if replacement not in KEEPING:
        missing.append("UpdateReplacePolicy")
    if not missing:
        return passes("the key is kept")
    event = "deleting the stack" if "DeletionPolicy" in missing else "an update that replaces the key"
    written = key.deletion_policy if "DeletionPolicy" in missing else key.update_replace_policy
    return fails(
        f"{event} schedules key {key.label} for deletion, and what it encrypts cannot be read again. Set "
        f"{' and '.join(missing)} to Retain",
        at=None if written.is_absent else written.origin,
        chain=users[:5],
    )
