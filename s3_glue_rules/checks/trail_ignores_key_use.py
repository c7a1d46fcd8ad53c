"""SGR605: the trails of an estate record what is done with KMS keys."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.recording import lost_event
from s3_glue_rules.model.resources import Trail, management_event

SUBJECT = Trail

KMS = "kms.amazonaws.com"
# Uses of keys are read events, changes of keys write events.
READS = tuple(management_event(KMS, name, read_only=True) for name in ("Decrypt", "GenerateDataKey"))
WRITES = tuple(management_event(KMS, name, read_only=False) for name in ("DisableKey", "ScheduleKeyDeletion"))


def check(trail: Trail) -> Answer:
    """Fail where reads or writes of AWS KMS are recorded by no trail and no event data store."""
    lost = lost_event(trail, (*READS, *WRITES))
    if lost is None:
        return passes("uses and changes of KMS keys are recorded")
    if lost.trail is not trail:
        return not_applicable(f"it is judged together with trail {lost.trail.label}")
    if lost.unknown is not None:
        raise lost.unknown
    refusal = lost.refusal
    effect = "uses of keys, such as Decrypt" if lost.event in READS else "changes of keys, such as ScheduleKeyDeletion"
    return fails(
        f"trail {trail.label} {refusal.says}, and nothing else here records {effect}. Record read and write "
        f"management events of all sources, {KMS} included",
        at=refusal.at,
    )
