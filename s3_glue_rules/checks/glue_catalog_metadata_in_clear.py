"""SGR310: the Data Catalog encrypts its metadata."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.resources import CatalogSettings

SUBJECT = CatalogSettings

ENCRYPTING = {"SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"}


def check(settings: CatalogSettings) -> Answer:
    """Fail a catalog without encryption at rest."""
    mode = settings.mode
    written = mode.text(default="DISABLED")
    if written in ENCRYPTING:
        if written == "SSE-KMS-WITH-SERVICE-ROLE" and settings.service_role.is_absent:
            return fails(
                f"catalog settings {settings.label} use SSE-KMS-WITH-SERVICE-ROLE without a role. Set "
                "CatalogEncryptionServiceRole",
                at=mode.origin,
            )
        return passes(f"the mode is {written}")
    said = "set no CatalogEncryptionMode" if mode.is_absent else f"set CatalogEncryptionMode to {written}"
    return fails(
        f"catalog settings {settings.label} {said}, so table and database definitions are not encrypted with KMS. "
        "Set EncryptionAtRest.CatalogEncryptionMode to SSE-KMS, with SseAwsKmsKeyId",
        at=mode.origin,
    )
