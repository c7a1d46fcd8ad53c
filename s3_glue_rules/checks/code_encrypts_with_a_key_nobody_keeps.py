"""SGR421: what encrypts is kept, wrapped or can be had again."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes
from s3_glue_rules.model.code.data_keys import lost_key
from s3_glue_rules.model.code.key_tables import CIPHERTEXT_PARTS
from s3_glue_rules.model.resources import KeyMakingCall

SUBJECT = KeyMakingCall


def check(site: KeyMakingCall) -> Answer:
    """Fail a random key that encrypts and goes nowhere else: what it encrypted is lost."""
    if site.module.is_example:
        return not_applicable("it is a test or an example")
    key = site.calls[0]
    lost = lost_key(site.module, key)
    if lost is None:
        return passes("it is kept, or decrypts, or goes where it is not followed")
    kept = CIPHERTEXT_PARTS.get(key.api)
    hint = (
        "the key is stored nowhere and wrapped by nothing. Take a data key of AWS KMS (generate_data_key), and store "
        "its CiphertextBlob beside what is encrypted"
        if kept is None
        else f"{kept} of the data key is never read. Store it beside what is encrypted"
    )
    return fails(
        f"what this key encrypts can never be decrypted: {hint}",
        at=key.origin,
        chain=(Link(lost, "it encrypts here"),),
    )
