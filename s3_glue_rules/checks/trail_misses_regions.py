"""SGR603: the trails of an estate record the events of all Regions and of global services."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.logic import any_of
from s3_glue_rules.model.recording import closest_trail
from s3_glue_rules.model.resources import EventLog, Trail, management_event

SUBJECT = Trail

MANAGEMENT = (
    management_event("iam.amazonaws.com", "ListRoles", read_only=True),
    management_event("iam.amazonaws.com", "CreateRole", read_only=False),
)


def check(trail: Trail) -> Answer:
    """Fail where no trail with management events covers all Regions."""
    told = closest_trail(trail, _distance)
    if told is not trail:
        return not_applicable(f"it is judged together with trail {told.label}")
    if any_of(trail.logs, lambda log: log.covers_regions and _manages(log)):
        return passes("the management events of all Regions are recorded")
    if not any_of(trail.logs, _manages) and any_of(trail.logs, lambda log: log.covers_regions):
        return not_applicable("no trail records management events, which is another policy's matter")
    trail.require_all()
    setting, property_name, what = trail.multi_region, "IsMultiRegionTrail", "events of other Regions"
    if trail.multi_region.flag(default=False):
        setting, property_name = trail.global_events, "IncludeGlobalServiceEvents"
        what = "events of global services such as IAM"
    return fails(
        f"trail {trail.label} leaves out {what}, and nothing else here records them. Set "
        f"{trail.term(property_name)} to true",
        at=None if setting.is_absent else setting.origin,
    )


def _manages(log: EventLog) -> bool:
    """Return whether any management events are recorded."""
    return any_of(MANAGEMENT, log.records)


def _distance(trail: Trail) -> int:
    if not _manages(trail):
        return 2
    return 0 if trail.multi_region.flag(default=False) else 1
