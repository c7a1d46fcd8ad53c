"""AWS Config: recorders, the rules beside them, and delivery channels."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.logic import any_of, first_known
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.kms import KeyUse
from s3_glue_rules.model.resources.s3 import Bucket
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import UndecidableError, Value

ALL = "ALL_SUPPORTED_RESOURCE_TYPES"
INCLUSION = "INCLUSION_BY_RESOURCE_TYPES"
EXCLUSION = "EXCLUSION_BY_RESOURCE_TYPES"


@dataclass(frozen=True)
class LeftOut:
    """A resource type that is not recorded, and where that is written."""

    kind: str
    at: Origin


class ConfigurationRecorder(Resource):
    """A configuration recorder.

    Without a recording group it records all supported types
    (https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html). CloudFormation starts it unless
    StartedOnCreate is false; in Terraform a resource of its own does
    (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/config_configuration_recorder_status).
    """

    @property
    @abstractmethod
    def started(self) -> Value:
        """Whether it is started, Absent where nothing says so."""

    @property
    @abstractmethod
    def starts_by_default(self) -> bool:
        """Whether it is started where nothing says so."""

    @property
    @abstractmethod
    def group(self) -> Value:
        """The recording group as a whole."""

    @property
    @abstractmethod
    def all_supported(self) -> Value:
        """Whether all supported types are recorded."""

    @property
    @abstractmethod
    def all_supported_by_default(self) -> bool | None:
        """What a recording group says of that where it does not; None where that is not documented."""

    @property
    @abstractmethod
    def strategy(self) -> Value:
        """The recording strategy."""

    @property
    @abstractmethod
    def included(self) -> tuple[Value, ...]:
        """The types that are listed for recording."""

    @property
    @abstractmethod
    def listed_at(self) -> Origin:
        """Where the types for recording are listed, or the nearest thing that is written."""

    @property
    @abstractmethod
    def excluded(self) -> tuple[Value, ...]:
        """The types that are listed to be left out."""

    @property
    @abstractmethod
    def is_first(self) -> bool:
        """Whether it is the first recorder of the estate that exists."""

    @property
    @abstractmethod
    def rules(self) -> tuple[ConfigRule, ...]:
        """The rules and conformance packs of the estate, whether or not they exist in this world."""

    @property
    @abstractmethod
    def other_rules(self) -> Link | None:
        """What brings rules of its own: AWS Security Hub, if the estate switches it on."""

    @property
    @abstractmethod
    def unseen(self) -> str | None:
        """Why the estate may have rules that cannot be seen, or None."""

    @property
    def effective_strategy(self) -> str:
        """The recording strategy that holds. Raises UndecidableError where that is not known."""
        if self.group.is_absent:
            return ALL
        if not self.strategy.is_absent:
            return self.strategy.text()
        if self.excluded:
            return EXCLUSION
        default = self.all_supported_by_default
        if self.all_supported.is_absent and self.included and default is None:
            return INCLUSION
        if self.all_supported.is_absent and default is None:
            raise UndecidableError("what this recording group records is not documented", self.group.origin)
        if not self.all_supported.flag(default=bool(default)):
            return INCLUSION
        if self.included:
            both = f"{self.term('AllSupported')} together with {self.term('ResourceTypes')}"
            raise UndecidableError(f"AWS Config refuses {both}", self.group.origin)
        return ALL

    def left_out(self, kind: str) -> LeftOut | None:
        """Return the place that leaves out a resource type, or None where the type is recorded.

        Raises UndecidableError where that is not known.
        """
        strategy = self.effective_strategy
        if strategy == ALL:
            return None
        if strategy == EXCLUSION:
            excluded = first_known(self.excluded, lambda value: value if value.text() == kind else None)
            return None if excluded is None else LeftOut(kind, excluded.origin)
        if strategy == INCLUSION:
            is_included = any_of(self.included, lambda value: value.text() == kind)
            return None if is_included else LeftOut(kind, self.listed_at)
        raise UndecidableError(f"'{strategy}' is no recording strategy", self.strategy.origin)


class ConfigRule(Resource):
    """Rules that are declared: a rule, a rule for an organization, or a conformance pack with many."""

    @property
    @abstractmethod
    def exists(self) -> bool:
        """Whether it exists in this world."""

    @property
    @abstractmethod
    def identifiers(self) -> tuple[str, ...]:
        """The identifiers of its managed rules. Raises UndecidableError where they are not known."""

    @property
    @abstractmethod
    def own_logic(self) -> str | None:
        """Why it may check anything: it runs code or a policy of its author. None where it is only managed rules."""


class DeliveryChannel(Resource):
    """A delivery channel: without a key, AWS Config encrypts what it delivers with SSE-S3.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
    """

    @property
    @abstractmethod
    def key(self) -> KeyUse:
        """The key that encrypts what is delivered."""

    @property
    @abstractmethod
    def destination(self) -> Bucket | None:
        """The bucket that it delivers to, where the estate declares it."""
