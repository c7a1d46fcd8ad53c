"""The joins over Terraform's Glue resources: security configurations, who names them, and the Data Catalog."""

from __future__ import annotations

from typing import Any

import pytest

from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.values import (
    Open,
    Variable,
)
from tests.support.terraform_joins import (
    ALIAS,
    BUCKET,
    COMPONENTS,
    CONFIGURATION,
    KEY,
    LATER,
    declared,
    judge,
    ref,
    verdict,
)

# Glue


def security(s3: Any, logs: Any, bookmarks: Any, name: Any = "lake-sse") -> Declaration:
    return declared(
        CONFIGURATION,
        name=name,
        encryption_configuration=[
            {"s3_encryption": s3, "cloudwatch_encryption": logs, "job_bookmarks_encryption": bookmarks}
        ],
    )


def parts_with(key: Any) -> tuple[Any, Any, Any]:
    return (
        [{"s3_encryption_mode": "SSE-KMS", "kms_key_arn": key}],
        [{"cloudwatch_encryption_mode": "SSE-KMS", "kms_key_arn": key}],
        [{"job_bookmarks_encryption_mode": "CSE-KMS", "kms_key_arn": key}],
    )


GLUE_POLICIES = ("SGR305", "SGR306", "SGR307", "SGR308", "SGR309")


def test_security_configuration_with_everything_passes() -> None:
    parts = (security(*parts_with(ref(f"{KEY}.arn"))), declared(KEY))
    assert {verdict(policy, CONFIGURATION, *parts) for policy in GLUE_POLICIES} == {"pass"}


def test_modes_of_a_security_configuration() -> None:
    in_clear = security([{}], [{"cloudwatch_encryption_mode": "DISABLED"}], [])
    assert [verdict(policy, CONFIGURATION, in_clear) for policy in GLUE_POLICIES] == [
        "fail",
        "not_applicable",
        "fail",
        "fail",
        "not_applicable",
    ]
    assert "cloudwatch_encryption_mode of security" in judge("SGR307", CONFIGURATION, in_clear).message
    assert "job_bookmarks_encryption_mode of" in judge("SGR308", CONFIGURATION, in_clear).message
    without = declared(CONFIGURATION, name="x")
    assert "has no s3_encryption, so" in judge("SGR305", CONFIGURATION, without).message
    sse_s3 = security([{"s3_encryption_mode": "SSE-S3"}], [], [])
    assert "Set s3_encryption_mode to SSE-KMS and kms_key_arn" in judge("SGR306", CONFIGURATION, sse_s3).message


@pytest.mark.parametrize(
    ("key", "expected", "said"),
    [
        (None, "fail", "without a key. Set kms_key_arn to"),
        ("alias/aws/glue", "fail", "an AWS managed key"),
        (ref(f"{KEY}.key_id"), "fail", "kms_key_arn of the S3 part of security configuration"),
        (ref(f"{KEY}.id"), "fail", "gives a key id; Glue takes an ARN. Use the key's arn"),
        (ref("aws_kms_alias.lake.name"), "fail", "gives a alias; Glue takes an ARN"),
        (ref("aws_kms_alias.lake.target_key_id"), "fail", "gives a key id"),
        (ref("aws_kms_alias.lake.arn"), "pass", ""),
        (ref("aws_kms_alias.lake.target_key_arn"), "pass", ""),
        (ref(f"{BUCKET}.arn"), "fail", "no KMS key"),
        (LATER, "undecided", ""),
    ],
)
def test_keys_of_a_security_configuration(key: Any, expected: str, said: str) -> None:
    parts = (security(*parts_with(key)), declared(KEY), ALIAS, declared(BUCKET))
    found = judge("SGR309", CONFIGURATION, *parts)
    assert found.verdict.value == expected
    assert said in found.message


@pytest.mark.parametrize(("kind", "policy"), list(zip(COMPONENTS, ("SGR301", "SGR302", "SGR303"), strict=True)))
def test_components_without_security_configuration(kind: str, policy: str) -> None:
    address = f"{kind}.x"
    found = judge(policy, address, declared(address))
    assert found.verdict.value == "fail"
    assert "has no security_configuration" in found.message
    named = declared(address, security_configuration=ref(f"{CONFIGURATION}.id"))
    assert verdict(policy, address, named, security([], [], [])) == "pass"
    assert verdict(policy, address, declared(address, security_configuration=LATER)) == "undecided"


