"""Requests to buckets that policies are about: transports, and uploads with their encryption headers.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from s3_glue_rules.model.authorization import (
    EVERY_CALLER,
    Request,
    Ruling,
    conditions_hold,
    is_about_action,
    is_about_caller,
)
from s3_glue_rules.model.conditions import ContextValue, Recognised, Special, holds_text
from s3_glue_rules.model.documents import Policies, Statement, Test
from s3_glue_rules.model.resources import Bucket, KeyKind
from s3_glue_rules.model.values import Known, UndecidableError, Value

HEADER = "s3:x-amz-server-side-encryption"
KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
_CUSTOMER_KEY = "s3:x-amz-server-side-encryption-customer-algorithm"

SECURE = "aws:securetransport"
TLS = "s3:tlsversion"
# A request over plain HTTP has no TLS version.
PLAIN_HTTP: Mapping[str, ContextValue] = {SECURE: holds_text("false"), TLS: Special.MISSING}

ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse")
PARTS = ("bucket", "objects")


def with_tls(version: str) -> Mapping[str, ContextValue]:
    """Return what a request over HTTPS holds."""
    return {SECURE: holds_text("true"), TLS: holds_text(version)}


def of_every_caller(bucket: Bucket, part: str, context: Mapping[str, ContextValue]) -> Request:
    """Return all requests to the bucket or to all its objects: a Deny that asks for more than the context evades."""
    return Request("s3:*", EVERY_CALLER, _covering(bucket, part, "both"), context, Special.CHOSEN)


def why_it_lets_plain_http_in(bucket: Bucket, statement: Statement) -> str:
    """Return why a statement that asks for the transport does not deny plain HTTP, for people."""
    request = of_every_caller(bucket, "objects", PLAIN_HTTP)
    over_tls = of_every_caller(bucket, "objects", with_tls("1.3"))
    reason = "it is about other resources"
    try:
        if not statement.is_effect("Deny"):
            reason = "an Allow denies nobody, whatever it asks of the transport"
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


def any_upload(bucket: Bucket, header: str) -> Request:
    """Return uploads with an encryption header, by whoever finds the way in that policies leave."""
    key: ContextValue = Special.MISSING if header == "AES256" else Special.CHOSEN
    context = {HEADER: holds_text(header), KEY_ID: key, _CUSTOMER_KEY: Special.MISSING}
    return Request("s3:PutObject", EVERY_CALLER, _covering(bucket, "objects", "both"), context, Special.CHOSEN)


def client_upload(bucket: Bucket, header: ContextValue, key: ContextValue) -> Request:
    """Return an upload of a client that no policy names, over TLS, to any place in the bucket."""
    somebody = Recognised(_is_somebody)
    context: dict[str, ContextValue] = {
        HEADER: header,
        KEY_ID: key,
        _CUSTOMER_KEY: Special.MISSING,
        **with_tls("1.3"),
        "aws:principalisawsservice": holds_text("false"),
        "aws:viaawsservice": holds_text("false"),
        "aws:principalarn": somebody,
        "aws:userid": somebody,
    }
    covers = _covering(bucket, "objects", "both", "some objects")
    return Request("s3:PutObject", EVERY_CALLER, covers, context, Special.CHOSEN)


def uploads_without_header(bucket: Bucket, policies: Policies) -> list[Request]:
    """Return what an upload that leaves its encryption to the bucket's default may be to policies.

    Whether S3 compares a key id with the header, which is missing, or with the key of the default is not documented.
    """
    uploads = [client_upload(bucket, Special.MISSING, Special.MISSING)]
    names_keys = any(statement.tests_key(KEY_ID) for statement in policies.statements)
    if names_keys and bucket.algorithm.text(default="AES256") != "AES256":
        uploads.append(client_upload(bucket, Special.MISSING, Recognised(bucket.is_default_key)))
    return uploads


def default_key(bucket: Bucket) -> ContextValue:
    """Return the key id of an upload that asks for the bucket's declared default by its headers."""
    if bucket.algorithm.text() == "AES256" or bucket.key.kind in {KeyKind.ABSENT, KeyKind.AWS_MANAGED}:
        return Special.MISSING
    return Recognised(bucket.is_default_key)


def about_encryption(policies: Policies) -> Policies:
    """Return the statements that ask for encryption headers."""
    kept = tuple(statement for statement in policies.statements if statement.tests_key(HEADER, KEY_ID))
    return Policies(kept, policies.written, policies.unreadable)


def demanding_header(policies: Policies) -> Policies:
    """Return the statements that say outright what is to happen without a header."""
    kept = tuple(statement for statement in policies.statements if any(map(_is_demand, statement.tests)))
    return Policies(kept, policies.written, policies.unreadable)


def tested_header(ruling: Ruling) -> str:
    """Return the header that a statement asks for which rules on an upload."""
    return KEY_ID if ruling.statement is not None and not ruling.statement.tests_key(HEADER) else HEADER


def _is_demand(test: Test) -> bool:
    if test.key not in {HEADER, KEY_ID} or test.operator.lower() != "null":
        return False
    return any(not value.is_known or value.text().lower() == "true" for value in test.values)


def _covering(bucket: Bucket, *parts: str) -> Callable[[Value], bool]:
    return lambda resource: bucket.covers(resource) in parts


def _is_somebody(pattern: Value) -> bool:
    """Return whether a value of a policy names a client that no policy names: one identity does not."""
    if isinstance(pattern, Known) and any(sign in pattern.text() for sign in "*?$"):
        raise UndecidableError(f"'{pattern.text()}' may stand for many clients", pattern.origin)
    return False
