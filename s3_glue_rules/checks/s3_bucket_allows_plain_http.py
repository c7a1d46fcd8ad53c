"""SGR109: the bucket's policy denies requests without TLS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, passes
from s3_glue_rules.model.authorization import Decision, conditions_hold, is_about_action, is_about_caller, rule_on
from s3_glue_rules.model.bucket_access import PARTS, SECURE, TLS, of_every_caller
from s3_glue_rules.model.conditions import Special, holds_text
from s3_glue_rules.model.documents import Statement
from s3_glue_rules.model.logic import all_of
from s3_glue_rules.model.resources import Bucket
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Bucket

# A request over plain HTTP has no TLS version.
_PLAIN_HTTP = {SECURE: holds_text("false"), TLS: Special.MISSING}


def check(bucket: Bucket) -> Answer:
    """Fail a bucket without an effective Deny on ``aws:SecureTransport`` false for bucket and objects."""
    rulings = {part: rule_on(bucket.policies, of_every_caller(bucket, part, _PLAIN_HTTP)) for part in PARTS}
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
    request = of_every_caller(bucket, "objects", _PLAIN_HTTP)
    over_tls = of_every_caller(bucket, "objects", {SECURE: holds_text("true")})
    try:
        if not statement.is_effect("Deny"):
            return "an Allow that asks for TLS denies nobody"
        if conditions_hold(statement, over_tls):
            return "it denies requests with TLS instead of those without"
        if not conditions_hold(statement, request):
            return "it denies plain HTTP only where other conditions hold too"
        if not is_about_caller(statement, request):
            return "it leaves out some principals"
        return "it denies only some actions" if not is_about_action(statement, request) else "it is about other resources"
    except UndecidableError as unknown:
        return f"what it denies cannot be told: {unknown.reason}"
