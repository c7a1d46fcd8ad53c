"""How strong an encryption at rest is: what a security configuration asks for, and what a bucket gives by default."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Bucket, BucketUse, KeyKind, KeyUse, SecurityConfiguration
from s3_glue_rules.model.values import UndecidableError


class Strength(enum.IntEnum):
    """Kinds of encryption, the weakest first. S3 encrypts every object at least with SSE-S3."""

    SSE_S3 = 0
    AWS_MANAGED_KEY = 1
    CUSTOMER_MANAGED_KEY = 2


@dataclass(frozen=True)
class Protection:
    """An encryption as far as it is known: at least this strong, at most that; ``doubt`` says why they differ."""

    least: Strength
    most: Strength
    key: KeyUse | None = None
    doubt: str = ""

    def is_certainly_weaker_than(self, other: Protection) -> bool:
        """Return whether it is weaker, whatever is not known of both."""
        return self.most < other.least

    def may_be_weaker_than(self, other: Protection) -> bool:
        """Return whether it may be weaker. The same key on both sides is as strong, whoever manages it."""
        is_same = self.key is not None and other.key is not None and _is_same(self.key, other.key)
        return self.least < other.most and not is_same


def _is_same(left: KeyUse, right: KeyUse) -> bool:
    return symbol(left.value) == symbol(right.value)


def exactly(strength: Strength) -> Protection:
    """Return an encryption of which all is known."""
    return Protection(strength, strength)


def not_known(doubt: str) -> Protection:
    """Return an encryption of which nothing is known, for a reason."""
    return Protection(Strength.SSE_S3, Strength.CUSTOMER_MANAGED_KEY, doubt=doubt)


def _by_key(use: KeyUse) -> Protection:
    """Return the strength of KMS with a key. What is no key at all is another policy's: it counts as the own key."""
    if use.kind in {KeyKind.ABSENT, KeyKind.AWS_MANAGED}:
        return Protection(Strength.AWS_MANAGED_KEY, Strength.AWS_MANAGED_KEY, use)
    if use.kind is KeyKind.UNRESOLVED:
        return Protection(Strength.AWS_MANAGED_KEY, Strength.CUSTOMER_MANAGED_KEY, use, use.reason)
    return Protection(Strength.CUSTOMER_MANAGED_KEY, Strength.CUSTOMER_MANAGED_KEY, use)


def asked_by(configuration: SecurityConfiguration) -> Protection:
    """Return what a security configuration asks for what its jobs write to S3: nothing where a part is without KMS."""
    try:
        modes = {part.mode.text(default="DISABLED") for part in configuration.s3}
    except UndecidableError as unknown:
        return not_known(unknown.reason)
    if modes != {"SSE-KMS"}:
        return exactly(Strength.SSE_S3)
    return _by_key(configuration.s3[0].key)


def given_by(bucket: Bucket) -> Protection:
    """Return what a bucket gives to objects that ask for nothing."""
    try:
        algorithm = bucket.algorithm.text(default="AES256")
    except UndecidableError as unknown:
        return not_known(unknown.reason)
    if algorithm in {"aws:kms", "aws:kms:dsse"}:
        return _by_key(bucket.key)
    if algorithm == "AES256":
        return exactly(Strength.SSE_S3)
    return not_known(f"'{algorithm}' is not an algorithm for a bucket's default encryption")


def given_at(use: BucketUse) -> Protection:
    """Return what the bucket at a place gives. One that is not known is the weakest of those that it may be."""
    if use.bucket is not None:
        return given_by(use.bucket)
    candidates = [given_by(bucket) for bucket in use.among]
    if not candidates:
        return not_known(use.reason)
    return Protection(
        min(found.least for found in candidates), max(found.most for found in candidates), doubt=use.reason
    )


def default_of(bucket: Bucket) -> str:
    """Return the default encryption of a bucket for people."""
    if bucket.algorithm.is_absent:
        return "the SSE-S3 that S3 applies by itself"
    algorithm = bucket.algorithm.text()
    if algorithm == "AES256":
        return "SSE-S3 (AES256)"
    if bucket.key.kind is KeyKind.ABSENT:
        return f"{algorithm} without a key, and so the AWS managed key aws/s3"
    return f"{algorithm} with {bucket.key.reason}, an AWS managed key"


def wording_of(asked: Protection) -> str:
    """Return what a security configuration asks for, for people."""
    known = asked.least is Strength.CUSTOMER_MANAGED_KEY
    return "SSE-KMS with a customer managed key" if known else "SSE-KMS"
