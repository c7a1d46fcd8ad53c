"""SGR308: the security configuration encrypts job bookmarks."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import SecurityConfiguration

SUBJECT = SecurityConfiguration


def check(configuration: SecurityConfiguration) -> Answer:
    """Fail a bookmark mode that is missing or not CSE-KMS, unless no user of it keeps bookmarks."""
    mode = configuration.bookmarks.mode
    if mode.text(default="DISABLED") == "CSE-KMS":
        return passes("bookmarks are encrypted")
    users = configuration.users
    if users and not any(user.keeps_bookmarks for user in users):
        return not_applicable("no component that uses it keeps job bookmarks")
    said = "is not set" if mode.is_absent else f"is {mode.text()}"
    name, key = configuration.term("JobBookmarksEncryptionMode"), configuration.term("KmsKeyArn")
    return fails(
        f"{name} of security configuration {configuration.label} {said}, so job bookmarks get "
        f"no key of yours. Set it to CSE-KMS, with {key}",
        at=mode.origin,
        chain=tuple(user.link(f"{user.kind} {user.label} may keep bookmarks") for user in users[:5]),
    )
