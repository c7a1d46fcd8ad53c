"""SGR201: keys that can rotate do."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Key

SUBJECT = Key


def check(key: Key) -> Answer:
    """Fail an eligible key without automatic rotation."""
    if key.is_replica:
        return not_applicable("a replica follows the rotation of its primary key")
    if key.rotation.is_known and key.rotation.flag(default=False):
        return passes("the key rotates")
    # An origin that is known settles it, whatever the spec is.
    material = key.material.text() if key.material.is_known else "AWS_KMS"
    if material == "AWS_KMS" and not key.is_symmetric:
        spec = key.spec.text(default="SYMMETRIC_DEFAULT") if key.spec.is_known else "another spec"
        return not_applicable(f"keys of {spec} cannot rotate automatically")
    material = key.material.text(default="AWS_KMS")
    if material != "AWS_KMS":
        return not_applicable(f"keys with material of origin {material} cannot rotate automatically")
    if key.rotation.flag(default=False):
        return passes("the key rotates")
    name = key.term("EnableKeyRotation")
    said = f"does not set {name}" if key.rotation.is_absent else f"sets {name} to false"
    return fails(
        f"key {key.label} {said}, so its key material is never replaced. Set {name} to true",
        at=None if key.rotation.is_absent else key.rotation.origin,
    )
