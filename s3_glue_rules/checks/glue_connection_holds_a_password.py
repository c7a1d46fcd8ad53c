"""SGR315: a Glue connection names a secret instead of holding a credential."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes, undecided
from s3_glue_rules.model.resources import Connection
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.urls import OPEN, password_in, url_text
from s3_glue_rules.model.values import Known, UndecidableError

SUBJECT = Connection


def check(connection: Connection) -> Answer:
    """Fail a credential that is written out. One that deployment gives is kept in the Data Catalog."""
    given: list[tuple[str, Origin, str]] = []
    for credential in connection.credentials:
        if isinstance(credential.value, Known):
            return _literal(connection, credential.place, credential.value.text(), credential.value.origin)
        given.append((credential.place, credential.value.origin, credential.value.why_unknown()))
    url = connection.url
    try:
        password = password_in(url_text(url))
    except UndecidableError:
        # A URL that is given whole is no credential by itself.
        password = None
    if password is not None:
        if OPEN not in password:
            return _literal(connection, "the URL", password, url.origin)
        given.append(("the URL", url.origin, url.why_unknown()))
    if not given:
        return passes("it holds no credential")
    if connection.is_stored_encrypted:
        return passes("the credential comes from elsewhere, and the Data Catalog keeps it encrypted")
    place, origin, reason = given[0]
    return undecided(
        f"the credential in {place} of connection {connection.label} comes from elsewhere ({reason}), and deployment "
        f"stores it in the Data Catalog, whose password encryption is not declared here. Name a "
        "secret in SECRET_ID instead",
        at=origin,
    )


def _literal(connection: Connection, place: str, secret: str, origin: Origin) -> Answer:
    return fails(
        f"connection {connection.label} holds a credential of {len(secret)} characters in {place}: everybody who reads "
        "the configuration or the Data Catalog has it. Keep it in AWS Secrets Manager and name the secret in SECRET_ID "
        "or in the authentication configuration",
        at=origin,
    )
