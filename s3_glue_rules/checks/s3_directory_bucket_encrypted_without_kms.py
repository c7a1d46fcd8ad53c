"""SGR116: a directory bucket encrypts with AWS KMS, in the way that S3 Express One Zone takes it."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes, undecided
from s3_glue_rules.model.customer_keys import broken
from s3_glue_rules.model.resources import DirectoryBucket, KeyKind
from s3_glue_rules.model.values import Known

SUBJECT = DirectoryBucket


def check(bucket: DirectoryBucket) -> Answer:
    """Fail SSE-S3, and what a directory bucket does not support: DSSE, AWS managed keys, aliases, no bucket key."""
    if bucket.doubt is not None:
        return undecided(f"whether a default encryption is declared cannot be told: {bucket.doubt}")
    algorithm = bucket.algorithm
    remedy = (
        f"Set {bucket.term('SSEAlgorithm')} to aws:kms and {bucket.term('KMSMasterKeyID')} to the ARN of a customer "
        "managed key"
    )
    if algorithm.is_absent:
        return fails(
            f"directory bucket {bucket.label} declares no default algorithm, so objects get the SSE-S3 that S3 applies "
            f"by itself: no key policy, no audit of key use. {remedy}",
            at=algorithm.origin,
        )
    if algorithm.text() == "AES256":
        return fails(
            f"directory bucket {bucket.label} encrypts with SSE-S3 (AES256): no key policy guards the data and no key "
            f"use is audited. {remedy}",
            at=algorithm.origin,
        )
    if algorithm.text() == "aws:kms:dsse":
        return fails(
            f"directory bucket {bucket.label} asks for aws:kms:dsse, which directory buckets do not support. {remedy}",
            at=algorithm.origin,
        )
    if algorithm.text() != "aws:kms":
        return undecided(f"'{algorithm.text()}' is not an algorithm of directory buckets", at=algorithm.origin)
    if not bucket.bucket_key_enabled.flag(default=True):
        return fails(
            f"directory bucket {bucket.label} turns the bucket key off, which S3 refuses: SSE-KMS always uses one "
            f"there. Set {bucket.term('BucketKeyEnabled')} to true",
            at=bucket.bucket_key_enabled.origin,
        )
    return _judged_key(bucket, remedy)


def _judged_key(bucket: DirectoryBucket, remedy: str) -> Answer:
    use = bucket.key
    at = use.value.origin
    if use.kind in {KeyKind.ABSENT, KeyKind.AWS_MANAGED}:
        return fails(
            f"directory bucket {bucket.label} asks for aws:kms with {use.reason or 'no key'}, and AWS managed keys are "
            f"not supported there. {remedy}",
            at=bucket.algorithm.origin if use.kind is KeyKind.ABSENT else at,
            chain=use.chain,
        )
    if use.form in {"alias", "alias ARN"}:
        return fails(
            f"directory bucket {bucket.label} names its key by an alias, which is not supported there. {remedy}",
            at=at,
            chain=use.chain,
        )
    if use.kind is KeyKind.NOT_A_KEY:
        return fails(f"the key of directory bucket {bucket.label} is {use.reason}: no KMS key. {remedy}", at=at)
    if use.is_outside_of(bucket.region):
        return fails(
            f"directory bucket {bucket.label} is in {bucket.region}, its key in {use.key_region}: S3 only uses keys of "
            "the bucket's own Region. Name a key there",
            at=at,
            chain=use.chain,
        )
    problem = broken(use, f"directory bucket {bucket.label} names", "objects")
    if problem is not None:
        return problem
    if use.kind is KeyKind.UNRESOLVED and not isinstance(use.value, Known):
        return undecided(use.reason, at=at, chain=use.chain)
    return passes("directory buckets only take customer managed keys, and one is named")
