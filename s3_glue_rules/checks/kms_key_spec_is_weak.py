"""SGR211: keys for encryption are strong enough."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Key

SUBJECT = Key

# AWS KMS has no RSA keys below 2048 bits.
WEAK = {"RSA_2048"}


def check(key: Key) -> Answer:
    """Fail an RSA key of 2048 bits that encrypts."""
    if key.is_replica:
        return not_applicable("a replica has the spec of its primary key")
    if key.usage.is_known and key.usage.text() != "ENCRYPT_DECRYPT":
        return not_applicable("the key does not encrypt")
    spec = key.spec.text(default="SYMMETRIC_DEFAULT")
    if spec not in WEAK:
        return passes("the key is strong enough")
    if key.usage.text(default="ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        return not_applicable("the key does not encrypt")
    name = key.term("KeySpec")
    return fails(
        f"key {key.label} encrypts with {spec}, which gives 112 bits of security. Set {name} to RSA_3072 or RSA_4096, "
        "or to SYMMETRIC_DEFAULT where data stays in AWS (this makes a new key)",
        at=key.spec.origin,
    )
