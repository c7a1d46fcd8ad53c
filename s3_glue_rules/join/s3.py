"""CloudFormation's S3 buckets with their policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from s3_glue_rules.join.bucket_names import NamedBucket
from s3_glue_rules.join.deliveries import cloudformation_sources, permitted, permitted_by_acl
from s3_glue_rules.join.documents import policies_of
from s3_glue_rules.join.keys import is_arn_of, key_use
from s3_glue_rules.join.naming import naming
from s3_glue_rules.join.view import Joined, possible_at
from s3_glue_rules.model.documents import Policies, together
from s3_glue_rules.model.resources import Bucket, Delivery, DirectoryBucket, KeyUse
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Known, UndecidableError, Value

BUCKET_TYPE = "AWS::S3::Bucket"
DIRECTORY_BUCKET = "AWS::S3Express::DirectoryBucket"
POLICY_TYPE = "AWS::S3::BucketPolicy"

_RULE: tuple[Step, ...] = ("BucketEncryption", "ServerSideEncryptionConfiguration", 0)
_DEFAULT: tuple[Step, ...] = (*_RULE, "ServerSideEncryptionByDefault")


class JoinedDefaults(NamedBucket):
    """What general purpose and directory buckets share."""

    @cached_property
    def encryption(self) -> Value:
        """The whole encryption declaration."""
        return self.at("BucketEncryption")

    @cached_property
    def algorithm(self) -> Value:
        """The declared default algorithm."""
        return self.at(*_DEFAULT, "SSEAlgorithm")

    @cached_property
    def key(self) -> KeyUse:
        """The key of the declared default."""
        return key_use(self.view, self.at(*_DEFAULT, "KMSMasterKeyID"))

    @cached_property
    def bucket_key_enabled(self) -> Value:
        """Whether the default uses an S3 Bucket Key."""
        return self.at(*_RULE, "BucketKeyEnabled")


class JoinedBucket(JoinedDefaults, Bucket):
    """A general purpose bucket."""

    @cached_property
    def blocked_encryption_types(self) -> tuple[Value, ...]:
        """The encryption types that are refused for writes."""
        return tuple(self.view.reader.items(self.at(*_RULE, "BlockedEncryptionTypes", "EncryptionType")))

    def deliveries(self) -> Iterator[Delivery]:
        """Yield the log deliveries that lead here."""
        yield from cloudformation_sources(self)
        yield from self.permitted_deliveries()

    def permitted_deliveries(self) -> Iterator[Delivery]:
        """Yield the log deliveries that its policy and its ACL permit, whatever delivers."""
        estate = self.view.estate
        yield from permitted(self, naming(estate, POLICY_TYPE, ("Bucket",), self.candidates), lambda: self.policies)
        if "text:LogDeliveryWrite" in possible_at(self.declaration, "AccessControl"):
            acl = self.at("AccessControl")
            if isinstance(acl, Known) and acl.text() == "LogDeliveryWrite":
                yield permitted_by_acl(acl.origin)

    def is_default_key(self, value: Value) -> bool:
        """Return whether a value is the ARN of the key of the declared default."""
        return is_arn_of(self.view, self.key, value)

    @cached_property
    def policies(self) -> Policies:
        """The bucket policies that the estate attaches to the bucket."""
        found = [
            policies_of(self.view.reader, self.view.at(declaration, "PolicyDocument"))
            for declaration in naming(self.view.estate, POLICY_TYPE, ("Bucket",), self.candidates)
            if self.view.exists(declaration) and self.is_named_by(self.view.at(declaration, "Bucket"))
        ]
        if self.view.estate.gaps and not found:
            reason = f"{self.view.estate.gaps[0]}, a bucket policy perhaps"
            return Policies((), written=False, unreadable=UndecidableError(reason, self.header))
        return replace(together(found), written=bool(found))


class JoinedDirectoryBucket(JoinedDefaults, DirectoryBucket):
    """A directory bucket."""


MAKERS: dict[str, type[Joined]] = {BUCKET_TYPE: JoinedBucket, DIRECTORY_BUCKET: JoinedDirectoryBucket}
