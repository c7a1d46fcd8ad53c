"""Typed, connected resources as checks see them: in one world, whatever the language they are written in."""

from s3_glue_rules.model.resources.athena import QueryResults, Workgroup
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.catalog import (
    CatalogMember,
    CatalogPolicy,
    Connection,
    Credential,
    MachineLearningTransform,
)
from s3_glue_rules.model.resources.cloudtrail import EventDataStore, EventLog, PossibleBucket, Trail
from s3_glue_rules.model.resources.cloudtrail_events import (
    AdvancedSelector,
    BasicSelector,
    DataResource,
    Event,
    FieldSelector,
    Refusal,
    Selector,
    UnreadSelector,
    any_known,
    first_known,
    management_event,
    object_event,
)
from s3_glue_rules.model.resources.config import ConfigRule, ConfigurationRecorder, DeliveryChannel
from s3_glue_rules.model.resources.deliveries import Delivery, LogKind, Needs
from s3_glue_rules.model.resources.emr import EmrCluster, EmrSecurityConfiguration, StoredDataEncryption
from s3_glue_rules.model.resources.glue import (
    CatalogSettings,
    Component,
    Crawler,
    DevelopmentEndpoint,
    EncryptionPart,
    Job,
    Naming,
    SecurityConfiguration,
    SecurityConfigurationUse,
)
from s3_glue_rules.model.resources.kms import DeletionGuard, Grant, Grantee, Key, KeyKind, KeyUse
from s3_glue_rules.model.resources.replication import Replication, ReplicationRule
from s3_glue_rules.model.resources.s3 import (
    Bucket,
    DefaultEncryption,
    DirectoryBucket,
    EncryptedStore,
    Inventory,
    StoredObject,
)
from s3_glue_rules.model.resources.spark import SparkSetting, SparkSettings
from s3_glue_rules.model.resources.texts import TextHolder, WrittenText

__all__ = [
    "AdvancedSelector",
    "BasicSelector",
    "Bucket",
    "CatalogMember",
    "CatalogPolicy",
    "CatalogSettings",
    "Component",
    "ConfigRule",
    "ConfigurationRecorder",
    "Connection",
    "Crawler",
    "Credential",
    "DataResource",
    "DefaultEncryption",
    "DeletionGuard",
    "Delivery",
    "DeliveryChannel",
    "DevelopmentEndpoint",
    "DirectoryBucket",
    "EmrCluster",
    "EmrSecurityConfiguration",
    "EncryptedStore",
    "EncryptionPart",
    "Event",
    "EventDataStore",
    "EventLog",
    "FieldSelector",
    "Grant",
    "Grantee",
    "Inventory",
    "Job",
    "Key",
    "KeyKind",
    "KeyUse",
    "LogKind",
    "MachineLearningTransform",
    "Naming",
    "Needs",
    "PossibleBucket",
    "QueryResults",
    "Refusal",
    "Replication",
    "ReplicationRule",
    "Resource",
    "SecurityConfiguration",
    "SecurityConfigurationUse",
    "Selector",
    "SparkSetting",
    "SparkSettings",
    "StoredDataEncryption",
    "StoredObject",
    "TextHolder",
    "Trail",
    "UnreadSelector",
    "Workgroup",
    "WrittenText",
    "any_known",
    "first_known",
    "management_event",
    "object_event",
]
