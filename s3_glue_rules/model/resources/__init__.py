"""Typed, connected resources as checks see them: in one world, whatever the language they are written in."""

from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.catalog import CatalogMember, Connection, Credential, MachineLearningTransform
from s3_glue_rules.model.resources.deliveries import Delivery, LogKind, Needs
from s3_glue_rules.model.resources.glue import (
    CatalogSettings,
    Component,
    Crawler,
    DevelopmentEndpoint,
    EncryptionPart,
    Job,
    LogEncryption,
    Naming,
    Run,
    SecurityConfiguration,
    SecurityConfigurationUse,
)
from s3_glue_rules.model.resources.iam import IdentityPolicy, KeyAccess, Role, RoleKind, RoleUse
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
from s3_glue_rules.model.resources.texts import TextHolder, WrittenText

__all__ = [
    "Bucket",
    "CatalogMember",
    "CatalogSettings",
    "Component",
    "Connection",
    "Crawler",
    "Credential",
    "DefaultEncryption",
    "DeletionGuard",
    "Delivery",
    "DevelopmentEndpoint",
    "DirectoryBucket",
    "EncryptedStore",
    "EncryptionPart",
    "Grant",
    "Grantee",
    "IdentityPolicy",
    "Inventory",
    "Job",
    "Key",
    "KeyAccess",
    "KeyKind",
    "KeyUse",
    "LogEncryption",
    "LogKind",
    "MachineLearningTransform",
    "Naming",
    "Needs",
    "Replication",
    "ReplicationRule",
    "Resource",
    "Role",
    "RoleKind",
    "RoleUse",
    "Run",
    "SecurityConfiguration",
    "SecurityConfigurationUse",
    "StoredObject",
    "TextHolder",
    "WrittenText",
]
