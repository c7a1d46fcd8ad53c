"""KMS keys, and uses of keys by other resources."""

from __future__ import annotations

import enum
from abc import abstractmethod
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.values import Value


@dataclass(frozen=True)
class DeletionGuard:
    """A setting that keeps a key: its value, the values that keep it, and what they keep it from.

    The first of ``keeping`` is the one to recommend.
    """

    name: str
    value: Value
    keeping: tuple[str, ...]
    event: str

    @property
    def holds(self) -> bool:
        """Whether the key is kept. Raises UndecidableError where that is not known."""
        return self.value.text(default="") in self.keeping


class Key(Resource):
    """A customer managed KMS key.

    Defaults: KeySpec SYMMETRIC_DEFAULT, KeyUsage ENCRYPT_DECRYPT, Origin AWS_KMS, enabled, no rotation, and where
    there is one, every 365 days; 30 days from scheduling its deletion to deleting it
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html).
    """

    ROTATION_PERIOD = 365
    DELETION_WINDOW = 30

    @property
    @abstractmethod
    def is_replica(self) -> bool:
        """Whether it is a multi-Region replica: it follows its primary's rotation and key material."""

    @property
    @abstractmethod
    def spec(self) -> Value:
        """The key spec as written."""

    @property
    @abstractmethod
    def usage(self) -> Value:
        """The key usage as written."""

    @property
    @abstractmethod
    def material(self) -> Value:
        """The origin of the key material as written."""

    @property
    @abstractmethod
    def rotation(self) -> Value:
        """Whether automatic rotation is asked for."""

    @property
    @abstractmethod
    def rotation_period(self) -> Value:
        """The days between two rotations."""

    @property
    @abstractmethod
    def deletion_window(self) -> Value:
        """The days from scheduling its deletion to deleting it."""

    @property
    @abstractmethod
    def enabled(self) -> Value:
        """Whether the key is enabled."""

    @property
    @abstractmethod
    def policies(self) -> Policies:
        """The key policy."""

    @property
    def possible_policies(self) -> tuple[Policies, ...]:
        """The policies of which any may be the one that holds: a key has one, and Terraform two ways to write it."""
        return (self.policies,)

    @property
    @abstractmethod
    def lockout_check_bypasses(self) -> tuple[Value, ...]:
        """Whether to accept a policy that shuts its author out, for each place where that may be said."""

    @property
    @abstractmethod
    def users(self) -> tuple[Link, ...]:
        """The resources of the estate that encrypt data with this key, as chain steps."""

    @property
    def possible_user(self) -> Link | None:
        """Something that is given the key and cannot be read: it may encrypt data with it."""
        return None

    @property
    @abstractmethod
    def guards(self) -> tuple[DeletionGuard, ...]:
        """The settings that have to keep the key from being deleted, as they are written."""

    @property
    def awaits_material(self) -> bool:
        """Whether its material has to be imported first, until when it cannot be enabled."""
        return self.material.text(default="AWS_KMS") == "EXTERNAL"

    @property
    def is_symmetric(self) -> bool:
        """Whether it is a symmetric encryption key, the only kind that S3 and Glue can use."""
        return (
            self.spec.text(default="SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
            and self.usage.text(default="ENCRYPT_DECRYPT") == "ENCRYPT_DECRYPT"
        )

    @property
    def can_rotate(self) -> bool:
        """Whether AWS KMS can rotate it automatically: symmetric encryption keys with material that AWS KMS made.

        A replica follows its primary. Raises UndecidableError where that is not known.
        """
        return not self.is_replica and self.material.text(default="AWS_KMS") == "AWS_KMS" and self.is_symmetric

    @property
    def rotates(self) -> bool:
        """Whether AWS KMS rotates it automatically. Raises UndecidableError where that is not known."""
        return self.can_rotate and self.rotation.flag(default=False)

    @property
    def certainly_rests(self) -> bool:
        """Whether it is known not to be asked to rotate by itself, whatever kind of key it is."""
        rotation = self.rotation
        return self.is_replica or rotation.is_absent or (rotation.is_known and not rotation.flag(default=False))

    @property
    def why_it_cannot_encrypt(self) -> str | None:
        """Why no service can encrypt with the key, or None where it can."""
        if not self.is_replica:
            spec = self.spec.text(default="SYMMETRIC_DEFAULT")
            if spec != "SYMMETRIC_DEFAULT":
                name = self.term("KeySpec")
                return f"its {name} is {spec}, and only SYMMETRIC_DEFAULT keys encrypt data for AWS services"
            usage = self.usage.text(default="ENCRYPT_DECRYPT")
            if usage != "ENCRYPT_DECRYPT":
                return f"its {self.term('KeyUsage')} is {usage}"
        if not self.enabled.flag(default=True):
            return "it is disabled"
        return None


class KeyKind(enum.Enum):
    """What a key identifier leads to."""

    ABSENT = "absent"
    AWS_MANAGED = "AWS managed key"
    DECLARED = "key of this estate"
    CUSTOMER_ALIAS = "alias of a customer managed key"
    NOT_A_KEY = "something that is no key"
    UNRESOLVED = "a key that this estate does not declare"


@dataclass(frozen=True)
class KeyUse:
    """A key identifier as a resource writes it, followed as far as the estate goes.

    ``form`` is ``ARN``, ``key id``, ``alias`` or empty; ``reason`` says why the identifier is unresolved, or what
    it names instead of a key; ``key_region`` is the Region in a literal ARN.
    """

    kind: KeyKind
    value: Value
    key: Key | None = None
    form: str = ""
    reason: str = ""
    key_region: str | None = None
    chain: tuple[Link, ...] = ()

    def is_outside_of(self, region: str | None) -> bool:
        """Return whether the key is certainly in another Region than the one given, where both are known."""
        return bool(self.key_region and region and self.key_region != region)


class Grantee(enum.Enum):
    """Whom a grant is for."""

    ACCOUNT = "every principal of an account that its IAM policies let"
    FOREIGN = "a principal of another account than the key's"
    SERVICE = "a role that only an AWS service can use, or a service"
    PRINCIPAL = "one role, user or session"


class Grant(Resource):
    """A grant: what a principal may do with a key, whatever key policy and IAM policies say.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """

    @property
    @abstractmethod
    def operations(self) -> tuple[Value, ...]:
        """The operations that it permits."""

    @property
    @abstractmethod
    def principal(self) -> Value:
        """The ARN of the principal that gets it, as written."""

    @property
    @abstractmethod
    def grantee(self) -> Grantee:
        """Whom it is for. Raises UndecidableError where that cannot be told."""

    @property
    @abstractmethod
    def constrained(self) -> Value:
        """Whether it holds only for requests with a certain encryption context: a boolean, or unknown."""
