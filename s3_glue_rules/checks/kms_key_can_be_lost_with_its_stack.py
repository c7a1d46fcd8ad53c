"""SGR205: keys that protect data outlive their stack."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.resources import Key

SUBJECT = Key


def check(key: Key) -> Answer:
    """Fail a key in use that is deleted with the stack, or when an update replaces it."""
    users = key.users
    possible = None if users else key.possible_user
    if not users and possible is None:
        return not_applicable("nothing in the estate encrypts data with the key")
    missing = [guard for guard in key.guards if not guard.holds]
    if not missing:
        return passes("the key is kept")
    if possible is not None:
        return undecided(f"whether the key protects data cannot be told: {possible.says}", chain=(possible,))
    written = missing[0].value
    return fails(
        f"{missing[0].event} schedules key {key.label} for deletion, and what it encrypts cannot be read again. Set "
        f"{' and '.join(guard.name for guard in missing)} to {missing[0].keeping[0]}",
        at=None if written.is_absent else written.origin,
        chain=users[:5],
    )
