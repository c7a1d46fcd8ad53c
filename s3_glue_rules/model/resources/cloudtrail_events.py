"""Events of CloudTrail, and the selectors that take them or do not.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html,
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html and
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass

from s3_glue_rules.model.logic import any_of, first_known
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources.s3 import Bucket
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import UndecidableError, Value

OBJECTS = "AWS::S3::Object"

_DIRECTIONS = {"All": None, "ReadOnly": "true", "WriteOnly": "false"}
_DIRECTION_WORDS = {"true": "read events only", "false": "write events only"}
_CATEGORY = "eventCategory"
# How far a reason is from recording the event: one direction, something about it, its whole category.
_DISTANCES = {"readOnly": 1, _CATEGORY: 3}
_OPERATORS = {"Equals": "is", "StartsWith": "starts with", "EndsWith": "ends with"}


@dataclass(frozen=True)
class Event:
    """An event by the fields that selectors know. ``bucket`` is the one whose objects a data event is about."""

    fields: MappingType[str, str]
    bucket: Bucket | None = None

    @property
    def is_management(self) -> bool:
        """Whether it is a management event."""
        return self.fields[_CATEGORY] == "Management"

    @property
    def is_read(self) -> bool:
        """Whether it is a read event."""
        return self.fields["readOnly"] == "true"


def management_event(source: str, name: str, *, read_only: bool) -> Event:
    """Return a management event."""
    return Event({_CATEGORY: "Management", **_usual(source, name, read_only=read_only)})


def object_event(bucket: Bucket, name: str, *, read_only: bool) -> Event:
    """Return a data event that may be about any object of a bucket."""
    usual = _usual("s3.amazonaws.com", name, read_only=read_only)
    return Event({_CATEGORY: "Data", "resources.type": OBJECTS, **usual}, bucket)


def _usual(source: str, name: str, *, read_only: bool) -> dict[str, str]:
    read = "true" if read_only else "false"
    return {"eventSource": source, "eventName": name, "eventType": "AwsApiCall", "readOnly": read}


@dataclass(frozen=True)
class Refusal:
    """Why an event is not recorded: what is done instead, and where that is written (None: nowhere)."""

    distance: int
    says: str
    at: Origin | None


class Selector(ABC):
    """One event selector of a trail or an event data store."""

    origin: Origin

    @property
    def is_readable(self) -> bool:
        """Whether it is known that there is a selector."""
        return True

    @abstractmethod
    def refusal(self, event: Event) -> Refusal | None:
        """Return why it does not take an event, or None where it does. Raises UndecidableError."""


@dataclass(frozen=True)
class UnreadSelector(Selector):
    """What stands where selectors stand, and cannot be read: there may be none, or any."""

    reason: str
    origin: Origin

    @property
    def is_readable(self) -> bool:
        """It may be none."""
        return False

    def refusal(self, event: Event) -> Refusal | None:  # noqa: ARG002 - nothing is known of any event
        """Raise UndecidableError."""
        raise UndecidableError(self.reason, self.origin)


@dataclass(frozen=True)
class DataResource:
    """The data events of a basic selector: a type of resources, and what their ARNs begin with."""

    type: Value
    prefixes: tuple[Value, ...]

    def covers(self, event: Event) -> bool:
        """Return whether it covers an event, whichever of the bucket's objects that is about."""
        bucket = event.bucket
        if bucket is None or self.type.text() != event.fields["resources.type"]:
            return False
        return any_of(self.prefixes, lambda prefix: _begins_with(bucket, prefix))


def _begins_with(bucket: Bucket, prefix: Value) -> bool:
    if bucket.objects_begin_with(prefix):
        return True
    if prefix.is_known and "*" in prefix.text():
        raise UndecidableError("whether a basic event selector takes a wildcard is not documented", prefix.origin)
    return False


