"""KMS keys with their policies and users. Identifiers are followed to them in ``keys.py``."""

from __future__ import annotations

import re
import weakref
from collections.abc import Mapping as MappingType
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.documents import policies_of
from s3_glue_rules.join.naming import naming
from s3_glue_rules.join.view import Joined, possible_at, walk
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import DeletionGuard, Key
from s3_glue_rules.model.spans import Origin, Step
from s3_glue_rules.model.values import (
    Absent,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Text,
    Value,
)

KEY_TYPES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
ALIAS_TYPES = ("AWS::KMS::Alias", "aws_kms_alias")

# Resources that keep data under a key for as long as they stand. Queues and topics only pass data on, and what a
# function keeps (its environment) is in the template.
_DATA_TYPES = frozenset(
    {
        "AWS::Athena::WorkGroup",
        "AWS::Backup::BackupVault",
        "AWS::CloudTrail::EventDataStore",
        "AWS::CloudTrail::Trail",
        "AWS::Config::DeliveryChannel",
        "AWS::AmazonMQ::Broker",
        "AWS::DocDB::DBCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::Elasticsearch::Domain",
        "AWS::MemoryDB::Cluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::FSx::FileSystem",
        "AWS::Glue::DataCatalogEncryptionSettings",
        "AWS::Glue::MLTransform",
        "AWS::Glue::SecurityConfiguration",
        "AWS::Kinesis::Stream",
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::Logs::LogGroup",
        "AWS::MSK::Cluster",
        "AWS::Neptune::DBCluster",
        "AWS::OpenSearchService::Domain",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::S3::Bucket",
        "AWS::S3Express::DirectoryBucket",
        "AWS::S3Tables::TableBucket",
        "AWS::S3Vectors::Index",
        "AWS::S3Vectors::VectorBucket",
        "AWS::SecretsManager::Secret",
        "AWS::Timestream::Database",
        "aws_athena_workgroup",
        "aws_backup_vault",
        "aws_cloudtrail",
        "aws_cloudtrail_event_data_store",
        "aws_cloudwatch_log_group",
        "aws_config_delivery_channel",
        "aws_db_instance",
        "aws_docdb_cluster",
        "aws_elasticache_replication_group",
        "aws_elasticsearch_domain",
        "aws_memorydb_cluster",
        "aws_mq_broker",
        "aws_dynamodb_table",
        "aws_dynamodb_table_replica",
        "aws_ebs_volume",
        "aws_ecr_repository",
        "aws_efs_file_system",
        "aws_fsx_lustre_file_system",
        "aws_fsx_ontap_file_system",
        "aws_fsx_openzfs_file_system",
        "aws_fsx_windows_file_system",
        "aws_glue_data_catalog_encryption_settings",
        "aws_glue_security_configuration",
        "aws_kinesis_firehose_delivery_stream",
        "aws_kinesis_stream",
        "aws_msk_cluster",
        "aws_neptune_cluster",
        "aws_opensearch_domain",
        "aws_rds_cluster",
        "aws_redshift_cluster",
        "aws_s3_bucket",
        "aws_s3_bucket_inventory",
        "aws_s3_bucket_object",
        "aws_s3_bucket_replication_configuration",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_object",
        "aws_s3_object_copy",
        "aws_s3tables_table",
        "aws_s3tables_table_bucket",
        "aws_s3vectors_index",
        "aws_s3vectors_vector_bucket",
        "aws_secretsmanager_secret",
        "aws_timestreamwrite_database",
    }
)
_TAGS = {"tags", "tags_all"}
_KEEPING = ("Retain", "RetainExceptOnCreate")
_KEY_PROPERTY = re.compile(r"(?i)kms|^KeyId$|EncryptionKey|^key_(id|arn)$")


