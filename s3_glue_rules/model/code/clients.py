"""What is called on the clients that a module makes."""

from __future__ import annotations

from collections.abc import Iterator

from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, Member, Result

_SDK = "aws_encryption_sdk.EncryptionSDKClient."
# https://aws-encryption-sdk-python.readthedocs.io/en/latest/generated/aws_encryption_sdk.html: the modes of stream().
_ENCRYPTS = {"e", "encrypt"}
_DECRYPTS = {"d", "decrypt"}


def calls_on(module: Module, maker: Call) -> Iterator[Call]:
    """Yield the calls of methods on what a call makes."""
    for call in module.calls:
        if isinstance(call.callee, Member):
            made = module.options(call.callee.of)
            if any(isinstance(option, Result) and option.call.site == maker.site for option in made):
                yield call


def encrypts(module: Module, call: Call) -> bool:
    """Return whether a call encrypts with the AWS Encryption SDK, as a whole or as a stream."""
    return call.api == f"{_SDK}encrypt" or (call.api == f"{_SDK}stream" and _mode(module, call) in _ENCRYPTS)


def decrypts(module: Module, call: Call) -> bool:
    """Return whether a call decrypts with the AWS Encryption SDK, as a whole or as a stream."""
    return call.api == f"{_SDK}decrypt" or (call.api == f"{_SDK}stream" and _mode(module, call) in _DECRYPTS)


def _mode(module: Module, call: Call) -> str:
    given = call.argument("mode")
    values = {str(literal.value) for literal in module.literals(given)} if given is not None else set()
    return values.pop() if len(values) == 1 else ""
