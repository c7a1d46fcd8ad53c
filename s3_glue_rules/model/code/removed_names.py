"""Names that the AWS Encryption SDK for Python no longer has, with what replaces each.

Source: https://github.com/aws/aws-encryption-sdk-python/blob/master/CHANGELOG.rst (2.0.0). A test imports the installed
library and compares.
"""

from __future__ import annotations

_STRICT = "aws_encryption_sdk.StrictAwsKmsMasterKeyProvider"

# The name, and the name of what replaces it.
REMOVED_NAMES = {
    "aws_encryption_sdk.encrypt": "aws_encryption_sdk.EncryptionSDKClient.encrypt",
    "aws_encryption_sdk.decrypt": "aws_encryption_sdk.EncryptionSDKClient.decrypt",
    "aws_encryption_sdk.stream": "aws_encryption_sdk.EncryptionSDKClient.stream",
    "aws_encryption_sdk.KMSMasterKeyProvider": _STRICT,
    "aws_encryption_sdk.key_providers.kms.KMSMasterKeyProvider": _STRICT,
}
