"""A YAML or JSON text as plain data, with positions worked out only when they are asked for.

The data are dictionaries, lists and scalars. CloudFormation's short forms are written out (``!Ref x`` becomes
``{"Ref": "x"}``), so that both notations read alike.
"""

from __future__ import annotations

import bisect
import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined] # the stubs leave it out
from typing import Any

import yaml

from s3_glue_rules.model.spans import Path, Span
from s3_glue_rules.read.errors import MOST_DEPTH, MOST_NODES, ReadError

# Longer literals are texts: Python refuses to turn thousands of digits into a number.
_MOST_DIGITS = 18

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # libyaml is missing: slower, and the same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment] # both load alike


_SHORT_FORMS = {
    name: f"Fn::{name}"
    for name in (
        "And",
        "Base64",
        "Cidr",
        "Equals",
        "FindInMap",
        "GetAtt",
        "GetAZs",
        "GetStackOutput",
        "If",
        "ImportValue",
        "Join",
        "Length",
        "Not",
        "Or",
        "Select",
        "Split",
        "Sub",
        "ToJsonString",
        "Transform",
        "Contains",
        "EachMemberEquals",
        "EachMemberIn",
        "RefAll",
        "ValueOf",
        "ValueOfAll",
        "Implies",
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

_CONTAINERS = (dict, list)
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


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
        self._spans: dict[Path, Span] = {}
        self._entries: dict[int, dict[str | int, Any]] = {}
        self.is_json = text.lstrip("\ufeff \t\r\n").startswith(("{", "[")) and self._read_json()
        if not self.is_json:
            self._read_yaml()

    data: Any

    def _read_json(self) -> bool:
        """Read the text as JSON. Return False where it is a YAML flow mapping instead."""
        start = len(self.text) - len(self.text.lstrip("\ufeff"))
        has_duplicates = False

        def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            nonlocal has_duplicates
            found = dict(pairs)
            has_duplicates = has_duplicates or len(found) != len(pairs)
            return found

        try:
            # Numbers are only ever compared as they are written: 4.0 is not 4.
            self.data = json.loads(
                self.text[start:], object_pairs_hook=collect, parse_float=str, parse_int=_integer, parse_constant=str
            )
        except RecursionError:
            raise ReadError(1, f"it is nested deeper than {MOST_DEPTH} levels") from None
        except json.JSONDecodeError as error:
            if self.file.endswith(".json"):
                raise ReadError(error.lineno, f"it is not valid JSON: {error.msg}") from None
            return False
        if isinstance(self.data, dict) and "Resources" in self.data:
            _check_size(self.data)
        if has_duplicates:
            raise _duplicate(self.text)
        if _SURROGATE.search(self.text):
            self._check_surrogates()
        return True

    def _check_surrogates(self) -> None:
        """Refuse half of a surrogate pair: it is no character, and no report could be written with it."""
        for match in _STRING.finditer(self.text):
            if _SURROGATE.search(match.group()):
                try:
                    str(json.loads(match.group(), strict=False)).encode()
                except UnicodeEncodeError:
                    line = self._line_column(match.start())[0]
                    raise ReadError(line, "a text has half of a surrogate pair (\\ud800 to \\udfff)") from None

    def _read_yaml(self) -> None:
        try:
            self._count_nodes()
            loader = Loader(self.text)
            try:
                node = loader.get_single_node()
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise ReadError(mark.line + 1 if mark else 1, f"it is not valid YAML: {error.problem}") from None
        except yaml.reader.ReaderError as error:
            line = self._line_of_character(error.character)
            raise ReadError(line, f"it is not valid YAML: {error.reason}") from None
        except yaml.YAMLError as error:
            raise ReadError(1, f"it is not valid YAML: {error}") from None
        except RecursionError:
            raise ReadError(1, f"it is nested deeper than {MOST_DEPTH} levels") from None
        self._node = node
        self.data = None if node is None else _Builder().build(node, 0)

    def _count_nodes(self) -> None:
        """Raise ReadError where the text has more nodes than can be held, before they are all in memory."""
        if 3 * sum(self.text.count(indicator) for indicator in ",:\n[{-?") < MOST_NODES:
            return
        count = 0
        for event in yaml.parse(self.text, Loader=Loader):
            count += isinstance(event, yaml.NodeEvent)
            if count > MOST_NODES and event.start_mark is not None:
                raise ReadError(event.start_mark.line + 1, f"it has more than {MOST_NODES:,} values")

    def _line_of_character(self, character: object) -> int:
        wanted = character if isinstance(character, str) else chr(character) if isinstance(character, int) else ""
        index = self.text.find(wanted) if wanted else -1
        return self.text.count("\n", 0, index) + 1 if index >= 0 else 1

    def locate(self, path: Path) -> Span:
        """Return where the key or item at the path stands; the nearest ancestor where the path leads nowhere."""
        span = self._spans.get(path)
        if span is None:
            span = self._spans[path] = self._locate_json(path) if self.is_json else self._locate_yaml(path)
        return span

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
                found = self._entry(node, step)
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

    def _entry(self, node: yaml.MappingNode, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
        """Return key and value of an entry, an entry that a merge key brings in included."""
        known = self._entries.get(id(node))
        if known is None:
            known = self._entries[id(node)] = {}
            for key, value in node.value:
                if key.tag != _MERGE and isinstance(key, yaml.ScalarNode):
                    known[key.value] = (key, value)
            for key, value in node.value:
                if key.tag == _MERGE:
                    for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                        if isinstance(source, yaml.MappingNode):
                            self._entry(source, "")
                            for name, entry in self._entries[id(source)].items():
                                known.setdefault(name, entry)
        return known.get(str(step))

    def _locate_json(self, path: Path) -> Span:
        text = self.text
        index = _skip(text, 1 if text.startswith("\ufeff") else 0)
        start, key_end, value_end = index, index + 1, index + 1
        for step in path:
            known = self._entries.get(index)
            if known is None:
                known = self._entries[index] = _json_entries(text, index)
            found = known.get(step)
            if found is None:
                break
            start, key_end, index, value_end = found
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


def _json_entries(text: str, index: int) -> dict[str | int, tuple[int, int, int, int]]:
    """Return start and end of each key (or item) of a container, and start and end of its value."""
    found: dict[str | int, tuple[int, int, int, int]] = {}
    opening = text[index]
    if opening not in "{[":
        return found
    decode = json.JSONDecoder(parse_int=_integer).raw_decode
    index = _skip(text, index + 1)
    while text[index] not in "}]":
        start = index
        step: str | int = len(found)
        key_end = index + 1
        if opening == "{":
            step, key_end = scanstring(text, index + 1)
            index = _skip(text, _skip(text, key_end) + 1)
        end = decode(text, index)[1]
        found[step] = (start, key_end, index, end)
        index = _skip(text, end)
        if text[index] == ",":
            index = _skip(text, index + 1)
    return found


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= _MOST_DIGITS else text


def _check_size(data: Any) -> None:
    """Raise ReadError where data are nested too deep or have too many values."""
    count = 0
    level = [data]
    for _ in range(MOST_DEPTH + 1):
        below: list[Any] = []
        for item in level:
            count += len(item)
            below += [inner for inner in (item.values() if type(item) is dict else item) if type(inner) in _CONTAINERS]
        if count > MOST_NODES:
            raise ReadError(1, f"it has more than {MOST_NODES:,} values")
        if not below:
            return
        level = below
    raise ReadError(1, f"it is nested deeper than {MOST_DEPTH} levels")


def _duplicate(text: str) -> ReadError:
    """Find the first key of a JSON text that stands twice in one object."""
    objects: list[dict[str, int]] = []
    line, position = 1, 0
    last = ("", 1)
    for match in _TOKEN.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        mark = match.group()
        if mark in "{[":
            objects.append({})
        elif mark in "}]":
            objects.pop()
        elif mark == ":":
            key, key_line = last
            if key in objects[-1]:
                return ReadError(key_line, f"the key {key!r} stands twice, first on line {objects[-1][key]}; keep one")
            objects[-1][key] = key_line
        else:
            last = (json.loads(mark, strict=False), line)
    return ReadError(1, "a key stands twice in one object; keep one")


def _tag_key(tag: str) -> str:
    return _SHORT_FORMS.get(tag[1:], tag)


def _node_span(file: str, first: yaml.Node, last: yaml.Node) -> Span:
    start = first.start_mark
    end = last.end_mark
    # The value of an alias stands where its anchor is, perhaps before the key.
    if end.line != start.line or last.start_mark.index < start.index:
        end = first.end_mark
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
                merged.extend(self._merged(key_node, value_node, depth))
                continue
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag not in _PLAIN_TAGS:
                raise ReadError(key_node.start_mark.line + 1, "a key is a list, a mapping or tagged; keys are texts")
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

    def _merged(self, key: yaml.Node, node: yaml.Node, depth: int) -> list[dict[Any, Any]]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        built = [self.build(item, depth + 1) for item in nodes]
        if not all(isinstance(item, dict) for item in built):
            raise ReadError(key.start_mark.line + 1, "a merge key (<<) names something that is not a mapping")
        return built


def _scalar(node: yaml.ScalarNode) -> Any:
    tag, text = node.tag, node.value
    if tag == _NULL:
        return None
    if tag == _BOOL:
        return text.lower() in {"true", "yes", "on"}
    if tag == _INT:
        return _integer(text) if re.fullmatch(r"[-+]?(0|[1-9]\d*)", text) else text
    return text
