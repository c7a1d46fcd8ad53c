"""SGR106: a bucket with SSE-KMS uses an S3 Bucket Key."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Bucket

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a bucket whose default is SSE-KMS without a Bucket Key: a matter of cost, not of confidentiality."""
    if bucket.algorithm.text(default="AES256") != "aws:kms":
        return not_applicable("only SSE-KMS makes a request for each object that a Bucket Key can save")
    enabled = bucket.bucket_key_enabled
    if enabled.flag(default=False):
        return passes("it uses a Bucket Key")
    source = bucket.sse_s3_destination_of
    if source is not None:
        return not_applicable(source.says)
    return fails(
        f"bucket {bucket.label} asks AWS KMS for every object that is written or read. Set "
        f"{bucket.term('BucketKeyEnabled')} to true, unless each use has to be seen in CloudTrail",
        at=bucket.algorithm.origin if enabled.is_absent else enabled.origin,
    )
