"""A YAML or JSON text as plain data, with positions worked out only when they are asked for.

The data are dictionaries, lists and scalars. CloudFormation's short forms are written out (``!Ref x`` becomes
``{"Ref": "x"}``), so that both notations read alike.
"""

from __future__ import annotations

import bisect
import json
import re
from json.decoder import scanstring
from typing import Any

import yaml

from s3_glue_rules.model.spans import Path, Span

MOST_BYTES = 16 * 1024 * 1024
MOST_NODES = 2_000_000
MOST_DEPTH = 200

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # libyaml is missing: slower, and the same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment] # both load alike


class ReadError(Exception):
    """A file that cannot be read: the line (from 1) and what is wrong."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


_SHORT_FORMS = {
    name: f"Fn::{name}"
    for name in (
        "And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "GetStackOutput", "If", "ImportValue",
        "Join", "Length", "Not", "Or", "Select", "Split", "Sub", "ToJsonString", "Transform", "Contains",
        "EachMemberEquals", "EachMemberIn", "RefAll", "ValueOf", "ValueOfAll", "Implies",
    )
} | {"Ref": "Ref", "Condition": "Condition"}

_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_MERGE = "tag:yaml.org,2002:merge"
_PLAIN_TAGS = {
    "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:timestamp",
    "tag:yaml.org,2002:value", "tag:yaml.org,2002:binary", _NULL, _BOOL, _INT, _FLOAT, _MERGE,
}  # fmt: skip


class Source:
    """A text that was read. ``data`` is what it says."""

    def __init__(self, file: str, text: str) -> None:
        """Read a text; JSON where it starts like JSON and parses, YAML otherwise.

        Raises ReadError with the line for anything that is not well formed, has duplicate keys or unknown tags, or
        passes the bounds on nodes and depth.
        """
        self.file = file
        self.text = text
        self._node: yaml.Node | None = None
        self._lines: list[int] | None = None
        self.is_json = text.lstrip("\ufeff \t\r\n").startswith("{") and self._read_json()
        if not self.is_json:
            self._read_yaml()

    data: Any

    def _read_json(self) -> bool:
        """Read the text as JSON. Return False where it is a YAML flow mapping instead."""
        start = len(self.text) - len(self.text.lstrip("\ufeff"))
        duplicates: list[str] = []

        def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            found = dict(pairs)
            if len(found) != len(pairs):
                seen: set[str] = set()
                duplicates.extend(key for key, _ in pairs if key in seen or seen.add(key))
            return found

        try:
            self.data = json.loads(self.text[start:], object_pairs_hook=collect)
        except RecursionError:
            raise ReadError(1, f"it is nested deeper than {MOST_DEPTH} levels") from None
        except json.JSONDecodeError as error:
            if self.file.endswith(".json"):
                raise ReadError(error.lineno, f"it is not valid JSON: {error.msg}") from None
            return False
        if duplicates:
            lines = [n for n, line in enumerate(self.text.splitlines(), 1) if json.dumps(duplicates[0]) in line]
            raise ReadError(
                lines[1] if len(lines) > 1 else (lines or [1])[0],
                f"the key {duplicates[0]!r} stands twice in one object (looked for on lines "
                f"{', '.join(map(str, lines[:6]))}); keep one",
            )
        return True

    def _read_yaml(self) -> None:
        try:
            loader = Loader(self.text)
            try:
                node = loader.get_single_node()
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise ReadError(mark.line + 1 if mark else 1, f"it is not valid YAML: {error.problem}") from None
        except yaml.YAMLError as error:
            raise ReadError(1, f"it is not valid YAML: {error}") from None
        except RecursionError:
            raise ReadError(1, f"it is nested deeper than {MOST_DEPTH} levels") from None
        self._node = node
        self.data = None if node is None else _Builder().build(node, 0)

    def locate(self, path: Path) -> Span:
        """Return where the key or item at the path stands; the nearest ancestor where the path leads nowhere."""
        if self.is_json:
            return self._locate_json(path)
        return self._locate_yaml(path)

    def _locate_yaml(self, path: Path) -> Span:
        node = self._node
        span = Span(self.file, 1, 1, 1, 1)
        if node is None:
            return span
        span = _node_span(self.file, node, node)
        for step in path:
            if node.tag.startswith("!") and isinstance(step, str) and step == _tag_key(node.tag):
                continue
            if isinstance(node, yaml.MappingNode):
                found = _entry(node, step)
                if found is None:
                    break
                key, node = found
                span = _node_span(self.file, key, node)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                span = _node_span(self.file, node, node)
            else:
                break
        return span

    def _locate_json(self, path: Path) -> Span:
        text = self.text
        decoder = json.JSONDecoder()
        index = _skip(text, 1 if text.startswith("\ufeff") else 0)
        start, key_end = index, index + 1
        value_end = key_end
        for step in path:
            found = _json_entry(text, index, step, decoder)
            if found is None:
                break
            start, key_end, index = found
            value_end = decoder.raw_decode(text, index)[1]
        line, column = self._line_column(start)
        end_line, end_column = self._line_column(value_end)
        if end_line != line:
            end_line, end_column = self._line_column(key_end)
        return Span(self.file, line, column, end_line, end_column)

    def _line_column(self, index: int) -> tuple[int, int]:
        if self._lines is None:
            self._lines = [0, *(match.end() for match in re.finditer("\n", self.text))]
        line = bisect.bisect_right(self._lines, index)
        return line, index - self._lines[line - 1] + 1


def _skip(text: str, index: int) -> int:
    while index < len(text) and text[index] in " \t\r\n":
        index += 1
    return index


def _json_entry(text: str, index: int, step: str | int, decoder: json.JSONDecoder) -> tuple[int, int, int] | None:
    """Return start and end of the key (or item) and the index of the value that a step leads to."""
    opening = text[index]
    index = _skip(text, index + 1)
    position = 0
    while index < len(text) and text[index] not in "}]":
        start = index
        if opening == "{":
            key, index = scanstring(text, index + 1)
            key_end = index
            index = _skip(text, _skip(text, index) + 1)
            if key == step:
                return start, key_end, index
        elif opening == "[":
            if position == step:
                return start, start + 1, index
            position += 1
        else:
            return None
        index = _skip(text, decoder.raw_decode(text, index)[1])
        if index < len(text) and text[index] == ",":
            index = _skip(text, index + 1)
    return None


def _tag_key(tag: str) -> str:
    return _SHORT_FORMS.get(tag[1:], tag)


def _entry(node: yaml.MappingNode, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    merged: list[yaml.Node] = []
    for key, value in node.value:
        if key.tag == _MERGE:
            merged.extend(value.value if isinstance(value, yaml.SequenceNode) else [value])
        elif isinstance(key, yaml.ScalarNode) and key.value == str(step):
            return key, value
    for source in merged:
        if isinstance(source, yaml.MappingNode):
            found = _entry(source, step)
            if found is not None:
                return found
    return None


def _node_span(file: str, first: yaml.Node, last: yaml.Node) -> Span:
    start = first.start_mark
    end = last.end_mark if last.end_mark.line == start.line else first.end_mark
    if end.line != start.line:
        return Span(file, start.line + 1, start.column + 1, start.line + 1, start.column + 2)
    return Span(file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


class _Builder:
    """Turns composed nodes into plain data. Anchored nodes are built once and shared."""

    def __init__(self) -> None:
        self._shared: dict[int, Any] = {}
        self._count = 0

    def build(self, node: yaml.Node, depth: int) -> Any:
        known = self._shared.get(id(node))
        if known is not None:
            return known
        self._count += 1
        if depth > MOST_DEPTH:
            raise ReadError(node.start_mark.line + 1, f"it is nested deeper than {MOST_DEPTH} levels")
        if self._count > MOST_NODES:
            raise ReadError(node.start_mark.line + 1, f"it has more than {MOST_NODES:,} values")
        tag = node.tag
        if tag in _PLAIN_TAGS:
            built = self._plain(node, depth)
        else:
            name = _SHORT_FORMS.get(tag[1:]) if tag.startswith("!") else None
            if name is None:
                raise ReadError(
                    node.start_mark.line + 1,
                    f"the tag {tag!r} is none of CloudFormation's intrinsic functions; nothing is loaded for it",
                )
            inner = self._plain(node, depth)
            if name == "Fn::GetAtt" and isinstance(inner, str):
                inner = inner.split(".", 1)
            built = {name: inner}
        if not isinstance(node, yaml.ScalarNode):
            self._shared[id(node)] = built
        return built

    def _plain(self, node: yaml.Node, depth: int) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, depth + 1) for item in node.value]
        found: dict[Any, Any] = {}
        merged: list[dict[Any, Any]] = []
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                merged.extend(self._merged(value_node, depth))
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                raise ReadError(key_node.start_mark.line + 1, "a key is a list or a mapping; keys are texts")
            key = key_node.value
            if key in found:
                first = next(k for k, _ in node.value if getattr(k, "value", None) == key)
                raise ReadError(
                    key_node.start_mark.line + 1,
                    f"the key {key!r} stands twice, first on line {first.start_mark.line + 1}; keep one",
                )
            found[key] = self.build(value_node, depth + 1)
        for source in merged:
            for key, value in source.items():
                found.setdefault(key, value)
            self._count += len(source)
            if self._count > MOST_NODES:
                raise ReadError(node.start_mark.line + 1, f"it has more than {MOST_NODES:,} values")
        return found

    def _merged(self, node: yaml.Node, depth: int) -> list[dict[Any, Any]]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        built = [self.build(item, depth + 1) for item in nodes]
        if not all(isinstance(item, dict) for item in built):
            raise ReadError(node.start_mark.line + 1, "a merge key (<<) names something that is not a mapping")
        return built


def _scalar(node: yaml.ScalarNode) -> Any:
    tag, text = node.tag, node.value
    if tag == _NULL:
        return None
    if tag == _BOOL:
        return text.lower() in {"true", "yes", "on"}
    if tag == _INT:
        return int(text) if re.fullmatch(r"[-+]?(0|[1-9]\d*)", text) else text
    if tag == _FLOAT:
        try:
            return float(text)
        except ValueError:
            return text
    return text
