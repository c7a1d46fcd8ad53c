"""SGR606: the trails of an estate record reads and writes of the objects in its buckets."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.recording import Lost, lost_events
from s3_glue_rules.model.resources import Bucket, Event, Trail, object_event

SUBJECT = Trail

# A finding names some buckets: who mends the selectors for them sees the others.
NAMED = 3


def check(trail: Trail) -> Answer:
    """Fail where object events of a bucket that exists are recorded by no trail and no event data store."""
    missing: list[Bucket] = []
    lost: Lost | None = None
    doubt: Lost | None = None
    for possible in trail.data_buckets:
        if missing and not possible.is_certain:
            break
        found = lost_events(trail, _events(possible.bucket))
        if found is None or not possible.holds_data():
            continue
        if found.unknown is not None:
            doubt = doubt or found
            continue
        lost = lost or found
        missing.append(possible.bucket)
    told = lost or doubt
    if told is None:
        return passes("the events of all objects are recorded") if trail.data_buckets else not_applicable("no buckets")
    if told.trail is not trail:
        return not_applicable(f"it is judged together with trail {told.trail.label}")
    if told.unknown is not None:
        raise told.unknown
    refusal = told.refusal
    what = told.worded(reads="reads", writes="writes")
    names = ", ".join(bucket.label for bucket in missing[:NAMED])
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return fails(
        f"trail {trail.label} {refusal.says}, and nothing else here records {what} of the objects in "
        f"{names}{more}. Add data events of type AWS::S3::Object for them",
        at=refusal.at,
        chain=tuple(bucket.link(f"objects of bucket {bucket.label}") for bucket in missing[:NAMED]),
    )


def _events(bucket: Bucket) -> tuple[Event, ...]:
    return (
        object_event(bucket, "GetObject", read_only=True),
        object_event(bucket, "PutObject", read_only=False),
        object_event(bucket, "DeleteObject", read_only=False),
    )
