"""SGR420: the plaintext of a data key stays in memory."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes
from s3_glue_rules.model.code.data_keys import disclosures
from s3_glue_rules.model.code.key_tables import CIPHERTEXT_PARTS, PLAINTEXT_PARTS
from s3_glue_rules.model.resources import KeyServiceCall

SUBJECT = KeyServiceCall


def check(site: KeyServiceCall) -> Answer:
    """Fail a data key whose plaintext is written, logged, sent or uploaded."""
    key = next((call for call in site.calls if call.api in PLAINTEXT_PARTS), None)
    if key is None:
        return not_applicable("it makes no data key with a plaintext")
    found = list(disclosures(site.module, key))
    if not found:
        return passes("its plaintext goes nowhere that is followed")
    wording, use = found[0]
    return fails(
        f"this {wording}: the plaintext of a data key of {key.api.rpartition('.')[2]}, which decrypts without "
        f"AWS KMS all that it encrypted. Keep {CIPHERTEXT_PARTS[key.api]} instead, and call kms.decrypt when the key "
        "is needed",
        at=use.origin,
        chain=(
            Link(key.origin, "the data key is made here"),
            *(Link(other.origin, f"this {says}, too") for says, other in found[1:6]),
        ),
    )
