"""Hashes and Base64."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from urllib.parse import quote_plus

from s3_glue_rules.model.values import UndecidableError, Value
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.lifting import FunctionError

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")

# The names under which both Terraform and Python know an encoding, without a mark of the byte order.
_ENCODINGS = {"UTF-8": "utf-8", "UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be"}

_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def digest(algorithm: str, data: bytes) -> bytes:
    """Return the hash of some bytes."""
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()


def base64_text(data: bytes) -> str:
    """Return bytes in Base64."""
    return base64.b64encode(data).decode("ascii")


def base64_bytes(text: str) -> bytes:
    """Return the bytes that are written in Base64. Raises FunctionError for any other text."""
    text = text.replace("\r", "").replace("\n", "")
    if not _BASE64.fullmatch(text):
        raise FunctionError("failed to decode base64 data")
    return base64.b64decode(text)


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise UndecidableError("the text is no valid Unicode") from None


for _name in ("md5", "sha1", "sha256", "sha512"):

    def _hash(call: Call, algorithm: str = _name) -> Value:
        return call.known(digest(algorithm, _utf8(call.string(0))).hex())

    function(_name, 1)(_hash)

for _name in ("sha256", "sha512"):

    def _hash64(call: Call, algorithm: str = _name) -> Value:
        return call.known(base64_text(digest(algorithm, _utf8(call.string(0)))))

    function(f"base64{_name}", 1)(_hash64)


@function("base64encode", 1)
def _base64encode(call: Call) -> Value:
    return call.known(base64_text(_utf8(call.string(0))))


@function("base64decode", 1)
def _base64decode(call: Call) -> Value:
    try:
        return call.known(base64_bytes(call.string(0)).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FunctionError("the result of decoding the provided string is not valid UTF-8") from error


def _encoding(call: Call) -> str:
    name = call.string(1)
    if name not in _ENCODINGS:
        raise UndecidableError(f"the encoding {name} is not read", call.origin)
    return _ENCODINGS[name]


@function("textencodebase64", 2)
def _textencodebase64(call: Call) -> Value:
    encoding = _encoding(call)
    return call.known(base64_text(_utf8(call.string(0)).decode("utf-8").encode(encoding)))


@function("textdecodebase64", 2)
def _textdecodebase64(call: Call) -> Value:
    encoding = _encoding(call)
    try:
        text = base64_bytes(call.string(0)).decode(encoding)
    except UnicodeDecodeError:
        raise UndecidableError("the bytes are not valid in their encoding", call.origin) from None
    if not text.isascii() and ("\ufffd" in text or "\ufeff" in text):
        raise UndecidableError("the text holds marks of an encoding", call.origin)
    return call.known(text)


@function("urlencode", 1)
def _urlencode(call: Call) -> Value:
    return call.known(quote_plus(_utf8(call.string(0))))


@function("uuidv5", 2)
def _uuidv5(call: Call) -> Value:
    namespace = _NAMESPACES.get(call.string(0))
    if namespace is None:
        raise UndecidableError("the namespace is not read", call.origin)
    return call.known(str(uuid.uuid5(namespace, call.string(1))))
