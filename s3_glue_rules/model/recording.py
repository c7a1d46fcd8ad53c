"""What the trails and event data stores of an estate record together: an event is recorded where any of them does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from s3_glue_rules.model.logic import any_of
from s3_glue_rules.model.resources import Event, EventLog, Refusal, Trail
from s3_glue_rules.model.values import UndecidableError


@dataclass(frozen=True)
class Lost:
    """Events that nothing records, or (``unknown``) of which it cannot be told.

    ``trail`` is the one that comes closest, where this is told: nobody reads it at every trail of an estate.
    """

    events: tuple[Event, ...]
    trail: Trail
    unknown: UndecidableError | None

    @property
    def refusal(self) -> Refusal:
        """Why the closest trail does not record the first of them."""
        refusal = self.trail.refusal(self.events[0])
        if refusal is None:
            raise AssertionError("an event that is recorded is not lost")
        return refusal

    def worded(self, *, reads: str, writes: str) -> str:
        """Return the words for what is lost: for reads, for writes, or for both."""
        kinds = {event.is_read for event in self.events}
        return " and ".join(words for is_read, words in ((True, reads), (False, writes)) if is_read in kinds)


def lost_events(trail: Trail, events: Iterable[Event]) -> Lost | None:
    """Return the events that neither a trail nor an event data store records, else the first that is not known.

    None where all are recorded. ``trail`` is any trail of the estate.
    """
    lost: list[Event] = []
    doubt: tuple[Event, UndecidableError] | None = None
    for event in events:
        try:
            if not any_of(trail.logs, partial(_records, event)):
                lost.append(event)
        except UndecidableError as unknown:
            doubt = doubt or (event, unknown)
    if lost:
        unseen = None if trail.unseen is None else UndecidableError(trail.unseen, trail.header)
        return Lost(tuple(lost), closest_trail(trail, partial(_distance, lost[0])), unseen)
    if doubt is not None:
        return Lost(doubt[:1], closest_trail(trail, partial(_distance, doubt[0])), doubt[1])
    return None


def closest_trail(trail: Trail, distance: Callable[[Trail], int]) -> Trail:
    """Return the trail of the estate that comes closest, the first one of several; what is not known is closest."""

    def known_distance(candidate: Trail) -> int:
        try:
            return distance(candidate)
        except UndecidableError:
            return 0

    return min((log for log in trail.logs if isinstance(log, Trail)), key=known_distance)


def _records(event: Event, log: EventLog) -> bool:
    return log.records(event)


def _distance(event: Event, trail: Trail) -> int:
    refusal = trail.refusal(event)
    return 0 if refusal is None else refusal.distance
