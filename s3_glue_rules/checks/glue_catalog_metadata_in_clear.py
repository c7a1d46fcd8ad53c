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
                f"{settings.term('CatalogEncryptionServiceRole')}",
                at=mode.origin,
            )
        return passes(f"the mode is {written}")
    name = settings.term("CatalogEncryptionMode")
    said = f"set no {name}" if mode.is_absent else f"set {name} to {written}"
    return fails(
        f"catalog settings {settings.label} {said}, so table and database definitions are not encrypted with KMS. "
        f"Set {settings.term('EncryptionAtRest.CatalogEncryptionMode')} to SSE-KMS, with "
        f"{settings.term('SseAwsKmsKeyId')}",
        at=mode.origin,
    )
