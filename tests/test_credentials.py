"""What names say that their value is a credential, what values are none, and that descriptions give nothing away."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3_glue_rules.model.argument_secrets import may_be_given_a_secret, secret_in
from s3_glue_rules.model.credentials import (
    credential_named,
    describe_credential,
    is_certainly_a_credential,
    is_no_secret,
    says_where_a_secret_is,
)
from s3_glue_rules.model.resources import WrittenArgument
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.urls import OPEN

# Every secret in this file was invented for it and opens nothing.
CERTAIN = [
    "--password", "--DB_PASSWORD", "dbPassword", "dbpassword", "--jdbc-pwd", "--db_pass", "--passphrase", "--api_key",
    "--apiKey", "--weatherapikey", "--access-key", "--aws_secret_access_key", "--privateKey", "--client_secret",
    "--auth_token", "--accessToken", "spark.hadoop.javax.jdo.option.ConnectionPassword", "--account-key",
]  # fmt: skip
VAGUE = ["--secret", "--token", "--credentials", "--db_creds", "--warehouse_secret", "--github-token", "--pass"]
PLACES = [
    "--db_secret_name", "--secret-id", "--password_path", "--token_url", "--api_key_location", "--credentials_provider",
    "--client_secret_arn", "--password-parameter", "--private_key_file", "--access_key_id",
]  # fmt: skip
OTHERS = [
    "--max-tokens", "--token-bucket", "--password-policy", "--secret-rotation-days", "--use-secrets-manager",
    "--password_column", "--enable-password-check", "--passes", "--bypass", "--compass", "--tokenizer", "--secretary",
    "--partition_key", "--primary-key", "--monkey", "--keyboard", "--passthrough", "--kms_key", "--stage", "",
]  # fmt: skip


@pytest.mark.parametrize("name", CERTAIN)
def test_names_of_credentials(name: str) -> None:
    assert is_certainly_a_credential(name)
    assert describe_credential(name, "kettle-Rain-9") is not None


@pytest.mark.parametrize("name", VAGUE)
def test_vague_names_need_a_value_that_reads_as_random(name: str) -> None:
    assert credential_named(name) is not None
    assert not is_certainly_a_credential(name)
    assert describe_credential(name, "k3ttl3Rain77") is not None
    for value in ("lake-loader", "warehouse", "LakeLoader", "4096", "eu-west-1"):
        assert describe_credential(name, value) is None


@pytest.mark.parametrize("name", [*PLACES, *OTHERS])
def test_names_of_something_else(name: str) -> None:
    assert credential_named(name) is None
    assert describe_credential(name, "k3ttl3Rain77") is None


@pytest.mark.parametrize("name", PLACES)
def test_names_that_say_where_a_secret_is(name: str) -> None:
    assert says_where_a_secret_is(name)


def test_other_names_do_not_say_where_a_secret_is() -> None:
    assert not any(says_where_a_secret_is(name) for name in [*CERTAIN, *VAGUE, "--stage", "--kms_key", "--tokenizer"])


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "none", "False", "changeme", "<password>", "${DB_PASSWORD}", "$DB_PASSWORD", "{{ password }}", "%PW%",
        "your-password", "********", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:lake-AbCdEf", "jdbc:mysql://db",
        "s3://lake/key.pem", "https://lake.internal/token", "/lake/db/password", "lake/warehouse/loader", "DB_PASSWORD",
        "lake-db-password", f"{OPEN}/lake/password",
    ],
)  # fmt: skip
def test_values_that_are_no_secrets(value: str) -> None:
    assert is_no_secret(value)
    assert describe_credential("--db_password", value) is None


@pytest.mark.parametrize(
    "value",
    ["password", "Password1!", "teapot", "kettle-Rain-9", "/Ab9xclxZMRfdKKg0CBaQx9hizBEZsRIVEJVrKAkT4zz77Q", "a/b+c=="],
)
def test_values_that_are_secrets(value: str) -> None:
    assert describe_credential("--db_password", value) is not None


def argument(
    name: str, text: str | None, unknown: str = "", secret: str = "", *, certain: bool = False
) -> WrittenArgument:
    return WrittenArgument("DefaultArguments", name, text, NOWHERE, unknown, secret, certain)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CUSTOMER_STAGE=prod,CUSTOMER_DB_PASSWORD=kettle", True),
        ('CUSTOMER_DB_PASSWORD="kettle, rain",CUSTOMER_STAGE=prod', True),
        ("user = loader; password = kettle", True),
        ("a=b&api_key=kettle&c=d", True),
        ("password=kettle=rain", True),
        ("token-bucket==77.1", False),
        ("password=${DB_PASSWORD}", False),
        ("spark.hadoop.fs.s3a.secret.key=qb4SxclxZMRfdKKg0/CBaQx9hizBEZsRIVEJVrKA", False),
        ("spark.a=1 --conf spark.db.password=kettle", True),
    ],
)
def test_assignments_in_free_text(text: str, found: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert (secret_in(argument("--options", text)) is not None) is found


def test_what_a_store_gives_is_told_by_its_source_or_by_the_name() -> None:
    assert secret_in(argument("--third", None, "why", "a store", certain=True)) is not None
    assert secret_in(argument("--third", None, "why", "a store")) is None
    assert secret_in(argument("--db_password", None, "why", "a store")) is not None
    assert secret_in(argument("--url", f"x?password={OPEN}", "why", "a store")) is not None
    assert (
        secret_in(argument("--conf", f"spark.hadoop.fs.s3a.secret.key={OPEN}", "why", "a store", certain=True)) is None
    )
    assert secret_in(argument("--stage", "prod", "", "a store", certain=True)) is None


def test_what_may_be_given() -> None:
    assert may_be_given_a_secret(argument("--db_password", None, "why"))
    assert may_be_given_a_secret(argument("--url", f"jdbc:mysql://h/d?password={OPEN}", "why"))
    assert may_be_given_a_secret(argument("--index", f"https://loader:{OPEN}@host/simple", "why"))
    assert not may_be_given_a_secret(argument("--db_password", None))
    assert not may_be_given_a_secret(argument("--secret", None, "why"))
    assert not may_be_given_a_secret(argument("--db_password", f"{OPEN}/lake/password", "why"))
    assert not may_be_given_a_secret(argument("--stage", f"{OPEN}-prod", "why"))


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=5, max_size=60))
def test_descriptions_hold_nothing_of_the_value(value: str) -> None:
    described = describe_credential("--db_password", value) or ""
    assert described in {"", f"a password ({len(value)} characters)"} or value not in described


@pytest.mark.parametrize(
    "piece", ["a", "a=", "password=", "a='", '"', "https://a:", "--conf ", "eyJ", "/a", "{", "=", "A1-"]
)
def test_long_texts_are_read_in_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.perf_counter()
    secret_in(argument("--token", text))
    assert time.perf_counter() - started < 5
