"""S3 buckets and objects."""

from __future__ import annotations

import enum
from abc import abstractmethod
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.kms import KeyUse
from s3_glue_rules.model.values import Unknown, Value


class Bucket(Resource):
    """A general purpose bucket.

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
    def doubt(self) -> str | None:
        """Why it cannot be told whether a default algorithm is declared, or None."""
        return self.algorithm.reason if isinstance(self.algorithm, Unknown) else None

    @property
    def encryption_writers(self) -> tuple[Link, ...]:
        """The declarations that write the default encryption, where a language allows for more than one."""
        return ()

    @property
    @abstractmethod
    def key(self) -> KeyUse:
        """The key of the declared default."""

    @property
    @abstractmethod
    def bucket_key_enabled(self) -> Value:
        """Whether the default uses an S3 Bucket Key."""

    @property
    @abstractmethod
    def blocked_encryption_types(self) -> tuple[Value, ...]:
        """The encryption types that the bucket refuses for writes (SSE-C), or ``NONE``."""

    @property
    @abstractmethod
    def sse_s3_destination_of(self) -> Link | None:
        """The log source that can deliver to this bucket only with SSE-S3, if there is one."""

    @property
    @abstractmethod
    def policies(self) -> Policies:
        """The bucket policies that the estate attaches to the bucket."""

    @abstractmethod
    def covers(self, resource: Value) -> str:
        """Return which part of this bucket a Resource of a policy covers: ``bucket``, ``objects``, ``both`` or ````.

        Raises UndecidableError where the resource cannot be told.
        """


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
