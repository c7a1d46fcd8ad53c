"""SGR604: trails are switched on."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.resources import Trail

SUBJECT = Trail


def check(trail: Trail) -> Answer:
    """Fail a trail whose logging is switched off."""
    logging = trail.logging
    if logging.flag(default=trail.logs_by_default):
        return passes("the trail logs")
    name = trail.term("IsLogging")
    if logging.is_absent:
        return fails(f"trail {trail.label} has no {name}, without which it is not created. Set {name} to true")
    return fails(
        f"logging of trail {trail.label} is switched off, so nothing is recorded. Set {name} to true",
        at=logging.origin,
    )
