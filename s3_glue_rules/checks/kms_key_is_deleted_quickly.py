"""SGR204: there is time to notice that a key is about to be deleted."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.resources import Key

SUBJECT = Key


def check(key: Key, *, minimum_days: int) -> Answer:
    """Fail a key that waits fewer than ``minimum_days`` for its deletion."""
    window = key.deletion_window
    days = window.number(default=Key.DELETION_WINDOW)
    if days >= minimum_days:
        return passes("there is time to cancel its deletion")
    return fails(
        f"key {key.label} is deleted {days} days after its deletion was scheduled, and what it encrypted is lost then. "
        f"Set {key.term('PendingWindowInDays')} to {minimum_days} or more",
        at=window.origin,
    )
