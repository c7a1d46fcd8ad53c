"""CloudTrail's trails and event data stores of both languages, and the buckets that their data events are about."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from functools import cached_property
from typing import ClassVar, TypeVar

from s3_glue_rules.join.declared_buckets import MAKERS as BUCKETS
from s3_glue_rules.join.deliveries import CLOUDFORMATION_SOURCES
from s3_glue_rules.join.deliveries_terraform import TERRAFORM_SOURCES
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.terraform_names import TERRAFORM
from s3_glue_rules.join.view import Joined, possible_at
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.resources import (
    AdvancedSelector,
    BasicSelector,
    DataResource,
    EventDataStore,
    EventLog,
    FieldSelector,
    KeyUse,
    PossibleBucket,
    Selector,
    Trail,
    UnreadSelector,
)
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Always, Mapping, UndecidableError, Value

TRAIL_TYPES = ("AWS::CloudTrail::Trail", "aws_cloudtrail")
STORE_TYPES = ("AWS::CloudTrail::EventDataStore", "aws_cloudtrail_event_data_store")
J = TypeVar("J", bound=Joined)

_OPERATORS = ("Equals", "NotEquals", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith")
# What delivers logs to buckets, and where it names the bucket. What is found there is not data of the lake, and the
# log files of a trail about its own bucket would bring forth new ones without end.
_LOG_SOURCES: tuple[tuple[str, tuple[Step, ...]], ...] = (
    *((source.type, source.bucket) for source in (*CLOUDFORMATION_SOURCES, *TERRAFORM_SOURCES)),
    ("AWS::CloudFront::Distribution", ("DistributionConfig", "Logging", "Bucket")),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", ("LoadBalancerAttributes", "*", "Value")),
    ("aws_alb", ("access_logs", "bucket")),
    ("aws_alb", ("connection_logs", "bucket")),
    ("aws_cloudfront_distribution", ("logging_config", "bucket")),
    ("aws_lb", ("access_logs", "bucket")),
    ("aws_lb", ("connection_logs", "bucket")),
)


class _EventLog(Joined, EventLog):
    """A trail or an event data store."""

    NAMES: ClassVar[MappingType[str, str]] = {
        "AdvancedEventSelectors": "advanced_event_selector",
        "DataResources": "data_resource",
        "EnableLogFileValidation": "enable_log_file_validation",
        "EndsWith": "ends_with",
        "Equals": "equals",
        "EventSelectors": "event_selector",
        "ExcludeManagementEventSources": "exclude_management_event_sources",
        "Field": "field",
        "FieldSelectors": "field_selector",
        "IncludeGlobalServiceEvents": "include_global_service_events",
        "IncludeManagementEvents": "include_management_events",
        "IsLogging": "enable_logging",
        "IsMultiRegionTrail": "is_multi_region_trail",
        "KMSKeyId": "kms_key_id",
        "KmsKeyId": "kms_key_id",
        "MultiRegionEnabled": "multi_region_enabled",
        "NotEndsWith": "not_ends_with",
        "NotEquals": "not_equals",
        "NotStartsWith": "not_starts_with",
        "ReadWriteType": "read_write_type",
        "S3BucketName": "s3_bucket_name",
        "StartsWith": "starts_with",
        "Type": "type",
        "Values": "values",
    }

    @cached_property
    def key(self) -> KeyUse:
        """The key that encrypts what it records."""
        return key_use(self.view, self.at(self.key_name))

    @cached_property
    def advanced_selectors(self) -> tuple[Selector, ...]:
        """The advanced event selectors."""
        return tuple(self._advanced(item) for item in self.view.reader.items(self.at("AdvancedEventSelectors")))

    def _advanced(self, item: Value) -> Selector:
        if not isinstance(item, Mapping):
            return UnreadSelector(item.why_unknown(), item.origin)
        fields = self.view.reader.items(self.below(item, "FieldSelectors"))
        return AdvancedSelector(tuple(self._field(field) for field in fields), item.origin)

    def _field(self, item: Value) -> FieldSelector:
        conditions = {operator: tuple(self._items(item, operator)) for operator in _OPERATORS}
        return FieldSelector(self.below(item, "Field"), conditions, item.origin)

    def _items(self, value: Value, *path: Step) -> list[Value]:
        return self.view.reader.items(self.below(value, *path))


class JoinedTrail(_EventLog, Trail):
    """A trail."""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "trail"

    @property
    def key_name(self) -> str:
        """The property that names the key."""
        return self.term("KMSKeyId")

    @property
    def without_key(self) -> str:
        """Its files are encrypted all the same.

        Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html
        """
        return "its log files are encrypted with SSE-S3, which has no key policy"

    @cached_property
    def logging(self) -> Value:
        """Whether logging is switched on."""
        return self.at("IsLogging")

    @property
    def logs_by_default(self) -> bool:
        """Terraform's default is true; CloudFormation creates no trail that does not say so."""
        return self.declaration.language == TERRAFORM

    @cached_property
    def validation(self) -> Value:
        """Whether log file validation is enabled."""
        return self.at("EnableLogFileValidation")

    @cached_property
    def multi_region(self) -> Value:
        """Whether it records the events of all Regions."""
        return self.at("IsMultiRegionTrail")

    @cached_property
    def global_events(self) -> Value:
        """Whether it records the events of global services."""
        return self.at("IncludeGlobalServiceEvents")

    @property
    def covers_regions(self) -> bool:
        """Whether it records the events of all Regions, those of global services among them."""
        return self.multi_region.flag(default=False) and self.global_events.flag(default=True)

    @cached_property
    def basic_selectors(self) -> tuple[Selector, ...]:
        """The basic event selectors."""
        return tuple(self._basic(item) for item in self.view.reader.items(self.at("EventSelectors")))

    def _basic(self, item: Value) -> Selector:
        if not isinstance(item, Mapping):
            return UnreadSelector(item.why_unknown(), item.origin)
        return BasicSelector(
            direction=self.below(item, "ReadWriteType"),
            management=self.below(item, "IncludeManagementEvents"),
            excluded=tuple(self._items(item, "ExcludeManagementEventSources")),
            data=tuple(
                DataResource(self.below(data, "Type"), tuple(self._items(data, "Values")))
                for data in self._items(item, "DataResources")
            ),
            term=self.term,
            origin=item.origin,
        )

    @cached_property
    def logs(self) -> tuple[EventLog, ...]:
        """The trails of the estate, and then its event data stores."""
        return (*self._existing(JoinedTrail, TRAIL_TYPES), *self._existing(JoinedEventDataStore, STORE_TYPES))

    def _existing(self, maker: type[J], types: tuple[str, ...]) -> list[J]:
        return [self.view.typed(maker, item) for item in self.view.existing(types)]

    @cached_property
    def data_buckets(self) -> tuple[PossibleBucket, ...]:
        """The buckets of the estate that no log source of it names, the certain ones first."""
        buckets = self.view.estate.of_types(tuple(BUCKETS))
        found = [possible for declaration in buckets if (possible := self._data(declaration)) is not None]
        return tuple(sorted(found, key=lambda possible: not possible.is_certain))

    def _data(self, declaration: Declaration) -> PossibleBucket | None:
        bucket = self.view.typed(BUCKETS[declaration.type], declaration)
        if bucket.candidates & self._log_destinations:
            return None

        def holds_data() -> bool:
            return self.view.exists(declaration) and not any(True for _ in bucket.permitted_deliveries())

        return PossibleBucket(bucket, isinstance(declaration.exists, Always), holds_data)

    @cached_property
    def _log_destinations(self) -> frozenset[str]:
        """What may name a bucket that logs are delivered to: which log sources exist is not decided for that."""
        named: set[str] = set()
        for kind, path in _LOG_SOURCES:
            for declaration in self.view.estate.by_type.get(kind, ()):
                named |= possible_at(declaration, *path)
        arns = {f"text:{name.split(':::', 1)[1].split('/', 1)[0]}" for name in named if ":s3:::" in name}
        return frozenset(named | arns)

    @property
    def unseen(self) -> str | None:
        """Why the estate may have more trails than can be seen."""
        gaps = self.view.estate.gaps
        return f"{gaps[0]}, a trail perhaps" if gaps else None


class JoinedEventDataStore(_EventLog, EventDataStore):
    """An event data store of CloudTrail Lake."""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "event data store"

    @property
    def key_name(self) -> str:
        """The property that names the key: it is spelled otherwise than that of a trail."""
        return self.term("KmsKeyId")

    @property
    def without_key(self) -> str:
        """Its events are encrypted all the same.

        Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html
        """
        return "CloudTrail encrypts it with a key of its own, which has no key policy of yours"

    @property
    def basic_selectors(self) -> tuple[Selector, ...]:
        """Event data stores have advanced selectors only."""
        return ()

    @property
    def covers_regions(self) -> bool:
        """Whether it records the events of all Regions: Terraform's default is true, CloudFormation's not documented.

        Source: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudtrail_event_data_store
        """
        written = self.at("MultiRegionEnabled")
        if written.is_absent and self.declaration.language != TERRAFORM:
            name = self.term("MultiRegionEnabled")
            raise UndecidableError(f"event data store {self.label} does not say {name}", self.header)
        return written.flag(default=True)


MAKERS: dict[str, type[Joined]] = {
    **dict.fromkeys(TRAIL_TYPES, JoinedTrail),
    **dict.fromkeys(STORE_TYPES, JoinedEventDataStore),
}
