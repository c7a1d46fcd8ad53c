"""ARN patterns as policies write them, with open parts."""

from __future__ import annotations

import re

from s3_glue_rules.model.documents import wildcard_matches
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.values import Known, Text, UndecidableError, Value

# A character of no ARN, for what is one value, whichever: an open part of a text, a policy variable of IAM.
OPEN = "\1"
_OPEN_PART = re.compile("\0[^\0]*\0|\\$\\{[^}]*\\}")

_FIELDS = 6

# Ids of keys of both forms, with nothing in common but the characters that all have: what covers both covers any.
_KEYS = ("key/1234abcd-12ab-34cd-56ef-1234567890ab", "key/mrk-0f9e8d7c6b5a49382716050403020100")


def pattern_of(value: Value) -> str:
    """Return the text of an ARN pattern, with OPEN for each part of it that is open.

    Raises UndecidableError where all of it, or what it starts with, is open.
    """
    if not isinstance(value, (Known, Text)):
        raise UndecidableError(value.why_unknown(), value.origin)
    pattern = _OPEN_PART.sub(OPEN, symbol(value))
    if pattern.startswith(OPEN):
        raise UndecidableError(value.why_unknown(), value.origin)
    return pattern


def fields_of(pattern: str) -> list[str]:
    """Return the six fields of an ARN pattern. Those that a wildcard before them covers are ``*``."""
    fields = pattern.split(":", _FIELDS - 1)
    rest = "*" if fields[-1].endswith("*") else ""
    return [*fields, *[rest] * (_FIELDS - len(fields))]


def is_wild(field: str) -> bool:
    """Return whether a field matches anything."""
    return "*" in field and field.strip("*?") == ""


def covers_any_key(pattern: str, region: str = "any-region") -> bool:
    """Return whether a pattern covers a KMS key in a Region, whichever key it is.

    What the pattern says of partition, Region and account is taken for that of the key; ``region`` is taken where it
    says nothing.
    """
    fields = fields_of(pattern)
    partition, where, account = (
        _sample(fields[index]) or other for index, other in ((1, "aws"), (3, region), (4, "any-account"))
    )
    return all(wildcard_matches(pattern, f"arn:{partition}:kms:{where}:{account}:{key}") for key in _KEYS)


def _sample(field: str) -> str:
    """Return a text that a field matches; empty where it matches any."""
    return field.replace("*", "").replace("?", "0") if not is_wild(field) else ""
