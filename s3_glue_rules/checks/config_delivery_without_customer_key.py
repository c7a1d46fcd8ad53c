"""SGR612: delivery channels of AWS Config encrypt with a customer managed key."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, undecided
from s3_glue_rules.model.customer_keys import uses_a_customer_key
from s3_glue_rules.model.resources import DeliveryChannel, KeyKind

SUBJECT = DeliveryChannel

NO_OWN_KEY = {KeyKind.ABSENT, KeyKind.AWS_MANAGED, KeyKind.NOT_A_KEY}


def check(channel: DeliveryChannel) -> Answer:
    """Fail where no customer managed key that can encrypt is named, and the bucket has none for a default either."""
    bucket = channel.destination
    is_silent = channel.key.kind is KeyKind.ABSENT
    if is_silent and bucket is not None and bucket.uses_kms and bucket.key.kind not in NO_OWN_KEY:
        return undecided(
            f"delivery channel {channel.label} names no key, and bucket {bucket.label} has a key for its default: "
            "which of the two decides is not documented",
            chain=(bucket.link(f"the default of bucket {bucket.label}"),),
        )
    return uses_a_customer_key(
        channel.key,
        f"delivery channel {channel.label}",
        channel.term("S3KmsKeyArn"),
        without="AWS Config encrypts what it delivers with SSE-S3",
    )
