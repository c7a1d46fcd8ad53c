"""SGR105: the bucket's encryption settings agree with each other."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Bucket, KeyKind

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a key beside AES256, and a bucket key beside DSSE."""
    if bucket.algorithm.is_absent:
        return not_applicable("the bucket declares no default algorithm")
    algorithm = bucket.algorithm.text()
    if algorithm == "AES256" and bucket.key.kind is not KeyKind.ABSENT:
        return fails(
            f"bucket {bucket.label} names a KMS key and the algorithm AES256, which uses none: S3 refuses the pair. "
            "Set SSEAlgorithm to aws:kms, or remove KMSMasterKeyID",
            at=bucket.key.value.origin,
        )
    if algorithm == "aws:kms:dsse" and bucket.bucket_key_enabled.flag(default=False):
        return fails(
            f"bucket {bucket.label} asks for a bucket key with aws:kms:dsse, which does not support it. Remove "
            "BucketKeyEnabled, or set SSEAlgorithm to aws:kms",
            at=bucket.bucket_key_enabled.origin,
        )
    return passes("the settings agree")
