"""S3 buckets with their policies, and the log sources that deliver to them."""

from __future__ import annotations

import re
from functools import cached_property

from s3_glue_rules.join.documents import statements_of
from s3_glue_rules.join.kms import key_use
from s3_glue_rules.join.view import ANYTHING, Joined, possible_at
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.documents import Policies, Statement
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Bucket, KeyUse
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import (
    Absent,
    Known,
    Mapping,
    Open,
    Reference,
    Text,
    UndecidableError,
    Value,
)

BUCKET_TYPE = "AWS::S3::Bucket"
POLICY_TYPE = "AWS::S3::BucketPolicy"

_RULE: tuple[Step, ...] = ("BucketEncryption", "ServerSideEncryptionConfiguration", 0)
_DEFAULT: tuple[Step, ...] = (*_RULE, "ServerSideEncryptionByDefault")


class JoinedBucket(Joined, Bucket):
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
            if self.view.exists(source) and self._is_named_by(value):
                name = source.name or source.address
                return Link(value.origin, f"'{name}' delivers its {kind} here, which only works with SSE-S3")
        return None

    @cached_property
    def policies(self) -> Policies:
        """The bucket policies that the estate attaches to the bucket."""
        statements: list[Statement] = []
        written = False
        unreadable: UndecidableError | None = None
        for declaration in self.view.estate.by_type.get(POLICY_TYPE, ()):
            candidates = possible_at(declaration, "Bucket")
            if not (candidates & self._names or ANYTHING in candidates):
                continue
            if not self.view.exists(declaration):
                continue
            if not self._is_named_by(self.view.at(declaration, "Bucket")):
                continue
            written = True
            try:
                statements.extend(statements_of(self.view.reader, self.view.at(declaration, "PolicyDocument")))
            except UndecidableError as unknown:
                unreadable = unknown
        if self.view.estate.gaps and not written:
            unreadable = UndecidableError(f"{self.view.estate.gaps[0]}, a bucket policy perhaps", self.header)
        return Policies(tuple(statements), written, unreadable)

    def covers(self, resource: Value) -> str:
        """Return which part of this bucket a Resource of a policy covers."""
        # Reading the name may decide a parameter that the resource is put together from: name first, then both agree.
        name = self.at("BucketName")
        resource = self.view.reader.read(resource)
        if isinstance(resource, Reference):
            is_own = resource.target == self.declaration.address and resource.attribute == "Arn"
            return "bucket" if is_own else ""
        if isinstance(resource, Known):
            return self._covered_by_text(resource.text(), name)
        if isinstance(resource, Text):
            return self._covered_by_parts(resource, name)
        raise UndecidableError(resource.why_unknown(), resource.origin)

    def _covered_by_text(self, text: str, name: Value) -> str:
        if text in {"*", "arn:aws:s3:::*"}:
            return "both"
        match = re.fullmatch(r"arn:[^:]*:s3:::([^/]*)(/.*)?", text)
        if match is None:
            return ""
        if not isinstance(name, Known) or match.group(1) != name.text():
            return ""
        return _part(match.group(2) or "")

    def _covered_by_parts(self, resource: Text, name: Value) -> str:
        """Take apart ``${Bucket.Arn}/*``, ``arn:${AWS::Partition}:s3:::${Bucket}/*`` and the like."""
        for index, part in enumerate(resource.parts):
            if isinstance(part, Reference):
                if part.target != self.declaration.address:
                    return ""
                return _part("".join(symbol(rest) for rest in resource.parts[index + 1 :]))
        text = symbol(resource)
        match = re.fullmatch(r"arn:[^:]*:s3:::([^/]*)(/.*)?", _without_partition(text), re.DOTALL)
        if match is None:
            if "\0" in text.split(":::")[0] and ":::" not in text:
                raise UndecidableError(resource.why_unknown(), resource.origin)
            return ""
        if isinstance(name, (Known, Text, Open)) and symbol(name) == match.group(1):
            return _part(match.group(2) or "")
        if "\0" in match.group(1) and not isinstance(name, Absent):
            raise UndecidableError(resource.why_unknown(), resource.origin)
        return ""

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset({f"ref:{self.declaration.address}"}) | possible_at(self.declaration, "BucketName")

    def _is_named_by(self, value: Value) -> bool:
        if isinstance(value, Reference):
            return value.target == self.declaration.address
        if isinstance(value, (Known, Text, Open)):
            name = self.view.reader.peek(self.at("BucketName"))
            value = self.view.reader.peek(value)
            if isinstance(name, (Known, Text, Open)):
                return symbol(name) == symbol(value)
            return False
        return False

    def _log_sources(self) -> list[tuple[str, Declaration, Value]]:
        """Return the log deliveries that may lead here and need SSE-S3 (domain: ALB, classic ELB, S3 access logs)."""
        found: list[tuple[str, Declaration, Value]] = []
        estate = self.view.estate
        for declaration in estate.by_type.get(BUCKET_TYPE, ()):
            if possible_at(declaration, "LoggingConfiguration", "DestinationBucketName") & self._names:
                target = self.view.at(declaration, "LoggingConfiguration", "DestinationBucketName")
                found.append(("server access logs", declaration, target))
        for declaration in estate.by_type.get("AWS::ElasticLoadBalancing::LoadBalancer", ()):
            if possible_at(declaration, "AccessLoggingPolicy", "S3BucketName") & self._names:
                target = self.view.at(declaration, "AccessLoggingPolicy", "S3BucketName")
                found.append(("access logs", declaration, target))
        for declaration in estate.by_type.get("AWS::ElasticLoadBalancingV2::LoadBalancer", ()):
            if possible_at(declaration, "LoadBalancerAttributes", "*", "Value") & self._names:
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


def _part(suffix: str) -> str:
    """Return what is covered by what stands behind a bucket's ARN."""
    if suffix == "":
        return "bucket"
    if suffix == "/*":
        return "objects"
    return "both" if suffix == "*" else ""


def _without_partition(text: str) -> str:
    return re.sub("^arn:\0[^\0]*\0:", "arn:aws:", text)
