"""SGR108: a bucket that receives logs is encrypted in a way that lets them in.

What keeps a log delivery out is reported here alone: SGR103 says nothing about the key of such a bucket, and SGR101
and SGR102 exempt a bucket that has to be SSE-S3.
"""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, not_applicable, passes
from s3_glue_rules.model.destinations import may_be_kms, refusal
from s3_glue_rules.model.resources import Bucket

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a bucket whose SSE-KMS default makes a log delivery fail."""
    if not may_be_kms(bucket):
        return not_applicable("SSE-S3 lets every log delivery in")
    answer = refusal(bucket)
    if answer is not None:
        return answer
    if not any(bucket.deliveries()):
        return not_applicable("no logs are delivered here")
    return passes("the log deliveries get past the encryption")
