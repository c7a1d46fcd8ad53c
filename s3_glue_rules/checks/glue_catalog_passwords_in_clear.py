"""SGR311: the Data Catalog encrypts connection passwords."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.resources import CatalogSettings

SUBJECT = CatalogSettings


def check(settings: CatalogSettings) -> Answer:
    """Fail a catalog that returns connection passwords in the clear."""
    encrypted = settings.passwords_encrypted
    if encrypted.flag(default=False):
        return passes("connection passwords are encrypted")
    part = settings.term("ConnectionPasswordEncryption")
    said = f"set no {part}" if encrypted.is_absent else "return connection passwords in the clear"
    return fails(
        f"catalog settings {settings.label} {said}: whoever may read a connection reads its password. Set "
        f"{part}.{settings.term('ReturnConnectionPasswordEncrypted')} to true, with {settings.term('KmsKeyId')}",
        at=encrypted.origin,
    )
