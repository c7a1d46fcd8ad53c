"""SGR416: the number of encrypted data keys, and the use of cached ones, are bounded."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes
from s3_glue_rules.model.code.clients import calls_on, decrypts
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, Literal
from s3_glue_rules.model.resources import EncryptionSdkCall

SUBJECT = EncryptionSdkCall

_CLIENT = "aws_encryption_sdk.EncryptionSDKClient"
_CACHE = "aws_encryption_sdk.CachingCryptoMaterialsManager"
# What the library takes where nothing is said
# (https://aws-encryption-sdk-python.readthedocs.io/en/latest/generated/aws_encryption_sdk.materials_managers.caching.html).
_MOST_MESSAGES = 2**32


def check(site: EncryptionSdkCall) -> Answer:
    """Fail a client that decrypts messages with any number of data keys, and a cache that uses a key without end."""
    if site.module.is_example:
        return not_applicable("it is a test or an example")
    answer = not_applicable("it is neither client nor cache")
    for call in site.calls:
        if call.api == _CLIENT and call.is_complete and not call.arguments and "config" not in call.keywords:
            decrypting = next((one for one in calls_on(site.module, call) if decrypts(site.module, one)), None)
            answer = passes("the number of data keys is bounded, or nothing is decrypted")
            if decrypting is not None and _is_missing(site.module, call, "max_encrypted_data_keys"):
                return fails(
                    "this client decrypts messages with any number of encrypted data keys, each of which may cost a "
                    "call of AWS KMS: whoever writes a message decides how many. Pass max_encrypted_data_keys with the "
                    "number of keys that your messages have",
                    at=call.origin,
                    chain=(Link(decrypting.origin, "it decrypts here"),),
                )
        elif call.api == _CACHE and call.is_complete:
            answer = passes("the use of cached data keys is bounded")
            if _is_missing(site.module, call, "max_messages_encrypted") or _is_endless(site.module, call):
                return fails(
                    "the cache encrypts up to 2^32 messages with one data key. Pass max_messages_encrypted with the "
                    "fewest that still help, and max_bytes_encrypted where messages are large",
                    at=call.origin,
                )
    return answer


def _is_missing(module: Module, call: Call, name: str) -> bool:
    given = call.keywords.get(name)
    if given is None:
        return True
    return any(isinstance(option, Literal) and option.value is None for option in module.options(given))


def _is_endless(module: Module, call: Call) -> bool:
    return any(
        isinstance(literal.value, int) and literal.value >= _MOST_MESSAGES
        for literal in module.literals(call.keywords["max_messages_encrypted"])
    )