@dataclass(frozen=True)
class BasicSelector(Selector):
    """A basic event selector. Defaults: read and write events, management events of all sources, no data events.

    ``term`` names CloudFormation's properties in the author's language.
    """

    direction: Value
    management: Value
    excluded: tuple[Value, ...]
    data: tuple[DataResource, ...]
    term: Callable[[str], str]
    origin: Origin

    def refusal(self, event: Event) -> Refusal | None:
        """Return why it does not take an event, or None where it does."""
        category = self._management if event.is_management else self._objects
        return first_known((category, self._direction), lambda part: part(event))

    def _direction(self, event: Event) -> Refusal | None:
        written = self.direction.text(default="All")
        if written not in _DIRECTIONS:
            raise UndecidableError(f"'{written}' is no {self.term('ReadWriteType')}", self.direction.origin)
        wanted = _DIRECTIONS[written]
        if wanted is None or wanted == event.fields["readOnly"]:
            return None
        says = f"records {_DIRECTION_WORDS[wanted]} ({self.term('ReadWriteType')} is {written})"
        return Refusal(1, says, self.direction.origin)

    def _management(self, event: Event) -> Refusal | None:
        if not self.management.flag(default=True):
            says = f"records no management events ({self.term('IncludeManagementEvents')} is false)"
            return Refusal(3, says, self.management.origin)
        source = event.fields["eventSource"]
        excluded = first_known(self.excluded, lambda value: value if value.text() == source else None)
        if excluded is None:
            return None
        says = f"leaves out the events of {source} ({self.term('ExcludeManagementEventSources')})"
        return Refusal(2, says, excluded.origin)

    def _objects(self, event: Event) -> Refusal | None:
        if any_of(self.data, lambda resource: resource.covers(event)):
            return None
        if not self.data:
            return Refusal(3, "selects no data events", self.origin)
        return Refusal(2, f"selects other data events in {self.term('DataResources')}", self.origin)


@dataclass(frozen=True)
class FieldSelector:
    """One field selector: the field, and the values of each operator, by CloudFormation's names."""

    field: Value
    conditions: MappingType[str, tuple[Value, ...]]
    origin: Origin

    @property
    def is_category(self) -> bool:
        """Whether it selects by the category of events."""
        return self.field.is_known and self.field.text() == _CATEGORY

    def refusal(self, event: Event) -> Refusal | None:
        """Return why it does not take an event, or None where it does.

        Values that select are alternatives, any value that deselects drops the event.
        """
        name = self.field.text()
        tests = _tests(event, name)
        selecting = [(operator, value) for operator in _OPERATORS for value in self.conditions.get(operator, ())]
        if selecting and not any_of(selecting, lambda item: tests[item[0]](item[1])):
            return self._refused(name, "takes only events whose", selecting)
        deselecting = [(item, value) for item in _OPERATORS for value in self.conditions.get(f"Not{item}", ())]
        dropping = first_known(deselecting, lambda item: item if tests[item[0]](item[1]) else None)
        return None if dropping is None else self._refused(name, "leaves out events whose", [dropping])

    def _refused(self, name: str, verb: str, conditions: list[tuple[str, Value]]) -> Refusal:
        written = " or ".join(
            f"{_OPERATORS[operator]} {symbol(value)}".replace("\0", "") for operator, value in conditions
        )
        return Refusal(_DISTANCES.get(name, 2), f"{verb} {name} {written}", conditions[0][1].origin)


def _tests(event: Event, name: str) -> dict[str, Callable[[Value], bool]]:
    """Return the test behind each operator for a field of an event."""
    if name == "resources.ARN" and event.bucket is not None:
        # Single objects and endings of names are only some of the bucket's objects.
        return {"Equals": _never, "StartsWith": event.bucket.objects_begin_with, "EndsWith": _never}
    if name not in event.fields:
        # Who called, and from where: selecting some is not all, and leaving some out is the author's decision.
        return dict.fromkeys(_OPERATORS, _never)
    text = event.fields[name]
    return {
        "Equals": lambda value: value.text() == text,
        "StartsWith": lambda value: text.startswith(value.text()),
        "EndsWith": lambda value: text.endswith(value.text()),
    }


def _never(value: Value) -> bool:  # noqa: ARG001 - a test like the others
    return False


@dataclass(frozen=True)
class AdvancedSelector(Selector):
    """An advanced event selector: it takes what all of its field selectors take."""

    fields: tuple[FieldSelector, ...]
    origin: Origin

    def refusal(self, event: Event) -> Refusal | None:
        """Return why it does not take an event, or None where it does."""
        if not self.fields:
            raise UndecidableError("CloudTrail refuses an advanced event selector without fields", self.origin)
        by_category = sorted(self.fields, key=lambda item: not item.is_category)
        return first_known(by_category, lambda item: item.refusal(event))


def closest_refusal(selectors: Iterable[Selector], event: Event) -> Refusal | None:
    """Return None where any selector takes an event, else the reason that is closest to recording it.

    Raises UndecidableError where one may take it.
    """
    refusals: list[Refusal] = []

    def taken(selector: Selector) -> bool:
        refusal = selector.refusal(event)
        if refusal is not None:
            refusals.append(refusal)
        return refusal is None

    if any_of(selectors, taken):
        return None
    return min(refusals, key=lambda refusal: refusal.distance)
