"""Files that a configuration reads, and functions of paths."""

from __future__ import annotations

import posixpath
import re
import stat
from pathlib import Path

from s3_glue_rules.model.values import Known, UndecidableError, Value
from s3_glue_rules.resolve.terraform.functions import hashes
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.functions.scalars import normal
from s3_glue_rules.resolve.terraform.functions.sets import SetSequence
from s3_glue_rules.resolve.terraform.lifting import FunctionError

MOST_BYTES = 1024 * 1024
MOST_FILES = 10_000


class Files:
    """Reads files below the root of the scanned project.

    ``module`` is the folder that relative paths start from: Terraform's working folder, that is the root module's,
    for all modules (a path in another module is written with ``path.module``). Files of more than ``limit`` bytes
    are not read.
    """

    def __init__(self, module: Path, root: Path, limit: int = MOST_BYTES) -> None:
        self._module = module
        self._root = root.resolve()
        self._limit = min(limit, MOST_BYTES)

    def path(self, path_text: str) -> Path:
        """Return the path that a configuration names. Raises FunctionError where it leaves the scanned project."""
        if path_text.startswith("~") or "\0" in path_text:
            raise FunctionError(f"{path_text} is outside of what is scanned")
        try:
            path = (self._module / path_text).resolve()
        except (OSError, RuntimeError) as error:
            raise FunctionError(f"{path_text} cannot be read: {error}") from error
        if not path.is_relative_to(self._root):
            raise FunctionError(f"{path_text} is outside of what is scanned")
        return path

    def read_bytes(self, path_text: str) -> bytes:
        """Return what a file holds. Raises FunctionError where it cannot be read."""
        path = self.path(path_text)
        try:
            if not path.is_file():
                raise FunctionError(f"there is no file {path_text}")
            if path.stat().st_size > self._limit:
                raise FunctionError(f"{path_text} is larger than {self._limit} bytes")
            return path.read_bytes()
        except OSError as error:
            raise FunctionError(f"{path_text} cannot be read: {error}") from error

    def read(self, path_text: str) -> str:
        """Return the text of a file. Raises FunctionError where it cannot be read or is no UTF-8."""
        try:
            return normal(self.read_bytes(path_text).decode("utf-8"))
        except UnicodeDecodeError as error:
            raise FunctionError(f"{path_text} is not UTF-8") from error

    def kind(self, path_text: str) -> str:
        """Return ``file``, ``missing`` or ``other``. Raises FunctionError where the path leaves the project."""
        path = self.path(path_text)
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "other"
        return "file" if stat.S_ISREG(mode) else "other"

    def below(self, path_text: str) -> list[str]:
        """Return the paths of all files below a folder, relative to it.

        Raises FunctionError where the folder leaves the project, holds links or too many files.
        """
        folder = self.path(path_text)
        found: list[str] = []
        pending = [folder]
        seen = 0
        while pending:
            try:
                entries = list(pending.pop().iterdir())
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise FunctionError(f"{path_text} cannot be read: {error}") from error
            for entry in entries:
                seen += 1
                if entry.is_symlink() or seen > MOST_FILES:
                    raise FunctionError(f"{path_text} holds links or too many files")
                if entry.is_dir():
                    pending.append(entry)
                elif entry.is_file():
                    found.append(entry.relative_to(folder).as_posix())
        return found


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
