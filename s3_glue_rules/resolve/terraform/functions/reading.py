"""Files that a configuration reads: inside of the scanned project only, and not too large."""

from __future__ import annotations

import stat
from pathlib import Path

from s3_glue_rules.resolve.terraform.functions.scalars import normal
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
