"""What is key material, what only looks like it, and that descriptions give nothing away."""

from __future__ import annotations

import base64
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3_glue_rules.model.key_material import describe_key_material

# Every key in this file was made up for it and protects nothing.
BYTES = random.Random(20260401).randbytes(32)
BODY = base64.b64encode(random.Random(7).randbytes(1190)).decode()


def armoured(label: str, newline: str = "\n") -> str:
    lines = [BODY[index : index + 64] for index in range(0, len(BODY), 64)]
    return newline.join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"))


@pytest.mark.parametrize("label", ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"])
@pytest.mark.parametrize("newline", ["\n", "\\n", "\r\n"])
def test_private_keys_are_found_whatever_their_name(label: str, newline: str) -> None:
    for text in (armoured(label, newline), f"#!/bin/sh\ncat > k.pem <<E\n{armoured(label, newline)}\nE\n"):
        described = describe_key_material("HTML_FOOTER", text)
        assert described is not None
        assert label.lower() in described


def test_private_keys_may_have_headers() -> None:
    for newline in ("\n", "\\n"):
        first, rest = armoured("RSA PRIVATE KEY", newline).split(newline, 1)
        headers = ("Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0F1E2D3C4B5A69788796A5B4C3D2E1F0", "")
        assert describe_key_material("x", newline.join((first, *headers, rest))) is not None


@pytest.mark.parametrize("label", ["PUBLIC KEY", "CERTIFICATE", "RSA PUBLIC KEY", "CERTIFICATE REQUEST"])
def test_what_is_public_is_no_key(label: str) -> None:
    assert describe_key_material("ENCRYPTION_KEY", armoured(label)) is None


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n<your key here>\n-----END RSA PRIVATE KEY-----",
        f"-----BEGIN RSA PRIVATE KEY-----\nEXAMPLE{BODY[:100]}\n-----END RSA PRIVATE KEY-----",
        "grep -- '-----BEGIN PRIVATE KEY-----' *.pem && exit 1",
    ],
)
def test_armour_without_a_key(text: str) -> None:
    assert describe_key_material("KEY", text) is None


NAMES = [
    "ENCRYPTION_KEY",
    "data-key",
    "DataKey",
    "aesKey",
    "SSE_C_CUSTOMER_KEY",
    "sseCustomerKey",
    "MASTER_KEY",
    "client_side_master_key_b64",
    "SecretKey",
    "signing_key",
    "HMAC_SHARED_KEY",
    "/lake/prod/data-encryption-key",
    "CIPHER",
    "keyMaterial",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [16, 24, 32])
def test_symmetric_keys_are_found_by_name_and_shape(name: str, size: int) -> None:
    data = BYTES[:size]
    for text in (
        base64.b64encode(data).decode(),
        base64.urlsafe_b64encode(data).decode().rstrip("="),
        data.hex(),
        data.hex().upper(),
        f"0x{data.hex()}",
        f"  {data.hex()}\n",
    ):
        described = describe_key_material(name, text)
        assert described is not None
        assert f"{size * 8} bits" in described


@pytest.mark.parametrize(
    "line",
    [
        "export DATA_KEY={}",
        "DATA_KEY='{}' python job.py",
        'data_key: "{}"',
        "  --encryption-key={} --verbose",
        '{{"customer_key": "{}"}}',
        "[s3]\nsse_customer_key = {}\n",
    ],
)
def test_symmetric_keys_are_found_in_scripts(line: str) -> None:
    for value in (BYTES.hex(), base64.b64encode(BYTES).decode()):
        assert describe_key_material("UserData", f"#!/bin/sh\n{line.format(value)}\n") is not None


