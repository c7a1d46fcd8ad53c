"""SGR109: the bucket's policy denies requests without TLS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, passes
from s3_glue_rules.model.authorization import Decision, rule_on
from s3_glue_rules.model.bucket_access import PARTS, PLAIN_HTTP, SECURE, of_every_caller, why_it_lets_plain_http_in
from s3_glue_rules.model.logic import all_of
from s3_glue_rules.model.resources import Bucket

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a bucket without an effective Deny on ``aws:SecureTransport`` false for bucket and objects."""
    rulings = {part: rule_on(bucket.policies, of_every_caller(bucket, part, PLAIN_HTTP)) for part in PARTS}
    if all_of(PARTS, lambda part: rulings[part].is_denied):
        return passes("plain HTTP is denied")
    remedy = (
        "Attach a bucket policy that denies s3:* to Principal * on the bucket and its objects where "
        "aws:SecureTransport is false"
    )
    if not bucket.policies.written:
        return fails(f"bucket {bucket.label} has no bucket policy here, so plain HTTP is not denied. {remedy}")
    near = tuple(
        Link(statement.origin, why_it_lets_plain_http_in(bucket, statement))
        for statement in bucket.policies.statements
        if statement.tests_key(SECURE)
    )
    denied = [part for part in PARTS if rulings[part].decision is Decision.DENIED]
    if denied:
        missing = "its objects (add the ARN followed by /*)" if denied == ["bucket"] else "the bucket's own ARN"
        return fails(f"the TLS statement of bucket {bucket.label} leaves out {missing}. {remedy}")
    detail = f" ({near[0].says})" if near else ""
    return fails(f"no policy of bucket {bucket.label} denies plain HTTP{detail}. {remedy}", chain=near)
