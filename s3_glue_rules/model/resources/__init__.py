"""Typed, connected resources as checks see them: in one world, whatever the language they are written in."""

from s3_glue_rules.model.resources.athena import QueryResults, Workgroup
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.catalog import CatalogMember, Connection, Credential, MachineLearningTransform
from s3_glue_rules.model.resources.emr import EmrCluster, EmrSecurityConfiguration, StoredDataEncryption
from s3_glue_rules.model.resources.glue import (
    CatalogSettings,
    Component,
    Crawler,
    Destination,
    DevelopmentEndpoint,
    EncryptionPart,
    Job,
    Naming,
    SecurityConfiguration,
    SecurityConfigurationUse,
)
from s3_glue_rules.model.resources.glue_arguments import ArgumentHolder, JobRun, JobStarter, WrittenArgument
from s3_glue_rules.model.resources.kms import DeletionGuard, Grant, Grantee, Key, KeyKind, KeyUse
from s3_glue_rules.model.resources.s3 import Bucket, BucketKind, BucketUse, StoredObject
from s3_glue_rules.model.resources.spark import SparkSetting, SparkSettings
from s3_glue_rules.model.resources.texts import TextHolder, WrittenText

__all__ = [
    "ArgumentHolder",
    "Bucket",
    "BucketKind",
    "BucketUse",
    "CatalogMember",
    "CatalogSettings",
    "Component",
    "Connection",
    "Crawler",
    "Credential",
    "DeletionGuard",
    "Destination",
    "DevelopmentEndpoint",
    "EmrCluster",
    "EmrSecurityConfiguration",
    "EncryptionPart",
    "Grant",
    "Grantee",
    "Job",
    "JobRun",
    "JobStarter",
    "Key",
    "KeyKind",
    "KeyUse",
    "MachineLearningTransform",
    "Naming",
    "QueryResults",
    "Resource",
    "SecurityConfiguration",
    "SecurityConfigurationUse",
    "SparkSetting",
    "SparkSettings",
    "StoredDataEncryption",
    "StoredObject",
    "TextHolder",
    "Workgroup",
    "WrittenArgument",
    "WrittenText",
]
