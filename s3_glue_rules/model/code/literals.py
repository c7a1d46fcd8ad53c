"""Which constants a value is made of alone: decoded, encoded, hashed or derived, a constant stays one.

What anything else goes into (the environment, a random number, a secret that is read) is no constant.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from s3_glue_rules.model.code.apis import canonical
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import (
    CodeValue,
    Formatted,
    Given,
    Imported,
    Items,
    Literal,
    Member,
    Result,
)

_DEEPEST = 12

# Functions that give back what they are handed in another form, with the position and name of that argument.
_FORMS: dict[str, tuple[int, str]] = {
    **dict.fromkeys(("base64.b64decode", "base64.urlsafe_b64decode", "base64.standard_b64decode"), (0, "s")),
    **dict.fromkeys(("base64.b64encode", "base64.urlsafe_b64encode", "base64.standard_b64encode"), (0, "s")),
    **dict.fromkeys(("base64.b32decode", "base64.b16decode", "base64.a85decode", "base64.b85decode"), (0, "s")),
    **dict.fromkeys(("bytes.fromhex", "bytearray.fromhex", "binascii.unhexlify", "binascii.a2b_hex"), (0, "string")),
    **dict.fromkeys(
        ("binascii.a2b_base64", "binascii.hexlify", "binascii.b2a_hex", "binascii.b2a_base64"), (0, "data")
    ),
    "codecs.decode": (0, "obj"),
    "codecs.encode": (0, "obj"),
    **dict.fromkeys(("bytes", "bytearray", "str", "memoryview"), (0, "source")),
    # Whoever reads the password has the key that is derived from it.
    "hashlib.pbkdf2_hmac": (1, "password"),
    "hashlib.scrypt": (0, "password"),
    "Crypto.PBKDF2": (0, "password"),
    "Crypto.scrypt": (0, "password"),
    "Crypto.HKDF": (0, "master"),
}
_HASHES = ("hashlib.", "cryptography.", "Crypto.")
# Methods that give back the text or bytes they are called on in another form.
_METHODS = {
    "encode", "decode", "ljust", "rjust", "center", "zfill", "strip", "lstrip", "rstrip", "upper", "lower", "replace",
    "hex", "digest", "hexdigest", "to_bytes",
}  # fmt: skip
_DERIVING = {"cryptography.PBKDF2HMAC", "cryptography.Scrypt", "cryptography.HKDF", "cryptography.ConcatKDFHash"}

_DECODERS: dict[str, Callable[[str | bytes], bytes]] = {
    "base64.b64decode": base64.b64decode,
    "base64.standard_b64decode": base64.b64decode,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "binascii.a2b_base64": binascii.a2b_base64,
    "bytes.fromhex": lambda text: bytes.fromhex(text if isinstance(text, str) else text.decode()),
    "bytearray.fromhex": lambda text: bytes.fromhex(text if isinstance(text, str) else text.decode()),
    "binascii.unhexlify": binascii.unhexlify,
    "binascii.a2b_hex": binascii.unhexlify,
}


@dataclass(frozen=True)
class Constant:
    """A constant that a value is made of. ``form`` says how, for people: with a length in bytes where it is known."""

    literal: Literal
    form: str


def constants(module: Module, value: CodeValue, depth: int = 0) -> Iterator[Constant]:
    """Yield the constants that a value may be, each alone. Empty texts are none."""
    if depth > _DEEPEST:
        return
    for option in module.options(value):
        if isinstance(option, Literal):
            if isinstance(option.value, (str, bytes)) and option.value:
                yield Constant(option, _size(option.value))
        elif isinstance(option, Items):
            yield from _of_items(module, option)
        elif isinstance(option, Given):
            if option.default is not None:
                for constant in constants(module, option.default, depth + 1):
                    where = f"the default of the {option.by.value} {option.name}, {constant.form}"
                    yield Constant(constant.literal, where)
        elif isinstance(option, Formatted):
            yield from _of_parts(module, option, depth)
        elif isinstance(option, Result):
            yield from _of_result(module, option, depth)


def _of_items(module: Module, value: Items) -> Iterator[Constant]:
    """Yield the bytes that a list of numbers makes."""
    numbers = [literal.value for item in value.items for literal in module.literals(item)]
    if value.is_complete and len(numbers) == len(value.items) > 1 and all(isinstance(one, int) for one in numbers):
        yield Constant(Literal(b"\0" * len(numbers), value.origin), f"{len(numbers)} bytes")


def _of_parts(module: Module, value: Formatted, depth: int) -> Iterator[Constant]:
    """Yield the constant that a text starts with, where all that it is put together of are constants."""
    found = [list(constants(module, part, depth + 1)) for part in value.parts]
    if found and all(found):
        yield Constant(found[0][0].literal, "put together of constants" if len(found) > 1 else found[0][0].form)


def _of_result(module: Module, value: Result, depth: int) -> Iterator[Constant]:
    call = value.call
    for callee in module.options(call.callee):
        if isinstance(callee, Imported):
            name = canonical(callee.name)
            if name in {"bytes", "bytearray"} and call.arguments:
                yield from _zeros(module, call.arguments[0], value)
            handed = call.argument(_FORMS[name][1], _FORMS[name][0]) if name in _FORMS else None
            for constant in constants(module, handed, depth + 1) if handed is not None else ():
                yield Constant(constant.literal, _decoded(name, constant))
        elif isinstance(callee, Member) and isinstance(callee.name, str) and not callee.is_item:
            yield from _of_method(module, callee, value, depth)


def _zeros(module: Module, size: CodeValue, value: Result) -> Iterator[Constant]:
    """Yield what ``bytes(32)`` makes."""
    for literal in module.literals(size):
        if isinstance(literal.value, int) and not isinstance(literal.value, bool) and 0 < literal.value <= 1024:
            yield Constant(Literal(b"\0" * literal.value, value.origin), f"{literal.value} bytes of zeros")


def _of_method(module: Module, callee: Member, value: Result, depth: int) -> Iterator[Constant]:
    name = str(callee.name)
    for base in module.options(callee.of):
        maker = _maker(module, base)
        if name == "derive" and maker in _DERIVING and value.call.arguments:
            for constant in constants(module, value.call.arguments[0], depth + 1):
                yield Constant(constant.literal, f"derived from a constant of {constant.form}")
        elif name in {"digest", "hexdigest"} and isinstance(base, Result):
            if maker.startswith(_HASHES) and base.call.arguments:
                # With new(name, data) the data come second.
                for constant in constants(module, base.call.arguments[-1], depth + 1):
                    yield Constant(constant.literal, f"the hash of a constant of {constant.form}")
        elif name in _METHODS:
            if isinstance(base, Literal) and name == "to_bytes":
                yield Constant(Literal(str(base.value), base.origin), "a number")
            else:
                yield from constants(module, base, depth + 1)


def _maker(module: Module, value: CodeValue) -> str:
    if not isinstance(value, Result):
        return ""
    names = [canonical(callee.name) for callee in module.options(value.call.callee) if isinstance(callee, Imported)]
    return names[0] if names else ""


def _decoded(name: str, constant: Constant) -> str:
    """Return the form of a constant that a function decodes: with the length of what comes out of it."""
    decoder = _DECODERS.get(name)
    if decoder is None or not isinstance(constant.literal.value, (str, bytes)):
        return constant.form
    try:
        return f"{len(decoder(constant.literal.value))} bytes, {name.rpartition('.')[2]}"
    except (ValueError, binascii.Error):
        return constant.form


def _size(value: str | bytes) -> str:
    return f"{len(value)} {'bytes' if isinstance(value, bytes) else 'characters'}"
