"""SGR112: no header of an upload puts aside the bucket's default encryption with KMS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, exempt, fails, not_applicable, passes
from s3_glue_rules.model.authorization import rule_on
from s3_glue_rules.model.bucket_access import ALGORITHMS, HEADER, any_upload
from s3_glue_rules.model.resources import Bucket
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Bucket

# Default → the headers that ask for less. Which key aws:kms uses is another question.
_WEAKER = {"aws:kms": ("AES256",), "aws:kms:dsse": ("AES256", "aws:kms")}


def check(bucket: Bucket) -> Answer:
    """Fail a bucket with KMS by default whose policies do not deny uploads that ask for a weaker encryption."""
    default = bucket.algorithm.text(default="")
    if default not in _WEAKER:
        return not_applicable("the default is SSE-S3, and no header asks for less")
    for delivery in bucket.deliveries():
        return exempt("logs are delivered to it, and their source chooses the header", chain=(delivery.link,))
    unknown: UndecidableError | None = None
    for header in _WEAKER[default]:
        try:
            is_denied = rule_on(bucket.policies, any_upload(bucket, header)).is_denied
        except UndecidableError as error:
            unknown = unknown or error
            continue
        if not is_denied:
            accepted = " and ".join(name for name in ALGORITHMS if name not in _WEAKER[default])
            return fails(
                f"an upload with the header {header} puts aside the default {default} of bucket {bucket.label}. Deny "
                f"s3:PutObject to Principal * on its objects where StringNotEquals {HEADER} with {accepted}, and "
                'Null "false" on the same header, hold together',
                at=bucket.algorithm.origin,
            )
    if unknown is not None:
        raise unknown
    return passes("weaker headers are denied")
