"""SGR109: the bucket's policy denies requests without TLS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, passes
from s3_glue_rules.model.authorization import Decision, conditions_hold, is_about_action, is_about_caller, rule_on
from s3_glue_rules.model.bucket_access import PARTS, PLAIN_HTTP, SECURE, of_every_caller, with_tls
from s3_glue_rules.model.documents import Statement
from s3_glue_rules.model.logic import all_of
from s3_glue_rules.model.resources import Bucket
from s3_glue_rules.model.values import UndecidableError

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
        Link(statement.origin, _why_it_does_not_deny(bucket, statement))
        for statement in bucket.policies.statements
        if statement.tests_key(SECURE)
    )
    denied = [part for part in PARTS if rulings[part].decision is Decision.DENIED]
    if denied:
        missing = "its objects (add the ARN followed by /*)" if denied == ["bucket"] else "the bucket's own ARN"
        return fails(f"the TLS statement of bucket {bucket.label} leaves out {missing}. {remedy}")
    detail = f" ({near[0].says})" if near else ""
    return fails(f"no policy of bucket {bucket.label} denies plain HTTP{detail}. {remedy}", chain=near)


def _why_it_does_not_deny(bucket: Bucket, statement: Statement) -> str:
    request = of_every_caller(bucket, "objects", PLAIN_HTTP)
    over_tls = of_every_caller(bucket, "objects", with_tls("1.3"))
    reason = "it is about other resources"
    try:
        if not statement.is_effect("Deny"):
            reason = "an Allow that asks for TLS denies nobody"
        elif conditions_hold(statement, over_tls):
            reason = "it denies requests with TLS instead of those without"
        elif not conditions_hold(statement, request):
            reason = "it denies plain HTTP only where other conditions hold too"
        elif not is_about_caller(statement, request):
            reason = "it leaves out some principals"
        elif not is_about_action(statement, request):
            reason = "it denies only some actions"
    except UndecidableError as unknown:
        reason = f"what it denies cannot be told: {unknown.reason}"
    return reason
