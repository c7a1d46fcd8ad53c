"""S3 buckets and objects."""

from __future__ import annotations

from abc import abstractmethod

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

    @abstractmethod
    def objects_begin_with(self, prefix: Value) -> bool:
        """Return whether the ARNs of all of this bucket's objects begin with a text, as those of CloudTrail do.

        Raises UndecidableError where the text cannot be told.
        """


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
