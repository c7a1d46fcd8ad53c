"""Which arguments of which calls are keys.

Sources: https://cryptography.io/en/latest/hazmat/primitives/aead/, .../symmetric-encryption/, .../fernet/ and
.../keywrap/; PyCryptodome's Crypto.Cipher; the models of the AWS Cryptographic Material Providers Library; boto3's
parameters for SSE-C (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, CodeValue, Imported

CUSTOMER_KEYS = ("SSECustomerKey", "CopySourceSSECustomerKey")

_AEAD = ("AESGCM", "AESGCMSIV", "AESCCM", "AESOCB3", "AESSIV", "ChaCha20Poly1305")
_ALGORITHMS = (
    "AES",
    "AES128",
    "AES256",
    "TripleDES",
    "Camellia",
    "ChaCha20",
    "ARC4",
    "Blowfish",
    "CAST5",
    "SEED",
    "SM4",
)
_PYCRYPTODOME = ("AES", "ChaCha20", "ChaCha20_Poly1305", "DES", "DES3", "ARC2", "ARC4", "Blowfish", "CAST", "Salsa20")

# What is called, with the names of its arguments that are keys, their positions, and what people call the key.
KEYS: dict[str, tuple[tuple[str, int | None, str], ...]] = {
    **{f"cryptography.{name}": (("key", 0, f"the key of {name}"),) for name in (*_AEAD, *_ALGORITHMS)},
    "cryptography.Fernet": (("key", 0, "the key of Fernet"),),
    "cryptography.aes_key_wrap": (("wrapping_key", 0, "the wrapping key of aes_key_wrap"),),
    "cryptography.aes_key_unwrap": (("wrapping_key", 0, "the wrapping key of aes_key_unwrap"),),
    "cryptography.aes_key_wrap_with_padding": (("wrapping_key", 0, "the wrapping key of aes_key_wrap_with_padding"),),
    "cryptography.load_pem_private_key": (("data", 0, "the private key of load_pem_private_key"),),
    "cryptography.load_der_private_key": (("data", 0, "the private key of load_der_private_key"),),
    "cryptography.load_ssh_private_key": (("data", 0, "the private key of load_ssh_private_key"),),
    **{f"Crypto.{name}.new": (("key", 0, f"the key of {name}"),) for name in _PYCRYPTODOME},
    "aws_cryptographic_material_providers.CreateRawAesKeyringInput": (
        ("wrapping_key", None, "the wrapping key of a raw AES keyring"),
    ),
    "aws_cryptographic_material_providers.CreateRawRsaKeyringInput": (
        ("private_key", None, "the private key of a raw RSA keyring"),
    ),
    "aws_cryptographic_material_providers.RawPrivateKeyToStaticPublicKeyInput": (
        ("sender_static_private_key", None, "the private key of a raw ECDH keyring"),
    ),
    "aws_cryptographic_material_providers.PublicKeyDiscoveryInput": (
        ("recipient_static_private_key", None, "the private key of a raw ECDH keyring"),
    ),
    "aws_encryption_sdk.WrappingKey": (("wrapping_key", 1, "the wrapping key of a raw master key"),),
}
_PUBLIC = "EncryptionKeyType.PUBLIC"


@dataclass(frozen=True)
class KeyArgument:
    """A value that is handed over as a key, and what it is a key for, for people."""

    wording: str
    value: CodeValue


def keys_handed_over(module: Module, call: Call) -> Iterator[KeyArgument]:
    """Yield the arguments of a call that are keys, those of SSE-C in ``ExtraArgs`` among them."""
    if call.api == "aws_encryption_sdk.WrappingKey" and _is_public(module, call):
        return
    for name, position, wording in KEYS.get(call.api, ()):
        value = call.argument(name, position)
        if value is not None:
            yield KeyArgument(wording, value)
    for name in CUSTOMER_KEYS:
        value = call.keywords.get(name)
        if value is not None:
            yield KeyArgument(f"the key of SSE-C ({name})", value)
    extra = call.keywords.get("ExtraArgs")
    for entries in module.keywords(extra) if extra is not None else ():
        for name in CUSTOMER_KEYS:
            if name in entries.entries:
                yield KeyArgument(f"the key of SSE-C ({name})", entries.entries[name])


def _is_public(module: Module, call: Call) -> bool:
    """Return whether the key of a raw master key is a public one, which is no secret."""
    kind = call.argument("wrapping_key_type", 2)
    options = module.options(kind) if kind is not None else ()
    return any(isinstance(option, Imported) and option.name.endswith(_PUBLIC) for option in options)
