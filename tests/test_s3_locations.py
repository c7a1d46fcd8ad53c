"""Names of buckets and S3 URIs, and the arguments of jobs that are written to."""

from __future__ import annotations

from typing import Any

import pytest

from s3_glue_rules.join.glue_locations import is_written_to
from s3_glue_rules.join.s3_locations import bucket_use, location_use
from s3_glue_rules.join.view import EstateView
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.reader import Reader
from s3_glue_rules.model.resources import BucketKind
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.values import Absent, Known, Open, Text, Unknown, Value, Variable
from tests.support.terraform_joins import LATER, declared, estate, ref

STAGE = Open(Variable("var.stage", "var.stage"))
NAMED = declared("aws_s3_bucket.named", bucket="lake-named")
OF_STAGE = declared("aws_s3_bucket.of_stage", bucket=Text((Known("lake-"), STAGE, Known("-raw"))))
GENERATED = declared("aws_s3_bucket.generated")
OBJECT = declared("aws_s3_object.script", bucket=ref("aws_s3_bucket.generated.id"), key="job.py")
DIRECTORY = declared("aws_s3_directory_bucket.scratch", bucket="scratch--euw1-az1--x-s3")
KEY = declared("aws_kms_key.lake")
QUEUE = declared("aws_ssm_parameter.elsewhere", value="s3://other/")
ALL = (NAMED, OF_STAGE, GENERATED, OBJECT, DIRECTORY, KEY, QUEUE)


def uri(*parts: Value | str) -> Value:
    return Text(tuple(Known(part) if isinstance(part, str) else part for part in parts))


def located(value: Value, *declarations: Declaration, bare: bool = False) -> tuple[BucketKind, str | None]:
    use = location_use(EstateView(estate(*(declarations or ALL)), Reader()), value, bare=bare)
    return use.kind, None if use.bucket is None else use.bucket.label.strip("'")


@pytest.mark.parametrize(
    ("value", "bucket"),
    [
        (Known("s3://lake-named"), "named"),
        (Known("s3://lake-named/a/b"), "named"),
        (Known("S3A://lake-named/a"), "named"),
        (Known("s3n://lake-named/a"), "named"),
        (uri("s3://", ref("aws_s3_bucket.generated.id"), "/a"), "generated"),
        (uri("s3://", ref("aws_s3_bucket.named.bucket")), "named"),
        (uri("s3://", ref("aws_s3_object.script.bucket"), "/", ref("aws_s3_object.script.key")), "generated"),
        (uri("s3://lake-", STAGE, "-raw/x/", STAGE), "of_stage"),
        # A slash may stand in what is known of any part.
        (uri("s3://lake-named/", STAGE), "named"),
        (ref("aws_s3_bucket.generated.id"), "generated"),
        (uri(ref("aws_s3_bucket.generated.id"), "/a"), "generated"),
    ],
)
def test_places_in_buckets_of_the_estate(value: Value, bucket: str) -> None:
    assert located(value) == (BucketKind.DECLARED, f"aws_s3_bucket.{bucket}")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Absent(), BucketKind.ABSENT),
        (Known(""), BucketKind.ABSENT),
        (Known("lake-named/a"), BucketKind.NOT_S3),
        (Known("hdfs://lake-named/a"), BucketKind.NOT_S3),
        (Known("s3://"), BucketKind.NOT_S3),
        (Known("s3:///lake-named"), BucketKind.NOT_S3),
        (uri("/mnt/", STAGE), BucketKind.NOT_S3),
        (Known("s3://lake-named-too/a"), BucketKind.ELSEWHERE),
        (Known("s3://Lake-Named/a"), BucketKind.ELSEWHERE),
        (uri("s3://scripts-", STAGE, "/a"), BucketKind.ELSEWHERE),
        (uri("s3://lake-", STAGE, "-curated/a"), BucketKind.ELSEWHERE),
        (ref("aws_s3_directory_bucket.scratch.bucket"), BucketKind.ELSEWHERE),
        (uri("s3://lake-", STAGE, "/a"), BucketKind.UNRESOLVED),
        (uri("s3://", STAGE, "/a"), BucketKind.UNRESOLVED),
        (uri(STAGE, "/a"), BucketKind.UNRESOLVED),
        (STAGE, BucketKind.UNRESOLVED),
        (LATER, BucketKind.UNRESOLVED),
        (uri("s3://", LATER, "/a"), BucketKind.UNRESOLVED),
        (uri("s3://", ref("aws_kms_key.lake.id"), "/a"), BucketKind.UNRESOLVED),
        (ref("aws_s3_bucket.generated.bucket_domain_name"), BucketKind.UNRESOLVED),
    ],
)
def test_places_that_are_not(value: Value, kind: BucketKind) -> None:
    assert located(value) == (kind, None)


