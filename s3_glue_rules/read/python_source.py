"""Python files: which of them matter, their syntax trees, positions, and the findings that their authors accept.

Nothing of a file is imported or run: ``ast`` builds a tree and no more.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath

from s3_glue_rules.model.spans import Origin, Span
from s3_glue_rules.model.spans import Path as Steps
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.files import repository_of
from s3_glue_rules.read.suppressions import suppression_comments

MOST_BYTES = 16 * 1024 * 1024
# Each of these signs may make a node of the tree, which takes some hundred bytes.
_MARKS = (b",", b"\n", b"(", b"+", b".")
_MOST_MARKS = 500_000

# Names of the libraries that policies speak of, and of what they do with Amazon S3 and AWS KMS through boto3: a file
# with one of them that cannot be parsed is told.
_LIBRARIES = (
    b"aws_encryption_sdk",
    b"aws_cryptographic_material_providers",
    b"s3_encryption",
    b"SSECustomer",
    b"ServerSideEncryption",
    b"generate_data_key",
    b"cryptography",
    b"Crypto.",
    b"Cryptodome",
    b"fs.s3",
    b"parquet.encryption",
)
_SERVICES = (b'"s3"', b"'s3'", b'"kms"', b"'kms'")
# A literal as long as a key, and what its name says then.
_LONG_LITERAL = re.compile(rb"""["'](?:0x)?[A-Za-z0-9+/_-]{22}""")
_KEY_NAME = re.compile(rb"(?i)key|cipher|material")
_LONGEST_NAME = 80
_EXAMPLES = {"test", "tests", "testing", "example", "examples", "sample", "samples", "demo", "demos", "doc", "docs"}
_PYTHON_2 = re.compile(
    r"^\s*(?:print\s+[^(=\s]|exec\s+['\"]|raise\s+\w+\s*,|except\s+[\w.]+\s*,\s*\w+\s*:)", re.MULTILINE
)


@dataclass(frozen=True)
class Place:
    """Where a line of the code stands: the line of the file, what stands before its first column, and its part."""

    line: int
    before: int = 0
    part: str = ""


@dataclass(frozen=True)
class Comment:
    """An author's comment that accepts findings of a policy in some lines of the code; the reason may be missing."""

    policy: str
    reason: str
    line: int
    first: int
    last: int