class JoinedKey(Joined, Key):
    """A key or a multi-Region replica."""

    NAMES: ClassVar[MappingType[str, str]] = {
        "BypassPolicyLockoutSafetyCheck": "bypass_policy_lockout_safety_check",
        "PendingWindowInDays": "deletion_window_in_days",
        "RotationPeriodInDays": "rotation_period_in_days",
    }

    @property
    def is_replica(self) -> bool:
        """Whether it is a multi-Region replica."""
        return self.declaration.type == "AWS::KMS::ReplicaKey"

    @cached_property
    def spec(self) -> Value:
        """The key spec as written."""
        return self.at("KeySpec")

    @property
    def is_symmetric(self) -> bool:
        """Whether it is a symmetric encryption key. An open spec may be known not to be the symmetric one."""
        spec = self.spec
        if isinstance(spec, Open) and not self.view.reader.world.domain(spec.variable).admits("SYMMETRIC_DEFAULT"):
            return False
        return super().is_symmetric

    @cached_property
    def usage(self) -> Value:
        """The key usage as written."""
        return self.at("KeyUsage")

    @cached_property
    def material(self) -> Value:
        """The origin of the key material as written. A replica has that of its primary."""
        return Absent(self.header) if self.is_replica else self.at("Origin")

    @cached_property
    def rotation(self) -> Value:
        """Whether automatic rotation is asked for."""
        return self.at("EnableKeyRotation")

    @cached_property
    def rotation_period(self) -> Value:
        """The days between two rotations."""
        return self.at("RotationPeriodInDays")

    @cached_property
    def deletion_window(self) -> Value:
        """The days from scheduling its deletion to deleting it."""
        return self.at("PendingWindowInDays")

    @cached_property
    def enabled(self) -> Value:
        """Whether the key is enabled."""
        return self.at("Enabled")

    @cached_property
    def policies(self) -> Policies:
        """The key policy."""
        return policies_of(self.view.reader, self.at("KeyPolicy"))

    @cached_property
    def lockout_check_bypasses(self) -> tuple[Value, ...]:
        """Whether to accept a policy that shuts its author out. A replica has no such property."""
        return () if self.is_replica else (self.at("BypassPolicyLockoutSafetyCheck"),)

    @cached_property
    def users(self) -> tuple[Link, ...]:
        """The resources of the estate that encrypt data with this key."""
        address = self.declaration.address
        names = {f"ref:{address}"}
        for kind in ALIAS_TYPES:
            for alias in naming(self.view.estate, kind, ("TargetKeyId",), frozenset(names)):
                if f"ref:{address}" in possible_at(alias, "TargetKeyId"):
                    names.add(f"ref:{alias.address}")
                    names.update(possible_at(alias, "AliasName"))
        index = _key_properties(self.view.estate)
        # Numbers keep the order of the estate, and one entry that two names lead to is one.
        entries = {number: entry for name in names for number, entry in index.get(name, ())}
        found: list[Link] = []
        for _, (declaration, path, origin, leaf) in sorted(entries.items(), key=lambda item: item[0]):
            if self.view.exists(declaration) and self._is_written(declaration, path, leaf):
                found.append(Link(origin, f"'{declaration.name}' encrypts with it"))
        return tuple(found)

    def _is_written(self, declaration: Declaration, path: tuple[Step, ...], leaf: frozenset[str]) -> bool:
        """Return whether the property names what ``leaf`` says in this world."""
        value = self.view.reader.read(declaration.properties)
        for step in path:
            if isinstance(value, Mapping) and isinstance(step, str):
                value = self.view.reader.read(value.get(step))
            elif isinstance(value, Sequence) and isinstance(step, int) and step < len(value.items):
                value = self.view.reader.read(value.items[step])
            else:
                return False
        return _named(value) == leaf

    @cached_property
    def guards(self) -> tuple[DeletionGuard, ...]:
        """DeletionPolicy holds when the key leaves the stack, UpdateReplacePolicy when an update replaces it."""
        events = {"DeletionPolicy": "deleting the stack", "UpdateReplacePolicy": "an update that replaces the key"}
        return tuple(
            DeletionGuard(name, self.view.reader.read(self.declaration.attribute(name)), _KEEPING, event)
            for name, event in events.items()
        )


_KeyProperty = tuple[Declaration, tuple[Step, ...], Origin, frozenset[str]]

_Index = dict[str, list[tuple[int, _KeyProperty]]]

_used: weakref.WeakKeyDictionary[Estate, _Index] = weakref.WeakKeyDictionary()


def _key_properties(estate: Estate) -> _Index:
    """Return the properties of data-bearing resources that name a key, by what they may name, each with a number."""
    known = _used.get(estate)
    if known is not None:
        return known
    found: _Index = {}
    number = 0
    for declaration in estate.declarations.values():
        if declaration.type not in _DATA_TYPES:
            continue
        for path, leaf in walk(declaration.properties):
            named = [step for step in path if isinstance(step, str)]
            if not named or named[0] in _TAGS or not _KEY_PROPERTY.search(named[-1]):
                continue
            if isinstance(leaf, (Reference, Text, Known)):
                entry = (declaration, path, leaf.origin, _named(leaf))
                for name in entry[3]:
                    found.setdefault(name, []).append((number, entry))
                number += 1
    _used[estate] = found
    return found


def _named(leaf: Value) -> frozenset[str]:
    if isinstance(leaf, Reference):
        return frozenset({f"ref:{leaf.target}"})
    names = {f"text:{symbol(leaf)}"}
    if isinstance(leaf, Text):
        names.update(f"ref:{part.target}" for part in leaf.parts if isinstance(part, Reference))
    alias = alias_in(leaf)
    if alias is not None:
        names.add(f"text:{alias}")
    return frozenset(names)


def alias_in(value: Value) -> str | None:
    """Return the alias name in an alias or alias ARN, with marks for parts that are open."""
    match = re.search(r"(?:^|:)(alias/.+)$", symbol(value))
    return match.group(1) if match else None
