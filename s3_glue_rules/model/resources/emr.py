"""Amazon EMR: security configurations, and the clusters that take them."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.glue import SecurityConfigurationUse
from s3_glue_rules.model.resources.kms import KeyUse
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Known, Value

_TOO_OLD = re.compile(r"emr-(?:[0-3]\.|4\.[0-7](?:\.|$))")


@dataclass(frozen=True)
class StoredDataEncryption:
    """How one kind of data at rest is encrypted: the mode or the provider of keys, and the key.

    ``part`` says for people what it is about; ``mode_name`` and ``key_name`` are the names in the configuration.
    """

    part: str
    mode: Value
    mode_name: str
    key_name: str
    find_key: Callable[[], KeyUse]
    origin: Origin

    @property
    def key(self) -> KeyUse:
        """The key, followed when it is asked for."""
        return self.find_key()


class EmrSecurityConfiguration(Resource):
    """A security configuration of Amazon EMR, on EC2 or on EKS.

    On EC2 it is a JSON document, in which ``EnableAtRestEncryption`` and ``EnableInTransitEncryption`` are false where
    they are not written, and may be strings. Data in Amazon S3 is encrypted with ``SSE-S3``, ``SSE-KMS``, ``CSE-KMS``
    or ``CSE-Custom``, with overrides for single buckets; local disks with keys of ``AwsKms`` or of a ``Custom``
    provider. Certificates for encryption in transit are provided as ``PEM`` files, by a ``Custom`` class or by ``EMR``.
    (https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html)
    """

    @property
    @abstractmethod
    def at_rest(self) -> Value:
        """The switch for encryption at rest."""

    @property
    @abstractmethod
    def in_transit(self) -> Value:
        """The switch for encryption in transit."""

    @property
    def encrypts_at_rest(self) -> bool:
        """Whether encryption at rest is switched on. Raises UndecidableError where that is not known."""
        return self.at_rest.flag(default=False)

    @property
    def encrypts_in_transit(self) -> bool:
        """Whether encryption in transit is switched on. Raises UndecidableError where that is not known."""
        return self.in_transit.flag(default=False)

    @property
    @abstractmethod
    def certificate_provider(self) -> Value:
        """Who provides the certificates for encryption in transit, or Absent."""

    @property
    @abstractmethod
    def s3(self) -> StoredDataEncryption:
        """The encryption of data in Amazon S3. Its mode is Absent where the part is not written."""

    @property
    @abstractmethod
    def s3_overrides(self) -> tuple[StoredDataEncryption, ...]:
        """The encryption for single buckets."""

    @property
    @abstractmethod
    def local_disks(self) -> StoredDataEncryption:
        """The encryption of local disks. Its provider is Absent where the part is not written."""


class EmrCluster(Resource):
    """A cluster of Amazon EMR on EC2."""

    @property
    @abstractmethod
    def use(self) -> SecurityConfigurationUse:
        """The security configuration that it names."""

    @property
    @abstractmethod
    def release(self) -> Value:
        """The release label, such as ``emr-7.9.0``."""

    @property
    def is_too_old(self) -> bool:
        """Whether its release is known to be one before 4.8.0, the first with security configurations.

        Source: https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-data-encryption.html
        """
        return isinstance(self.release, Known) and _TOO_OLD.match(self.release.text()) is not None
