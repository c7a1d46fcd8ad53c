"""CloudTrail's trails and event data stores, and what they record."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.cloudtrail_events import Event, Refusal, Selector, closest_refusal
from s3_glue_rules.model.resources.kms import KeyUse
from s3_glue_rules.model.resources.s3 import Bucket
from s3_glue_rules.model.values import UndecidableError, Value


class EventLog(Resource):
    """Something that records events: a trail or an event data store.

    Without selectors both record all management events, and no data events
    (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html).
    """

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is, for people."""

    @property
    @abstractmethod
    def key(self) -> KeyUse:
        """The key that encrypts what it records."""

    @property
    @abstractmethod
    def key_name(self) -> str:
        """What its language calls the property that names the key."""

    @property
    @abstractmethod
    def without_key(self) -> str:
        """What holds without a key, for people."""

    @property
    @abstractmethod
    def basic_selectors(self) -> tuple[Selector, ...]:
        """The basic event selectors; an event data store has none."""

    @property
    @abstractmethod
    def advanced_selectors(self) -> tuple[Selector, ...]:
        """The advanced event selectors."""

    @property
    @abstractmethod
    def covers_regions(self) -> bool:
        """Whether it records the events of all Regions, those of global services among them.

        Raises UndecidableError where that is not known.
        """

    def refusal(self, event: Event) -> Refusal | None:
        """Return why it does not record an event, or None where it does.

        Raises UndecidableError where that is not known. An event is recorded where any selector takes it.
        """
        basic = [selector for selector in self.basic_selectors if selector.is_readable]
        advanced = [selector for selector in self.advanced_selectors if selector.is_readable]
        if basic and advanced:
            kinds = f"{self.term('EventSelectors')} and {self.term('AdvancedEventSelectors')}"
            return Refusal(4, f"has both {kinds}, and CloudTrail takes only one kind", advanced[0].origin)
        selectors = (*self.basic_selectors, *self.advanced_selectors)
        if not selectors:
            return None if event.is_management else Refusal(4, "selects no data events", None)
        return closest_refusal(selectors, event)

    def records(self, event: Event) -> bool:
        """Return whether it records an event. Raises UndecidableError where that is not known."""
        return self.refusal(event) is None


class EventDataStore(EventLog):
    """An event data store of CloudTrail Lake."""


@dataclass(frozen=True)
class PossibleBucket:
    """A bucket of the estate. ``is_certain``: it exists in every world.

    ``holds_data`` decides whether it exists, and is not one that a policy or an ACL opens for logs.
    """

    bucket: Bucket
    is_certain: bool
    holds_data: Callable[[], bool]


class Trail(EventLog):
    """A trail.

    Defaults: one Region, with the events of global services, no log file validation
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudtrail-trail.html).
    CloudFormation requires IsLogging; Terraform's ``enable_logging`` is true by default
    (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail).
    """

    @property
    @abstractmethod
    def logging(self) -> Value:
        """Whether logging is switched on."""

    @property
    @abstractmethod
    def logs_by_default(self) -> bool:
        """Whether logging is on where nothing says so."""

    @property
    @abstractmethod
    def validation(self) -> Value:
        """Whether log file validation is enabled."""

    @property
    @abstractmethod
    def multi_region(self) -> Value:
        """Whether it records the events of all Regions."""

    @property
    @abstractmethod
    def global_events(self) -> Value:
        """Whether it records the events of global services."""

    @property
    @abstractmethod
    def logs(self) -> tuple[EventLog, ...]:
        """All trails of the estate, itself among them, and then its event data stores."""

    @property
    @abstractmethod
    def data_buckets(self) -> tuple[PossibleBucket, ...]:
        """The buckets of the estate that no log source of it names, the certain ones first."""

    @property
    @abstractmethod
    def unseen(self) -> str | None:
        """Why the estate may have more trails than can be seen, or None."""

    def require_all(self) -> None:
        """Raise UndecidableError where the estate may have more trails than can be seen."""
        if self.unseen is not None:
            raise UndecidableError(self.unseen, self.header)
