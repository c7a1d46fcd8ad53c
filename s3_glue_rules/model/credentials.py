"""What credentials look like in arguments: by the name they stand under, by their shape, and in URLs.

The names are those of https://docs.aws.amazon.com/glue/latest/webapi/API_Job.html ("Do not pass plaintext secrets as
arguments") as people write them. A name that says where a secret is kept, or how one is treated, is none of them.
"""

from __future__ import annotations

import re

from s3_glue_rules.model.key_material import describe_key_material
from s3_glue_rules.model.urls import OPEN, password_in

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# Words that name a credential by themselves, with what people call it; the longest names stand for their endings, too.
_WORDS = {
    "password": "a password",
    "passwords": "a password",
    "passwd": "a password",
    "passphrase": "a passphrase",
    "pwd": "a password",
    "apikey": "an API key",
    "secretkey": "a secret key",
    "accesskey": "an access key",
    "privatekey": "a private key",
    "authtoken": "a token",
    "accesstoken": "a token",
    "clientsecret": "a secret",
}
_ENDINGS = ("password", "passwd", "passphrase", "pwd", "apikey", "secretkey", "accesskey", "privatekey")
# Two words that name one together.
_PAIRS = {
    ("api", "key"): "an API key",
    ("access", "key"): "an access key",
    ("secret", "key"): "a secret key",
    ("private", "key"): "a private key",
    ("account", "key"): "an account key",
    ("client", "secret"): "a secret",
    ("access", "token"): "a token",
    ("api", "token"): "a token",
    ("auth", "token"): "a token",
    ("bearer", "token"): "a token",
    ("refresh", "token"): "a token",
    ("session", "token"): "a token",
    **dict.fromkeys(
        [(who, "pass") for who in ("admin", "database", "db", "ftp", "jdbc", "ldap", "login", "root", "smtp", "user")],
        "a password",
    ),
}
# Words under which the name of a secret is found as often as the secret.
_VAGUE = {
    "secret": "a secret",
    "secrets": "a secret",
    "token": "a token",
    "tokens": "a token",
    "credential": "a credential",
    "credentials": "a credential",
    "creds": "a credential",
    "pass": "a password",
}
# Behind such a word: what the value is instead. Before one: a number or a switch.
_BEHIND_WORDS = """
    account alias arn arns attribute bucket character characters class column columns config count dir directory
    duration enabled endpoint engine env expiration expiry field fields file folder format group header host id
    identifier ids interval key keys label length limit list location manager max method min mode name names number
    parameter param params path pattern policy prefix provider ref reference regex region required resource retries
    role rotation scope separator service size source stage store strategy suffix table through timeout topic ttl
    type types uri url urls user vault version
"""
_BEHIND = frozenset(_BEHIND_WORDS.split())
_BEFORE_WORDS = """
    allow check count disable enable enforce has hide is log mask max min no num number require rotate skip total use
    using validate with without
"""
_BEFORE = frozenset(_BEFORE_WORDS.split())

_NOTHING = {"", "true", "false", "yes", "no", "none", "null", "nil", "na", "n/a", "-", "--", "*", "on", "off"}
_PLACEHOLDER = re.compile(
    r"(?i)example|change[-_ ]?(?:me|it)|placeholder|replace|dummy|xxxx|\byour|todo\b|fixme|insert[-_ ]|redacted|\*\*\*|"
    r"\.\.\.|not[-_]?(?:set|used|a[-_]real)"
)
# Variables of shells and templates, and places left to be filled in.
_STANDS_FOR_ANOTHER = re.compile(r"\$\{.*\}|\$\w+|\{\{?.*\}?\}|<.*>|%.*%|\[.*\]|__.*__")
_PLACE = re.compile(r"(?i)arn:|jdbc:|(?:s3[an]?|https?|file|ssm|secretsmanager)://|\.{0,2}(?:/[\w.-]{1,40})+/?$")
_SEPARATOR = re.compile(r"[-_/.:@+ ]+")

