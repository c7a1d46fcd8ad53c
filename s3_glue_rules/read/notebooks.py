"""Notebooks: their code cells as one module, with the place of each line in the file and in its cell.

Read are the formats 3 and 4 of Jupyter (https://nbformat.readthedocs.io/en/latest/format_description.html), which the
notebooks of AWS Glue Studio keep to. Its magics are lines that start with ``%``
(https://docs.aws.amazon.com/glue/latest/dg/interactive-sessions-magics.html); they are no Python, and left out.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s3_glue_rules.model.spans import Origin, Span
from s3_glue_rules.model.spans import Path as Steps
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.python_source import Place, PythonSource, tree_of
from s3_glue_rules.read.source import Source

# Cells of another language, or of none.
_PYTHON_CELLS = {"time", "timeit", "capture", "pyspark", "spark", "python", "python3", "py", "prun"}
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_MAGIC = re.compile(r"\s*(?:[\w, ]+=\s*)?(?:%%?[A-Za-z]|!)|.*\?\s*$")
_CONFIGURE = "configure"
_LANGUAGES = {"python", "python3", "ipython", "pyspark", "python_glue_session", "python_spark", "conda_python3"}


@dataclass
class _Lines:
    """The lines of all code cells, one behind another, each with its place."""

    texts: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    # Names and values with the lines, from 1, on which they begin.
    arguments: list[tuple[str, str, int]] = field(default_factory=list)
    problems: list[ReadError] = field(default_factory=list)


class NotebookSource(PythonSource):
    """The code of a notebook. ``session_arguments`` are those that ``%%configure`` cells give."""

    def __init__(self, file: str, path: Path, lines: _Lines, tree: ast.Module) -> None:
        super().__init__(file, path, "\n".join(lines.texts), tree)
        self._places = lines.places
        self.session_arguments = tuple(
            (name, value, Origin(self, (line, 0, line, 0))) for name, value, line in lines.arguments
        )
        self.problems = tuple(lines.problems)

    def place(self, line: int) -> Place:
        """Return where a line of the code stands in the file, and in its cell."""
        return self._places[min(max(line, 1), len(self._places)) - 1] if self._places else Place(1)

    def locate(self, path: Steps) -> Span:
        """Return the span of a place that origin() gave. In the file the code is JSON: quotes in it take two signs."""
        plain = super().locate(path)
        line, end_line = int(path[0]), int(path[2])
        start, end = self.place(line), self.place(end_line)
        return Span(
            plain.file,
            plain.line,
            start.before + self._encoded(line, plain.column - start.before) + 1,
            plain.end_line,
            end.before + self._encoded(end_line, plain.end_column - end.before) + 1,
            plain.part,
        )

    def _encoded(self, line: int, column: int) -> int:
        """Return how many signs stand in the file for those before a column of a line."""
        return _length(self.lines[line - 1][: column - 1]) if 0 < line <= len(self.lines) else 0


def read_notebook(data: bytes, path: Path, shown: str) -> NotebookSource | None:
    """Return the code of a notebook; None where it holds no Python. Raises ReadError where it is no notebook."""
    try:
        source = Source(f"{shown}", data.decode("utf-8"))
    except UnicodeDecodeError:
        raise ReadError(1, "it is a notebook, and not UTF-8") from None
    cells, where = _cells(source.data)
    if cells is None:
        raise ReadError(1, "it is no notebook: it has no list of cells")
    if not _is_python(source.data):
        return None
    lines = _Lines()
    for number, cell in enumerate(cells):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            _add_cell(lines, source, cell, (*where, number))
    if not lines.texts:
        return None
    return NotebookSource(shown, path, lines, tree_of("\n".join(lines.texts)))


def _cells(data: Any) -> tuple[list[Any] | None, Steps]:
    if not isinstance(data, dict):
        return None, ()
    worksheets = data.get("worksheets")
    if isinstance(worksheets, list) and worksheets and isinstance(worksheets[0], dict):
        cells = worksheets[0].get("cells")
        return (cells if isinstance(cells, list) else None), ("worksheets", 0, "cells")
    cells = data.get("cells")
    return (cells if isinstance(cells, list) else None), ("cells",)


def _is_python(data: dict[str, Any]) -> bool:
    metadata = data.get("metadata")
    if not isinstance(metadata, dict):
        return True
    for name, key in (("language_info", "name"), ("kernelspec", "language")):
        described = metadata.get(name)
        language = described.get(key) if isinstance(described, dict) else None
        if isinstance(language, str) and language:
            return language.lower() in _LANGUAGES
    return True


def _add_cell(lines: _Lines, source: Source, cell: dict[str, Any], where: Steps) -> None:
    key = "source" if "source" in cell else "input"
    texts, places = _lines_of(source, cell.get(key), (*where, key), int(where[-1]) + 1)
    code = _without_configuration(lines, texts)
    magic = next((match for text in code if text.strip() and (match := _CELL_MAGIC.match(text))), None)
    if magic is not None and magic.group(1) not in _PYTHON_CELLS:
        return
    try:
        tree_of("\n".join(code))
    except ReadError:
        code = [_blanked(text) for text in code]
        try:
            tree_of("\n".join(code))
        except ReadError as error:
            place = places[min(error.line, len(places)) - 1] if places else Place(1)
            lines.problems.append(ReadError(place.line, f"{place.part}: {error.message}"))
            code = ["" for _ in code]
    lines.texts.extend(code)
    lines.places.extend(places)


def _lines_of(source: Source, written: Any, where: Steps, cell: int) -> tuple[list[str], list[Place]]:
    """Return the lines of a cell with their places: a list of lines, or one text."""
    texts: list[str] = []
    places: list[Place] = []
    for index, piece in enumerate(written if isinstance(written, list) else [written]):
        if not isinstance(piece, str):
            continue
        span = source.locate((*where, index) if isinstance(written, list) else where)
        # The span of an entry of an object begins at its key.
        column = span.column + (0 if isinstance(written, list) else len(f'"{where[-1]}": '))
        before = column
        for text in piece.removesuffix("\n").split("\n"):
            texts.append(text)
            places.append(Place(span.line, before, f"cell {cell}, line {len(texts)}"))
            before += _length(text + "\n")
    return texts, places


def _without_configuration(lines: _Lines, texts: list[str]) -> list[str]:
    """Return the lines of a cell before ``%%configure``, and keep what it says."""
    for index, text in enumerate(texts):
        match = _CELL_MAGIC.match(text)
        if match is None or match.group(1) != _CONFIGURE:
            continue
        try:
            arguments = json.loads("\n".join(texts[index + 1 :]))
        except ValueError:
            arguments = None
        for name, value in arguments.items() if isinstance(arguments, dict) else ():
            if isinstance(value, str):
                lines.arguments.append((name, value, len(lines.texts) + _at(texts, index, name) + 1))
        return [*texts[:index], *("" for _ in texts[index:])]
    return texts


def _at(texts: list[str], start: int, name: str) -> int:
    """Return the index of the line that an argument begins on."""
    return next((index for index, text in enumerate(texts) if index > start and f'"{name}"' in text), start)


def _blanked(text: str) -> str:
    """Return a line without magics: a statement that does nothing stands for one."""
    if not _MAGIC.match(text):
        return text
    return text[: len(text) - len(text.lstrip())] + "pass"


def _length(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False)) - 2
