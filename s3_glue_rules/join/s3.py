"""CloudFormation's S3 buckets with their policies, and the log sources that deliver to them."""

from __future__ import annotations

from functools import cached_property

from s3_glue_rules.join.bucket_names import NamedBucket
from s3_glue_rules.join.documents import statements_of
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.terraform import naming
from s3_glue_rules.join.view import Joined, possible_at
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.documents import Policies, Statement
from s3_glue_rules.model.resources import Bucket, KeyUse
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Known, Mapping, UndecidableError, Value

BUCKET_TYPE = "AWS::S3::Bucket"
POLICY_TYPE = "AWS::S3::BucketPolicy"

_RULE: tuple[Step, ...] = ("BucketEncryption", "ServerSideEncryptionConfiguration", 0)
_DEFAULT: tuple[Step, ...] = (*_RULE, "ServerSideEncryptionByDefault")


class JoinedBucket(NamedBucket, Bucket):
    """A general purpose bucket."""

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

    @cached_property
    def blocked_encryption_types(self) -> tuple[Value, ...]:
        """The encryption types that are refused for writes."""
        return tuple(self.view.reader.items(self.at(*_RULE, "BlockedEncryptionTypes", "EncryptionType")))

    @cached_property
    def sse_s3_destination_of(self) -> Link | None:
        """The log source that can deliver here only with SSE-S3."""
        for kind, source, value in self._log_sources():
            if self.view.exists(source) and self.is_named_by(value):
                name = source.name or source.address
                return Link(value.origin, f"'{name}' delivers its {kind} here, which only works with SSE-S3")
        return None

    @cached_property
    def policies(self) -> Policies:
        """The bucket policies that the estate attaches to the bucket."""
        statements: list[Statement] = []
        written = False
        unreadable: UndecidableError | None = None
        for declaration in naming(self.view.estate, POLICY_TYPE, ("Bucket",), self.candidates):
            if not self.view.exists(declaration):
                continue
            if not self.is_named_by(self.view.at(declaration, "Bucket")):
                continue
            written = True
            try:
                statements.extend(statements_of(self.view.reader, self.view.at(declaration, "PolicyDocument")))
            except UndecidableError as unknown:
                unreadable = unknown
        if self.view.estate.gaps and not written:
            unreadable = UndecidableError(f"{self.view.estate.gaps[0]}, a bucket policy perhaps", self.header)
        return Policies(tuple(statements), written, unreadable)

    def _log_sources(self) -> list[tuple[str, Declaration, Value]]:
        """Return the log deliveries that may lead here and need SSE-S3 (domain: ALB, classic ELB, S3 access logs)."""
        found: list[tuple[str, Declaration, Value]] = []
        estate = self.view.estate
        for declaration in estate.by_type.get(BUCKET_TYPE, ()):
            if possible_at(declaration, "LoggingConfiguration", "DestinationBucketName") & self.candidates:
                target = self.view.at(declaration, "LoggingConfiguration", "DestinationBucketName")
                found.append(("server access logs", declaration, target))
        for declaration in estate.by_type.get("AWS::ElasticLoadBalancing::LoadBalancer", ()):
            if possible_at(declaration, "AccessLoggingPolicy", "S3BucketName") & self.candidates:
                target = self.view.at(declaration, "AccessLoggingPolicy", "S3BucketName")
                found.append(("access logs", declaration, target))
        for declaration in estate.by_type.get("AWS::ElasticLoadBalancingV2::LoadBalancer", ()):
            if possible_at(declaration, "LoadBalancerAttributes", "*", "Value") & self.candidates:
                found.extend(self._load_balancer_logs(declaration))
        return found

    def _load_balancer_logs(self, declaration: Declaration) -> list[tuple[str, Declaration, Value]]:
        kind = self.view.at(declaration, "Type")
        if isinstance(kind, Known) and kind.text() != "application":
            return []
        found: list[tuple[str, Declaration, Value]] = []
        for attribute in self.view.reader.items(self.view.at(declaration, "LoadBalancerAttributes")):
            if not isinstance(attribute, Mapping):
                continue
            key = self.view.reader.read(attribute.get("Key"))
            if isinstance(key, Known) and key.text() in {"access_logs.s3.bucket", "connection_logs.s3.bucket"}:
                label = key.text().split(".")[0].replace("_", " ")
                found.append((label, declaration, self.view.reader.read(attribute.get("Value"))))
        return found


MAKERS: dict[str, type[Joined]] = {BUCKET_TYPE: JoinedBucket}
