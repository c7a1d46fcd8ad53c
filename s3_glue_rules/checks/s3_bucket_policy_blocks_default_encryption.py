"""SGR111: a bucket's policy accepts uploads that are encrypted as the bucket's default says."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes
from s3_glue_rules.model.authorization import rule_on
from s3_glue_rules.model.bucket_access import (
    ALGORITHMS,
    HEADER,
    KEY_ID,
    about_encryption,
    any_upload,
    client_upload,
    default_key,
    demanding_header,
    tested_header,
    uploads_without_header,
)
from s3_glue_rules.model.conditions import Special, holds_text
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.logic import all_of
from s3_glue_rules.model.resources import Bucket
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Bucket


def check(bucket: Bucket) -> Answer:
    """Fail a policy that denies uploads without header, with the header of the declared default, or all of them."""
    policies = about_encryption(bucket.policies)
    if not policies.statements:
        policies.require_all()
        return not_applicable("no policy of the bucket asks for encryption headers")
    unknown: UndecidableError | None = None
    for find in (_denied_without_header, _denied_with_default, _denied_always):
        try:
            answer = find(bucket, policies)
        except UndecidableError as error:
            unknown = unknown or error
            continue
        if answer is not None:
            return answer
    if unknown is not None:
        raise unknown
    return passes("uploads that are encrypted as the default says are accepted")


def _denied_without_header(bucket: Bucket, policies: Policies) -> Answer | None:
    demanding = demanding_header(policies)
    uploads = uploads_without_header(bucket, policies)
    denied = [rule_on(policies, item).is_denied and not rule_on(demanding, item).is_denied for item in uploads]
    if not any(denied):
        return None
    if not all(denied):
        reason = "which key S3 compares where an upload names none is not documented"
        raise UndecidableError(f'{reason}. Add Null with {KEY_ID} "false" to the statement')
    ruling = rule_on(policies, uploads[0])
    key = tested_header(ruling)
    return fails(
        f"{ruling.label} in the policy of bucket {bucket.label} denies uploads that leave their encryption to the "
        f"bucket's default: a negated operator holds where {key} is missing, with IfExists too. Add Null with {key} "
        '"false" to the same statement, and list all values to accept in it, so that only a wrong header is denied',
        at=ruling.origin,
        chain=(Link(ruling.origin, "it holds for a request without the header"),),
    )


def _denied_with_default(bucket: Bucket, policies: Policies) -> Answer | None:
    algorithm = bucket.algorithm.text(default="")
    if algorithm not in ALGORITHMS:
        return None
    header = holds_text(algorithm)
    ruling = rule_on(policies, client_upload(bucket, header, default_key(bucket)))
    if not ruling.is_denied:
        return None
    if rule_on(policies, client_upload(bucket, header, Special.CHOSEN)).is_denied:
        remedy = f"Accept {algorithm} in {HEADER} there, or change the default"
    else:
        remedy = f"Compare {KEY_ID} with the full ARN of the default's key, which no alias and no key id equals"
    return fails(
        f"{ruling.label} in the policy of bucket {bucket.label} denies uploads that ask for the bucket's own default "
        f"by its header, {algorithm}. {remedy}",
        at=ruling.origin,
        chain=(Link(bucket.algorithm.origin, f"the default is {algorithm}"),),
    )


def _denied_always(bucket: Bucket, policies: Policies) -> Answer | None:
    uploads = uploads_without_header(bucket, policies) + [any_upload(bucket, algorithm) for algorithm in ALGORITHMS]
    rulings = [rule_on(policies, upload) for upload in uploads]
    if not all_of(rulings, lambda ruling: ruling.is_denied):
        return None
    return fails(
        f"the statements in the policy of bucket {bucket.label} deny every upload together, whatever its {HEADER} "
        "says. List all values to accept in one statement",
        at=rulings[-1].origin,
    )
