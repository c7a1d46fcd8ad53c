"""Terraform's JSON notation (``.tf.json``) → the same bodies as HCL.

Texts are templates (https://developer.hashicorp.com/terraform/language/syntax/json). What is a block and what a map
cannot be told without the provider's schema: objects stay objects, lists stay lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from s3_glue_rules.model.spans import Origin, Path
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.hcl import parse_expression
from s3_glue_rules.read.hcl_syntax import (
    Argument,
    Block,
    Body,
    Broken,
    Expression,
    Literal,
    ObjectExpression,
    Template,
    TupleExpression,
)

if TYPE_CHECKING:
    from s3_glue_rules.read.source import Source

# How many labels each top-level block takes.
_LABELS = {
    "resource": 2,
    "data": 2,
    "variable": 1,
    "output": 1,
    "module": 1,
    "provider": 1,
    "locals": 0,
    "terraform": 0,
}
_COMMENT = "//"


def json_body(source: Source) -> Body:
    """Return what a file declares. Raises ReadError where it is not a JSON object."""
    body = Body()
    if not isinstance(source.data, dict):
        raise ReadError(1, "a Terraform file in JSON holds one object")
    for kind, content in source.data.items():
        if kind in _LABELS:
            _blocks(source, body, str(kind), content, (kind,), labels=(), missing=_LABELS[kind])
    return body


def _blocks(
    source: Source, body: Body, kind: str, content: Any, path: Path, *, labels: tuple[str, ...], missing: int
) -> None:
    if isinstance(content, list):
        for index, item in enumerate(content):
            _blocks(source, body, kind, item, (*path, index), labels=labels, missing=missing)
    elif isinstance(content, dict):
        if missing:
            for label, inner in content.items():
                if label != _COMMENT:
                    inner_labels = (*labels, str(label))
                    _blocks(source, body, kind, inner, (*path, label), labels=inner_labels, missing=missing - 1)
        else:
            body.blocks.append(_block(source, kind, labels, content, path))


def _block(source: Source, kind: str, labels: tuple[str, ...], content: dict[Any, Any], path: Path) -> Block:
    origin = Origin(source, path)
    span = origin.span()
    return Block(kind, labels, origin, (span.line, span.end_line), lambda: _body(source, content, path))


def _body(source: Source, content: dict[Any, Any], path: Path) -> Body:
    body = Body()
    for name, value in content.items():
        if name == _COMMENT:
            continue
        here = (*path, name)
        if name in {"dynamic", "lifecycle", "validation"}:
            _inner_blocks(source, body, str(name), value, here)
        else:
            body.arguments[str(name)] = _argument(source, str(name), value, here)
    return body


def _inner_blocks(source: Source, body: Body, kind: str, value: Any, path: Path) -> None:
    for index, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
        here = path if index is None else (*path, index)
        if not isinstance(item, dict):
            continue
        if kind != "dynamic":
            body.blocks.append(_block(source, kind, (), item, here))
            continue
        for label, inner in item.items():
            for number, written in enumerate(inner) if isinstance(inner, list) else [(None, inner)]:
                place = (*here, label) if number is None else (*here, label, number)
                if isinstance(written, dict):
                    body.blocks.append(_dynamic(source, str(label), written, place))


def _dynamic(source: Source, label: str, written: dict[Any, Any], path: Path) -> Block:
    block = _block(source, "dynamic", (label,), {k: v for k, v in written.items() if k != "content"}, path)
    content = written.get("content")
    if isinstance(content, dict):
        block.body.blocks.append(_block(source, "content", (), content, (*path, "content")))
    return block


def _argument(source: Source, name: str, value: Any, path: Path) -> Argument:
    return Argument(name, Origin(source, path), lambda: json_expression(source, value, path))


def json_expression(source: Source, value: Any, path: Path) -> Expression:
    """Return the expression that a JSON value stands for."""
    origin = Origin(source, path)
    if isinstance(value, dict):
        pairs = [
            (text_expression(str(key), origin), json_expression(source, inner, (*path, key)))
            for key, inner in value.items()
            if key != _COMMENT
        ]
        return ObjectExpression(origin, tuple(pairs))
    if isinstance(value, list):
        items = [json_expression(source, inner, (*path, index)) for index, inner in enumerate(value)]
        return TupleExpression(origin, tuple(items))
    if isinstance(value, str):
        return text_expression(value, origin)
    return Literal(origin, value)


def text_expression(text: str, origin: Origin) -> Expression:
    """Return the template in a JSON text."""
    if "${" not in text and "%{" not in text:
        return Literal(origin, text)
    # Inside of an interpolation quotes stand as they are; outside they would end the quoted text.
    try:
        parsed = parse_expression(f'"{_escaped(text)}"')
    except ReadError as error:
        return Broken(origin, error.message)
    if isinstance(parsed, (Template, Literal)):
        parsed.origin = origin
    return parsed


def _escaped(text: str) -> str:
    pieces: list[str] = []
    depth, quoted, index = 0, False, 0
    while index < len(text):
        character = text[index]
        if depth == 0:
            if text.startswith(("$${", "%%{"), index):
                pieces.append(text[index : index + 3])
                index += 3
                continue
            if text.startswith(("${", "%{"), index):
                depth = 1
                pieces.append(text[index : index + 2])
                index += 2
                continue
            pieces.append({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, character))
        else:
            if quoted and character == "\\":
                pieces.append(text[index : index + 2])
                index += 2
                continue
            if character == '"':
                quoted = not quoted
            elif not quoted:
                depth += {"{": 1, "}": -1}.get(character, 0)
            pieces.append(character)
        index += 1
    return "".join(pieces)
