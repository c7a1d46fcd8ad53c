"""SGR414: messages are encrypted with key commitment, and only such are decrypted."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, warns
from s3_glue_rules.model.code.apis import name_of
from s3_glue_rules.model.resources import ClientSideCall

SUBJECT = ClientSideCall

# What takes the policy, and at which position.
_TAKES = {
    "aws_encryption_sdk.EncryptionSDKClient": None,
    "aws_encryption_sdk.EncryptionSDKClientConfig": 0,
    "s3_encryption.S3EncryptionClientConfig": 2,
}
# They take the argument and do nothing with it.
_IGNORES = {
    "aws_encryption_sdk.EncryptionSDKClient.encrypt",
    "aws_encryption_sdk.EncryptionSDKClient.decrypt",
    "aws_encryption_sdk.EncryptionSDKClient.stream",
}
_FORBIDS = "CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT"
_ALLOWS = "CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT"


def check(site: ClientSideCall) -> Answer:
    """Fail a client that encrypts without commitment, and warn of one that decrypts what has none."""
    answer = not_applicable("it takes no commitment policy")
    for call in site.calls:
        if call.api in _IGNORES and "commitment_policy" in call.keywords:
            return warns(
                "commitment_policy is ignored here: only that of the client counts. Remove it, and hand "
                "CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT to EncryptionSDKClient, or nothing, since that is "
                "its default",
                at=call.place("commitment_policy"),
            )
        if call.api not in _TAKES:
            continue
        answer = passes("it requires commitment")
        given = call.argument("commitment_policy", _TAKES[call.api])
        for option in site.module.options(given) if given is not None else ():
            if name_of(option).endswith(_FORBIDS):
                return fails(
                    f"{_FORBIDS} encrypts without key commitment, so that a message can be made to decrypt to "
                    f"different texts under different keys. Use CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, the "
                    f"default (to get there from version 1, first {_ALLOWS})",
                    at=option.origin,
                )
            if name_of(option).endswith(_ALLOWS):
                answer = warns(
                    f"{_ALLOWS} decrypts messages without key commitment as well: it is for the time of migration. "
                    "Once all messages are encrypted anew, use CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, the "
                    "default",
                    at=option.origin,
                )
    return answer
