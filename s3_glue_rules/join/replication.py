"""Replication of buckets: a property in CloudFormation, a resource or (deprecated) a block of it in Terraform."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.declared_buckets import declared_bucket
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.s3 import BUCKET_TYPE, JoinedBucket
from s3_glue_rules.join.s3_terraform import TERRAFORM_BUCKET, TerraformBucket
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.resources import Bucket, Replication, ReplicationRule
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Known, Mapping, Value

REPLICATION_TYPE = "aws_s3_bucket_replication_configuration"


@dataclass(frozen=True)
class _Form:
    """Where a form of replication keeps things: its rules, and below one of them what the policy reads."""

    rules: tuple[Step, ...]
    status: str
    selection: tuple[Step, ...]
    key: tuple[Step, ...]
    destination: tuple[Step, ...]


_TEMPLATE = _Form(
    ("ReplicationConfiguration", "Rules"),
    "Status",
    ("SourceSelectionCriteria", "SseKmsEncryptedObjects", "Status"),
    ("Destination", "EncryptionConfiguration", "ReplicaKmsKeyID"),
    ("Destination", "Bucket"),
)
_SEPARATE = _Form(
    ("rule",),
    "status",
    ("source_selection_criteria", "sse_kms_encrypted_objects", "status"),
    ("destination", "encryption_configuration", "replica_kms_key_id"),
    ("destination", "bucket"),
)
_INLINE = _Form(
    ("replication_configuration", "rules"),
    "status",
    ("source_selection_criteria", "sse_kms_encrypted_objects", "enabled"),
    ("destination", "replica_kms_key_id"),
    ("destination", "bucket"),
)


class _JoinedReplication(Joined, Replication):
    """A replication in one of its forms."""

    _FORM: ClassVar[_Form]
    NAMES: ClassVar[MappingType[str, str]] = {
        "ReplicaKmsKeyID": "replica_kms_key_id",
        "Status": "status",
        "SourceSelectionCriteria.SseKmsEncryptedObjects": "source_selection_criteria.sse_kms_encrypted_objects",
    }

    @property
    def rules(self) -> tuple[ReplicationRule, ...]:
        """The rules."""
        return self.written_rules

    @cached_property
    def written_rules(self) -> tuple[ReplicationRule, ...]:
        """The rules as they are written, or one that is unknown."""
        return tuple(map(self._rule, self.view.reader.items(self.at(*self._FORM.rules))))

    def _rule(self, item: Value) -> ReplicationRule:
        form = self._FORM
        return ReplicationRule(
            status=self.below(item, form.status),
            selection=self._selected(self.below(item, *form.selection)),
            find_key=lambda: key_use(self.view, self.below(item, *form.key)),
            find_destination=lambda: declared_bucket(self.view, self.below(item, *form.destination)),
            origin=item.origin,
        )

    def _selected(self, written: Value) -> Value:
        """Return the status of the selection for what is written for it."""
        return written


class TemplateReplication(_JoinedReplication):
    """The replication that a bucket of a template declares."""

    _FORM = _TEMPLATE

    @cached_property
    def rules(self) -> tuple[ReplicationRule, ...]:
        """The rules. What a transform may add to a bucket that declares none is not asked for."""
        properties = self.view.reader.read(self.declaration.properties)
        is_written = not isinstance(properties, Mapping) or "ReplicationConfiguration" in properties.entries
        return self.written_rules if is_written else ()

    @cached_property
    def source(self) -> Bucket | None:
        """The bucket itself."""
        return self.view.typed(JoinedBucket, self.declaration)


class SeparateReplication(_JoinedReplication):
    """The replication in a resource beside its bucket."""

    _FORM = _SEPARATE

    @cached_property
    def source(self) -> Bucket | None:
        """The bucket, where the estate declares it."""
        return declared_bucket(self.view, self.at("bucket"))


class InlineReplication(_JoinedReplication):
    """The replication in a block of its bucket, which the provider has deprecated."""

    _FORM = _INLINE

    @cached_property
    def source(self) -> Bucket | None:
        """The bucket itself."""
        return self.view.typed(TerraformBucket, self.declaration)

    def _selected(self, written: Value) -> Value:
        """Return the status: it is a boolean here."""
        if isinstance(written, Known):
            return Known("Enabled" if written.flag(default=False) else "Disabled", written.origin)
        return written


MAKERS: dict[str, type[Joined]] = {
    BUCKET_TYPE: TemplateReplication,
    REPLICATION_TYPE: SeparateReplication,
    TERRAFORM_BUCKET: InlineReplication,
}
