"""SGR102: the bucket's default encryption uses KMS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, exempt, fails, not_applicable, passes, undecided
from s3_glue_rules.model.resources import Bucket

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a bucket whose declared default is SSE-S3, unless a log delivery needs just that."""
    if bucket.algorithm.is_absent:
        return not_applicable("the bucket declares no default algorithm")
    algorithm = bucket.algorithm.text()
    if bucket.uses_kms:
        return passes(f"the default is {algorithm}")
    if algorithm != "AES256":
        return undecided(
            f"'{algorithm}' is not an algorithm for a bucket's default encryption", at=bucket.algorithm.origin
        )
    source = bucket.sse_s3_destination_of
    if source is not None:
        return exempt(source.says, chain=(source,))
    return fails(
        f"bucket {bucket.label} encrypts with SSE-S3 (AES256): no key policy guards the data and no key use is "
        f"audited. Set {bucket.term('SSEAlgorithm')} to aws:kms and name a customer managed key",
        at=bucket.algorithm.origin,
    )
