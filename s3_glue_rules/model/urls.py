"""Database URLs: what they ask for, and the credentials in them. What is open in a URL stands there as a mark."""

from __future__ import annotations

import re

from s3_glue_rules.model.values import Known, Text, UndecidableError, Value

# Stands for a part that is only known at deployment.
OPEN = "\0"

# Settings of drivers that switch TLS off, or the checks of the server's certificate.
# Sources: https://jdbc.postgresql.org/documentation/ssl/, https://dev.mysql.com/doc/connector-j/en/, and
# https://learn.microsoft.com/sql/connect/jdbc/setting-the-connection-properties
_OFF = re.compile(
    r"(?i)[?&;](sslmode=(?:disable|disabled)|usessl=false|ssl=false|tls=false|encrypt=(?:false|no)|"
    r"trustservercertificate=true|tlsallowinvalidcertificates=true)(?=$|[&;])"
)
_ON = re.compile(
    r"(?i)[?&;](sslmode=(?:require|required|verify[-_]ca|verify[-_]full|verify_identity)|usessl=true|requiressl=true|"
    r"ssl=true|tls=true|encrypt=(?:true|yes|strict))(?=$|[&;])"
)
_CREDENTIALS = (
    re.compile(r"://[^/@:\s?]+:([^@/\s?]+)@"),
    re.compile(r"(?i)jdbc:oracle:\w+:[^/@:\s]+/([^@\s]+)@"),
    re.compile(r"(?i)[?&;](?:password|pwd)=([^&;\s]+)"),
)


def url_text(value: Value) -> str:
    """Return a URL as text, open parts as marks; empty where nothing is written.

    Raises UndecidableError where all of it is open.
    """
    if value.is_absent:
        return ""
    if isinstance(value, Text):
        return "".join(part.text() if isinstance(part, Known) else OPEN for part in value.parts)
    if not isinstance(value, Known):
        raise UndecidableError(value.why_unknown(), value.origin)
    return value.text()


def switched_off(url: str) -> str | None:
    """Return the setting of a URL that switches TLS or its checks off, or None."""
    found = _OFF.search(url)
    return found.group(1) if found else None


def asks_for_tls(url: str) -> bool:
    """Return whether a setting of a URL asks for TLS."""
    return _ON.search(url) is not None


def password_in(url: str) -> str | None:
    """Return the password that stands in a URL, open parts as marks, or None."""
    for pattern in _CREDENTIALS:
        found = pattern.search(url)
        if found:
            return found.group(1)
    return None