class PythonSource:
    """The code of a Python file with its tree. ``problems`` are parts of it that could not be read."""

    problems: tuple[ReadError, ...] = ()
    session_arguments: tuple[tuple[str, str, Origin], ...] = ()

    def __init__(self, file: str, path: Path, text: str, tree: ast.Module) -> None:
        self.file = file
        self.path = path
        self.text = text
        self.tree = tree
        self.lines = text.split("\n")

    @cached_property
    def is_example(self) -> bool:
        """Whether the file is a test, an example or part of a documentation, by its place in the repository."""
        return is_example(self.path, self.file)

    def origin(self, node: ast.AST) -> Origin:
        """Return where a node stands: its lines and columns as ``ast`` counts them."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end_line = getattr(node, "end_lineno", None) or line
        end_column = getattr(node, "end_col_offset", None) or column
        return Origin(self, (line, column, end_line, end_column))

    def locate(self, path: Steps) -> Span:
        """Return the span of a place that origin() gave: ``ast`` counts columns in bytes of UTF-8."""
        line, column, end_line, end_column = (int(step) for step in path[:4])
        start, end = self.place(line), self.place(end_line)
        return Span(
            self.file,
            start.line,
            start.before + self._characters(line, column) + 1,
            end.line,
            end.before + self._characters(end_line, end_column) + 1,
            start.part,
        )

    def place(self, line: int) -> Place:
        """Return where a line of the code stands."""
        return Place(line)

    def _characters(self, line: int, column: int) -> int:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return column if text.isascii() else len(text.encode(errors="surrogatepass")[:column].decode(errors="replace"))

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """The comments by which the author accepts findings, with the lines of the statements that they are about."""
        if "sgr:" not in self.text and "checkov:skip" not in self.text:
            return ()
        statements = _statements(self.tree)
        found: list[Comment] = []
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(self.text).readline))
        except (tokenize.TokenError, SyntaxError, IndentationError):
            return ()
        only_comment = {
            token.start[0]
            for token in tokens
            if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip()
        }
        for token in tokens:
            if token.type != tokenize.COMMENT:
                continue
            line = token.start[0]
            first, last = _about(line, only_comment, statements)
            for policy, reason in suppression_comments(token.string).get(1, ()):
                found.append(Comment(policy, reason, line, min(first, line), last))
        return tuple(found)


def read_python(path: Path, shown: str) -> PythonSource | None:
    """Return the code of a file; None where it holds nothing that a policy speaks of.

    Raises ReadError for a file that names the libraries that policies speak of and cannot be parsed, and OSError.
    """
    data = path.read_bytes()
    matters, names_libraries = mentions(data)
    if not matters:
        return None
    try:
        if path.suffix == ".ipynb":
            # Imported where there are notebooks.
            from s3_glue_rules.read.notebooks import read_notebook

            notebook = read_notebook(data, path, shown)
            if notebook is not None and not names_libraries:
                notebook.problems = ()
            return notebook
        return PythonSource(shown, path, *parsed(data))
    except ReadError:
        if names_libraries:
            raise
        return None


def mentions(data: bytes) -> tuple[bool, bool]:
    """Return whether a text holds anything that a policy speaks of, and whether it names a library."""
    names_libraries = any(name in data for name in _LIBRARIES) or (
        b"boto3" in data and any(service in data for service in _SERVICES)
    )
    return names_libraries or b"PRIVATE KEY" in data or _may_hold_a_key(data), names_libraries


def _may_hold_a_key(data: bytes) -> bool:
    return any(
        _KEY_NAME.search(data, max(0, literal.start() - _LONGEST_NAME), literal.start())
        for literal in _LONG_LITERAL.finditer(data)
    )


def parsed(data: bytes) -> tuple[str, ast.Module]:
    """Return the text and the tree of Python code. Raises ReadError."""
    if len(data) > MOST_BYTES or sum(data.count(mark) for mark in _MARKS) > _MOST_MARKS:
        raise ReadError(1, "it is larger than what is read of Python code; split it, or take its data out of the code")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding).removeprefix("\ufeff")
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise ReadError(1, f"it cannot be decoded: {error}; save it as UTF-8") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    return text, tree_of(text)


def tree_of(text: str) -> ast.Module:
    """Return the tree of Python code. Raises ReadError with the line and what to do."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        line = min(max(error.lineno or 1, 1), text.count("\n") + 1)
        if _PYTHON_2.search(text):
            raise ReadError(line, "it is written in Python 2, which is not read; convert it to Python 3") from None
        raise ReadError(line, f"it is not valid Python: {error.msg}") from None
    except ValueError as error:
        raise ReadError(1, f"it is not valid Python: {error}") from None
    except (RecursionError, MemoryError):
        raise ReadError(1, "its expressions are nested too deep to be read; split them") from None


def is_example(path: Path, shown: str) -> bool:
    """Return whether a file is a test, an example or part of a documentation, by its place in the repository."""
    name = path.stem
    if name.startswith("test_") or name.endswith("_test") or name == "conftest":
        return True
    repository = repository_of(path.parent)
    try:
        parts: Sequence[str] = path.relative_to(repository).parts if repository is not None else PurePath(shown).parts
    except ValueError:
        parts = PurePath(shown).parts
    return any(part.lower() in _EXAMPLES or part.lower().endswith(("_tests", "-tests")) for part in parts[:-1])


def _statements(tree: ast.Module) -> list[tuple[int, int]]:
    """Return the first and last lines of all statements; of those that hold others, the lines before the first one."""
    found: list[tuple[int, int]] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
        last = node.end_lineno or node.lineno
        body = getattr(node, "body", None) or getattr(node, "cases", None)
        if isinstance(body, list) and body:
            inner = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
            last = max(node.lineno, min(last, inner.lineno - 1))
        found.append((first, last))
    return sorted(found)


def _about(line: int, only_comment: set[int], statements: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the lines of the statement that a comment is about: the one it stands in, or the one right below it."""
    inside = [(first, last) for first, last in statements if first <= line <= last]
    if inside:
        return max(inside, key=lambda lines: lines[0])
    below = line
    while below in only_comment:
        below += 1
    return next(((first, last) for first, last in statements if first == below), (line, line))
