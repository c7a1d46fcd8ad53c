"""What a plan leaves unknown, and the configuration behind it tells."""

from __future__ import annotations

import pytest

from s3_glue_rules.model.values import (
    Absent,
    Always,
    Choice,
    Known,
    Mapping,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
)
from s3_glue_rules.resolve.plan.overlay import overlaid

BUCKET = "aws_s3_bucket.lake"
URI = Text((Known("s3://"), Reference(BUCKET, "id"), Known("/t/")))


def over(written: Value) -> Value:
    return overlaid(Unknown("known after apply"), written, {BUCKET}.__contains__)


@pytest.mark.parametrize(
    "written",
    [
        URI,
        Reference(BUCKET, "arn"),
        Mapping({"--TempDir": URI}),
        Sequence((Reference(BUCKET, "arn"),)),
        Absent(),
    ],
    ids=["text", "reference", "map", "list", "left to the provider"],
)
def test_the_configuration_tells(written: Value) -> None:
    assert over(written) is written


@pytest.mark.parametrize(
    "written",
    [
        Reference("aws_s3_bucket.other", "id"),
        Mapping({"--TempDir": URI, "--output": Reference("aws_s3_bucket.other", "id")}),
        Choice(Always(holds=True), URI, Known("s3://other/")),
        Unknown("data.aws_s3_bucket.other is read at deployment"),
        Known("s3://other/"),
    ],
    ids=["not in the plan", "partly not in the plan", "choice", "unknown", "literal"],
)
def test_the_configuration_does_not_tell(written: Value) -> None:
    assert isinstance(over(written), Unknown)