def test_what_may_be_any_name_is_none_of_those_that_are_made_up_later() -> None:
    assert located(uri("s3://", STAGE, "/a"), GENERATED) == (BucketKind.ELSEWHERE, None)


@pytest.mark.parametrize("name", ["lake-named", "lake-named/a", "s3://lake-named/a"])
def test_names_without_a_scheme(name: str) -> None:
    assert located(Known(name), bare=True) == (BucketKind.DECLARED, "aws_s3_bucket.named")


def test_a_bucket_by_default() -> None:
    value = Open(Variable("var.name", "var.name", "lake-named"))
    assert located(uri("s3://", value, "/a")) == (BucketKind.DECLARED, "aws_s3_bucket.named")


@pytest.mark.parametrize(
    ("among", "buckets"),
    [
        ({"aws_s3_bucket.generated"}, {"aws_s3_bucket.generated"}),
        ({"aws_s3_bucket.generated", "aws_s3_bucket.named"}, {"aws_s3_bucket.generated", "aws_s3_bucket.named"}),
        ({"aws_s3_object.script", "aws_kms_key.lake"}, {"aws_s3_bucket.generated"}),
        ({"aws_s3_bucket.generated", "aws_ssm_parameter.elsewhere"}, set()),
        ({"aws_s3_bucket.generated", "aws_s3_bucket.of_another_plan"}, set()),
        (set(), set()),
    ],
)
def test_what_an_unknown_one_must_be(among: set[str], buckets: set[str]) -> None:
    view = EstateView(estate(*ALL), Reader())
    use = bucket_use(view, Unknown("known after apply", NOWHERE, frozenset(among)))
    assert use.kind is BucketKind.UNRESOLVED
    assert {bucket.label.strip("'") for bucket in use.among} == buckets


WRITTEN = (
    "--TempDir --tempdir --temp_dir --TMP --output --output-path --OUTPUT_PATH --outputPath --S3OutputPath "
    "--s3outputpath --out --target_bucket --targetbucket --TargetS3Uri --dest --destination_uri --dst --sink "
    "--write-to --results_location --checkpoint_location --checkpoints --scratch_folder --curated_output_dir"
)
NOT_WRITTEN = (
    "--input --input-path --source_bucket --src --read_from --extra-py-files --extra-jars --additional-python-modules "
    "--input_output_path --source-to-target --inputBucketOfTarget --template_path --layout --sinkhole --rewrite "
    "--timeout --throughput --attempt --bucket --path --data --database --destroy --outer --retargeting"
)


@pytest.mark.parametrize("name", WRITTEN.split())
def test_arguments_that_are_written_to(name: str) -> None:
    assert is_written_to(name)


@pytest.mark.parametrize("name", NOT_WRITTEN.split())
def test_arguments_that_are_read_or_do_not_say(name: str) -> None:
    assert not is_written_to(name)


def test_the_tables_are_lists_of_different_names() -> None:
    every: list[Any] = [*WRITTEN.split(), *NOT_WRITTEN.split()]
    assert len(set(every)) == len(every)
