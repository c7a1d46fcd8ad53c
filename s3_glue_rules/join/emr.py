"""Amazon EMR: security configurations, and the clusters that name them."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.documents import structure
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.names import named_by
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.resources import (
    EmrCluster,
    EmrSecurityConfiguration,
    SecurityConfigurationUse,
    StoredDataEncryption,
)
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Absent, Known, Mapping, Value

SECURITY_CONFIGURATION_TYPES = ("AWS::EMR::SecurityConfiguration", "aws_emr_security_configuration")
_AT_REST = "AtRestEncryptionConfiguration"
_IN_TRANSIT = "InTransitEncryptionConfiguration"


class JoinedEmrSecurityConfiguration(Joined, EmrSecurityConfiguration):
    """A security configuration of clusters on EC2: an object or a JSON text, alike in all languages."""

    NAMES: ClassVar[MappingType[str, str]] = {"SecurityConfiguration": "configuration"}

    @cached_property
    def _encryption(self) -> Value:
        document = structure(self.view.reader, self.at("SecurityConfiguration"))
        return self.view.reader.at(document, "EncryptionConfiguration")

    def _below_encryption(self, *path: Step) -> Value:
        return self.view.reader.at(self._encryption, *path)

    @cached_property
    def at_rest(self) -> Value:
        """The switch for encryption at rest."""
        return self._below_encryption("EnableAtRestEncryption")

    @cached_property
    def in_transit(self) -> Value:
        """The switch for encryption in transit."""
        return self._below_encryption("EnableInTransitEncryption")

    @cached_property
    def certificate_provider(self) -> Value:
        """Who provides the certificates for encryption in transit."""
        return self._below_encryption(_IN_TRANSIT, "TLSCertificateConfiguration", "CertificateProviderType")

    @cached_property
    def s3(self) -> StoredDataEncryption:
        """The encryption of data in Amazon S3."""
        part = self._below_encryption(_AT_REST, "S3EncryptionConfiguration")
        return self._stored("data in Amazon S3", part, "EncryptionMode", "AwsKmsKey")

    @cached_property
    def s3_overrides(self) -> tuple[StoredDataEncryption, ...]:
        """The encryption for single buckets."""
        overrides = self._below_encryption(_AT_REST, "S3EncryptionConfiguration", "Overrides")
        return tuple(self._override(item) for item in self.view.reader.items(overrides))

    @cached_property
    def local_disks(self) -> StoredDataEncryption:
        """The encryption of local disks."""
        part = self._below_encryption(_AT_REST, "LocalDiskEncryptionConfiguration")
        return self._stored("local disks", part, "EncryptionKeyProviderType", "AwsKmsKey")

    def _override(self, item: Value) -> StoredDataEncryption:
        bucket = self.view.reader.at(item, "BucketName")
        named = f"'{bucket.text()}'" if isinstance(bucket, Known) else "a single bucket"
        return self._stored(f"data in {named}", item, "EncryptionMode", "AwsKmsKey")

    def _stored(self, part: str, value: Value, mode: str, key: str) -> StoredDataEncryption:
        return StoredDataEncryption(
            part,
            self.view.reader.at(value, mode),
            mode,
            key,
            lambda: key_use(self.view, self.view.reader.at(value, key)),
            value.origin,
        )


class JoinedContainersSecurityConfiguration(JoinedEmrSecurityConfiguration):
    """A security configuration of EMR on EKS: what it writes is switched on, and some names are others."""

    @cached_property
    def _encryption(self) -> Value:
        return self.at("SecurityConfigurationData", "EncryptionConfiguration")

    @cached_property
    def at_rest(self) -> Value:
        """There is no switch: parts that are written are on."""
        return Known(value=True, origin=self.header)

    @cached_property
    def in_transit(self) -> Value:
        """There is no switch: certificates that are named are used."""
        return Known(value=True, origin=self.header)

    @cached_property
    def s3(self) -> StoredDataEncryption:
        """The encryption of data in Amazon S3."""
        part = self._below_encryption(_AT_REST, "S3EncryptionConfiguration")
        return self._stored("data in Amazon S3", part, "EncryptionOption", "KMSKeyId")

    @cached_property
    def local_disks(self) -> StoredDataEncryption:
        """The encryption of local disks."""
        part = self._below_encryption(_AT_REST, "LocalDiskEncryptionConfiguration")
        return self._stored("local disks", part, "EncryptionKeyProviderType", "AwsKmsKeyId")


class JoinedEmrCluster(Joined, EmrCluster):
    """A cluster."""

    NAMES: ClassVar[MappingType[str, str]] = {
        "AWS::EMR::SecurityConfiguration": "aws_emr_security_configuration",
        "ReleaseLabel": "release_label",
    }

    @cached_property
    def use(self) -> SecurityConfigurationUse:
        """The security configuration that it names."""
        name = self.at("SecurityConfiguration")
        named = named_by(self.view, name, SECURITY_CONFIGURATION_TYPES, "security configuration")
        return SecurityConfigurationUse(named.naming, named.value, None, named.reason, named.chain)

    @cached_property
    def release(self) -> Value:
        """The release label. A variable in it is not decided: only the remedy depends on it."""
        properties = self.view.reader.read(self.declaration.properties)
        written = properties.get(self.term("ReleaseLabel")) if isinstance(properties, Mapping) else Absent(self.header)
        return self.view.reader.peek(written)


MAKERS: dict[str, type[Joined]] = {
    **dict.fromkeys(SECURITY_CONFIGURATION_TYPES, JoinedEmrSecurityConfiguration),
    "AWS::EMRContainers::SecurityConfiguration": JoinedContainersSecurityConfiguration,
    "AWS::EMR::Cluster": JoinedEmrCluster,
    "aws_emr_cluster": JoinedEmrCluster,
}
