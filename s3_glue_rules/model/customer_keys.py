"""The question whether something that CloudTrail or AWS Config writes is encrypted with a customer managed key."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes, undecided
from s3_glue_rules.model.resources import KeyKind, KeyUse


def uses_a_customer_key(use: KeyUse, subject: str, name: str, *, without: str) -> Answer:
    """Fail where no key is named, an AWS managed one, something that is none, or a key that cannot encrypt.

    ``subject`` and ``name`` are the resource and the property that names the key, for people; ``without`` says what
    happens without a key.
    """
    remedy = f"Set {name} to the ARN of a customer managed key"
    at = use.value.origin
    if use.kind is KeyKind.ABSENT:
        return fails(f"{subject} names no key, so {without}. {remedy}", at=None if use.value.is_absent else at)
    if use.kind is KeyKind.AWS_MANAGED:
        return fails(
            f"{subject} uses {use.reason}, an AWS managed key, which has no key policy of yours. {remedy}",
            at=at,
            chain=use.chain,
        )
    if use.kind is KeyKind.NOT_A_KEY:
        return fails(f"{name} of {subject} is {use.reason}: no KMS key. {remedy}", at=at, chain=use.chain)
    if use.kind is KeyKind.UNRESOLVED:
        return undecided(use.reason, at=at, chain=use.chain)
    problem = None if use.key is None else use.key.why_it_cannot_encrypt
    if use.key is not None and problem is not None:
        return fails(
            f"{subject} names the key {use.key.label}, which cannot encrypt: {problem}. Name an enabled symmetric "
            "encryption key",
            at=at,
            chain=use.chain,
        )
    return passes("the key is customer managed")
