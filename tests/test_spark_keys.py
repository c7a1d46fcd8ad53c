"""Keys in settings of Spark and Hadoop: what is one, and what only looks like one."""

from __future__ import annotations

import pytest

from s3_glue_rules.model.resources import SparkSetting
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.spark_keys import describe_carried_key, must_hold_a_key

KEY = "RwKqXDz2fG4EZkHDxX4N0Q3utaZGJyElioeuMqErcNo="
READABLE = "dGhlIGtleSBvZiB0aGUgbGFrZSBpcyB0aGlzIGhlcmU="


def setting(name: str, value: str | None) -> SparkSetting:
    return SparkSetting(name, value, NOWHERE)


@pytest.mark.parametrize(
    ("algorithms", "name", "wanted"),
    [
        ({"fs.s3a.encryption.algorithm": "SSE-C"}, "fs.s3a.encryption.key", True),
        ({"spark.hadoop.fs.s3a.encryption.algorithm": "sse-c"}, "fs.s3a.encryption.key", True),
        # The general algorithm counts for a bucket that has none of its own.
        ({"fs.s3a.encryption.algorithm": "SSE-C"}, "fs.s3a.bucket.lake.encryption.key", True),
        (
            {"fs.s3a.encryption.algorithm": "SSE-C", "fs.s3a.bucket.lake.encryption.algorithm": "SSE-KMS"},
            "fs.s3a.bucket.lake.encryption.key",
            False,
        ),
        ({"fs.s3a.bucket.lake.encryption.algorithm": "SSE-C"}, "fs.s3a.encryption.key", False),
        ({"fs.s3a.bucket.lake.encryption.algorithm": "SSE-C"}, "fs.s3a.bucket.other.encryption.key", False),
        ({"fs.s3a.bucket.lake.encryption.algorithm": "SSE-C"}, "spark.hadoop.fs.s3a.bucket.lake.encryption.key", True),
        ({}, "fs.s3a.encryption.key", False),
        ({}, "fs.s3a.secret.key", True),
        ({}, "EMR.secret@fs.s3a.secret.key", False),
        ({}, "fs.s3a.access.key", False),
    ],
)
def test_what_holds_a_key_whatever_its_value(algorithms: dict[str, str], name: str, *, wanted: bool) -> None:
    settings = [setting(*pair) for pair in algorithms.items()]
    assert must_hold_a_key(setting(name, None), settings) is wanted
    assert (describe_carried_key(setting(name, READABLE), settings) is not None) is (
        wanted or name == "fs.s3a.access.key"
    )


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "mrk-1234abcd12ab34cd56ef1234567890ab",
        "alias/lake",
        "${env.LAKE_KEY}",
        "$LAKE_KEY",
        "{{ lake_key }}",
        "<key>",
        "%LAKE_KEY%",
        "EMR.secret@lake/key",
        "changeme",
    ],
)
def test_names_and_placeholders_are_no_keys(value: str) -> None:
    algorithm = setting("fs.s3a.encryption.algorithm", "SSE-C")
    assert describe_carried_key(setting("fs.s3a.encryption.key", value), [algorithm]) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fs.s3a.encryption.key", KEY),
        ("fs.s3a.secret.key", "qb4SxclxZMRfdKKg0/CBaQx9hizBEZsRIVEJVrKA"),
        ("fs.s3a.access.key", "LAKELOADER2024A7Q4ZP"),
        ("spark.hadoop.parquet.encryption.key.list", f"footer: {KEY}"),
        ("lake.aes.key", KEY),
    ],
)
def test_nothing_of_the_value_is_told(name: str, value: str) -> None:
    kind = describe_carried_key(setting(name, value), [])
    assert kind is not None
    assert not any(value[start : start + 6] in kind for start in range(len(value) - 5))
