"""The joins over texts with key material and over objects, and shapes that no provider accepts."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from s3_glue_rules.judge import Checks, judge_estate
from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Choice,
    Encoded,
    Known,
    Mapping,
)
from tests.support.terraform_joins import (
    BUCKET,
    COMPONENTS,
    CONFIGURATION,
    DEFAULT,
    KEY,
    LATER,
    SSE,
    Place,
    bucket_under,
    checks,
    declared,
    encoded,
    estate,
    is_set,
    judge,
    ref,
    rule,
    value,
    verdict,
)

# Key material


SECRET = base64.b64encode(bytes(range(7, 252, 8))[:32].ljust(32, b"\xf1")).decode()
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
TEXTS: dict[str, tuple[str, dict[str, Any]]] = {
    "variable": ("var.encryption_key", {"default": HEX}),
    "map": ("var.settings", {"default": {"data_key": HEX}}),
    "lambda": ("aws_lambda_function.f", {"environment": [{"variables": {"DATA_KEY": HEX}}]}),
    "lambda, a branch": (
        "aws_lambda_function.f",
        {
            "environment": [
                {"variables": Choice(is_set("x"), Absent(), value({"DATA_KEY": HEX}, Origin(Place("x"), ("v",))))}
            ]
        },
    ),
    "instance": ("aws_instance.i", {"user_data": f"#!/bin/sh\nexport DATA_KEY={HEX}\n"}),
    "template": (
        "aws_launch_template.t",
        {"user_data": base64.b64encode(f"export DATA_KEY={HEX}".encode()).decode()},
    ),
    "parameter": ("aws_ssm_parameter.p", {"name": "/lake/data_key", "type": "String", "value": HEX}),
    "insecure": ("aws_ssm_parameter.master_key", {"type": "SecureString", "insecure_value": HEX}),
    "secret": ("aws_secretsmanager_secret_version.v", {"secret_string": Encoded(Mapping({"data_key": Known(HEX)}))}),
    "task": (
        "aws_ecs_task_definition.t",
        {"container_definitions": f'[{{"environment": [{{"name": "DATA_KEY", "value": "{HEX}"}}]}}]'},
    ),
    "encoded task": (
        "aws_ecs_task_definition.t",
        {"container_definitions": encoded([{"environment": [{"name": "DATA_KEY", "value": HEX}]}])},  # type: ignore[arg-type]
    ),
    "batch": (
        "aws_batch_job_definition.b",
        {"container_properties": encoded({"environment": [{"name": "DATA_KEY", "value": HEX}]})},
    ),
    "build": (
        "aws_codebuild_project.b",
        {"environment": [{"environment_variable": [{"name": "A", "value": "b"}, {"name": "DATA_KEY", "value": HEX}]}]},
    ),
    "copy": ("aws_s3_object_copy.c", {"customer_key": HEX}),
    "external": ("aws_kms_external_key.e", {"key_material_base64": SECRET}),
}


@pytest.mark.parametrize("case", TEXTS)
def test_key_material_is_found(case: str) -> None:
    address, arguments = TEXTS[case]
    found = judge("SGR401", address, declared(address, **arguments))
    assert found.verdict.value == "fail"
    assert HEX not in found.message
    assert SECRET not in found.message


@pytest.mark.parametrize(
    ("address", "arguments"),
    [
        ("var.encryption_key", {}),
        ("var.encryption_key_arn", {"default": "arn:aws:kms:eu-west-1:111122223333:key/0d8d5b4e"}),
        ("aws_s3_object_copy.c", {"customer_key": ref("aws_ssm_parameter.p.value")}),
        ("aws_ecs_task_definition.t", {"container_definitions": "not JSON"}),
        ("aws_ecs_task_definition.t", {"container_definitions": LATER}),
        ("aws_launch_template.t", {"user_data": "not base64"}),
    ],
)
def test_texts_without_key_material(address: str, arguments: dict[str, Any]) -> None:
    assert verdict("SGR401", address, declared(address, **arguments)) in {"pass", "not_applicable"}


# Objects


OBJECT = "aws_s3_object.o"
OWN = ref(f"{KEY}.arn")
OBJECTS: dict[str, tuple[str, tuple[str, Any] | None, dict[str, Any]]] = {
    "nothing": ("pass", ("aws:kms", OWN), {}),
    "AES256": ("fail", ("aws:kms", OWN), {"server_side_encryption": "AES256"}),
    "AES256 under aws/s3": ("fail", ("aws:kms", None), {"server_side_encryption": "AES256"}),
    "AES256 by default": ("pass", ("AES256", None), {"server_side_encryption": "AES256"}),
    "AES256 without default": ("pass", None, {"server_side_encryption": "AES256"}),
    "KMS without key": ("fail", ("aws:kms", OWN), {"server_side_encryption": "aws:kms"}),
    "KMS with aws/s3": ("fail", ("aws:kms", OWN), {"kms_key_id": "alias/aws/s3"}),
    "KMS without key as by default": ("pass", ("aws:kms", None), {"server_side_encryption": "aws:kms"}),
    "KMS with key": ("pass", ("aws:kms", OWN), {"kms_key_id": ref("aws_kms_key.other.arn")}),
    "KMS under DSSE": ("fail", ("aws:kms:dsse", OWN), {"kms_key_id": ref(f"{KEY}.arn")}),
    "DSSE": ("pass", ("aws:kms:dsse", OWN), {"server_side_encryption": "aws:kms:dsse", "kms_key_id": OWN}),
    "key of the bucket open": ("undecided", ("aws:kms", LATER), {"server_side_encryption": "aws:kms"}),
    "default open": ("undecided", (LATER, None), {"server_side_encryption": "AES256"}),  # type: ignore[dict-item]
    "default open, KMS": ("undecided", (LATER, None), {"server_side_encryption": "aws:kms"}),  # type: ignore[dict-item]
    "key that cannot be told": ("undecided", ("aws:kms", OWN), {"kms_key_id": "arn:aws:kms:eu-west-1:1:key/1"}),
    "the bucket's key by ARN": (
        "pass",
        ("aws:kms", "arn:aws:kms:eu-west-1:1:key/1"),
        {"kms_key_id": "arn:aws:kms:eu-west-1:1:key/1"},
    ),
    "algorithm open": ("undecided", ("aws:kms", OWN), {"server_side_encryption": LATER}),
}


@pytest.mark.parametrize("kind", ["aws_s3_object", "aws_s3_bucket_object", "aws_s3_object_copy"])
@pytest.mark.parametrize("case", OBJECTS)
def test_objects_against_their_bucket(case: str, kind: str) -> None:
    expected, default, arguments = OBJECTS[case]
    parts = [declared(BUCKET), declared(KEY), declared("aws_kms_key.other")]
    if default is not None:
        parts.append(bucket_under(default[1], default[0])[1])
    stored = declared(f"{kind}.o", bucket=ref(f"{BUCKET}.id"), **arguments)
    assert verdict("SGR113", f"{kind}.o", stored, *parts) == expected


def test_objects_in_other_buckets() -> None:
    for bucket, expected in (("elsewhere", "undecided"), (LATER, "undecided"), ("lake", "fail")):
        stored = declared(OBJECT, bucket=bucket, server_side_encryption="AES256")
        separate = declared(f"{SSE}.x", bucket="lake", rule=rule("aws:kms"))
        parts = (declared(BUCKET, bucket="lake"), declared("aws_s3_bucket.unnamed"), separate)
        assert verdict("SGR113", OBJECT, stored, *parts) == expected
        stored = declared(OBJECT, bucket=bucket, server_side_encryption="aws:kms")
        assert verdict("SGR113", OBJECT, stored, *parts) == ("pass" if bucket == "lake" else "undecided")
        stored = declared(OBJECT, bucket=bucket, kms_key_id=ref(f"{KEY}.arn"))
        wanted = "pass" if bucket == "lake" else "not_applicable"
        assert verdict("SGR113", OBJECT, stored, declared(KEY), *parts) == wanted


# Shapes that no provider accepts


HOSTILE: tuple[Any, ...] = ("text", 1, [], ["x"], {}, [[{}]], LATER, Encoded(Known("x")), ref("aws_kms_key.gone.arn"))
ADDRESSES = (
    BUCKET,
    f"{SSE}.lake",
    "aws_s3_bucket_policy.lake",
    "aws_s3_bucket_logging.lake",
    "aws_lb.lake",
    KEY,
    "aws_kms_alias.lake",
    "aws_kms_key_policy.lake",
    CONFIGURATION,
    *(f"{kind}.x" for kind in COMPONENTS),
    "aws_glue_trigger.x",
    "aws_glue_data_catalog_encryption_settings.x",
    OBJECT,
    "aws_s3_object_copy.c",
    "aws_ecs_task_definition.t",
    "aws_lambda_function.f",
    "aws_codebuild_project.b",
    "var.encryption_key",
    "module.m",
)
ARGUMENTS = (
    "bucket", "rule", "policy", "server_side_encryption_configuration", "logging", "access_logs", "target_bucket",
    "key_id", "name", "target_key_id", "encryption_configuration", "security_configuration", "actions", "command",
    "default_arguments", "data_catalog_encryption_settings", "kms_key_id", "environment", "container_definitions",
    "customer_key", "default", "customer_master_key_spec", "is_enabled", "enable_key_rotation",
)  # fmt: skip


@pytest.mark.parametrize("shape", range(len(HOSTILE)))
def test_odd_shapes_crash_nothing(shape: int) -> None:
    odd = HOSTILE[shape]
    for depth in range(3):
        arguments: dict[str, Any] = dict.fromkeys(ARGUMENTS, odd)
        if depth > 0:
            arguments |= {
                name: [dict.fromkeys((*ARGUMENTS, DEFAULT, "s3_encryption", "variables"), odd)]
                for name in ARGUMENTS[1:]
            }
        arguments["bucket"] = ref(f"{BUCKET}.id") if depth > 1 else odd
        judgement = Judgement()
        judge_estate(
            estate(*(declared(address, **arguments) for address in ADDRESSES)), Checks(checks().values()), judgement
        )
        assert judgement.problems == []
        assert judgement.findings


def test_bucket_settings_that_lead_to_each_other_end() -> None:
    circle = (
        declared("aws_s3_bucket_acl.a", bucket=ref("aws_s3_bucket_acl.b.bucket")),
        declared("aws_s3_bucket_acl.b", bucket=ref("aws_s3_bucket_acl.a.bucket")),
        declared(f"{SSE}.x", bucket=ref("aws_s3_bucket_acl.a.bucket"), rule=rule("aws:kms")),
    )
    assert verdict("SGR101", BUCKET, declared(BUCKET), *circle) == "fail"
