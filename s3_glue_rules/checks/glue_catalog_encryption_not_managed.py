"""SGR312: whoever declares databases and connections declares the encryption settings of their catalog."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import CatalogMember

SUBJECT = CatalogMember


def check(member: CatalogMember) -> Answer:
    """Fail once for an estate without settings, at the first database or connection that is created."""
    if not member.is_first:
        return not_applicable("another database or connection speaks for all")
    if member.has_settings:
        return passes("the settings are declared, and other policies judge them")
    settings = member.term("AWS::Glue::DataCatalogEncryptionSettings")
    return fails(
        f"{member.kind} {member.label} is declared here and the encryption settings of its Data Catalog are not: "
        f"whether metadata and passwords are encrypted is decided elsewhere. Declare {settings}, once for each account "
        "and Region"
    )
