"""Files that a configuration reads, and functions of paths."""

from __future__ import annotations

import posixpath
import re

from s3_glue_rules.model.values import Known, UndecidableError, Value
from s3_glue_rules.resolve.terraform.functions import hashes
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.functions.sets import SetSequence
from s3_glue_rules.resolve.terraform.lifting import FunctionError


def _bytes(call: Call) -> bytes:
    # A file that is missing now may be there at deployment (a build makes it): that is no error to rely on.
    try:
        return call.files.read_bytes(call.string(0))
    except FunctionError as error:
        raise UndecidableError(str(error), call.origin) from error


@function("file", 1)
def _file(call: Call) -> Value:
    try:
        return call.known(call.files.read(call.string(0)))
    except FunctionError as error:
        raise UndecidableError(str(error), call.origin) from error


@function("filebase64", 1)
def _filebase64(call: Call) -> Value:
    return call.known(hashes.base64_text(_bytes(call)))


for _name, _algorithm in (("filemd5", "md5"), ("filesha1", "sha1"), ("filesha256", "sha256"), ("filesha512", "sha512")):

    def _digest(call: Call, algorithm: str = _algorithm) -> Value:
        return call.known(hashes.digest(algorithm, _bytes(call)).hex())

    function(_name, 1)(_digest)

for _name, _algorithm in (("filebase64sha256", "sha256"), ("filebase64sha512", "sha512")):

    def _digest64(call: Call, algorithm: str = _algorithm) -> Value:
        return call.known(hashes.base64_text(hashes.digest(algorithm, _bytes(call))))

    function(_name, 1)(_digest64)


@function("fileexists", 1)
def _fileexists(call: Call) -> Value:
    path = call.string(0)
    try:
        kind = call.files.kind(path)
    except FunctionError as error:
        raise UndecidableError(str(error), call.origin) from error
    if kind == "other":
        raise UndecidableError(f"{path} is no file", call.origin)
    return call.known(kind == "file")


@function("fileset", 2)
def _fileset(call: Call) -> Value:
    folder, pattern = call.string(0), call.string(1)
    if pattern.startswith("/") or ".." in pattern.split("/") or any(letter in "[]\\" for letter in folder + pattern):
        raise UndecidableError(f"the pattern {pattern} is not read", call.origin)
    if any(letter in "*?{}" for letter in folder):
        raise UndecidableError("the folder holds signs of a pattern", call.origin)
    wanted = re.compile(_glob(posixpath.normpath(pattern)))
    try:
        names = call.files.below(folder)
    except FunctionError as error:
        raise UndecidableError(str(error), call.origin) from error
    return SetSequence(tuple(call.known(name) for name in sorted(names) if wanted.fullmatch(name)), call.origin)


def _glob(pattern: str) -> str:
    """Translate a pattern of file names to a regular expression."""
    if "***" in pattern or re.search(r"[^/]\*\*|\*\*[^/]", pattern) or pattern.count("{") > 1:
        raise UndecidableError(f"the pattern {pattern} is not read")
    pieces = re.split(r"(\*\*/|\*\*$|\*|\?|\{[^{}/*?]*\})", pattern)
    out: list[str] = []
    for piece in pieces:
        if piece == "**/":
            out.append("(?:[^/]+/)*")
        elif piece == "**":
            out.append(".*")
        elif piece == "*":
            out.append("[^/]*")
        elif piece == "?":
            out.append("[^/]")
        elif piece.startswith("{"):
            out.append("(?:" + "|".join(re.escape(option) for option in piece[1:-1].split(",")) + ")")
        elif "{" in piece or "}" in piece:
            raise UndecidableError(f"the pattern {pattern} is not read")
        else:
            out.append(re.escape(piece))
    return "".join(out)


def _cleaned(path: str) -> str:
    clean = posixpath.normpath(path)
    return clean[1:] if clean.startswith("//") else clean


@function("basename", 1)
def _basename(call: Call) -> Value:
    path = call.string(0)
    if not path:
        return call.known(".")
    return call.known(path.rstrip("/").rpartition("/")[2] or "/")


@function("dirname", 1)
def _dirname(call: Call) -> Value:
    path = call.string(0)
    return call.known(_cleaned(path[: path.rfind("/") + 1] or "."))


@function("pathexpand", 1)
def _pathexpand(call: Call) -> Value:
    path = call.text(0)
    if isinstance(path, Known) and not str(path.value).startswith("~"):
        return path
    raise UndecidableError("the home folder is known only at deployment", call.origin)
