"""SGR314: a Glue connection enforces TLS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.connection_types import (
    ON_BY_DEFAULT,
    OTHER_DATABASES,
    TLS_FLAGS,
    UNCHECKED_FLAGS,
    UNIFIED_FLAG,
)
from s3_glue_rules.model.resources import Connection
from s3_glue_rules.model.urls import OPEN, asks_for_tls, switched_off, url_text
from s3_glue_rules.model.values import UndecidableError, Value

SUBJECT = Connection


def check(connection: Connection) -> Answer:
    """Fail a connection whose type's own property leaves TLS off, or whose settings switch its checks off."""
    kind = connection.type.text().upper()
    if kind == "JDBC" and _url(connection).startswith("jdbc:snowflake:"):
        return not_applicable("Snowflake's driver always uses TLS")
    flag = TLS_FLAGS.get(kind)
    if flag is None and kind in OTHER_DATABASES:
        if connection.setting(UNIFIED_FLAG).is_absent:
            return undecided(f"which property enforces TLS for {kind} is not documented")
        flag = UNIFIED_FLAG
    if flag is not None:
        return _flagged(connection, kind, flag)
    if kind == "MONGODB":
        return _by_url(connection)
    return not_applicable(f"connections of type {kind} use HTTPS, or their connector decides")


def _flagged(connection: Connection, kind: str, name: str) -> Answer:
    flag = connection.setting(name)
    if not _is_true(flag, default=name in ON_BY_DEFAULT):
        if flag.is_absent and asks_for_tls(_url(connection)):
            return undecided(f"the URL asks for TLS, and AWS Glue does not enforce it: set {name} to true")
        if flag.is_absent and _url(connection) == OPEN:
            return undecided(f"{name} is not set, and only deployment tells whether the URL is one that needs it")
        return fails(
            f"connection {connection.label} ({kind}) does not enforce TLS: {name} is "
            f"{'not set, and false by default' if flag.is_absent else flag.text()}. Set {name} to true",
            at=None if flag.is_absent else flag.origin,
        )
    unchecked = connection.setting(UNCHECKED_FLAGS.get(kind, ""))
    if _is_true(unchecked, default=False):
        return fails(
            f"connection {connection.label} ({kind}) uses TLS without checking the server's certificate: "
            f"{UNCHECKED_FLAGS[kind]} is true. Remove it",
            at=unchecked.origin,
        )
    return _not_switched_off(connection) or passes(f"{name} is true")


def _by_url(connection: Connection) -> Answer:
    answer = _not_switched_off(connection)
    if answer is not None:
        return answer
    if asks_for_tls(_url(connection)):
        return passes("the URL asks for TLS")
    return undecided("whether a MongoDB connection requires TLS is only visible in its URL, which does not say so")


def _not_switched_off(connection: Connection) -> Answer | None:
    setting = switched_off(_url(connection))
    if setting is None:
        return None
    return fails(
        f"the URL of connection {connection.label} says {setting}: TLS or its checks are off. Remove it",
        at=connection.url.origin,
    )


def _url(connection: Connection) -> str:
    """Return the URL in lower case, a mark where all of it is open."""
    try:
        return url_text(connection.url).strip().lower()
    except UndecidableError:
        return OPEN


def _is_true(value: Value, *, default: bool) -> bool:
    return value.text(default=str(default)).strip().lower() == "true"