# Forms that the issuers of tokens keep to, with what they are.
_SHAPES = (
    (re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])"), "the id of an AWS access key"),
    (re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,})"), "a token of GitHub"),
    (re.compile(r"\bglpat-[\w-]{20}"), "a token of GitLab"),
    (re.compile(r"\bxox[abprs]-[\w-]{10,}"), "a token of Slack"),
    (re.compile(r"\bdapi[0-9a-f]{32}\b"), "a token of Databricks"),
    (re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"), "a signed token (JWT)"),
)
_SHORTEST = 3
# One word, or several in one piece: LakeLoader.
_READABLE = re.compile(r"(?:[A-Z]?[a-z]{2,})+\d{0,2}|[A-Z]{2,}")


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case (``--dbUser_PASSWORD``: db, user, password)."""
    return [word.lower() for word in _WORD.findall(name)]


def credential_named(name: str) -> str | None:
    """Return what credential a name says that its value is, or None."""
    found = _named(words_of(name))
    return found[0] if found else None


def is_certainly_a_credential(name: str) -> bool:
    """Return whether a name says that its value is a credential, and not perhaps the name of one."""
    found = _named(words_of(name))
    return found is not None and found[1]


def says_where_a_secret_is(name: str) -> bool:
    """Return whether a name is one of a credential's name or place (``db_password_secret_arn``)."""
    words = words_of(name)
    return _named(words) is None and _credential_in(words) is not None


def _named(words: list[str]) -> tuple[str, bool] | None:
    """Return what credential words name, and whether they say that it is the credential itself."""
    found = _credential_in(words)
    if found is None:
        return None
    kind, is_certain, first, last = found
    if _BEHIND & set(words[last + 1 :]) or _BEFORE & set(words[:first]):
        return None
    return kind, is_certain


def _credential_in(words: list[str]) -> tuple[str, bool, int, int] | None:
    """Return the last words that name a credential: what it is, whether that is certain, and where they are."""
    found: tuple[str, bool, int, int] | None = None
    for index, word in enumerate(words):
        pair = _PAIRS.get((words[index - 1], word)) if index else None
        ending = next((ending for ending in _ENDINGS if word.endswith(ending)), None)
        if pair is not None:
            found = (pair, True, index - 1, index)
        elif word in _WORDS or ending is not None:
            found = (_WORDS[word if word in _WORDS else str(ending)], True, index, index)
        elif word in _VAGUE:
            found = (_VAGUE[word], False, index, index)
    return found


def describe_credential(name: str, text: str) -> str | None:
    """Return what credential the literal value of an argument is, or None. Nothing of the value is in the answer.

    Open parts of the text are marks: what holds one is told only where the credential stands beside it.
    """
    found = _by_shape(name, text)
    if found is not None:
        return found
    kind = credential_named(name)
    if kind is None or OPEN in text or is_no_secret(text):
        return None
    value = text.strip()
    if is_certainly_a_credential(name):
        return f"{kind} ({len(value)} characters)" if len(value) >= _SHORTEST else None
    return f"{kind} ({len(value)} characters)" if _is_random(value) else None


def _by_shape(name: str, text: str) -> str | None:
    for shape, kind in _SHAPES:
        match = shape.search(text)
        if match and not _PLACEHOLDER.search(match.group()):
            return f"{kind} ({len(match.group())} characters)"
    password = password_in(text)
    if password is not None and OPEN not in password and not is_no_secret(password):
        return f"a password in a URL ({len(password)} characters)"
    return describe_key_material(name, text)


def is_no_secret(text: str) -> bool:
    """Return whether a text is certainly no secret: nothing, a place to be filled in, or the name of a secret."""
    value = text.strip().strip("'\"")
    return is_left_open(value) or _PLACE.match(value) is not None or _names_a_secret(value)


def is_left_open(text: str) -> bool:
    """Return whether a text is nothing, or stands for something that is to be put there."""
    return (
        text.lower() in _NOTHING
        or _STANDS_FOR_ANOTHER.fullmatch(text) is not None
        or _PLACEHOLDER.search(text) is not None
    )


def _names_a_secret(value: str) -> bool:
    """Return whether a text reads as the name of a secret: words, one of them "secret" or the like, or a path."""
    pieces = [piece for piece in _SEPARATOR.split(value.replace(OPEN, "open")) if piece]
    if len(pieces) < 2:
        return False
    if _credential_in([word for piece in pieces for word in words_of(piece)]) is not None:
        return all(re.fullmatch(r"[A-Za-z]+\d{0,3}|\d{1,3}", piece) for piece in pieces)
    return "/" in value and all(_READABLE.fullmatch(piece) for piece in pieces)


def _is_random(value: str) -> bool:
    """Return whether a text is no words and no number: capitals and small letters or digits in one piece."""
    if value.isdigit() or len(value) < 6:
        return False
    kinds = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9_./-]")
    return any(
        sum(re.search(kind, piece) is not None for kind in kinds) >= 2 and _READABLE.fullmatch(piece) is None
        for piece in re.split(r"[-_./]", value)
        if len(piece) >= 6
    )