def test_ray_jobs_take_none() -> None:
    job = declared("aws_glue_job.ray", command=[{"name": "glueray"}])
    assert verdict("SGR301", "aws_glue_job.ray", job) == "not_applicable"


REFERENCES: dict[str, tuple[str, Any]] = {
    "id": ("pass", ref(f"{CONFIGURATION}.id")),
    "name": ("pass", ref(f"{CONFIGURATION}.name")),
    "arn": ("fail", ref(f"{CONFIGURATION}.arn")),
    "literal": ("pass", "lake-sse"),
    "Terraform's name": ("fail", "lake"),
    "address": ("fail", CONFIGURATION),
    "attribute in quotes": ("fail", f"{CONFIGURATION}.name"),
    "of another job": ("pass", ref("aws_glue_job.other.security_configuration")),
    "role": ("fail", ref("aws_iam_role.r.name")),
    "undeclared": ("undecided", "elsewhere"),
    "variable": ("undecided", Open(Variable("var.c", "var.c"))),
    "parameter": ("undecided", ref("aws_ssm_parameter.p.value")),
    "nothing": ("not_applicable", None),
}


@pytest.mark.parametrize("case", REFERENCES)
def test_names_of_security_configurations(case: str) -> None:
    expected, named = REFERENCES[case]
    others = (
        security([], [], []),
        declared("aws_glue_job.other", security_configuration=ref(f"{CONFIGURATION}.id")),
        declared("aws_iam_role.r"),
        declared("aws_ssm_parameter.p", value=LATER),
    )
    found = judge("SGR304", "aws_glue_job.x", declared("aws_glue_job.x", security_configuration=named), *others)
    assert found.verdict.value == expected
    if expected == "fail":
        assert found.message.endswith("Refer to the aws_glue_security_configuration itself (id gives its name)")
    trigger = declared("aws_glue_trigger.x", actions=[{"job_name": "a"}, {"security_configuration": named}])
    assert verdict("SGR304", "aws_glue_trigger.x", trigger, *others) == expected


def test_bookmarks_that_no_user_keeps_need_no_key() -> None:
    job = declared(
        "aws_glue_job.x",
        security_configuration=ref(f"{CONFIGURATION}.name"),
        default_arguments={"--job-bookmark-option": "job-bookmark-disable"},
    )
    assert verdict("SGR308", CONFIGURATION, security([], [], []), job) == "not_applicable"
    by_name = declared("aws_glue_job.y", security_configuration="lake-sse")
    assert verdict("SGR308", CONFIGURATION, security([], [], []), job, by_name) == "fail"


@pytest.mark.parametrize(
    ("settings", "metadata", "passwords"),
    [
        ([{}], "fail", "fail"),
        (
            [
                {
                    "encryption_at_rest": [{"catalog_encryption_mode": "SSE-KMS"}],
                    "connection_password_encryption": [{"return_connection_password_encrypted": True}],
                }
            ],
            "pass",
            "pass",
        ),
        ([{"encryption_at_rest": [{"catalog_encryption_mode": "SSE-KMS-WITH-SERVICE-ROLE"}]}], "fail", "fail"),
        (
            [{"encryption_at_rest": [{"catalog_encryption_mode": LATER}], "connection_password_encryption": LATER}],
            "undecided",
            "undecided",
        ),
    ],
)
def test_catalog_settings(settings: Any, metadata: str, passwords: str) -> None:
    address = "aws_glue_data_catalog_encryption_settings.x"
    parts = declared(address, data_catalog_encryption_settings=settings)
    found = judge("SGR310", address, parts), judge("SGR311", address, parts)
    assert tuple(finding.verdict.value for finding in found) == (metadata, passwords)
    if settings == [{}]:
        assert "encryption_at_rest.catalog_encryption_mode to SSE-KMS, with sse_aws_kms_key_id" in found[0].message
        assert "connection_password_encryption.return_connection_password_encrypted" in found[1].message
