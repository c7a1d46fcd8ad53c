"""SGR109: the bucket's policy denies requests without TLS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, passes
from s3_glue_rules.model.documents import Statement, action_matches
from s3_glue_rules.model.resources import Bucket
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a bucket without an effective Deny on ``aws:SecureTransport`` false for bucket and objects."""
    covered: set[str] = set()
    near: list[Link] = []
    unknown: UndecidableError | None = bucket.policies.unreadable
    for statement in bucket.policies.statements:
        try:
            problem = _why_it_does_not_deny(statement)
            if problem is None:
                covered.update(bucket.covers(resource) for resource in statement.resources)
            elif problem:
                near.append(Link(statement.origin, problem))
        except UndecidableError as error:
            unknown = error
    if "both" in covered or {"bucket", "objects"} <= covered:
        return passes("plain HTTP is denied")
    if unknown is not None:
        raise unknown
    remedy = (
        "Attach a bucket policy that denies s3:* to Principal * on the bucket and its objects where "
        "aws:SecureTransport is false"
    )
    if not bucket.policies.written:
        return fails(f"bucket {bucket.label} has no bucket policy here, so plain HTTP is not denied. {remedy}")
    if covered & {"bucket", "objects"}:
        missing = "its objects (add the ARN followed by /*)" if "bucket" in covered else "the bucket's own ARN"
        return fails(f"the TLS statement of bucket {bucket.label} leaves out {missing}. {remedy}", chain=tuple(near))
    detail = f" ({near[0].says})" if near else ""
    return fails(f"no policy of bucket {bucket.label} denies plain HTTP{detail}. {remedy}", chain=tuple(near))


def _why_it_does_not_deny(statement: Statement) -> str | None:
    """Return None for a Deny of plain HTTP, a reason for a statement that looks like one, else an empty text."""
    transport = [test for test in statement.tests if test.key == "aws:securetransport"]
    if not transport:
        return ""
    if not statement.is_effect("Deny"):
        return "an Allow that asks for TLS denies nobody"
    if len(statement.tests) > 1:
        return "it denies plain HTTP only where other conditions hold too"
    test = transport[0]
    if test.operator not in {"Bool", "BoolIfExists"}:
        return f"{test.operator} does not compare aws:SecureTransport as Bool does"
    if [value.text().lower() for value in test.values] != ["false"]:
        return "it denies requests with TLS instead of those without"
    if not statement.covers_everyone:
        if statement.not_principals:
            return "it leaves out the principals of NotPrincipal"
        for principal in statement.principals:
            principal.value.text()
        return "it denies plain HTTP to some principals only"
    actions = [action.text() for action in statement.actions]
    if not any(action_matches(action, "s3:*") for action in actions):
        return "it denies only some actions"
    return None
