"""Quoted texts and heredocs with interpolations and directives.

Rules: https://developer.hashicorp.com/terraform/language/expressions/strings and hclsyntax/parser_template.go.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.read.hcl_syntax import Broken, Expression, Literal, Part, Template, TemplateFor, TemplateIf

if TYPE_CHECKING:
    from tree_sitter import Node

    from s3_glue_rules.read.hcl import HclFile

_ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))')
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


@dataclass(eq=False)
class _Text:
    """A run of literal text (in a heredoc: at most one line)."""

    value: str


@dataclass(eq=False)
class _Markup:
    """An interpolation or directive, or one end of a directive, with what it trims."""

    node: Node
    kind: str
    trims_before: bool
    trims_after: bool


def quoted(file: HclFile, node: Node, origin: Origin, depth: int) -> Expression:
    """Build a quoted text."""
    tokens = _tokens(file, node, node.start_byte + 1, node.end_byte - 1, by_line=False)
    for token in tokens:
        if isinstance(token, _Text):
            if "\n" in token.value:
                return Broken(origin, "a text in quotes does not end on its line")
            token.value = _normal(_unescaped(token.value))
    return _built(file, tokens, origin, depth)


def heredoc(file: HclFile, node: Node, origin: Origin, depth: int) -> Expression:
    """Build a heredoc. ``<<-`` takes the indentation that all lines share away."""
    identifiers = [child for child in node.children if child.type == "heredoc_identifier"]
    data = file.source.data
    start = data.find(b"\n", identifiers[0].end_byte) + 1
    end = data.rfind(b"\n", 0, identifiers[-1].start_byte) + 1
    tokens = _tokens(file, node, start, max(start, end), by_line=True)
    if file.text(node.children[0]) == "<<-":
        _dedent(tokens)
    for token in tokens:
        if isinstance(token, _Text):
            token.value = _normal(_without_doubled(token.value).replace("\r\n", "\n"))
    return _built(file, tokens, origin, depth)


def _built(file: HclFile, tokens: list[_Text | _Markup], origin: Origin, depth: int) -> Expression:
    parts, _ = _parts(file, tokens, 0, depth)
    if not parts:
        return Literal(origin, "")
    if all(isinstance(part, str) for part in parts):
        return Literal(origin, "".join(str(part) for part in parts))
    return Template(origin, tuple(parts))


def _tokens(file: HclFile, node: Node, start: int, end: int, *, by_line: bool) -> list[_Text | _Markup]:
    """Cut a template into texts and markup. tree-sitter leaves white space out of its literals: gaps are read."""
    tokens: list[_Text | _Markup] = []
    position = start
    for markup in _markup(file, node):
        _add_text(tokens, file.source.data[position : markup.node.start_byte], by_line=by_line)
        tokens.append(markup)
        position = markup.node.end_byte
    _add_text(tokens, file.source.data[position:end], by_line=by_line)
    for index, token in enumerate(tokens):
        if isinstance(token, _Markup):
            before = tokens[index - 1] if index else None
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            if token.trims_before and isinstance(before, _Text):
                before.value = before.value.rstrip()
            if token.trims_after and isinstance(after, _Text):
                after.value = after.value.lstrip()
    return tokens


def _add_text(tokens: list[_Text | _Markup], data: bytes, *, by_line: bool) -> None:
    text = data.decode(errors="replace")
    if not text:
        return
    if by_line:
        tokens.extend(_Text(line) for line in re.findall(r"[^\n]*\n|[^\n]+", text))
    else:
        tokens.append(_Text(text))


def _markup(file: HclFile, node: Node) -> list[_Markup]:
    """Return interpolations and the ends of directives in their order."""
    found: list[_Markup] = []
    for child in node.children:
        if child.type == "template_interpolation":
            found.append(_mark(file, child, "interpolation"))
        elif child.type == "template_directive":
            found.extend(_directive(file, child.children[0]))
    return found


def _directive(file: HclFile, node: Node) -> list[_Markup]:
    found: list[_Markup] = []
    for child in node.children:
        kind = _DIRECTIVES.get(child.type)
        if kind is not None:
            found.append(_mark(file, child, kind))
        elif child.type == "template_interpolation":
            found.append(_mark(file, child, "interpolation"))
        elif child.type == "template_directive":
            found.extend(_directive(file, child.children[0]))
    return found


_DIRECTIVES = {
    "template_if_intro": "if",
    "template_else_intro": "else",
    "template_if_end": "endif",
    "template_for_start": "for",
    "template_for_end": "endfor",
}


def _mark(file: HclFile, node: Node, kind: str) -> _Markup:
    text = file.text(node)
    return _Markup(node, kind, text[2:3] == "~", text[-2:-1] == "~")


def _parts(file: HclFile, tokens: list[_Text | _Markup], index: int, depth: int) -> tuple[list[Part], int]:
    """Build parts up to the end of the directive that encloses them, and return where that is."""
    parts: list[Part] = []
    while index < len(tokens):
        token = tokens[index]
        if isinstance(token, _Text):
            if parts and isinstance(parts[-1], str):
                parts[-1] += token.value
            elif token.value:
                parts.append(token.value)
            index += 1
        elif token.kind == "interpolation":
            inner = [child for child in token.node.children if child.type == "expression"]
            if inner:
                parts.append(file.expression(inner[0], depth + 1))
            index += 1
        elif token.kind == "if":
            condition = _inner(file, token.node, depth)
            then, index = _parts(file, tokens, index + 1, depth)
            otherwise: list[Part] = []
            if index < len(tokens) and _is(tokens[index], "else"):
                otherwise, index = _parts(file, tokens, index + 1, depth)
            if condition is not None:
                parts.append(TemplateIf(condition, tuple(then), tuple(otherwise)))
            index += 1
        elif token.kind == "for":
            names = [file.text(child) for child in token.node.children if child.type == "identifier"]
            collection = _inner(file, token.node, depth)
            body, index = _parts(file, tokens, index + 1, depth)
            if collection is not None and names:
                parts.append(TemplateFor(names[0] if len(names) > 1 else None, names[-1], collection, tuple(body)))
            index += 1
        else:
            return parts, index
    return parts, index


def _is(token: _Text | _Markup, kind: str) -> bool:
    return isinstance(token, _Markup) and token.kind == kind


def _inner(file: HclFile, node: Node, depth: int) -> Expression | None:
    for child in node.children:
        if child.type == "expression":
            return file.expression(child, depth + 1)
    return None


def _dedent(tokens: list[_Text | _Markup]) -> None:
    least: int | None = None
    starts_line = True
    adjusted: list[_Text] = []
    for token in tokens:
        if starts_line:
            starts_line = False
            spaces: int | None = 0
            if isinstance(token, _Text):
                stripped = token.value.lstrip()
                if not stripped and token.value.endswith("\n"):
                    spaces = None  # a blank line does not count
                else:
                    spaces = len(token.value) - len(stripped)
                    adjusted.append(token)
            if spaces is not None:
                least = spaces if least is None else min(least, spaces)
        if isinstance(token, _Text) and token.value.endswith("\n"):
            starts_line = True
    for text in adjusted:
        text.value = text.value[least or 0 :]


def _normal(text: str) -> str:
    """Return the text in the normal form that Terraform gives to all texts."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _without_doubled(text: str) -> str:
    return text.replace("$${", "${").replace("%%{", "%{")


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return _without_doubled(text)

    def replaced(match: re.Match[str]) -> str:
        if match.group(1):
            return _ESCAPED[match.group(1)]
        code = int(match.group(2) or match.group(3), 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "�"

    return _ESCAPE.sub(replaced, _without_doubled(text))
