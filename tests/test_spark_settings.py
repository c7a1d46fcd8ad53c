"""Spark settings in command lines."""

from __future__ import annotations

import pytest

from s3_glue_rules.model.spark_settings import hadoop_name, settings_in, settings_of


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # The value of Glue's --conf: the first setting has no option in front of it.
        ("spark.a=b --conf spark.c=d", [("spark.a", "b"), ("spark.c", "d")]),
        ("  spark.a=b\n  --conf spark.c=d", [("spark.a", "b"), ("spark.c", "d")]),
        ("--conf spark.a=b -c spark.c=d --conf=spark.e=f", [("spark.a", "b"), ("spark.c", "d"), ("spark.e", "f")]),
        ("spark.a=b \\\n  --conf spark.c=d", [("spark.a", "b"), ("spark.c", "d")]),
        # Quotes, also those that are none.
        ("--conf 'spark.a=x y' --conf \"spark.c=d\"", [("spark.a", "x y"), ("spark.c", "d")]),
        ("spark.a='x y' --conf spark.c=d", [("spark.a", "x y"), ("spark.c", "d")]),
        ('--conf spark.a="say \\"so\\"" --conf spark.c=d', [("spark.a", 'say "so"'), ("spark.c", "d")]),
        ("'spark.a=b --conf spark.c=d'", [("spark.a", "b"), ("spark.c", "d")]),
        ("spark.a=it's --conf spark.c=d", [("spark.a", "it's"), ("spark.c", "d")]),
        ('--conf "spark.x.opts=-Dy.z=1 -Dv.w=2"', [("spark.x.opts", "-Dy.z=1 -Dv.w=2")]),
        # Values may hold the equals sign and be empty; the same name may be there twice.
        ("spark.a=Zm9v== --conf spark.c=", [("spark.a", "Zm9v=="), ("spark.c", "")]),
        ("spark.a=1 --conf spark.a=2", [("spark.a", "1"), ("spark.a", "2")]),
        # Hadoop's own option.
        ("hadoop distcp -Dfs.a=1 -D fs.b=2 s3://x s3://y", [("fs.a", "1"), ("fs.b", "2")]),
        # What is no setting.
        ("", []),
        ("--class org.example.Main --date=2020-01-01 day=3 spark.a", []),
        ("spark.a = b", []),
    ],
)
def test_settings_in_a_text(text: str, wanted: list[tuple[str, str]]) -> None:
    assert settings_in(text) == wanted


def test_settings_in_the_words_of_a_step() -> None:
    words = ["spark-submit", "--deploy-mode", "cluster", "--conf", "spark.a=x y", "--conf=spark.b=c", "s3://code/a.py"]
    assert settings_of(words) == [("spark.a", "x y"), ("spark.b", "c")]


def test_settings_in_a_command_that_a_shell_runs() -> None:
    assert settings_of(["bash", "-c", "spark-submit --conf 'spark.a=b' a.py"]) == [("spark.a", "b")]


def test_long_texts_cost_little() -> None:
    assert settings_in("'\"" * 20_000) == []
    assert settings_in("fs.s3a.bucket." * 10_000) == []
    assert hadoop_name("fs.s3a.bucket." * 10_000) == "fs.s3a.bucket." * 10_000


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("fs.s3a.encryption.key", "fs.s3a.encryption.key"),
        ("spark.hadoop.fs.s3a.encryption.key", "fs.s3a.encryption.key"),
        ("fs.s3a.bucket.lake.encryption.key", "fs.s3a.encryption.key"),
        ("spark.hadoop.fs.s3a.bucket.lake.encryption.key", "fs.s3a.encryption.key"),
        ("fs.s3a.bucket.lake.example.com.secret.key", "fs.s3a.secret.key"),
        ("fs.s3a.bucket.lake.server-side-encryption.key", "fs.s3a.server-side-encryption.key"),
        ("fs.s3a.bucket.lake.server-side-encryption-algorithm", "fs.s3a.server-side-encryption-algorithm"),
        ("fs.s3.cse.kms.keyId", "fs.s3.cse.kms.keyId"),
        ("spark.executor.memory", "spark.executor.memory"),
    ],
)
def test_names_of_settings(name: str, wanted: str) -> None:
    assert hadoop_name(name) == wanted
