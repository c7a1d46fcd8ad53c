"""SGR611: configuration recorders run, and record buckets, keys and Glue jobs."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.logic import first_known
from s3_glue_rules.model.resources import ConfigurationRecorder

SUBJECT = ConfigurationRecorder

WANTED = ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Glue::Job")


def check(recorder: ConfigurationRecorder) -> Answer:
    """Fail a recorder that nothing starts, or that leaves out a type of this area."""
    return first_known((_off, _incomplete), lambda part: part(recorder)) or passes("it records these types")


def _off(recorder: ConfigurationRecorder) -> Answer | None:
    started = recorder.started
    if started.flag(default=recorder.starts_by_default):
        return None
    return fails(
        f"recorder {recorder.label} is not started, so AWS Config records nothing. Set "
        f"{recorder.term('StartedOnCreate')} to true",
        at=None if started.is_absent else started.origin,
    )


def _incomplete(recorder: ConfigurationRecorder) -> Answer | None:
    left_out = first_known(WANTED, recorder.left_out)
    if left_out is None:
        return None
    return fails(
        f"recorder {recorder.label} does not record {left_out.kind}, so AWS Config neither keeps its history nor "
        f"checks rules on it. Record all supported types, or {', '.join(WANTED)} at least",
        at=left_out.at,
    )
