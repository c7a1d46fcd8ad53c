"""Every name by which keys, and the places where they must not go, are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3_glue_rules.model.code import key_tables
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE

HEAD = """
import boto3, io, tempfile
def f(thing):
    key = boto3.client("kms").generate_data_key(KeyId="k", KeySpec="AES_256")["Plaintext"]
"""
SINKS = [
    *(f"thing.{name}(key)" for name in sorted(key_tables.LEVELS | key_tables.WRITES)),
    *(f"thing.{name}(Data=key)" for name in sorted(key_tables.OPERATIONS)),
    *(f"import {name.split('.')[0]}; {name}(key, thing)" for name in sorted(key_tables.DUMPS)),
    *(
        f"import {name.split('.')[0]}; {name}{'run' if name.endswith('.') else ''}(key)"
        for name in sorted(key_tables.SENDS)
    ),
]
HARMLESS = [
    *(f"import {name.split('.')[0]}; {name}().write(key)" for name in sorted(key_tables.IN_MEMORY)),
    *(f'boto3.client("{name.split(".")[1]}").put(Value=key)' for name in sorted(key_tables.KEEPERS)),
]


def verdicts(tmp_path: Path, text: str, policy: str) -> list[str]:
    (tmp_path / "code.py").write_text(text, encoding="utf-8")
    found = scan([str(tmp_path)], [one for one in CATALOGUE if one.id == policy]).findings
    return [finding.verdict.value for finding in found if finding.verdict.value != "not_applicable"]


@pytest.mark.parametrize("sink", SINKS)
def test_where_a_plaintext_must_not_go(tmp_path: Path, sink: str) -> None:
    assert verdicts(tmp_path, f"{HEAD}    {sink}\n", "SGR420") == ["fail"]


@pytest.mark.parametrize("place", HARMLESS)
def test_where_a_plaintext_may_go(tmp_path: Path, place: str) -> None:
    assert verdicts(tmp_path, f"{HEAD}    {place}\n", "SGR420") == ["pass"]


IMPORTS = {
    "Crypto.get_random_bytes": "from Crypto.Random import get_random_bytes as make",
    "cryptography.Fernet.generate_key": "from cryptography.fernet import Fernet\nmake = Fernet.generate_key",
}


def made_by(name: str) -> str:
    if name in IMPORTS:
        return IMPORTS[name]
    module, _, function = name.rpartition(".")
    if module.startswith("cryptography."):
        kind = module.rpartition(".")[2]
        return f"from cryptography.hazmat.primitives.ciphers.aead import {kind}\nmake = {kind}.generate_key"
    return f"from {module} import {function} as make"


@pytest.mark.parametrize("name", sorted(key_tables.RANDOM_KEYS))
@pytest.mark.parametrize("use", ["AESGCM(key).encrypt(n, d, None)", "AESGCM(key).encrypt(n, d, key)", "keep(key)"])
def test_what_makes_keys(tmp_path: Path, name: str, use: str) -> None:
    head = "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n"
    text = f"{head}{made_by(name)}\ndef f(n, d):\n    key = make(32)\n    {use}\n"
    assert verdicts(tmp_path, text, "SGR421") == ["fail" if use.endswith("None)") else "pass"]


CIPHERS = {
    "encrypt": "AESGCM(key).encrypt(n, d, None)",
    "encryptor": "Cipher(algorithms.AES(key), modes.GCM(n)).encryptor()",
    "encrypt_and_digest": "AES.new(key, AES.MODE_GCM).encrypt_and_digest(d)",
    "encrypt_at_time": "Fernet(key).encrypt_at_time(d, 1)",
    "several": "MultiFernet([Fernet(key)]).encrypt(d)",
    **{name: f"{name}(key); AESGCM(key).encrypt(n, d, None)" for name in sorted(key_tables.FORGETS)},
    **{name: f"c = AES.new(key, AES.MODE_GCM); c.{name}(); c.encrypt(d)" for name in sorted(key_tables.OPERATES)},
}


@pytest.mark.parametrize("use", CIPHERS.values(), ids=CIPHERS.keys())
def test_what_encrypts(tmp_path: Path, use: str) -> None:
    text = f"""
import os
from Crypto.Cipher import AES
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
def f(n, d):
    key = os.urandom(32)
    {use}
"""
    assert verdicts(tmp_path, text, "SGR421") == ["fail"]
