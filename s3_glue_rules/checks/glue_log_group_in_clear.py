"""SGR322: log groups that AWS Glue writes to have a KMS key."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.resources import KeyKind, LogGroup, LogWriting
from s3_glue_rules.model.values import Unknown

SUBJECT = LogGroup


def check(group: LogGroup) -> Answer:
    """Fail a group without a key that can encrypt for CloudWatch Logs. Groups of other services are not judged."""
    use = group.use
    if use.writing is not LogWriting.WRITES:
        return not_applicable(use.says)
    key = group.key
    if isinstance(key.value, Unknown):
        return undecided(f"whether {group.term('KmsKeyId')} is set cannot be told: {key.reason}", at=key.value.origin)
    problem = _problem(group)
    if problem is None:
        return passes("it has a KMS key")
    return fails(
        f"log group {group.label} {problem}, and {use.says}. Set {group.term('KmsKeyId')} to the ARN of a customer "
        "managed key whose policy admits CloudWatch Logs",
        at=None if key.value.is_absent else key.value.origin,
        chain=(*use.chain, *key.chain),
    )


def _problem(group: LogGroup) -> str | None:
    """Return what is wrong with the key of a group."""
    key = group.key
    if key.kind is KeyKind.ABSENT:
        return "has no KMS key of yours"
    if key.kind is KeyKind.AWS_MANAGED:
        return f"names {key.reason}, an AWS managed key, whose policy does not admit CloudWatch Logs"
    if key.kind is KeyKind.NOT_A_KEY:
        return f"names {key.reason} as its key"
    reason = key.key.why_it_cannot_encrypt if key.key is not None else None
    return f"names a key that cannot encrypt ({reason})" if reason is not None else None
