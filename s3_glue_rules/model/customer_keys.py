"""What may be wrong with the key that something names where a customer managed key is wanted."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes, undecided
from s3_glue_rules.model.resources import KeyKind, KeyUse


def uses_a_customer_key(use: KeyUse, subject: str, name: str, *, without: str) -> Answer:
    """Fail where no key is named, an AWS managed one, something that is none, or a key that cannot encrypt.

    ``subject`` and ``name`` are the resource and the property that names the key, for people; ``without`` says what
    happens without a key.
    """
    if use.kind is KeyKind.ABSENT:
        return fails(
            f"{subject} names no key, so {without}. {remedy(name)}",
            at=None if use.value.is_absent else use.value.origin,
        )
    return unsuitable(use, subject, name) or passes("the key is customer managed")


def unsuitable(use: KeyUse, subject: str, name: str) -> Answer | None:
    """Return why the key that something names is no customer managed key that can encrypt, or None."""
    at = use.value.origin
    if use.kind is KeyKind.AWS_MANAGED:
        return fails(
            f"{subject} uses {use.reason}, an AWS managed key, which has no key policy of yours. {remedy(name)}",
            at=at,
            chain=use.chain,
        )
    if use.kind is KeyKind.NOT_A_KEY:
        return fails(f"{name} of {subject} is {use.reason}: no KMS key. {remedy(name)}", at=at, chain=use.chain)
    if use.kind is KeyKind.UNRESOLVED:
        return undecided(use.reason, at=at, chain=use.chain)
    return broken(use, f"{subject} names")


def broken(use: KeyUse, says: str, what: str = "") -> Answer | None:
    """Fail a key of the estate that cannot encrypt. Return None for one that can, and for one that is not declared.

    ``says`` is who names it, with the verb; ``what`` it has to encrypt.
    """
    problem = None if use.key is None else use.key.why_it_cannot_encrypt
    if use.key is None or problem is None:
        return None
    return fails(
        f"{says} the key {use.key.label}, which cannot encrypt{' ' if what else ''}{what}: {problem}. Name an enabled "
        "symmetric encryption key",
        at=use.value.origin,
        chain=use.chain,
    )


def remedy(name: str) -> str:
    """Return what to do with the property that names a key."""
    return f"Set {name} to the ARN of a customer managed key"
