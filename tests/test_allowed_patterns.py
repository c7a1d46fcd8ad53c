"""Which patterns of parameters keep the wildcards of policies out."""

from __future__ import annotations

import pytest

from s3_glue_rules.model.allowed_patterns import keeps_wildcards_out


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "^$|^arn:(aws[a-zA-Z-]*)?:kms:[a-z0-9-]+:\\d{12}:key\\/[a-f0-9]{8}-[a-f0-9]{12}$",
        "arn:aws[a-z-]*:kms:[-a-z0-9]+:[0-9]{12}:key/(mrk-)?[\\w-]{32,}",
        "(?:alias|key)/[a-zA-Z0-9/_-]+",
        "[a-z]?",
        "a*",
        "[\\w.]{1,}",
    ],
)
def test_patterns_without_wildcards(pattern: str) -> None:
    assert keeps_wildcards_out(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        ".*",
        "arn:aws:kms:.+",
        "arn:aws:kms:[a-z*]+",
        "[?]",
        "[^:]+",
        "\\*",
        "\\?",
        "\\S+",
        "\\W",
        "\\D",
        "[+--]",
        "[!-~]",
        "[a-z&&[^x]]",
        "\\x2a",
        "\\u002a",
        "\\p{Punct}",
        "[[:punct:]]",
    ],
)
def test_patterns_that_may_let_wildcards_in(pattern: str) -> None:
    assert not keeps_wildcards_out(pattern)


def test_long_patterns_are_read_in_reasonable_time() -> None:
    assert not keeps_wildcards_out("(?:a-z)?" * 200 + ".")
