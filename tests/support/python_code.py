"""Python code in tests: read it, and write what its values may be in short."""

from __future__ import annotations

import ast
from textwrap import dedent

from s3_glue_rules.model.code import (
    CodeValue,
    Entries,
    Formatted,
    Function,
    Given,
    Imported,
    Items,
    Literal,
    Member,
    Parameter,
    Result,
)
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.spans import Origin, Path, Span
from s3_glue_rules.read.python_code import read_module


class CodeText:
    """A text with its tree, and nothing of the bounds and checks of the real reader."""

    def __init__(self, text: str) -> None:
        self.file = "code.py"
        self.tree = ast.parse(dedent(text))
        self.is_example = False
        self.session_arguments: tuple[tuple[str, str, Origin], ...] = ()

    def origin(self, node: ast.AST) -> Origin:
        return Origin(self, (getattr(node, "lineno", 1), getattr(node, "col_offset", 0)))

    def locate(self, path: Path) -> Span:
        line, column = int(path[0]), int(path[1])
        return Span(self.file, line, column + 1, line, column + 1)


def read(text: str) -> Module:
    """Read a text."""
    return read_module(CodeText(text))


def printed(text: str) -> list[str]:
    """Return what the calls of print() may be handed, one string for each way of each call."""
    module = read(text)
    return [written(module, call.arguments[0]) for call in module.calls if call.api == "print"]


def written(module: Module, value: CodeValue, depth: int = 0) -> str:
    """Write what a value may be, options separated by bars."""
    if depth > 8:
        return "..."
    return " | ".join(_one(module, option, depth + 1) for option in module.options(value))


def _one(module: Module, value: CodeValue, depth: int) -> str:
    if isinstance(value, Literal):
        return repr(value.value)
    if isinstance(value, (Imported, Function)):
        return value.name
    if isinstance(value, Entries):
        inside = [f"{name}: {written(module, entry, depth)}" for name, entry in value.entries.items()]
        return "{" + ", ".join([*inside, *([] if value.is_complete else ["..."])]) + "}"
    if isinstance(value, Items):
        inside = [written(module, item, depth) for item in value.items]
        return "[" + ", ".join([*inside, *([] if value.is_complete else ["..."])]) + "]"
    if isinstance(value, Member):
        base = written(module, value.of, depth)
        return f"{base}[{value.name!r}]" if value.is_item else f"{base}.{value.name}"
    if isinstance(value, Result):
        arguments = [f"{name}={written(module, given, depth)}".lstrip("=") for name, given in value.call.given]
        return f"{written(module, value.call.callee, depth)}({', '.join(arguments)})"
    if isinstance(value, Given):
        return f"<{value.by.value} {value.name}>"
    if isinstance(value, Parameter):
        return f"<parameter {value.name}>"
    if isinstance(value, Formatted):
        return "f(" + ", ".join(written(module, part, depth) for part in value.parts) + ")"
    return "?"
