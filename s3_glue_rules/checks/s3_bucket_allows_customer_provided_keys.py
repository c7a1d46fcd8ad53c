"""SGR107: the bucket refuses keys that clients provide (SSE-C)."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Bucket

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a bucket that unblocks SSE-C."""
    blocked = bucket.blocked_encryption_types
    if not blocked:
        return not_applicable(
            "no encryption type is named; buckets created since April 2026 refuse SSE-C by themselves"
        )
    for value in blocked:
        if value.text() == "NONE":
            return fails(
                f"bucket {bucket.label} unblocks SSE-C ({bucket.term('BlockedEncryptionTypes')} NONE): clients may "
                "encrypt objects with keys that AWS never keeps, and a lost key is lost data. Set "
                f"{bucket.term('EncryptionType')} to SSE-C",
                at=value.origin,
            )
    return passes("SSE-C is blocked")
