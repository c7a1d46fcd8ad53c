"""Data keys and random keys: where they are made, and where plaintext keys must not go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from s3_glue_rules.model.code.customer_keys import reads_only
from s3_glue_rules.model.code.flow import Flow, Source, Use, name_called
from s3_glue_rules.model.code.key_arguments import CUSTOMER_KEYS, keys_handed_over
from s3_glue_rules.model.code.key_tables import (
    CIPHERS,
    CIPHERTEXT_PARTS,
    DUMPS,
    ENCRYPTS,
    FORGETS,
    IN_MEMORY,
    KEEPERS,
    LEVELS,
    OPERATES,
    OPERATIONS,
    PLAINTEXT_PARTS,
    SENDS,
    WRITES,
)
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, CodeValue, Literal, Member, Result
from s3_glue_rules.model.spans import Origin


def plaintext_of(key: Call) -> Source:
    """Return what tells the plaintext of the data key that a call makes, or its whole answer."""
    part = PLAINTEXT_PARTS[key.api]

    def is_plaintext(value: CodeValue) -> bool:
        if isinstance(value, Result):
            return value.call.site == key.site
        return isinstance(value, Member) and value.name == part and _is_of(value, key)

    return is_plaintext


def _is_of(value: Member, call: Call) -> bool:
    return isinstance(value.of, Result) and value.of.call.site == call.site


def lost_key(module: Module, key: Call) -> Origin | None:
    """Return where a random key, or a data key of AWS KMS, encrypts, when it is kept nowhere and decrypts nothing.

    Whatever else is done with it may keep it: then nothing is said.
    """
    if not key.function and module.has_functions:
        # Other modules may import it.
        return None
    part = PLAINTEXT_PARTS.get(key.api)
    if part is None:
        return _lost(module, lambda value: isinstance(value, Result) and value.call.site == key.site)
    kept = CIPHERTEXT_PARTS[key.api]

    def is_kept(value: CodeValue) -> bool:
        if isinstance(value, Result):
            return value.call.site == key.site
        return isinstance(value, Member) and value.name == kept and _is_of(value, key)

    if next(Flow(module, is_kept).uses(), None) is not None:
        return None
    return _lost(module, lambda value: isinstance(value, Member) and value.name == part and _is_of(value, key))


def _lost(module: Module, source: Source) -> Origin | None:
    direct = Flow(module, source)

    def makes_a_cipher(call: Call) -> bool:
        name = name_called(module, call)
        if name in CIPHERS:
            return True
        if name.startswith("boto3.s3."):
            return False
        keys = keys_handed_over(module, replace(call, api=name))
        return any(direct.holds(argument.value) for argument in keys)

    encryption: Origin | None = None
    for use in Flow(module, source, makes_a_cipher).uses():
        call = use.call
        if call is None:
            return None
        name = name_called(module, call)
        method = name.rpartition(".")[2]
        if (use.on and method in ENCRYPTS) or _writes_with(call, use):
            encryption = encryption or use.origin
        elif not (use.on and method in OPERATES) and name not in FORGETS:
            return None
    return encryption


def _writes_with(call: Call, use: Use) -> bool:
    """Return whether a call writes an object with a key of SSE-C."""
    is_key = use.argument in {*CUSTOMER_KEYS, "ExtraArgs"}
    return is_key and call.api.startswith("boto3.s3.") and not reads_only(call)


def disclosures(module: Module, key: Call) -> Iterator[tuple[str, Use]]:
    """Yield the places that store or disclose the plaintext of a data key, with what they do, for people."""
    for use in Flow(module, plaintext_of(key)).uses():
        wording = _disclosed(module, use)
        if wording is not None:
            yield wording, use


def _disclosed(module: Module, use: Use) -> str | None:
    call = use.call
    if call is None or use.on or use.argument in CUSTOMER_KEYS or _hands_over_a_key(module, call, use):
        return None
    name = name_called(module, call)
    method = str(call.callee.name) if isinstance(call.callee, Member) else ""
    if name == "print":
        return "prints it"
    if name.startswith("logging.") or method in LEVELS:
        return "logs it"
    if method in WRITES and not _is_in_memory(module, call):
        return "writes it"
    if name in DUMPS:
        return "writes it"
    if name.startswith(KEEPERS) or _is_secure_parameter(module, call):
        return None
    if name.startswith("boto3.") or method in OPERATIONS:
        return f"hands it to {method or name}"
    return f"hands it to {name}" if name.startswith(SENDS) else None


def _hands_over_a_key(module: Module, call: Call, use: Use) -> bool:
    """Return whether the argument is a key of SSE-C in ``ExtraArgs``."""
    return use.argument == "ExtraArgs" and next(keys_handed_over(module, call), None) is not None


def _is_in_memory(module: Module, call: Call) -> bool:
    base = call.callee.of if isinstance(call.callee, Member) else call.callee
    return any(
        isinstance(option, Result) and name_called(module, option.call) in IN_MEMORY for option in module.options(base)
    )


def _is_secure_parameter(module: Module, call: Call) -> bool:
    given = call.keywords.get("Type")
    values = module.options(given) if given is not None else ()
    return any(isinstance(value, Literal) and value.value == "SecureString" for value in values)
