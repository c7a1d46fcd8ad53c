"""SGR605: the trails of an estate record what is done with KMS keys."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.recording import lost_events
from s3_glue_rules.model.resources import Trail, management_event

SUBJECT = Trail

KMS = "kms.amazonaws.com"
# Uses of keys are read events, changes of keys write events.
# Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
EVENTS = (
    management_event(KMS, "Decrypt", read_only=True),
    management_event(KMS, "GenerateDataKey", read_only=True),
    management_event(KMS, "DisableKey", read_only=False),
    management_event(KMS, "ScheduleKeyDeletion", read_only=False),
)


def check(trail: Trail) -> Answer:
    """Fail where reads or writes of AWS KMS are recorded by no trail and no event data store."""
    lost = lost_events(trail, EVENTS)
    if lost is None:
        return passes("uses and changes of KMS keys are recorded")
    if lost.trail is not trail:
        return not_applicable(f"it is judged together with trail {lost.trail.label}")
    if lost.unknown is not None:
        raise lost.unknown
    refusal = lost.refusal
    effect = lost.worded(reads="uses of keys such as Decrypt", writes="changes of keys such as ScheduleKeyDeletion")
    return fails(
        f"trail {trail.label} {refusal.says}, and nothing else here records {effect}. Record read and write "
        f"management events of all sources, {KMS} included",
        at=refusal.at,
    )