@pytest.mark.parametrize(
    "name",
    [
        "ENCRYPTION_KEY_ID",
        "EncryptionKeyArn",
        "DATA_KEY_ALIAS",
        "MASTER_KEY_NAME",
        "SSE_CUSTOMER_KEY_MD5",
        "data_key_hash",
        "DATA_KEY_SHA256",
        "SIGNING_PUBLIC_KEY",
        "CUSTOMER_KEY_PREFIX",
        "SECRET_KEY_VERSION",
        "DATA_KEY_FINGERPRINT",
        "CUSTOMER_KEY_ETAG",
        "BUILD_ID",
        "PASSWORD",
        "KEY",
    ],
)
def test_other_names_hold_no_keys(name: str) -> None:
    for text in (base64.b64encode(BYTES).decode(), BYTES.hex()):
        assert describe_key_material(name, text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:lake/data-key-Ab3dE5",
        "alias/lake-data",
        "8f14e45f-ceea-467f-9d3a-2b1c5e6f7a80",  # UUID, key id
        "mrk-8f14e45fceea467f9d3a2b1c5e6f7a80",  # id of a multi-Region key
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",  # git commit, SHA-1
        "9b2cf535f27731c974343645a3985328-12",  # ETag of a multipart upload
        "https://vault.example.org/v1/transit/datakey",
        "s3://lake-keys/current/data.key",
        "{{resolve:secretsmanager:lake/data-key}}",
        "{{resolve:ssm-secure:/lake/data-key:1}}",
        "changeme",
        "REPLACE_WITH_BASE64_OF_32_BYTES=",
        "your-32-byte-base64-encryption-key-here",
        "ThisIsAnExampleOfAnEncryptionKeyForTests",
        "00000000000000000000000000000000",
        "0123456789abcdef0123456789abcdef",
        "deadbeefdeadbeefdeadbeefdeadbeef",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "lake/prod/orders/customer-key/v1",  # 32 characters of words
        "Lake/Prod/Orders/Customer-Key/V1",
        "ProductionCustomerDataEncryptKey",
        "/Corporate/DataPlatform/Lake/Keys/DataKey01",
        "TLS_AES_256_GCM_SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        base64.b64encode(b"this is not a key at all, no key").decode(),
        base64.b64encode(b"sixteen letters!").decode(),
        base64.b64encode(random.Random(1).randbytes(20)).decode(),  # no length of an AES key
        random.Random(1).randbytes(64).hex(),
        "AKIAIOSFODNN7EXAMPLE",
        "AQICAHhdF0Kf" + "xY7z9Qw+" * 20,  # ciphertext of KMS
        "${DataKey}",
        "true",
    ],
    ids=range(34),
)
@pytest.mark.parametrize("name", ["ENCRYPTION_KEY", "DataKey"])
def test_near_misses_are_no_keys(name: str, text: str) -> None:
    assert describe_key_material(name, text) is None
    assert describe_key_material("UserData", f"{name}={text}\n") is None


def test_long_names_and_texts_cost_little() -> None:
    started = time.monotonic()
    for name, text in (
        ("data" + "a" * 100_000, "x"),
        ("data-" * 50_000, "x"),
        ("x", "a" * 2_000_000),
        ("x", "a-" * 1_000_000),
        ("x", "a" + " " * 1_000_000),
        ("x", "data_key=" * 200_000),
        ("data_key", "A" * 2_000_000),
        ("x", "-----BEGIN " * 100_000),
        ("x", "-----BEGIN PRIVATE KEY-----" + "\n" * 1_000_000),
    ):
        assert describe_key_material(name, text) is None
    assert time.monotonic() - started < 10


keys = st.sampled_from([16, 24, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))


@settings(max_examples=300, deadline=None)
@given(keys, st.sampled_from(["base64", "url", "hex", "0x"]), st.sampled_from(NAMES))
def test_nothing_of_a_symmetric_key_is_told(data: bytes, form: str, name: str) -> None:
    value = {
        "base64": base64.b64encode(data).decode(),
        "url": base64.urlsafe_b64encode(data).decode().rstrip("="),
        "hex": data.hex(),
        "0x": f"0x{data.hex()}",
    }[form]
    for described in (describe_key_material(name, value), describe_key_material("x", f"{name.strip('/')}={value}")):
        if described is not None:
            assert described in {
                f"a symmetric key ({n} bits in {f})" for n in (128, 192, 256) for f in ("base64", "hexadecimal")
            }


@settings(max_examples=200, deadline=None)
@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=6, max_size=20).filter(
        lambda label: label not in {"OPENSSH", "ENCRYPTED"}
    ),
    st.text("ABCDEFabcdef0123456789+/", min_size=64, max_size=200),
)
def test_nothing_of_a_private_key_is_told(label: str, body: str) -> None:
    described = describe_key_material(
        "x", f"-----BEGIN {label} PRIVATE KEY-----\n{body}\n-----END {label} PRIVATE KEY-----"
    )
    if described is not None:
        assert label.lower() not in described.lower()
        assert re.fullmatch(r"a private key \(private key in PEM, \d+ characters\)", described)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=200))
def test_any_name_and_text_are_taken(name: str, text: str) -> None:
    described = describe_key_material(name, text)
    assert described is None or described.startswith("a ")


@pytest.mark.parametrize("size", [16, 24, 32])
def test_hardly_any_random_key_is_missed(size: int) -> None:
    source = random.Random(size)
    made = [source.randbytes(size) for _ in range(2000)]
    for forms in (
        [base64.b64encode(data).decode() for data in made],
        [data.hex() for data in made],
    ):
        missed = [text for text in forms if describe_key_material("DATA_KEY", text) is None]
        assert len(missed) <= 0.02 * len(forms)
