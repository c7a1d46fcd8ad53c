"""SGR104: the key that the bucket names can encrypt objects."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.customer_keys import broken
from s3_glue_rules.model.resources import Bucket, KeyKind

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a key that is asymmetric, HMAC, disabled, in another Region, or no key."""
    if not bucket.uses_kms:
        return not_applicable("the bucket's default is not KMS")
    use = bucket.key
    at = use.value.origin
    if use.kind in {KeyKind.ABSENT, KeyKind.AWS_MANAGED}:
        return not_applicable("the bucket names no key of its own")
    if use.kind is KeyKind.NOT_A_KEY:
        return fails(
            f"{bucket.term('KMSMasterKeyID')} of bucket {bucket.label} is {use.reason}: no KMS key. Uploads fail until "
            "it names one",
            at=at,
            chain=use.chain,
        )
    if use.is_outside_of(bucket.region):
        return fails(
            f"bucket {bucket.label} is in {bucket.region}, its key in {use.key_region}: S3 only uses keys of the "
            "bucket's own Region. Name a key there",
            at=at,
            chain=use.chain,
        )
    if use.key is None:
        return undecided(use.reason or "the estate does not declare the key", at=at, chain=use.chain)
    return broken(use, f"bucket {bucket.label} names", "objects") or passes("the key can encrypt")
