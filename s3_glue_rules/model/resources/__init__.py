"""Typed, connected resources as checks see them: in one world, whatever the language they are written in."""

from s3_glue_rules.model.resources.base import Resource
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
from s3_glue_rules.model.resources.kms import DeletionGuard, Key, KeyKind, KeyUse
from s3_glue_rules.model.resources.s3 import Bucket, StoredObject
from s3_glue_rules.model.resources.texts import TextHolder, WrittenText

__all__ = [
    "AdvancedSelector",
    "BasicSelector",
    "Bucket",
    "CatalogSettings",
    "Component",
    "ConfigRule",
    "ConfigurationRecorder",
    "Crawler",
    "DataResource",
    "DeletionGuard",
    "DeliveryChannel",
    "DevelopmentEndpoint",
    "EncryptionPart",
    "Event",
    "EventDataStore",
    "EventLog",
    "FieldSelector",
    "Job",
    "Key",
    "KeyKind",
    "KeyUse",
    "Naming",
    "PossibleBucket",
    "Refusal",
    "Resource",
    "SecurityConfiguration",
    "SecurityConfigurationUse",
    "Selector",
    "StoredObject",
    "TextHolder",
    "Trail",
    "UnreadSelector",
    "WrittenText",
    "any_known",
    "first_known",
    "management_event",
    "object_event",
]
