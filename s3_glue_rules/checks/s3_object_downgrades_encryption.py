"""SGR113: an object that the configuration uploads keeps its bucket's encryption."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.downgrades import AWS_KEYS, OWN_KEYS, STRENGTH
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import KeyKind, StoredObject
from s3_glue_rules.model.values import Known, UndecidableError

SUBJECT = StoredObject


def check(stored: StoredObject) -> Answer:
    """Fail an object that asks for less than its bucket's default: the request wins over the default."""
    asked = stored.algorithm
    if asked.is_absent:
        return passes("the bucket's default applies")
    try:
        bucket = stored.bucket
        default = None if bucket is None else bucket.algorithm.text(default="AES256")
    except UndecidableError as unknown:
        return _without_default(stored, f"the default of its bucket is not known: {unknown.reason}")
    if bucket is None or default is None:
        return _without_default(stored, "its bucket is not declared here")
    if STRENGTH.get(default, 0) == 0:
        return passes("the bucket's default is SSE-S3, and nothing is weaker")
    algorithm = asked.text()
    if algorithm not in STRENGTH:
        return undecided(f"'{algorithm}' is not an algorithm that is compared with the default", at=asked.origin)
    link = bucket.link(f"the default of bucket {bucket.label} is {default}")
    if STRENGTH[algorithm] < STRENGTH[default]:
        return fails(
            f"object {stored.label} asks for {algorithm}, which is weaker than the {default} that bucket "
            f"{bucket.label} has for a default. Remove server_side_encryption, or set it to {default}",
            at=asked.origin,
            chain=(link,),
        )
    if bucket.key.kind in AWS_KEYS | {KeyKind.NOT_A_KEY} or symbol(stored.key.value) == symbol(bucket.key.value):
        return passes("the object asks for no less than its bucket's default")
    if stored.key.kind is KeyKind.UNRESOLVED:
        return undecided(stored.key.reason, at=stored.key.value.origin)
    if stored.key.kind not in AWS_KEYS:
        return passes("the object names a key of its own")
    if bucket.key.kind not in OWN_KEYS:
        return undecided(f"whether the bucket's key is customer managed cannot be told: {bucket.key.reason}")
    named = "no key" if stored.key.kind is KeyKind.ABSENT else stored.key.reason
    return fails(
        f"object {stored.label} asks for {algorithm} with {named}, so S3 uses the AWS managed key aws/s3 and not the "
        f"customer managed key of bucket {bucket.label}. Remove server_side_encryption, or name the key in kms_key_id",
        at=asked.origin if stored.key.kind is KeyKind.ABSENT else stored.key.value.origin,
        chain=(link,),
    )


def _without_default(stored: StoredObject, reason: str) -> Answer:
    """Answer where the bucket's default is not known: SSE-S3 and the AWS managed key may be less than it."""
    asked = stored.algorithm
    is_weak = isinstance(asked, Known) and (asked.text() == "AES256" or stored.key.kind in AWS_KEYS)
    if is_weak:
        return undecided(f"the object asks for {asked.text()}, and {reason}", at=asked.origin)
    return not_applicable(reason)
