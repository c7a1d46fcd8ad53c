"""SGR203: rotation is only asked of keys that can rotate."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Key

SUBJECT = Key


def check(key: Key) -> Answer:
    """Fail automatic rotation on an asymmetric or HMAC key, or on imported key material."""
    if key.is_replica or key.rotation.is_absent or (key.rotation.is_known and not key.rotation.flag(default=False)):
        return not_applicable("no rotation is asked for")
    spec = key.spec.text(default="SYMMETRIC_DEFAULT")
    material = key.material.text(default="AWS_KMS")
    if spec != "SYMMETRIC_DEFAULT":
        reason = f"its {key.term('KeySpec')} is {spec}, and only SYMMETRIC_DEFAULT keys rotate"
    elif material != "AWS_KMS":
        reason = f"its key material has the origin {material}, and only material that KMS made rotates"
    else:
        return passes("the key can rotate")
    if not key.rotation.flag(default=False):
        return not_applicable("no rotation is asked for")
    return fails(
        f"key {key.label} asks for automatic rotation, which KMS refuses: {reason}. Remove "
        f"{key.term('EnableKeyRotation')} and rotate by hand",
        at=key.rotation.origin,
    )
