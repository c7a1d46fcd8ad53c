"""Glue jobs, crawlers and endpoints, their security configurations, and the Data Catalog's settings."""

from __future__ import annotations

import enum
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.iam import RoleUse
from s3_glue_rules.model.resources.kms import KeyUse
from s3_glue_rules.model.resources.s3 import BucketUse
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Value


@dataclass(frozen=True)
class EncryptionPart:
    """One part of a security configuration: its mode, and the key (followed when it is asked for)."""

    part: str
    mode: Value
    find_key: Callable[[], KeyUse]
    origin: Origin

    @property
    def key(self) -> KeyUse:
        """The key of this part."""
        return self.find_key()


class LogEncryption(Resource):
    """What takes part in the encryption of Glue's logs.

    A security configuration names the key, and a component has the role that associates it with a log group.
    """


class SecurityConfiguration(LogEncryption):
    """A Glue security configuration. Every part is optional, and a part that is not written is DISABLED.

    Modes: S3 DISABLED, SSE-S3 or SSE-KMS; CloudWatch DISABLED or SSE-KMS; job bookmarks DISABLED or CSE-KMS
    (https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html).
    """

    @property
    @abstractmethod
    def s3(self) -> tuple[EncryptionPart, ...]:
        """The S3 parts; empty where none is written."""

    @property
    @abstractmethod
    def logs(self) -> EncryptionPart:
        """The CloudWatch Logs part."""

    @property
    @abstractmethod
    def bookmarks(self) -> EncryptionPart:
        """The job bookmark part."""

    @property
    @abstractmethod
    def users(self) -> tuple[Component, ...]:
        """The components of the estate that use this configuration."""


class Naming(enum.Enum):
    """What the name of a security configuration leads to."""

    ABSENT = "absent"
    DECLARED = "security configuration of this estate"
    WRONG = "something that is no security configuration"
    UNRESOLVED = "a name that this estate does not declare"


@dataclass(frozen=True)
class SecurityConfigurationUse:
    """The name of a security configuration as a component writes it, followed as far as the estate goes."""

    naming: Naming
    value: Value
    configuration: SecurityConfiguration | None = None
    reason: str = ""
    chain: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Run:
    """A use of a security configuration: the role that it is used with, and the component that runs.

    A trigger runs jobs; ``component`` is None where the estate does not declare the job.
    """

    use: SecurityConfigurationUse
    role: RoleUse
    component: Component | None


class Component(LogEncryption):
    """Anything that takes a security configuration."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is, for people: Glue job, Glue crawler, ..."""

    @property
    @abstractmethod
    def uses(self) -> tuple[SecurityConfigurationUse, ...]:
        """The security configurations it names (a trigger names one for each action)."""

    @property
    def use(self) -> SecurityConfigurationUse:
        """The one security configuration it names."""
        return self.uses[0]

    @property
    @abstractmethod
    def property_name(self) -> str:
        """The property that names the security configuration."""

    @property
    @abstractmethod
    def runs(self) -> tuple[Run, ...]:
        """The security configurations with the roles that use them, in the order of ``uses``."""

    @property
    def writes_data(self) -> bool:
        """Whether it writes data to S3. Raises UndecidableError where that is not known."""
        return True

    @property
    def writes_logs(self) -> bool:
        """Whether its logs are encrypted by its security configuration."""
        return False

    @property
    def switches_bookmarks_on(self) -> bool:
        """Whether its definition switches job bookmarks on: they are off by default."""
        return False

    @property
    def protected(self) -> str:
        """What a security configuration encrypts for it, for people."""
        return "output, logs and bookmarks"

    @property
    def keeps_bookmarks(self) -> bool:
        """Whether it may keep job bookmarks. Raises UndecidableError where that is not known."""
        return False

    @property
    def ignores_security_configurations(self) -> bool:
        """Whether security configurations have no effect on it."""
        return False


@dataclass(frozen=True)
class Destination:
    """A place in S3 that a job's code is in or that the job writes to: what names it, and the bucket."""

    name: str
    use: BucketUse
    origin: Origin


class Job(Component):
    """A Glue job."""

    @property
    @abstractmethod
    def destinations(self) -> tuple[Destination, ...]:
        """Its script, its event logs where they are written, and the arguments that say that they are written to.

        Left out are those that are certainly not in a bucket of the estate.
        """

    @property
    def writes_logs(self) -> bool:
        """Jobs write to CloudWatch Logs."""
        return True


class Crawler(Component):
    """A Glue crawler."""

    @property
    def writes_data(self) -> bool:
        """A crawler writes nothing but logs."""
        return False

    @property
    def writes_logs(self) -> bool:
        """Crawlers write to CloudWatch Logs."""
        return True

    @property
    def protected(self) -> str:
        """A crawler writes nothing but logs."""
        return "logs"


class DevelopmentEndpoint(Component):
    """A development endpoint or an interactive session."""


class CatalogSettings(Resource):
    """The encryption settings of a Data Catalog."""

    @property
    @abstractmethod
    def mode(self) -> Value:
        """The mode of encryption at rest: DISABLED, SSE-KMS or SSE-KMS-WITH-SERVICE-ROLE."""

    @property
    @abstractmethod
    def service_role(self) -> Value:
        """The role of the mode SSE-KMS-WITH-SERVICE-ROLE."""

    @property
    @abstractmethod
    def passwords_encrypted(self) -> Value:
        """Whether connection passwords are returned (and kept) encrypted."""
