"""SGR115: how the reports of an inventory are encrypted is declared, by the inventory or by their destination.

S3 encrypts every report at least with SSE-S3. An inventory that says nothing takes the default of its destination: what
that declares is a decision, and SGR101 and SGR102 judge it at the bucket. An inventory passes with SSE-S3 as well.
"""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes, undecided
from s3_glue_rules.model.customer_keys import broken
from s3_glue_rules.model.resources import Inventory, KeyKind
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Inventory


def check(inventory: Inventory) -> Answer:
    """Fail an inventory without any declared encryption, and one whose key S3 Inventory cannot use."""
    if inventory.encryption.is_absent:
        return _judged_destination(inventory)
    if not inventory.sse_kms.is_absent:
        return _judged_key(inventory)
    if not inventory.sse_s3.is_absent:
        return passes("the reports are encrypted with SSE-S3")
    return _judged_destination(inventory)


def _judged_destination(inventory: Inventory) -> Answer:
    try:
        bucket = inventory.destination
        declares = None if bucket is None or bucket.doubt is not None else not bucket.algorithm.is_absent
    except UndecidableError as unknown:
        return undecided(f"the reports are encrypted as their destination says, and it is not known: {unknown.reason}")
    if declares is None:
        reason = "is not declared here" if bucket is None else f"may declare that elsewhere: {bucket.doubt}"
        return undecided(f"the reports are encrypted as their destination says, which {reason}")
    if declares:
        return passes("the reports are encrypted as their destination declares")
    return fails(
        f"neither inventory {inventory.label} nor its destination declares how the reports are encrypted: they get the "
        "SSE-S3 that S3 applies by itself. Add an encryption block with sse_kms and the ARN of a customer managed key",
        at=inventory.encryption.origin,
    )


def _judged_key(inventory: Inventory) -> Answer:
    use = inventory.key
    at = use.value.origin
    remedy = "Set key_id of sse_kms to the ARN of a customer managed key"
    if use.kind in {KeyKind.ABSENT, KeyKind.AWS_MANAGED}:
        return fails(
            f"inventory {inventory.label} encrypts its reports with {use.reason or 'no key'}, and S3 Inventory does "
            f"not support AWS managed keys. {remedy}",
            at=at,
            chain=use.chain,
        )
    if use.kind is KeyKind.NOT_A_KEY:
        return fails(f"the key of inventory {inventory.label} is {use.reason}: no KMS key. {remedy}", at=at)
    if use.kind is KeyKind.UNRESOLVED:
        return undecided(use.reason, at=at, chain=use.chain)
    problem = broken(use, f"inventory {inventory.label} names", "reports")
    return problem or passes("the reports are encrypted with a customer managed key")
