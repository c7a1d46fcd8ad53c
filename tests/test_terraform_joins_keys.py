"""The joins over Terraform keys: identifiers, specs, rotation, policies, and who uses a key."""

from __future__ import annotations

from typing import Any

import pytest

from s3_glue_rules.catalogue import load_catalogue
from s3_glue_rules.judge import Checks, judge_estate
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.model.values import (
    Choice,
    Equal,
    Known,
    Open,
    Variable,
)
from s3_glue_rules.scan import load_checks
from tests.support.terraform_joins import (
    ALIAS,
    BUCKET,
    KEY,
    LATER,
    bucket_under,
    declared,
    encoded,
    estate,
    judge,
    ref,
    verdict,
)

# Keys


IDENTIFIERS: dict[str, tuple[str, Any]] = {
    "arn": ("pass", ref(f"{KEY}.arn")),
    "id": ("pass", ref(f"{KEY}.id")),
    "key id": ("pass", ref(f"{KEY}.key_id")),
    "replica": ("pass", ref("aws_kms_replica_key.r.arn")),
    "primary of a replica": ("pass", ref("aws_kms_replica_key.r.primary_key_arn")),
    "external": ("pass", ref("aws_kms_external_key.e.arn")),
    "alias": ("pass", ref("aws_kms_alias.lake.arn")),
    "alias name": ("pass", ref("aws_kms_alias.lake.name")),
    "key of an alias": ("pass", ref("aws_kms_alias.lake.target_key_arn")),
    "key id of an alias": ("pass", ref("aws_kms_alias.lake.target_key_id")),
    "literal alias": ("pass", "alias/lake"),
    "undeclared alias": ("pass", "alias/other"),
    "managed alias": ("fail", "alias/aws/s3"),
    "nothing": ("fail", None),
    "empty": ("fail", ""),
    "literal arn": ("undecided", "arn:aws:kms:eu-west-1:111122223333:key/0d8d5b4e"),
    "variable": ("undecided", Open(Variable("var.k", "var.k"))),
    "later": ("undecided", LATER),
    "through a parameter": ("pass", ref("aws_ssm_parameter.key.value")),
    "parameter that is set elsewhere": ("undecided", ref("aws_ssm_parameter.other.value")),
    "another provider": ("undecided", ref("vault_generic_secret.k.data")),
    "role": ("not_applicable", ref("aws_iam_role.r.arn")),
    "not declared": ("undecided", ref("aws_kms_key.gone.arn")),
}


@pytest.mark.parametrize("case", IDENTIFIERS)
def test_key_identifiers(case: str) -> None:
    expected, key = IDENTIFIERS[case]
    others = (
        declared(KEY),
        ALIAS,
        declared("aws_kms_replica_key.r", primary_key_arn=ref(f"{KEY}.arn")),
        declared("aws_kms_external_key.e"),
        declared("aws_ssm_parameter.key", value=ref(f"{KEY}.arn")),
        declared("aws_ssm_parameter.other", value=LATER),
        declared("vault_generic_secret.k"),
        declared("aws_iam_role.r"),
    )
    assert verdict("SGR103", BUCKET, *bucket_under(key), *others) == expected
    if case == "role":
        found = judge("SGR104", BUCKET, *bucket_under(key), *others)
        assert found.verdict.value == "fail"
        assert found.message.startswith("kms_master_key_id of bucket 'aws_s3_bucket.lake' is arn of 'aws_iam_role.r'")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            {"customer_master_key_spec": "RSA_4096", "key_usage": "ENCRYPT_DECRYPT"},
            "its customer_master_key_spec is RSA_4096",
        ),
        ({"key_usage": "SIGN_VERIFY"}, "its key_usage is SIGN_VERIFY"),
        ({"is_enabled": False}, "it is disabled"),
    ],
)
def test_keys_that_cannot_encrypt(arguments: dict[str, Any], said: str) -> None:
    found = judge("SGR104", BUCKET, *bucket_under(ref(f"{KEY}.arn")), declared(KEY, **arguments))
    assert found.verdict.value == "fail"
    assert said in found.message


def test_key_in_another_region_cannot_encrypt() -> None:
    bucket = declared(BUCKET, region="eu-west-1")
    separate = bucket_under(ref(f"{KEY}.arn"))[1]
    assert verdict("SGR104", BUCKET, bucket, separate, declared(KEY, region="us-east-1")) == "fail"
    assert verdict("SGR104", BUCKET, bucket, separate, declared(KEY, region="eu-west-1")) == "pass"


ROTATION: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "off": (KEY, "fail", "not_applicable", {}),
    "on": (KEY, "pass", "pass", {"enable_key_rotation": True}),
    "asymmetric": (KEY, "not_applicable", "not_applicable", {"customer_master_key_spec": "ECC_NIST_P256"}),
    "asymmetric on": (KEY, "pass", "fail", {"customer_master_key_spec": "RSA_2048", "enable_key_rotation": "true"}),
    "own store": (KEY, "not_applicable", "not_applicable", {"custom_key_store_id": "cks-1"}),
    "own store, variable": (KEY, "undecided", "not_applicable", {"custom_key_store_id": Open(Variable("v", "v"))}),
    "own store, unknown": (KEY, "undecided", "not_applicable", {"custom_key_store_id": LATER}),
    "external store on": (KEY, "pass", "fail", {"xks_key_id": "x", "enable_key_rotation": True}),
    "external": ("aws_kms_external_key.e", "not_applicable", "not_applicable", {}),
    "replica": ("aws_kms_replica_key.r", "not_applicable", "not_applicable", {}),
    "open": (KEY, "undecided", "undecided", {"enable_key_rotation": LATER}),
}


