"""Whether the log deliveries to a bucket get past its default encryption, which two policies ask."""

from __future__ import annotations

import re

from s3_glue_rules.model.answers import Answer, Verdict, fails, undecided
from s3_glue_rules.model.authorization import Request, ServiceCaller, rule_on
from s3_glue_rules.model.conditions import Special
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Bucket, Delivery, Key, KeyKind, LogKind, Needs
from s3_glue_rules.model.values import Known, Text, UndecidableError, Value

# Load balancers that AWS documents as refused in its pages on access logs. Of the others it is taken for likely: they
# are reported as undecided.
DOCUMENTED = {LogKind.APPLICATION_ACCESS}


def refusal(bucket: Bucket) -> Answer | None:
    """Return why a log delivery does not get past the default encryption of a bucket, or may not; None where all do.

    Only SSE-KMS keeps deliveries out: of a bucket that is known to be without it, nothing is looked for.
    """
    if not may_be_kms(bucket):
        return None
    doubt: Answer | None = None
    for delivery in bucket.deliveries():
        try:
            answer = _refusal_of(bucket, delivery)
        except UndecidableError as unknown:
            answer = undecided(
                f"{delivery.link.says}, and whether SSE-KMS lets it in is not known: {unknown.reason}",
                at=unknown.origin,
                chain=(delivery.link,),
            )
        if answer is not None and answer.verdict is Verdict.FAIL:
            return answer
        doubt = doubt or answer
    return doubt


def may_be_kms(bucket: Bucket) -> bool:
    """Return whether the default encryption of a bucket is SSE-KMS, or is not known."""
    algorithm = bucket.algorithm
    return bucket.uses_kms if algorithm.is_known else not algorithm.is_absent


def _refusal_of(bucket: Bucket, delivery: Delivery) -> Answer | None:
    if delivery.needs is Needs.NOTHING or not delivery.is_on or not bucket.uses_kms:
        return None
    if delivery.what is LogKind.SERVER_ACCESS or delivery.needs is Needs.SERVICE_KEY:
        return _refusal_of_key(bucket, delivery)
    remedy = f"Set {bucket.term('SSEAlgorithm')} to AES256 here, and keep other data in another bucket"
    chain = (delivery.link,)
    at = bucket.algorithm.origin
    if delivery.what in DOCUMENTED:
        return fails(
            f"bucket {bucket.label} encrypts with {bucket.algorithm.text()}, and {delivery.link.says}: Application "
            f"Load Balancers only write to buckets with SSE-S3, so that no log arrives. {remedy}",
            at=at,
            chain=chain,
        )
    return undecided(
        f"bucket {bucket.label} encrypts with {bucket.algorithm.text()}, and {delivery.link.says}: SSE-S3 is the only "
        f"encryption that AWS supports for access logs of Application Load Balancers, and may be here. {remedy}",
        at=at,
        chain=chain,
    )


def _refusal_of_key(bucket: Bucket, delivery: Delivery) -> Answer | None:
    use = bucket.key
    chain = (delivery.link, *use.chain)
    is_server_access = delivery.what is LogKind.SERVER_ACCESS
    if use.kind in {KeyKind.ABSENT, KeyKind.AWS_MANAGED}:
        effect = "the logs cannot be read" if is_server_access else "nothing that can be read arrives"
        remedy = f"Set {bucket.term('SSEAlgorithm')} to AES256"
        if not is_server_access:
            remedy += f", or {bucket.term('KMSMasterKeyID')} to the ARN of a customer managed key that admits it"
        return fails(
            f"bucket {bucket.label} encrypts with an AWS managed key, and {delivery.link.says}: the service may not "
            f"use that key, and {effect}. {remedy}",
            at=bucket.algorithm.origin if use.kind is KeyKind.ABSENT else use.value.origin,
            chain=chain,
        )
    if use.kind is KeyKind.NOT_A_KEY:
        return None
    if delivery.what is LogKind.FLOW and use.form == "key id":
        return fails(
            f"bucket {bucket.label} names its key by key id, and {delivery.link.says}: flow logs are undeliverable "
            f"unless the key is named by its ARN. Set {bucket.term('KMSMasterKeyID')} to the key's ARN",
            at=use.value.origin,
            chain=chain,
        )
    if use.key is None:
        raise UndecidableError(
            f"the policy of its key has to admit {delivery.what.service}, and the key is not declared here",
            use.value.origin,
        )
    if admits(use.key, delivery.what.service):
        return None
    missing = f"the policy of its key {use.key.label} does not let {delivery.what.service} generate data keys"
    remedy = f"Allow {delivery.what.service} kms:GenerateDataKey* in {use.key.term('KeyPolicy')}, or set "
    remedy += f"{bucket.term('SSEAlgorithm')} to AES256"
    chain = (*chain, use.key.link("this key policy does not admit the service"))
    if is_server_access:
        return undecided(
            f"{delivery.link.says}, and AWS asks for SSE-S3 then; {missing}, so that no log is expected to arrive. "
            f"Set {bucket.term('SSEAlgorithm')} to AES256",
            at=use.value.origin,
            chain=chain,
        )
    return fails(
        f"bucket {bucket.label}: {delivery.link.says}, and {missing}, so that nothing arrives. {remedy}",
        at=use.value.origin,
        chain=chain,
    )


def admits(key: Key, service: str) -> bool:
    """Return whether the policy of a key lets a service encrypt with it, under whatever condition.

    Raises UndecidableError where that is open.
    """
    caller = ServiceCaller(lambda value: _is_service(value, service))
    request = Request("kms:GenerateDataKey", caller, otherwise=Special.CHOSEN)
    return rule_on(key.policies, request).is_allowed


def _is_service(value: Value, service: str) -> bool:
    if isinstance(value, Text):
        # The suffix of a partition, most of the time: what is known of the name decides.
        pattern = "".join(re.escape(symbol(part)) if isinstance(part, Known) else ".*" for part in value.parts)
        return re.fullmatch(pattern, service) is not None
    return value.text() == service
