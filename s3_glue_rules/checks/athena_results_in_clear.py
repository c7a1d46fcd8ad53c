"""SGR405: Athena is told how to encrypt the results of queries."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import KeyKind, QueryResults
from s3_glue_rules.model.values import UndecidableError, Unknown

SUBJECT = QueryResults

OPTIONS_WITH_KMS = {"SSE_KMS", "CSE_KMS"}


def check(results: QueryResults) -> Answer:
    """Fail results that go to a bucket without an option, and an option with KMS without a key."""
    if results.kept_by_athena.flag(default=False):
        return passes("Athena keeps the results, and encrypts them")
    if results.option.is_absent:
        return _without_option(results)
    option = results.option.text()
    name = results.term("EncryptionOption")
    if option == "SSE_S3":
        return passes("results are encrypted with keys of Amazon S3")
    if option not in OPTIONS_WITH_KMS:
        return fails(
            f"{name} of {results.kind} {results.label} is '{option}', which Athena does not know. Set it to SSE_KMS or "
            "CSE_KMS with a customer managed key, or to SSE_S3",
            at=results.option.origin,
        )
    use = results.key
    if isinstance(use.value, Unknown):
        raise UndecidableError(use.reason, use.value.origin)
    remedy = f"Set {results.term('KmsKey')} to the ARN of a customer managed key"
    if use.kind is KeyKind.ABSENT:
        return fails(
            f"{results.kind} {results.label} encrypts results with {option} and names no key. {remedy}",
            at=results.option.origin if use.value.is_absent else use.value.origin,
        )
    if use.kind is KeyKind.NOT_A_KEY:
        return fails(
            f"{results.term('KmsKey')} of {results.kind} {results.label} is {use.reason}: no KMS key. {remedy}",
            at=use.value.origin,
            chain=use.chain,
        )
    return passes("results are encrypted with a key of KMS")


def _without_option(results: QueryResults) -> Answer:
    if results.location.is_absent:
        return not_applicable("clients say where results go, and how they are encrypted")
    remedy = f"Set {results.term('EncryptionOption')} to SSE_KMS or CSE_KMS, with a customer managed key"
    bucket = results.bucket
    if bucket is None:
        return fails(
            f"{results.kind} {results.label} does not say how results are encrypted, so they get the default of the "
            f"bucket that they go to, which is not declared here. {remedy}",
        )
    if bucket.doubt is not None:
        raise UndecidableError(bucket.doubt, bucket.header)
    if bucket.algorithm.is_absent:
        return fails(
            f"{results.kind} {results.label} does not say how results are encrypted, and bucket {bucket.label}, where "
            f"they go, declares no default, so they get no key of yours. {remedy}",
            chain=(bucket.link(f"the results go to bucket {bucket.label}"),),
        )
    return passes("results get the declared default of their bucket")
