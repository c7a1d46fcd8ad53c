"""AWS Config of both languages: recorders with what starts them, the rules beside them, delivery channels."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.config_rules import RULES
from s3_glue_rules.join.declared_buckets import declared_bucket
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.naming import modules_mentioning
from s3_glue_rules.join.terraform import followed, opened
from s3_glue_rules.join.terraform_names import TERRAFORM
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Bucket, ConfigRule, ConfigurationRecorder, DeliveryChannel, KeyUse
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Absent, Always, Known, Reference, UndecidableError, Unknown, Value

RECORDER_TYPES = ("AWS::Config::ConfigurationRecorder", "aws_config_configuration_recorder")
CHANNEL_TYPES = ("AWS::Config::DeliveryChannel", "aws_config_delivery_channel")

_STATUS_TYPE = "aws_config_configuration_recorder_status"
# Security Hub makes rules of its own, which no configuration declares.
_SECURITY_HUB_TYPES = (
    "AWS::SecurityHub::Hub",
    "AWS::SecurityHub::Standard",
    "aws_securityhub_account",
    "aws_securityhub_standards_subscription",
)
# The name of a recorder whose configuration gives none.
_DEFAULT_NAME = "default"


class JoinedRecorder(Joined, ConfigurationRecorder):
    """A configuration recorder."""

    NAMES: ClassVar[MappingType[str, str]] = {
        "AllSupported": "all_supported",
        "ExclusionByResourceTypes": "exclusion_by_resource_types",
        "RecordingGroup": "recording_group",
        "RecordingStrategy": "recording_strategy",
        "ResourceTypes": "resource_types",
        "StartedOnCreate": "is_enabled of an aws_config_configuration_recorder_status",
        "UseOnly": "use_only",
    }

    @property
    def starts_by_default(self) -> bool:
        """CloudFormation starts a recorder when it creates it, Terraform does not."""
        return self.declaration.language != TERRAFORM

    @cached_property
    def started(self) -> Value:
        """Whether it is started."""
        if self.declaration.language != TERRAFORM:
            return self.at("StartedOnCreate")
        doubts: list[str] = []
        for status, is_own in self._statuses():
            if is_own:
                return self.view.at(status, "is_enabled")
            doubts.append(f"'{status.name}' is for a recorder that only deployment knows")
        doubts.extend([] if self.unseen is None else [self.unseen])
        return Unknown(doubts[0], self.header) if doubts else Absent(self.header)

    def _statuses(self) -> Iterator[tuple[Declaration, bool]]:
        """Yield the declarations of a recorder's status that are for this one (True) or may be (False)."""
        for status in self.view.estate.by_type.get(_STATUS_TYPE, ()):
            named = opened(self.view, followed(self.view, self.view.at(status, "name")))
            is_own = self._is_named_by(named, status)
            if (is_own or not isinstance(named, (Known, Reference))) and self.view.exists(status):
                yield status, is_own

    @cached_property
    def _written_name(self) -> Value:
        written = self.at("Name")
        return Known(_DEFAULT_NAME, self.header) if written.is_absent else written

    def _is_named_by(self, named: Value, status: Declaration) -> bool:
        if isinstance(named, Reference):
            return named.target == self.declaration.address
        # Recorders of several Regions often have the same name.
        elsewhere = None not in {status.region, self.region} and status.region != self.region
        return not elsewhere and symbol(self.view.reader.peek(named)) == symbol(
            self.view.reader.peek(self._written_name)
        )

    @cached_property
    def group(self) -> Value:
        """The recording group as a whole."""
        return self.at("RecordingGroup")

    @cached_property
    def all_supported(self) -> Value:
        """Whether all supported types are recorded."""
        return self.at("RecordingGroup", "AllSupported")

    @property
    def all_supported_by_default(self) -> bool | None:
        """Terraform's default is true.

        Source: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/config_configuration_recorder
        """
        return True if self.declaration.language == TERRAFORM else None

    @cached_property
    def strategy(self) -> Value:
        """The recording strategy."""
        return self.at("RecordingGroup", "RecordingStrategy", "UseOnly")

    @cached_property
    def included(self) -> tuple[Value, ...]:
        """The types that are listed for recording."""
        return tuple(self.view.reader.items(self.at("RecordingGroup", "ResourceTypes")))

    @property
    def listed_at(self) -> Origin:
        """Where the types for recording are listed."""
        return self.at("RecordingGroup", "ResourceTypes").origin

    @cached_property
    def excluded(self) -> tuple[Value, ...]:
        """The types that are listed to be left out."""
        return tuple(self.view.reader.items(self.at("RecordingGroup", "ExclusionByResourceTypes", "ResourceTypes")))

    @property
    def is_first(self) -> bool:
        """Whether it is the first recorder of the estate that exists."""
        return next(self.view.existing(RECORDER_TYPES)) is self.declaration

    @cached_property
    def rules(self) -> tuple[ConfigRule, ...]:
        """The rules and conformance packs of the estate, those that exist for certain first."""
        declared = self.view.estate.of_types(tuple(RULES))
        declared.sort(key=lambda item: not isinstance(item.exists, Always))
        return tuple(self.view.typed(RULES[item.type], item) for item in declared)

    @cached_property
    def other_rules(self) -> Link | None:
        """AWS Security Hub, if the estate switches it on."""
        for declaration in self.view.existing(_SECURITY_HUB_TYPES):
            return Link(declaration.origin, f"'{declaration.name}' brings the rules of AWS Security Hub")
        return None

    @property
    def unseen(self) -> str | None:
        """Why the estate may have more for this recorder than can be seen."""
        for module in modules_mentioning(self.view.estate, self.declaration.address):
            if self.view.exists(module):
                return f"the module '{module.name}' is given the recorder and cannot be read"
        gaps = self.view.estate.gaps
        return gaps[0] if gaps else None


class JoinedChannel(Joined, DeliveryChannel):
    """A delivery channel."""

    NAMES: ClassVar[MappingType[str, str]] = {"S3BucketName": "s3_bucket_name", "S3KmsKeyArn": "s3_kms_key_arn"}

    @cached_property
    def key(self) -> KeyUse:
        """The key that encrypts what is delivered."""
        return key_use(self.view, self.at("S3KmsKeyArn"))

    @cached_property
    def destination(self) -> Bucket | None:
        """The bucket that it delivers to, where the estate declares it."""
        try:
            return declared_bucket(self.view, self.at("S3BucketName"))
        except UndecidableError:
            # One that cannot be told is not one of this estate, as far as can be seen.
            return None


MAKERS: dict[str, type[Joined]] = {
    **dict.fromkeys(RECORDER_TYPES, JoinedRecorder),
    **dict.fromkeys(CHANNEL_TYPES, JoinedChannel),
}
