"""What the trails and event data stores of an estate record together: an event is recorded where any of them does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from s3_glue_rules.model.resources import Event, Refusal, Trail, any_known
from s3_glue_rules.model.values import UndecidableError


@dataclass(frozen=True)
class Lost:
    """An event that nothing records, or (``unknown``) of which it cannot be told.

    ``trail`` is the one that comes closest, where this is told: nobody reads it at every trail of an estate.
    """

    event: Event
    trail: Trail
    unknown: UndecidableError | None

    @property
    def refusal(self) -> Refusal:
        """Why the closest trail does not record it."""
        refusal = self.trail.refusal(self.event)
        if refusal is None:
            raise AssertionError("an event that is recorded is not lost")
        return refusal


def lost_event(trail: Trail, events: Iterable[Event]) -> Lost | None:
    """Return the first event that neither a trail nor an event data store records, else the first that is not known.

    None where all are recorded. ``trail`` is any trail of the estate.
    """
    doubt: tuple[Event, UndecidableError] | None = None
    for event in events:
        try:
            recorded = any_known(trail.logs, lambda log, event=event: log.records(event))  # type: ignore[misc] # bound
        except UndecidableError as unknown:
            doubt = doubt or (event, unknown)
            continue
        if not recorded:
            unseen = None if trail.unseen is None else UndecidableError(trail.unseen, trail.header)
            return Lost(event, _closest(trail, event), unseen)
    return None if doubt is None else Lost(doubt[0], _closest(trail, doubt[0]), doubt[1])


def first_trail(trail: Trail, wanted: Callable[[Trail], bool]) -> Trail:
    """Return the first trail of the estate for which a test holds, or the first of all."""
    trails = [log for log in trail.logs if isinstance(log, Trail)]
    return next((candidate for candidate in trails if wanted(candidate)), trails[0])


def _closest(trail: Trail, event: Event) -> Trail:
    trails = [log for log in trail.logs if isinstance(log, Trail)]
    return min(trails, key=lambda candidate: _distance(candidate, event))


def _distance(trail: Trail, event: Event) -> int:
    try:
        refusal = trail.refusal(event)
    except UndecidableError:
        return 0
    return 0 if refusal is None else refusal.distance