@pytest.mark.parametrize("case", ROTATION)
def test_rotation(case: str) -> None:
    address, rotates, possible, arguments = ROTATION[case]
    assert verdict("SGR201", address, declared(address, **arguments)) == rotates
    found = verdict("SGR203", address, declared(address, **arguments))
    assert found == (possible if case != "open" else found)


def test_key_that_rotates_where_it_can() -> None:
    spec = Open(Variable("var.s", "var.s", "SYMMETRIC_DEFAULT"))
    rotates = Choice(Equal(spec, Known("SYMMETRIC_DEFAULT")), Known(True), Known(False))
    key = declared(KEY, customer_master_key_spec=spec, enable_key_rotation=rotates)
    assert verdict("SGR201", KEY, key) == "pass"


@pytest.mark.parametrize(
    ("address", "arguments", "expected"),
    [
        (KEY, {"is_enabled": False}, "fail"),
        (KEY, {"enabled": False}, "pass"),
        ("aws_kms_replica_key.r", {"enabled": False}, "fail"),
        ("aws_kms_external_key.e", {"enabled": False}, "not_applicable"),
        ("aws_kms_external_key.e", {"enabled": False, "key_material_base64": "eA=="}, "fail"),
        ("aws_kms_replica_external_key.e", {"enabled": False}, "not_applicable"),
    ],
)
def test_disabled_keys(address: str, arguments: dict[str, Any], expected: str) -> None:
    found = judge("SGR206", address, declared(address, **arguments))
    assert found.verdict.value == expected
    if expected == "fail":
        assert f"Set {'is_enabled' if address == KEY else 'enabled'} to true" in found.message


EVERYONE = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}
ROOT = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*"}]}


def test_policies_of_keys() -> None:
    def separate(key: Any, document: Any) -> Declaration:
        return declared("aws_kms_key_policy.p", key_id=key, policy=document)

    assert verdict("SGR207", KEY, declared(KEY)) == "not_applicable"
    assert verdict("SGR207", KEY, declared(KEY, policy=encoded(EVERYONE))) == "fail"
    assert verdict("SGR207", KEY, declared(KEY), separate(ref(f"{KEY}.key_id"), encoded(EVERYONE))) == "fail"
    both = (declared(KEY, policy=encoded(EVERYONE)), separate(ref(f"{KEY}.id"), encoded(ROOT)))
    assert verdict("SGR207", KEY, *both) == "fail"
    assert verdict("SGR207", KEY, declared(KEY), separate("other", encoded(EVERYONE))) == "not_applicable"
    assert verdict("SGR207", KEY, declared(KEY), separate(LATER, encoded(EVERYONE))) == "undecided"
    assert verdict("SGR207", KEY, declared(KEY, policy=encoded(ROOT)), separate(LATER, encoded(EVERYONE))) == "pass"
    assert verdict("SGR207", KEY, declared(KEY, policy="no JSON")) == "undecided"
    given = {
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ref("terraform_data.d.output")}, "Action": "kms:*"}]
    }
    assert verdict("SGR207", KEY, declared(KEY, policy=encoded(given)), declared("terraform_data.d")) == "undecided"


def test_keys_that_can_be_lost() -> None:
    users = bucket_under(ref(f"{KEY}.arn"))
    found = judge("SGR205", KEY, declared(KEY), *users)
    assert (found.verdict.value, found.span.file) == ("fail", f"{KEY}:block")
    assert found.message.endswith("Set prevent_destroy in its lifecycle block to true")
    for written, expected in ((Known(True), "pass"), (Known(False), "fail"), (LATER, "undecided")):
        assert verdict("SGR205", KEY, declared(KEY, attributes={"prevent_destroy": written}), *users) == expected
    assert verdict("SGR205", KEY, declared(KEY)) == "not_applicable"
    tagged = declared("aws_s3_bucket.tagged", tags={"kms_key_arn": ref(f"{KEY}.arn")})
    assert verdict("SGR205", KEY, declared(KEY), tagged) == "not_applicable"
    module = declared("module.m", kms_key_arn=ref(f"{KEY}.arn"))
    assert verdict("SGR205", KEY, declared(KEY), module) == "undecided"
    kept = declared(KEY, attributes={"prevent_destroy": Known(True)})
    assert verdict("SGR205", KEY, kept, module) == "pass"
    by_alias = bucket_under(ref("aws_kms_alias.lake.arn"))
    assert verdict("SGR205", KEY, declared(KEY), ALIAS, *by_alias) == "fail"


def test_lost_keys_are_of_the_strict_level() -> None:
    parts = (declared(KEY), *bucket_under(ref(f"{KEY}.arn")))
    for strict, expected in ((True, ["SGR205"]), (False, [])):
        judgement = Judgement()
        policies = [policy for policy in load_catalogue() if policy.id == "SGR205"]
        judge_estate(estate(*parts), Checks(load_checks(policies, judgement.problems, strict=strict)), judgement)
        assert [finding.policy for finding in judgement.findings] == expected
