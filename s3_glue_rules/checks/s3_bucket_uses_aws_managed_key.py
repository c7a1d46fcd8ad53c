"""SGR103: the bucket's KMS encryption uses a customer managed key.

Of a bucket that a log delivery does not get into, SGR108 says what to change: a customer managed key may not do there.
"""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.destinations import refusal
from s3_glue_rules.model.resources import Bucket, KeyKind

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail KMS encryption without a key, or with a key under ``alias/aws/``."""
    algorithm = bucket.algorithm
    if not bucket.uses_kms:
        return not_applicable("the bucket's default is not KMS")
    use = bucket.key
    if use.kind is KeyKind.NOT_A_KEY:
        return not_applicable("the identifier names no key at all")
    if use.is_outside_of(bucket.region):
        return not_applicable("the key is in another Region and cannot be used at all")
    if use.kind in {KeyKind.DECLARED, KeyKind.CUSTOMER_ALIAS}:
        return passes("the key is customer managed")
    if refusal(bucket) is not None:
        return not_applicable("the key has to be another one for the sake of a log delivery, or none at all")
    if use.kind is KeyKind.ABSENT:
        return fails(
            f"bucket {bucket.label} asks for {algorithm.text()} without a key, so S3 uses the AWS managed key "
            "aws/s3, which has no key policy of yours and no cross-account use. Set "
            f"{bucket.term('KMSMasterKeyID')} to the ARN of a customer managed key",
            at=algorithm.origin,
        )
    if use.kind is KeyKind.AWS_MANAGED:
        return fails(
            f"bucket {bucket.label} encrypts with {use.reason}, an AWS managed key, which has no key policy of yours "
            f"and no cross-account use. Set {bucket.term('KMSMasterKeyID')} to the ARN of a customer managed key",
            at=use.value.origin,
            chain=use.chain,
        )
    return undecided(use.reason, at=use.value.origin, chain=use.chain)
