"""HCL texts → bodies, over tree-sitter (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md).

Positions are byte offsets; lines and columns are worked out when a finding needs them. Expressions are built when
they are first asked for.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from s3_glue_rules.model.spans import Origin, Path, Span
from s3_glue_rules.read import hcl_templates
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.hcl_syntax import (
    Argument,
    Attribute,
    Binary,
    Block,
    Body,
    Broken,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Literal,
    Name,
    ObjectExpression,
    Placeholder,
    Splat,
    Template,
    TupleExpression,
    Unary,
)

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

# Expressions that a person writes are far from this deep; each level takes several calls to build and to evaluate.
MOST_DEPTH = 100

_STEPS = {"get_attr", "index", "splat"}
_SPLAT_STEPS = {"get_attr", "index"}


_BLOCK_START = re.compile(
    rb"(?m)^(?:resource|data|module|variable|locals|output|provider|terraform|moved|removed|import|check)\b"
)
MOST_BLOCKS_READ_ALONE = 2_000


def _blank(data: bytes) -> bytes:
    return re.sub(rb"[^\n]", b" ", data)


@lru_cache(maxsize=1)
def _parser() -> Parser:
    # Imported here: templates and plans are judged without it.
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


class HclSource:
    """The text of one file. Paths of origins are (first byte, end byte)."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self.data = data

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        position = self.data.find(b"\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.data.find(b"\n", position + 1)
        return starts

    def line_of(self, byte: int) -> int:
        """Return the line (from 1) of a byte."""
        return bisect.bisect_right(self._starts, byte)

    def locate(self, path: Path) -> Span:
        """Return the span between two bytes."""
        start, end = (int(step) for step in path[:2]) if len(path) >= 2 else (0, 0)
        line, column = self._line_column(start)
        end_line, end_column = self._line_column(end)
        return Span(self.file, line, column, end_line, end_column)

    def _line_column(self, byte: int) -> tuple[int, int]:
        line = self.line_of(byte)
        start = self._starts[line - 1]
        return line, len(self.data[start:byte].decode(errors="replace")) + 1


class HclFile:
    """One parsed file."""

    def __init__(self, source: HclSource) -> None:
        self.source = source
        self.tree: Tree = _parser().parse(source.data)
        self.comments: list[tuple[int, str]] = []

    def text(self, node: Node) -> str:
        """Return the text of a node."""
        return self.source.data[node.start_byte : node.end_byte].decode(errors="replace")

    def origin(self, node: Node) -> Origin:
        """Return the place of a node."""
        return Origin(self.source, (node.start_byte, node.end_byte))

    def syntax_errors(self, most: int = 5) -> list[ReadError]:
        """Return the first syntax errors with their lines."""
        root = self.tree.root_node
        if not root.has_error:
            return []
        found: list[ReadError] = []
        cursor = [root]
        while cursor and len(found) < most:
            node = cursor.pop()
            if node.is_missing:
                # What is missing is noticed at the end of the file; where it begins is what helps.
                start = node.parent.start_byte if node.parent is not None else node.start_byte
                missing = {"quoted_template_end": '"', "block_end": "}", "object_end": "}", "tuple_end": "]"}
                what = missing.get(node.type, node.type)
                found.append(ReadError(self.source.line_of(start), f"syntax error: '{what}' is missing"))
            elif node.type == "ERROR":
                words = " ".join(self.text(node).split())[:40]
                found.append(ReadError(self.source.line_of(node.start_byte), f"syntax error near '{words}'"))
            elif node.has_error:
                cursor.extend(reversed(node.children))
        return found or [ReadError(1, "syntax error")]

    def without_errors(self) -> HclFile:
        """Return the file without the blocks that have syntax errors.

        An error may swallow what stands behind it: each block that starts a line is read by itself.
        """
        data = self.source.data
        starts = [match.start() for match in _BLOCK_START.finditer(data)]
        if len(starts) > MOST_BLOCKS_READ_ALONE:
            return self
        bounds = [0, *starts, len(data)]
        pieces = [data[start:end] for start, end in itertools.pairwise(bounds)]
        kept = [piece if not _parser().parse(piece).root_node.has_error else _blank(piece) for piece in pieces]
        return HclFile(HclSource(self.source.file, b"".join(kept)))

    def body(self) -> Body:
        """Return what stands at the top of the file."""
        for child in self.tree.root_node.children:
            if child.type == "body":
                return self._body(child)
        return Body()

    def _body(self, node: Node) -> Body:
        body = Body()
        for child in node.children:
            if child.type == "attribute":
                argument = self._argument(child)
                if argument.name in body.arguments:
                    twice = Broken(argument.origin, f"{argument.name} is set twice, which Terraform refuses")
                    argument = _fixed(argument, twice)
                body.arguments[argument.name] = argument
            elif child.type == "block":
                body.blocks.append(self._block(child))
        return body

    def _argument(self, node: Node) -> Argument:
        children = node.children
        expression = children[-1]
        if len(children) < 3 or expression.type != "expression":
            broken = Broken(self.origin(node), "the argument has a syntax error")
            return Argument(self.text(children[0]), self.origin(node), lambda: broken)
        return Argument(self.text(children[0]), self.origin(node), lambda: self.expression(expression))

    def _block(self, node: Node) -> Block:
        kind, labels, body, header_end = "", [], None, node.start_byte
        for child in node.children:
            if child.type == "identifier":
                if kind:
                    labels.append(self.text(child))
                else:
                    kind = self.text(child)
            elif child.type == "string_lit":
                labels.append(self.text(child)[1:-1])
            elif child.type == "body":
                body = child
            if body is None and child.type != "comment":
                header_end = child.end_byte
        header = Origin(self.source, (node.start_byte, header_end))
        lines = (self.source.line_of(node.start_byte), self.source.line_of(node.end_byte))
        return Block(kind, tuple(labels), header, lines, lambda: Body() if body is None else self._body(body))

    def expression(self, node: Node, depth: int = 0) -> Expression:
        """Build the expression of a node."""
        return self._sequence([child for child in node.children if child.type != "comment"], self.origin(node), depth)

    def _sequence(self, nodes: list[Node], origin: Origin, depth: int) -> Expression:
        """Build the expression that a run of nodes makes: a term and the steps of a traversal after it."""
        if depth > MOST_DEPTH:
            raise ReadError(self.source.line_of(int(origin.path[0])), "the expression is nested too deeply")
        if not nodes:
            return Broken(origin, "the expression has a syntax error")
        first, rest = nodes[0], nodes[1:]
        if first.type == "(" and len(nodes) >= 3:
            built, rest = self.expression(nodes[1], depth + 1), nodes[3:]
        else:
            built = self._term(first, depth + 1)
        for step in rest:
            built = self._step(built, step, depth + 1)
        return built

    def _term(self, node: Node, depth: int) -> Expression:
        build = _TERMS.get(node.type)
        if build is None:
            return Broken(self.origin(node), f"a {node.type} is not expected in an expression")
        return build(self, node, depth)

    def _step(self, target: Expression, node: Node, depth: int) -> Expression:
        if node.type not in _STEPS:
            return Broken(self.origin(node), f"a {node.type} is not expected in a traversal")
        origin = Origin(
            self.source, (int(target.origin.path[0]) if target.origin.path else node.start_byte, node.end_byte)
        )
        inner = node.children[0] if node.children else node
        if node.type == "get_attr":
            return Attribute(origin, target, self.text(node.children[-1]))
        if node.type == "index":
            if inner.type == "legacy_index":
                return Index(origin, target, Literal(origin, int(self.text(inner).lstrip(". ") or 0)))
            keys = [child for child in inner.children if child.type == "expression"]
            return Index(origin, target, self.expression(keys[0], depth)) if keys else Broken(origin, "no index")
        item: Expression = Placeholder(origin)
        steps = [child for child in inner.children if child.type in _SPLAT_STEPS]
        attributes_only = inner.type == "attr_splat"
        while steps and not (attributes_only and steps[0].type == "index"):
            item = self._step(item, steps.pop(0), depth)
        built: Expression = Splat(origin, target, item)
        for step in steps:
            built = self._step(built, step, depth)
        return built

    # Terms

    def _literal(self, node: Node, depth: int) -> Expression:
        del depth
        inner = node.children[0]
        origin = self.origin(node)
        if inner.type == "string_lit":
            return hcl_templates.quoted(self, inner, origin, 0)
        if inner.type == "null_lit":
            return Literal(origin, None)
        text = self.text(inner)
        if inner.type == "bool_lit":
            return Literal(origin, text == "true")
        return number(text, origin)

    def _template(self, node: Node, depth: int) -> Expression:
        inner = node.children[0]
        if inner.type == "heredoc_template":
            return hcl_templates.heredoc(self, inner, self.origin(node), depth)
        return hcl_templates.quoted(self, inner, self.origin(node), depth)

    def _collection(self, node: Node, depth: int) -> Expression:
        inner = node.children[0]
        origin = self.origin(node)
        if inner.type == "tuple":
            items = tuple(self.expression(child, depth) for child in inner.children if child.type == "expression")
            return TupleExpression(origin, items)
        pairs: list[tuple[Expression, Expression]] = []
        for child in inner.children:
            if child.type == "object_elem":
                sides = [side for side in child.children if side.type == "expression"]
                if len(sides) == 2:
                    pairs.append((self._object_key(sides[0], depth), self.expression(sides[1], depth)))
        return ObjectExpression(origin, tuple(pairs))

    def _object_key(self, node: Node, depth: int) -> Expression:
        children = node.children
        if len(children) == 1 and children[0].type == "variable_expr":
            return Literal(self.origin(node), self.text(node))
        return self.expression(node, depth)

    def _name(self, node: Node, depth: int) -> Expression:
        del depth
        return Name(self.origin(node), self.text(node))

    def _call(self, node: Node, depth: int) -> Expression:
        arguments: tuple[Expression, ...] = ()
        expands = False
        for child in node.children:
            if child.type == "function_arguments":
                given = child.children
                arguments = tuple(self.expression(item, depth) for item in given if item.type == "expression")
                expands = any(item.type == "ellipsis" for item in given)
        return Call(self.origin(node), self.text(node.children[0]), arguments, expands)

    def _conditional(self, node: Node, depth: int) -> Expression:
        pairs, last = self._chain(node)
        if last is None:
            return Broken(self.origin(node), "the conditional has a syntax error")
        built = self.expression(last, depth)
        for test, then in reversed(pairs):
            origin = Origin(self.source, (test.start_byte, node.end_byte))
            built = Conditional(origin, self.expression(test, depth), self.expression(then, depth), built)
        return built

    def _chain(self, node: Node) -> tuple[list[tuple[Node, Node]], Node | None]:
        """Return the conditions with what each gives, and what the last one leaves.

        HCL reads ``a ? x : b ? y : z`` from the right; tree-sitter-hcl puts what stands left into the condition.
        """
        parts = [child for child in node.children if child.type == "expression"]
        if len(parts) != 3:
            return [], None
        test, then, otherwise = parts
        inner = [child for child in test.children if child.type != "comment"]
        if len(inner) == 1 and inner[0].type == "conditional":
            pairs, last = self._chain(inner[0])
            return ([*pairs, (last, then)], otherwise) if last is not None else ([], None)
        return [(test, then)], otherwise

    def _operation(self, node: Node, depth: int) -> Expression:
        inner = node.children[0]
        children = [child for child in inner.children if child.type != "comment"]
        origin = self.origin(node)
        if inner.type == "unary_operation":
            return Unary(origin, self.text(children[0]), self._sequence(children[1:], origin, depth))
        # The operator is the one anonymous node that is no bracket; both sides stand around it.
        for position, child in enumerate(children):
            if not child.is_named and child.type not in "()":
                left = self._sequence(children[:position], origin, depth)
                right = self._sequence(children[position + 1 :], origin, depth)
                return Binary(origin, child.type, left, right)
        return Broken(origin, "the operation has a syntax error")

    def _for(self, node: Node, depth: int) -> Expression:
        inner = node.children[0]
        intro = next((child for child in inner.children if child.type == "for_intro"), None)
        values = [self.expression(child, depth) for child in inner.children if child.type == "expression"]
        origin = self.origin(node)
        if intro is None or not values:
            return Broken(origin, "the for expression has a syntax error")
        names = [self.text(child) for child in intro.children if child.type == "identifier"]
        source = [self.expression(child, depth) for child in intro.children if child.type == "expression"]
        condition = None
        for child in inner.children:
            if child.type == "for_cond":
                tests = [self.expression(test, depth) for test in child.children if test.type == "expression"]
                condition = tests[0] if tests else None
        is_object = inner.type == "for_object_expr"
        if not source or not names or (is_object and len(values) < 2):
            return Broken(origin, "the for expression has a syntax error")
        return For(
            origin,
            names[0] if len(names) > 1 else None,
            names[-1],
            source[0],
            values[0] if is_object else None,
            values[-1],
            condition,
            any(child.type == "ellipsis" for child in inner.children),
        )


_TERMS: dict[str, Callable[[HclFile, Node, int], Expression]] = {
    "literal_value": HclFile._literal,  # noqa: SLF001 - the table of the class itself
    "template_expr": HclFile._template,  # noqa: SLF001 - as above
    "collection_value": HclFile._collection,  # noqa: SLF001 - as above
    "variable_expr": HclFile._name,  # noqa: SLF001 - as above
    "function_call": HclFile._call,  # noqa: SLF001 - as above
    "conditional": HclFile._conditional,  # noqa: SLF001 - as above
    "operation": HclFile._operation,  # noqa: SLF001 - as above
    "for_expr": HclFile._for,  # noqa: SLF001 - as above
    "expression": HclFile.expression,
}


def _fixed(argument: Argument, expression: Expression) -> Argument:
    return Argument(argument.name, argument.origin, lambda: expression)


def number(text: str, origin: Origin) -> Expression:
    """Return the literal of a number. One that a double does not hold exactly enough is kept as it is written."""
    try:
        return Literal(origin, int(text))
    except ValueError:
        value = float(text)
    if value.is_integer() and abs(value) < 2**53:
        return Literal(origin, int(value))
    return Literal(origin, value)


def parse_expression(text: str, source: HclSource | None = None) -> Expression:
    """Return the expression in a text of its own, such as the value of a TF_VAR_ variable. Raises ReadError."""
    file = HclFile(source or HclSource("", b"value = " + text.encode(errors="replace") + b"\n"))
    errors = file.syntax_errors()
    if errors:
        raise errors[0]
    argument = file.body().arguments.get("value")
    if argument is None:
        raise ReadError(1, "there is no expression")
    return argument.expression


def parse_template(text: str, file: str = "") -> Template | Literal:
    """Return a whole text as a template (the content of a templatefile). Raises ReadError."""
    mark = "S3GLUERULES_END"
    while mark in text:
        mark += "_"
    ends = text.endswith("\n")
    data = f"value = <<{mark}\n{text}{'' if ends else chr(10)}{mark}\n".encode(errors="replace")
    parsed = parse_expression("", HclSource(file, data))
    if isinstance(parsed, Template) and not ends:
        parts = list(parsed.parts)
        if parts and isinstance(parts[-1], str) and parts[-1].endswith("\n"):
            parts[-1] = parts[-1][:-1]
        return Template(parsed.origin, tuple(parts))
    if isinstance(parsed, Literal) and isinstance(parsed.value, str) and not ends:
        return Literal(parsed.origin, parsed.value.removesuffix("\n"))
    if isinstance(parsed, (Template, Literal)):
        return parsed
    raise ReadError(1, "it is no template")
