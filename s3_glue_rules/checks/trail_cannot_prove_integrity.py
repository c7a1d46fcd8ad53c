"""SGR602: trails validate their log files."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.resources import Trail

SUBJECT = Trail


def check(trail: Trail) -> Answer:
    """Fail a trail without log file validation."""
    validation = trail.validation
    if validation.flag(default=False):
        return passes("log file validation is enabled")
    return fails(
        f"trail {trail.label} writes no digest files, so nobody can show that its log files were not changed or "
        f"deleted. Set {trail.term('EnableLogFileValidation')} to true",
        at=None if validation.is_absent else validation.origin,
    )
