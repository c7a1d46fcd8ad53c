"""SGR202: keys rotate at least as often as they have to."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Key

SUBJECT = Key


def check(key: Key, *, maximum_days: int) -> Answer:
    """Fail a key that rotates, and more rarely than every ``maximum_days``."""
    if key.certainly_rests:
        return not_applicable("the key does not rotate by itself")
    period = key.rotation_period
    if (period.is_absent or period.is_known) and period.number(default=Key.ROTATION_PERIOD) <= maximum_days:
        return passes("the key rotates often enough")
    if not key.rotates:
        return not_applicable("the key does not rotate by itself")
    days = period.number(default=Key.ROTATION_PERIOD)
    name = key.term("RotationPeriodInDays")
    said = f"sets no {name} and so rotates every {days} days" if period.is_absent else f"rotates every {days} days"
    return fails(
        f"key {key.label} {said}. Set {name} to {maximum_days} or fewer",
        at=None if period.is_absent else period.origin,
    )
