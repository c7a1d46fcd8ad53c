"""The reader of HCL: bodies, expressions, texts, places, errors with their lines, and the JSON notation."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.read import hcl_syntax as syntax
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.files import module_files
from s3_glue_rules.read.hcl import HclFile, HclSource, parse_expression, parse_template
from s3_glue_rules.read.hcl_json import json_body, text_expression
from s3_glue_rules.read.source import Source
from s3_glue_rules.read.terraform import load_module


def parsed(text: str) -> HclFile:
    return HclFile(HclSource("main.tf", text.encode()))


def argument(text: str, name: str = "x") -> syntax.Expression:
    return parsed(text).body().arguments[name].expression


def literal(text: str) -> object:
    expression = parse_expression(text)
    assert isinstance(expression, syntax.Literal)
    return expression.value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('"a"', "a"),
        ('""', ""),
        (r'"a\n\t\"\\b"', 'a\n\t"\\b'),
        (r'"é\U0001F600"', "é😀"),
        ('"$${var.x} %%{if}"', "${var.x} %{if}"),
        ("12", 12),
        ("1.5", 1.5),
        ("1.5e3", 1500),
        ("true", True),
        ("null", None),
        ("<<EOT\n  a\n b\nEOT\n", "  a\n b\n"),
        ("<<-EOT\n    a\n      b\n\n    c\n  EOT\n", "a\n  b\n\nc\n"),
        ("<<EOT\nEOT\n", ""),
        ('"  a  "', "  a  "),
    ],
)
def test_literals(text: str, wanted: object) -> None:
    found = literal(text)
    assert found == wanted
    assert type(found) is type(wanted)


def test_white_space_around_interpolations_is_kept_and_strip_markers_take_it_away() -> None:
    kept = parse_expression('" a ${x} b "')
    assert isinstance(kept, syntax.Template)
    assert [part for part in kept.parts if isinstance(part, str)] == [" a ", " b "]
    stripped = parse_expression('" a ${~ x ~} b "')
    assert isinstance(stripped, syntax.Template)
    assert [part for part in stripped.parts if isinstance(part, str)] == [" a", "b "]


def test_indentation_is_that_of_the_line_with_the_least_and_an_interpolation_counts_as_none() -> None:
    template = parse_expression("<<-EOT\n    a\n  ${x}b\n    c\n  EOT\n")
    assert isinstance(template, syntax.Template)
    assert template.parts[0] == "  a\n"


def test_directives_nest() -> None:
    template = parse_expression('"%{ for a in l }%{ if a }y%{ else }n%{ endif }%{ endfor }"')
    assert isinstance(template, syntax.Template)
    (loop,) = template.parts
    assert isinstance(loop, syntax.TemplateFor)
    (choice,) = loop.body
    assert isinstance(choice, syntax.TemplateIf)
    assert (choice.then, choice.otherwise) == (("y",), ("n",))


def test_operators_bind_as_hcl_says() -> None:
    expression = parse_expression("a || b && c == d + e * -f")
    assert isinstance(expression, syntax.Binary)
    assert expression.operator == "||"
    right = expression.right
    assert isinstance(right, syntax.Binary)
    assert right.operator == "&&"
    equal = right.right
    assert isinstance(equal, syntax.Binary)
    assert equal.operator == "=="
    total = equal.right
    assert isinstance(total, syntax.Binary)
    assert total.operator == "+"


def test_brackets_come_first() -> None:
    expression = parse_expression("(a + b) * c")
    assert isinstance(expression, syntax.Binary)
    assert expression.operator == "*"


def test_full_splat_takes_the_steps_behind_it_and_the_old_one_only_attributes() -> None:
    full = parse_expression("a[*].b[0]")
    assert isinstance(full, syntax.Splat)
    assert isinstance(full.item, syntax.Index)
    old = parse_expression("a.*.b[0]")
    assert isinstance(old, syntax.Index)
    assert isinstance(old.target, syntax.Splat)


def test_old_index() -> None:
    expression = parse_expression("a.b.0.c")
    assert isinstance(expression, syntax.Attribute)
    assert isinstance(expression.target, syntax.Index)


def test_places_count_characters_from_one() -> None:
    file = parsed('resource "a" "b" {\n  é = "ü" \n  x = 1\n}\n')
    block = file.body().blocks[0]
    assert (block.labels, block.lines) == (("a", "b"), (1, 4))
    span = block.origin.span()
    assert (span.line, span.column, span.end_line, span.end_column) == (1, 1, 1, 19)
    span = block.body.arguments["x"].origin.span()
    assert (span.line, span.column, span.end_column) == (3, 3, 8)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = [1,\n", 2),
        ('x = "a\ny = 1\n', 1),
        ("resource {\n  a = \n}\n", 2),
        ("a = 1\n}\n", 2),
        ("x = 1 +\n", 1),
    ],
)
def test_syntax_errors_have_their_line(text: str, line: int) -> None:
    errors = parsed(text).syntax_errors()
    assert errors
    assert min(error.line for error in errors) <= line + 1


def test_a_broken_argument_leaves_the_others_readable() -> None:
    file = parsed('a "b" {\n  x = 1\n  y = [\n}\nc "d" {\n  z = 2\n}\n')
    assert file.syntax_errors()


def test_an_argument_that_is_set_twice_is_not_guessed() -> None:
    assert isinstance(argument("x = 1\nx = 2\n"), syntax.Broken)


def test_expressions_nested_a_thousand_deep_are_refused() -> None:
    with pytest.raises(ReadError, match="nested too deeply"):
        parse_expression("[" * 1000 + "1" + "]" * 1000)


def test_templates_of_files_keep_their_end() -> None:
    template = parse_template("a ${x}\nb")
    assert isinstance(template, syntax.Template)
    assert template.parts[-1] == "\nb"
    assert isinstance(parse_template("a\n"), syntax.Literal)


def test_json_notation_reads_texts_as_templates() -> None:
    expression = text_expression('a "q" ${lookup(x, "k")} \\ ${y}', NOWHERE)
    assert isinstance(expression, syntax.Template)
    assert expression.parts[0] == 'a "q" '
    assert isinstance(expression.parts[1], syntax.Call)
    assert expression.parts[2] == " \\ "


def test_json_notation_knows_blocks_and_comments() -> None:
    text = '{"resource": {"a": {"b": {"//": "note", "x": 1, "dynamic": {"rule": {"for_each": [1], "content": {}}}}}}}'
    body = json_body(Source("main.tf.json", text))
    (block,) = body.blocks
    assert block.labels == ("a", "b")
    assert list(block.body.arguments) == ["x"]
    (dynamic,) = block.body.blocks
    assert dynamic.labels == ("rule",)
    assert [inner.type for inner in dynamic.body.blocks] == ["content"]


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")


def test_override_files_come_last_and_replace_arguments_and_blocks_by_type(tmp_path: Path) -> None:
    write(
        tmp_path,
        main__tf='resource "a" "b" {\n  x = 1\n  y = 2\n  r {}\n  r {}\n  s {}\n}\n',
        a_override__tf='resource "a" "b" {\n  x = 3\n  r {\n    z = 1\n  }\n}\n',
    )
    assert module_files(tmp_path) == ["main.tf", "a_override.tf"]
    module = load_module(tmp_path, "m")
    assert module.problems == []
    body = module.resources["a", "b"].body
    assert isinstance(body.arguments["x"].expression, syntax.Literal)
    assert body.arguments["x"].expression.value == 3
    assert [block.type for block in body.blocks] == ["s", "r"]


def test_opentofu_files_stand_for_their_namesakes(tmp_path: Path) -> None:
    write(tmp_path, main__tf="", main__tofu="", other__tf="")
    assert module_files(tmp_path) == ["main.tofu", "other.tf"]


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path, good__tf='resource "a" "b" {}\n', bad__tf='resource "a" "c" {\n  x = [\n')
    (tmp_path / "latin.tf").write_bytes(b'# a\nx = "\xe9"\n')
    module = load_module(tmp_path, "m")
    assert ("a", "b") in module.resources
    assert {(problem.file, problem.line) for problem in module.problems} >= {("m/latin.tf", 2)}
    assert any(problem.file == "m/bad.tf" for problem in module.problems)


def test_a_resource_that_is_declared_twice_is_told(tmp_path: Path) -> None:
    write(tmp_path, main__tf='resource "a" "b" {}\n\nresource "a" "b" {}\n')
    (problem,) = load_module(tmp_path, "m").problems
    assert (problem.line, "declared twice" in problem.message) == (3, True)


def test_comments_by_which_findings_are_accepted(tmp_path: Path) -> None:
    text = 'resource "a" "b" {\n  # sgr: ignore[SGR101] why\n  // checkov:skip=SGR102,SGR103:because\n}\n'
    write(tmp_path, main__tf=text)
    block = load_module(tmp_path, "m").resources["a", "b"]
    assert block.comments == (("SGR101", "why"), ("SGR102", "because"), ("SGR103", "because"))


def test_conditionals_are_read_from_the_right() -> None:
    expression = parse_expression("a ? 1 : b ? 2 : c ? 3 : 4")
    assert isinstance(expression, syntax.Conditional)
    assert isinstance(expression.condition, syntax.Name)
    second = expression.otherwise
    assert isinstance(second, syntax.Conditional)
    assert isinstance(second.then, syntax.Literal)
    assert second.then.value == 2
    assert isinstance(second.otherwise, syntax.Conditional)
    bracketed = parse_expression("(a ? b : c) ? 1 : 2")
    assert isinstance(bracketed, syntax.Conditional)
    assert isinstance(bracketed.condition, syntax.Conditional)
