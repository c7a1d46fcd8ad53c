"""Names that the AWS Encryption SDK for Python no longer has, with what replaces each.

Source: https://github.com/aws/aws-encryption-sdk-python/blob/master/CHANGELOG.rst (2.0.0). A test imports the installed
library and compares.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Replacement:
    """The name of what replaces another one, and what to do, for people."""

    name: str
    hint: str


def _method(name: str) -> Replacement:
    made = "aws_encryption_sdk.EncryptionSDKClient"
    return Replacement(f"{made}.{name}", f"make a client with {made}() and call its {name}()")


_PROVIDER = Replacement(
    "aws_encryption_sdk.StrictAwsKmsMasterKeyProvider",
    "use aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[...]) with the ARNs of the keys, or a keyring of "
    "the Material Providers Library (create_aws_kms_keyring)",
)

REMOVED_NAMES = {
    "aws_encryption_sdk.encrypt": _method("encrypt"),
    "aws_encryption_sdk.decrypt": _method("decrypt"),
    "aws_encryption_sdk.stream": _method("stream"),
    "aws_encryption_sdk.KMSMasterKeyProvider": _PROVIDER,
    "aws_encryption_sdk.key_providers.kms.KMSMasterKeyProvider": _PROVIDER,
}
