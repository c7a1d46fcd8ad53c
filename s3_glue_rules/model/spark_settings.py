"""Spark and Hadoop settings as command lines carry them: ``--conf name=value --conf name=value``.

AWS Glue takes them as one argument, ``--conf``, whose value starts with the first setting and repeats the option for
each further one (https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html). Steps of
Amazon EMR hand the words of a command to ``spark-submit``
(https://spark.apache.org/docs/latest/submitting-applications.html), and Hadoop's tools take ``-D name=value``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_CONF = {"--conf", "-c"}
_JOINED = re.compile(r"(?:--conf=|-D)(.+)", re.DOTALL)
_SETTING = re.compile(r"([A-Za-z_][\w-]*(?:\.[^\s=.]+)+)=(.*)", re.DOTALL)
_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'\\])+""", re.DOTALL)
_PIECE = re.compile(r"""\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'|(.)""", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')

# A command in a command (``bash -c "spark-submit ..."``) is read, one in one in one is not worth it.
_DEEPEST = 2


def settings_in(text: str) -> list[tuple[str, str]]:
    """Return the settings in a command line, or in the value of Glue's ``--conf``, in their order, as written.

    Words are told apart as a shell does, and quotes are taken off. A name may be there twice: the last one counts.
    Names keep their prefix (``spark.hadoop.``): see ``hadoop_name``.
    """
    return settings_of(words_in(text))


def settings_of(words: Iterable[str]) -> list[tuple[str, str]]:
    """Return the settings in the words of a command (the arguments of a step of Amazon EMR), in their order."""
    return _settings(words, 0)


def _settings(words: Iterable[str], depth: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for word in words:
        if word in _CONF or word == "-D":
            continue
        joined = _JOINED.fullmatch(word)
        setting = _SETTING.fullmatch(joined.group(1) if joined else word)
        if setting:
            found.append((setting.group(1), setting.group(2)))
        elif depth < _DEEPEST and re.search(r"\s", word):
            found.extend(_settings(words_in(word), depth + 1))
    # The value of a setting may hold further ones where someone quoted all of them as one word.
    return [inner for name, value in found for inner in _apart(name, value)]


def _apart(name: str, value: str) -> list[tuple[str, str]]:
    first, *others = re.split(r"\s--conf[\s=]+", value)
    return [(name, first.strip()), *(pair for other in others for pair in settings_in(other))]


def words_in(text: str) -> list[str]:
    """Return the words of a command line without their quotes. A quote that is never closed is an ordinary letter."""
    return ["".join(_bare(piece) for piece in _PIECE.finditer(word)) for word in _WORD.findall(text)]


def _bare(piece: re.Match[str]) -> str:
    escaped, doubly, singly, plain = piece.groups()
    if doubly is not None:
        return _ESCAPED.sub(r"\1", doubly)
    for part in (escaped, singly, plain):
        if part is not None:
            # A backslash at the end of a line joins the lines.
            return "" if part == "\n" and escaped is not None else part
    return ""


def hadoop_name(name: str) -> str:
    """Return what Hadoop calls a setting: without ``spark.hadoop.``, and without the name of a bucket.

    ``fs.s3a.bucket.lake.encryption.key`` sets ``fs.s3a.encryption.key`` for the bucket ``lake``
    (https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/index.html), and EMRFS does alike under
    ``fs.s3.bucket`` (https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/encryption.html). Names of buckets
    may hold dots.
    """
    name = name.removeprefix("spark.hadoop.")
    bucket = _BUCKET.match(name)
    return f"{bucket.group(1)}.{bucket.group(2)}" if bucket else name


# Options that buckets can have of their own start with one of these words; what stands before it names the bucket.
_BUCKET = re.compile(
    r"(fs\.s3a?)\.bucket\..+?\.((?:encryption|server-side-encryption|access|secret|session|connection|security|endpoint|"
    r"aws|assumed|path|ssl|cse|enableServerSideEncryption|serverSideEncryption)(?:[.-].+)?)$"
)
