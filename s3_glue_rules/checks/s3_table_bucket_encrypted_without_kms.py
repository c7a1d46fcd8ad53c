"""SGR117: table buckets, tables, vector buckets and vector indexes encrypt with AWS KMS.

A table or an index that says nothing is encrypted as the bucket that it stands in, where the policy is asked.
"""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.customer_keys import broken
from s3_glue_rules.model.resources import EncryptedStore, KeyKind
from s3_glue_rules.model.values import Known

SUBJECT = EncryptedStore


def check(store: EncryptedStore) -> Answer:
    """Fail SSE-S3, whether declared or implicit, and aws:kms without a customer managed key named by its ARN."""
    algorithm = store.algorithm
    if algorithm.is_absent and store.inherits:
        return not_applicable("it is encrypted as the bucket that it stands in")
    what = f"{store.kind} {store.label}"
    remedy = f"Set {store.algorithm_name} to aws:kms and {store.key_name} to the ARN of a customer managed key"
    if algorithm.is_absent:
        return fails(
            f"{what} declares no {store.algorithm_name} and gets SSE-S3: no key policy guards the data and no key use "
            f"is audited. {remedy}",
            at=algorithm.origin,
        )
    if algorithm.text() != "aws:kms":
        return fails(
            f"{what} asks for {algorithm.text()} and not for aws:kms: no key policy guards the data and no key use is "
            f"audited. {remedy}",
            at=algorithm.origin,
        )
    return _judged_key(store, what, remedy)


def _judged_key(store: EncryptedStore, what: str, remedy: str) -> Answer:
    use = store.key
    at = use.value.origin
    if use.kind in {KeyKind.ABSENT, KeyKind.AWS_MANAGED}:
        return fails(
            f"{what} asks for aws:kms with {use.reason or 'no key'}, and AWS managed keys are not supported there. "
            f"{remedy}",
            at=store.algorithm.origin if use.kind is KeyKind.ABSENT else at,
            chain=use.chain,
        )
    if use.kind is KeyKind.NOT_A_KEY:
        return fails(f"the key of {what} is {use.reason}: no KMS key. {remedy}", at=at, chain=use.chain)
    if use.form in {"alias", "alias ARN", "key id"}:
        return fails(
            f"{what} names its key by {'a key id' if use.form == 'key id' else 'an alias'}; only the ARN of a key is "
            f"taken. {remedy}",
            at=at,
            chain=use.chain,
        )
    if use.is_outside_of(store.region):
        return fails(
            f"{what} is in {store.region}, its key in {use.key_region}: only keys of the own Region are used. Name a "
            "key there",
            at=at,
            chain=use.chain,
        )
    problem = broken(use, f"{what} names")
    if problem is not None:
        return problem
    if use.kind is KeyKind.UNRESOLVED and not isinstance(use.value, Known):
        return undecided(use.reason, at=at, chain=use.chain)
    return passes("only customer managed keys are taken, and one is named")
