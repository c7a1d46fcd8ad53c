"""S3 buckets and objects."""

from __future__ import annotations

import enum
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.deliveries import Delivery, Needs
from s3_glue_rules.model.resources.kms import KeyUse
from s3_glue_rules.model.values import Unknown, Value

_KMS_ALGORITHMS = ("aws:kms", "aws:kms:dsse")


class DefaultEncryption(Resource):
    """A bucket that declares how the objects in it are encrypted by default.

    Since January 2023 S3 encrypts every new object at least with SSE-S3, whatever the bucket declares
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html).
    """

    @property
    @abstractmethod
    def encryption(self) -> Value:
        """The whole encryption declaration, or Absent."""

    @property
    @abstractmethod
    def algorithm(self) -> Value:
        """The declared default algorithm: AES256, aws:kms or aws:kms:dsse, or Absent."""

    @property
    def uses_kms(self) -> bool:
        """Whether the declared default is SSE-KMS or DSSE-KMS. Raises UndecidableError where that is not known."""
        return not self.algorithm.is_absent and self.algorithm.text() in _KMS_ALGORITHMS

    @property
    def doubt(self) -> str | None:
        """Why it cannot be told whether a default algorithm is declared, or None."""
        return self.algorithm.reason if isinstance(self.algorithm, Unknown) else None

    @property
    @abstractmethod
    def key(self) -> KeyUse:
        """The key of the declared default."""

    @property
    @abstractmethod
    def bucket_key_enabled(self) -> Value:
        """Whether the default uses an S3 Bucket Key."""


class Bucket(DefaultEncryption):
    """A general purpose bucket."""

    @property
    def encryption_writers(self) -> tuple[Link, ...]:
        """The declarations that write the default encryption, where a language allows for more than one."""
        return ()

    @property
    @abstractmethod
    def blocked_encryption_types(self) -> tuple[Value, ...]:
        """The encryption types that the bucket refuses for writes (SSE-C), or ``NONE``."""

    @abstractmethod
    def deliveries(self) -> Iterator[Delivery]:
        """Yield the log deliveries that lead to this bucket: those of declared sources first, then permitted ones.

        They are looked for as they are asked for, since each look may have to decide something.
        """

    @abstractmethod
    def permitted_deliveries(self) -> Iterator[Delivery]:
        """Yield those of the deliveries that are permitted, whatever delivers."""

    @property
    def sse_s3_destination_of(self) -> Link | None:
        """The log source that can deliver to this bucket only with SSE-S3, if there is one."""
        for delivery in self.deliveries():
            if delivery.needs is Needs.SSE_S3:
                return Link(delivery.link.origin, f"{delivery.link.says}, which only works with SSE-S3")
        return None

    @property
    @abstractmethod
    def policies(self) -> Policies:
        """The bucket policies that the estate attaches to the bucket."""

    @abstractmethod
    def is_default_key(self, value: Value) -> bool:
        """Return whether a value is the ARN of the key of the declared default: a request tells keys by their ARNs.

        Raises UndecidableError where that is open.
        """

    @abstractmethod
    def covers(self, resource: Value) -> str:
        """Return which part of this bucket a Resource of a policy covers.

        ``bucket``, ``objects``, ``both``, ``some objects`` such as those below a prefix, or an empty text.
        Raises UndecidableError where the resource cannot be told.
        """

    @abstractmethod
    def objects_begin_with(self, prefix: Value) -> bool:
        """Return whether the ARNs of all of this bucket's objects begin with a text, as those of CloudTrail do.

        Raises UndecidableError where the text cannot be told.
        """


class DirectoryBucket(DefaultEncryption):
    """A directory bucket of S3 Express One Zone.

    Its default is SSE-S3 or SSE-KMS with one customer managed key, named by key id or ARN; the bucket key is always on
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-specifying-kms-encryption.html).
    """


class EncryptedStore(Resource):
    """A table bucket or table of S3 Tables, a vector bucket or vector index of S3 Vectors.

    Both encrypt with SSE-S3, or with a customer managed key that is named by its ARN
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-encryption.html,
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_S3VectorBuckets_EncryptionConfiguration.html).
    """

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is, for people."""

    @property
    @abstractmethod
    def inherits(self) -> bool:
        """Whether it is encrypted as the bucket that it stands in, where it says nothing itself."""

    @property
    @abstractmethod
    def algorithm_name(self) -> str:
        """The property that sets the algorithm."""

    @property
    @abstractmethod
    def key_name(self) -> str:
        """The property that names the key."""

    @property
    @abstractmethod
    def algorithm(self) -> Value:
        """The declared algorithm, AES256 or aws:kms, or Absent."""

    @property
    @abstractmethod
    def key(self) -> KeyUse:
        """The key."""


class Inventory(Resource):
    """An inventory of a bucket, which S3 writes as reports to another one.

    What it does not say itself about encryption is as the destination's default says
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html).
    """

    @property
    @abstractmethod
    def sse_s3(self) -> Value:
        """What asks for SSE-S3, or Absent."""

    @property
    @abstractmethod
    def sse_kms(self) -> Value:
        """What asks for SSE-KMS, or Absent."""

    @property
    @abstractmethod
    def key(self) -> KeyUse:
        """The key of SSE-KMS."""

    @property
    @abstractmethod
    def encryption(self) -> Value:
        """The whole encryption declaration, or Absent."""

    @property
    @abstractmethod
    def destination(self) -> Bucket | None:
        """The destination, where the estate declares it. Raises UndecidableError where that cannot be told."""


class BucketKind(enum.Enum):
    """What the name of a bucket or an S3 URI leads to."""

    ABSENT = "absent"
    DECLARED = "general purpose bucket of this estate"
    ELSEWHERE = "a bucket that this estate does not declare"
    NOT_S3 = "something that is no place in S3"
    UNRESOLVED = "a bucket that only deployment knows"


@dataclass(frozen=True)
class BucketUse:
    """A bucket as a resource names it (its name, its ARN, an S3 URI), followed as far as the estate goes.

    ``reason`` says why there is no bucket. ``among`` are the buckets of which an unresolved one must be one, where
    that is known.
    """

    kind: BucketKind
    value: Value
    bucket: Bucket | None = None
    reason: str = ""
    among: tuple[Bucket, ...] = ()


class StoredObject(Resource):
    """An object that the configuration uploads or copies. What it does not set is as its bucket's default says."""

    @property
    @abstractmethod
    def algorithm(self) -> Value:
        """The algorithm that the object asks for, or Absent. A key without an algorithm asks for aws:kms."""

    @property
    @abstractmethod
    def key(self) -> KeyUse:
        """The key that the object asks for."""

    @property
    @abstractmethod
    def bucket(self) -> Bucket | None:
        """The bucket, where the estate declares it. Raises UndecidableError where that cannot be told."""
