"""SGR105: the bucket's encryption settings agree with each other."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Bucket, KeyKind

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a key beside AES256, a bucket key beside DSSE, and two declarations for one bucket."""
    writers = bucket.encryption_writers
    if len(writers) > 1:
        return fails(
            f"{len(writers)} declarations write the default encryption of bucket {bucket.label}: each replaces the "
            "other, and the one that is applied last holds. Keep one of them",
            chain=writers,
        )
    if bucket.algorithm.is_absent:
        return not_applicable("the bucket declares no default algorithm")
    algorithm = bucket.algorithm.text()
    if algorithm == "AES256" and bucket.key.kind is not KeyKind.ABSENT:
        return fails(
            f"bucket {bucket.label} names a KMS key and the algorithm AES256, which uses none: S3 refuses the pair. "
            f"Set {bucket.term('SSEAlgorithm')} to aws:kms, or remove {bucket.term('KMSMasterKeyID')}",
            at=bucket.key.value.origin,
        )
    if algorithm == "aws:kms:dsse" and bucket.bucket_key_enabled.flag(default=False):
        return fails(
            f"bucket {bucket.label} asks for a bucket key with aws:kms:dsse, which does not support it. Remove "
            f"{bucket.term('BucketKeyEnabled')}, or set {bucket.term('SSEAlgorithm')} to aws:kms",
            at=bucket.bucket_key_enabled.origin,
        )
    return passes("the settings agree")
