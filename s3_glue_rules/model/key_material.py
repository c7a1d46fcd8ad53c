"""What key material looks like: private keys by their armour, symmetric keys by name, shape and entropy."""

from __future__ import annotations

import base64
import binascii
import itertools
import math
import re
from collections import Counter

# Between armour and key may stand headers such as Proc-Type; line ends may be written as \\n.
_ARMOUR = re.compile(
    r"-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----(?:\s|\\[nr])*"
    r"(?:[A-Za-z-]{1,40}: [^\n\\]{1,200}(?:\s|\\[nr])+){0,4}((?:[A-Za-z0-9+/=]|\s|\\[nr]){40,})"
)
_LINE_END = re.compile(r"\s|\\[nr]")
_NAME = re.compile(
    r"(?i)(encryption|data|aes|sse|cse|customer|master|secret|private|symmetric|signing|hmac|wrapping)[a-z0-9_-]*key"
    r"|cipher|key[-_]?material"
)
_NOT_A_KEY_NAME = re.compile(
    r"(?i)key[-_]?(id|arn|name|alias|path|prefix|md5|hash|length|size|pair|vault|policy|usage|spec|rotation|ref|url|"
    r"parameter|file|location|type|version|ttl|etag|sha\d*|checksum|digest|fingerprint|thumbprint|label|ring|store)s?$|public"
)
_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{32}|[0-9a-fA-F]{48}|[0-9a-fA-F]{64})")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{22,44}={0,2}")
# Names are bounded, and start where a word does: otherwise a long text without "=" costs its length squared.
_ASSIGNMENT = re.compile(
    r"""(?<![A-Za-z0-9_.])(?<![A-Za-z0-9_.]-)([A-Za-z_][A-Za-z0-9_.-]{0,127})["']?\s*[=:]\s*["']?"""
    r"""((?:0x)?[A-Za-z0-9+/_-]{22,}={0,2})"""
)
_LONGEST_NAME = 128
_ALGORITHMS = {"RSA", "EC", "DSA", "OPENSSH", "ENCRYPTED", "SSH2 ENCRYPTED"}
_PLACEHOLDER = re.compile(r"(?i)example|changeme|placeholder|replace|dummy|xxxx|your|todo|insert|sample|0000|1234|abcd")

# 16, 24 and 32 bytes are the key lengths of AES.
_KEY_BYTES = {16, 24, 32}


def describe_key_material(name: str, text: str) -> str | None:
    """Return what kind of key a text holds, such as ``a private key (PEM)``, or None.

    Nothing of the value is in the answer. ``name`` is the name of the variable or parameter.
    """
    match = _ARMOUR.search(text)
    body = _LINE_END.sub("", match.group(2)) if match else ""
    if match and len(body) >= 40 and not _PLACEHOLDER.search(body[:60]):
        algorithm = match.group(1).removesuffix("PRIVATE KEY").strip()
        # Only words that say nothing of the value are repeated.
        armour = f"{algorithm.lower()} private key" if algorithm in _ALGORITHMS else "private key"
        return f"a private key ({armour} in PEM, {len(text)} characters)"
    if _names_a_key(name):
        kind = _symmetric(text.strip())
        if kind is not None:
            return kind
    for assigned, value in _ASSIGNMENT.findall(text):
        if _names_a_key(assigned):
            kind = _symmetric(value)
            if kind is not None:
                return kind
    return None


def is_placeholder(text: str) -> bool:
    """Return whether a text stands where a secret is to be put, or is one of the examples that AWS documents."""
    return "EXAMPLE" in text or (_PLACEHOLDER.search(text) is not None and _entropy(text) < 4.2)


def _names_a_key(name: str) -> bool:
    name = name[-_LONGEST_NAME:]
    return _NAME.search(name) is not None and _NOT_A_KEY_NAME.search(name) is None


def _symmetric(text: str) -> str | None:
    if is_placeholder(text):
        return None
    match = _HEX.fullmatch(text)
    if match:
        data = bytes.fromhex(match.group(1))
        return f"a symmetric key ({len(data) * 8} bits in hexadecimal)" if _is_random(data) else None
    if not _BASE64.fullmatch(text):
        return None
    try:
        data = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) not in _KEY_BYTES or not _is_random(data) or not _is_random_text(text):
        return None
    return f"a symmetric key ({len(data) * 8} bits in base64)"


def _is_random(data: bytes) -> bool:
    """Return whether bytes look random: few repeats, and no readable text."""
    distinct = len(set(data))
    readable = sum(32 <= byte < 127 for byte in data) / len(data)
    return distinct >= len(data) * 0.7 and readable < 0.95


def _is_random_text(text: str) -> bool:
    """Return whether a base64 text mixes cases, as words joined by hyphens or slashes do not, and CamelCase less."""
    in_words = sum(a.islower() and b.islower() for a, b in itertools.pairwise(text)) / len(text)
    return (
        _entropy(text) > 3.5 and any(c.isupper() for c in text) and any(c.islower() for c in text) and in_words < 0.42
    )


def _entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values()) if text else 0.0
