"""SGR101: the bucket declares its default encryption."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, exempt, fails, passes, undecided
from s3_glue_rules.model.resources import Bucket

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a bucket whose declaration names no default algorithm."""
    if bucket.doubt is not None:
        return undecided(f"whether a default encryption is declared cannot be told: {bucket.doubt}")
    algorithm = bucket.algorithm
    if not algorithm.is_absent:
        return passes("the bucket declares a default algorithm")
    source = bucket.sse_s3_destination_of
    if source is not None:
        return exempt(f"{source.says}: the implicit SSE-S3 is what the delivery needs", chain=(source,))
    if bucket.encryption.is_absent:
        return fails(
            f"bucket {bucket.label} declares no {bucket.term('BucketEncryption')} and relies on the SSE-S3 that S3 "
            "applies by itself: no key policy, no audit of key use. Declare aws:kms with a customer managed key",
            at=bucket.encryption.origin,
        )
    return fails(
        f"the encryption rule of bucket {bucket.label} sets no {bucket.term('ServerSideEncryptionByDefault')}, so "
        f"objects get the SSE-S3 that S3 applies by itself. Add {bucket.term('SSEAlgorithm')} aws:kms with a customer "
        "managed key",
        at=algorithm.origin,
    )
