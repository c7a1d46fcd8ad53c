"""Terraform's functions over values that are partly known only at deployment.

Values that are all known are compared with Terraform itself in test_terraform_oracle.py.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.values import (
    Absent,
    Choice,
    Condition,
    Encoded,
    Equal,
    Impossible,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Some,
    Text,
    Undetermined,
    Unknown,
    Value,
    Variable,
)
from s3_glue_rules.resolve.terraform import functions
from s3_glue_rules.resolve.terraform.functions import (
    Files,
    ListSequence,
    MapMapping,
    Rendered,
    SetSequence,
    encoded_text,
)
from s3_glue_rules.resolve.terraform.functions.calls import REGISTER
from s3_glue_rules.resolve.terraform.functions.regex_machine import Machine
from s3_glue_rules.resolve.terraform.functions.scalars import characters, number_text, parse_number
from s3_glue_rules.resolve.terraform.lifting import MOST_COMBINATIONS, FunctionError, decide, lifted

HERE = Path(__file__).parent
BUCKET = Reference("aws_s3_bucket.lake", "arn")
KEY = Reference("aws_kms_key.lake", "arn")
STAGE = Open(Variable("var.stage", "var.stage", default="dev"))
NAME = Open(Variable("var.name", "var.name"))
SIZE = Open(Variable("var.size", "var.size", default="small", allowed=("small", "large")))
FLAG = Open(Variable("var.flag", "var.flag", default="true", allowed=("true", "false")))
LATER = Unknown("it is known only at deployment")
ODD = Undetermined("odd", "the day is odd")


def known(value: Any) -> Value:
    """Return plain data as a value; values stay as they are."""
    if isinstance(value, Value):
        return value
    if value is None:
        return Absent()
    if isinstance(value, dict):
        return Mapping({name: known(entry) for name, entry in value.items()})
    if isinstance(value, (list, tuple)):
        return Sequence(tuple(known(item) for item in value))
    return Known(value)


def plain(value: Value) -> Any:
    """Return a value as plain data, as far as it is known."""
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Absent):
        return None
    if isinstance(value, Mapping):
        return {name: plain(entry) for name, entry in value.entries.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value.items]
    return value


def call(name: str, *arguments: Any, folder: Path = HERE) -> Value:
    return functions.call(name, tuple(known(argument) for argument in arguments), NOWHERE, Files(folder, folder))


def result(name: str, *arguments: Any) -> Any:
    return plain(call(name, *arguments))


def either(condition: Condition, then: Any, otherwise: Any) -> Choice:
    return Choice(condition, known(then), known(otherwise))


def is_text(value: Value, *parts: Value | str) -> bool:
    wanted = tuple(Known(part) if isinstance(part, str) else part for part in parts)
    return isinstance(value, Text) and value.parts == wanted


# Texts


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (call("format", "%s/x", BUCKET), (BUCKET, "/x")),
        (call("join", "/", [BUCKET, "x"]), (BUCKET, "/x")),
        (call("join", "", ["a", NAME, 1, True]), ("a", NAME, "1true")),
        (call("format", "%s-%d", NAME, 3), (NAME, "-3")),
        (call("format", "%[2]s:%[1]s", BUCKET, KEY), (KEY, ":", BUCKET)),
        (call("join", STAGE, ["a", "b"]), ("a", STAGE, "b")),
    ],
)
def test_texts_keep_their_open_parts(value: Value, parts: tuple[Value | str, ...]) -> None:
    assert is_text(value, *parts)


def test_texts_of_several_rows() -> None:
    rows = call("formatlist", "%s/%s", [BUCKET, KEY], "*")
    assert isinstance(rows, ListSequence)
    assert [is_text(row, part, "/*") for row, part in zip(rows.items, (BUCKET, KEY), strict=True)] == [True, True]


def test_what_cannot_be_written_is_a_part_that_is_unknown() -> None:
    value = call("format", "%s:%d", "a", LATER)
    assert isinstance(value, Text)
    assert value.parts[0] == Known("a:")
    assert isinstance(value.parts[1], Unknown)


def test_a_number_may_be_written_with_an_exponent() -> None:
    assert isinstance(call("format", "%v", NAME), Unknown)
    assert call("format", "%v", STAGE) == STAGE


def test_choices_in_a_text_are_choices_of_texts() -> None:
    value = call("join", "-", [either(ODD, "a", "b"), either(ODD, 1, 2)])
    assert value == Choice(ODD, Known("a-1"), Known("b-2"))


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("startswith", (Text((Known("arn:aws:"), NAME)), "arn"), True),
        ("startswith", (Text((Known("arn:aws:"), NAME)), "http"), False),
        ("endswith", (Text((NAME, Known("/*"))), "*"), True),
        ("endswith", (Text((NAME, Known("/*"))), "/x"), False),
        ("strcontains", (Text((NAME, Known("/a/"), BUCKET)), "a"), True),
        ("startswith", (NAME, ""), True),
    ],
)
def test_known_parts_decide(name: str, arguments: tuple[Value, ...], expected: bool) -> None:  # noqa: FBT001
    assert result(name, *arguments) is expected


def test_prefixes_are_trimmed_from_known_parts() -> None:
    assert call("trimprefix", Text((Known("arn:"), NAME)), "arn:") == NAME
    text = Text((NAME, Known("/x")))
    assert call("trimprefix", Text((Known("arn:"), NAME)), "http") == Text((Known("arn:"), NAME))
    assert call("trimsuffix", text, "/x") == NAME
    assert call("trimsuffix", text, "/y") == text


@pytest.mark.parametrize("name", ["lower", "upper", "trimspace", "title", "strrev", "sha256", "base64encode", "length"])
@pytest.mark.parametrize("value", [NAME, BUCKET, Text((Known("a"), NAME)), LATER])
def test_open_texts_are_not_guessed(name: str, value: Value) -> None:
    assert isinstance(call(name, value), Unknown)


def test_defaults_and_listed_values_are_tried() -> None:
    value = call("upper", STAGE)
    assert isinstance(value, Choice)
    assert value.condition == Equal(STAGE, Known("dev"))
    assert plain(value.then) == "DEV"
    assert isinstance(value.otherwise, Unknown)
    value = call("replace", SIZE, "l", "L")
    assert isinstance(value, Choice)
    assert (plain(value.then), plain(value.otherwise)) == ("smaLL", "Large")


# Collections


def test_structural_functions_keep_what_is_open() -> None:
    assert result("concat", [BUCKET], [LATER, NAME]) == [BUCKET, LATER, NAME]
    assert result("merge", {"a": BUCKET, "b": 1}, None, {"b": NAME}) == {"a": BUCKET, "b": NAME}
    assert result("flatten", [[BUCKET], [[NAME]], "a"]) == [BUCKET, NAME, "a"]
    assert result("keys", {"b": LATER, "a": 1}) == ["a", "b"]
    assert result("values", {"b": LATER, "a": 1}) == [1, LATER]
    assert result("zipmap", ["a", "b"], [BUCKET, LATER]) == {"a": BUCKET, "b": LATER}
    assert result("reverse", [BUCKET, NAME]) == [NAME, BUCKET]
    assert result("slice", [BUCKET, NAME, LATER], 1, 3) == [NAME, LATER]
    assert result("tolist", [BUCKET, NAME]) == [BUCKET, NAME]
    assert result("length", [BUCKET, NAME]) == 2
    assert call("element", [BUCKET, LATER], 2) is BUCKET
    assert call("one", [LATER]) is LATER
    assert call("lookup", {"a": BUCKET}, "a", "x") is BUCKET
    assert call("coalescelist", [], [BUCKET]).items == (BUCKET,)  # type: ignore[attr-defined]
    assert call("sensitive", BUCKET) is BUCKET


def test_a_choice_of_single_items_is_flattened_as_it_is() -> None:
    item = either(ODD, "a", BUCKET)
    assert result("flatten", [[item], ["b"]]) == [item, "b"]
    value = call("flatten", [either(ODD, [], ["a"]), "b"])
    assert isinstance(value, Choice)
    assert (plain(value.then), plain(value.otherwise)) == (["b"], ["a", "b"])
    assert isinstance(call("flatten", [LATER, ["a"]]), Unknown)


def test_merging_something_unknown_leaves_later_keys_known() -> None:
    value = call("merge", {"a": 1}, LATER, {"b": 2})
    assert isinstance(value, Mapping)
    assert not value.complete
    assert plain(value.get("b")) == 2
    assert isinstance(value.get("a"), Unknown)
    assert isinstance(value.get("c"), Unknown)
    assert isinstance(call("keys", value), Unknown)
    assert isinstance(call("lookup", value, "c", 1), Unknown)


def test_lookups_with_an_open_key_compare_it_with_the_keys() -> None:
    value = call("lookup", {"dev": 1, "prod": 2}, NAME, 3)
    assert isinstance(value, Choice)
    assert value.condition == Equal(NAME, Known("dev"))
    assert isinstance(value.otherwise, Choice)
    assert plain(value.otherwise.otherwise) == 3
    value = call("lookup", {"dev": 1}, NAME)
    assert isinstance(value, Choice)
    assert isinstance(value.otherwise, Impossible)


def test_maps_and_lists_convert_what_is_put_into_them() -> None:
    assert result("lookup", MapMapping({"a": Known("x")}), "b", 1) == "1"
    assert result("lookup", {"a": "x"}, "b", 1) == 1
    assert result("concat", ListSequence((Known("a"),)), ListSequence((Known(1),))) == ["a", "1"]
    assert result("concat", ["a"], [1]) == ["a", 1]
    assert result("tolist", [1, BUCKET]) == ["1", BUCKET]
    mixed = result("tolist", [1, NAME])
    assert isinstance(mixed[0], Unknown)
    assert mixed[1] is NAME


def test_contains_compares_with_what_is_open() -> None:
    value = call("contains", ["a", "b"], NAME)
    assert isinstance(value, Choice)
    assert value.condition == Some((Equal(NAME, Known("a")), Equal(NAME, Known("b"))))
    assert (plain(value.then), plain(value.otherwise)) == (True, False)
    assert result("contains", [LATER, "a"], "a") is True
    assert isinstance(call("contains", [LATER, "a"], "b"), Unknown)
    assert result("contains", [BUCKET, "a"], BUCKET) is True
    assert result("contains", [Text((Known("x"), NAME))], "ab") is False
    assert result("contains", [1, "a"], "1") is False
    value = call("contains", [True], FLAG)
    assert isinstance(value, Choice)
    assert value.condition == Equal(FLAG, Known(True))


def test_index_and_distinct_decide_comparisons() -> None:
    value = call("index", ["a", NAME], "b")
    assert isinstance(value, Choice)
    assert plain(value.then) == 1
    assert isinstance(value.otherwise, Impossible)
    value = call("distinct", [NAME, "a", NAME])
    assert isinstance(value, Choice)
    assert plain(value.then) == [NAME]
    assert plain(value.otherwise) == [NAME, "a"]


def test_compact_keeps_references_and_asks_whether_variables_are_empty() -> None:
    assert result("compact", [BUCKET, "", None, "a"]) == [BUCKET, "a"]
    value = call("compact", [NAME, Text((NAME, Known("x")))])
    assert isinstance(value, Choice)
    assert value.condition == Equal(NAME, Known(""))
    assert len(plain(value.then)) == 1
    assert result("compact", [SIZE]) == [SIZE]
    assert isinstance(call("compact", [LATER]), Unknown)


def test_coalesce() -> None:
    assert call("coalesce", None, "", BUCKET, LATER) is BUCKET
    value = call("coalesce", NAME, "x")
    assert isinstance(value, Choice)
    assert value.condition == Equal(NAME, Known(""))
    assert (plain(value.then), value.otherwise) == ("x", NAME)
    assert isinstance(call("coalesce", LATER, "x"), Unknown)
    assert call("coalesce", SIZE, "x") == SIZE
    assert result("coalesce", 1, BUCKET) == "1"


def test_booleans_of_lists() -> None:
    assert result("alltrue", [LATER, False]) is False
    assert result("anytrue", [LATER, True]) is True
    assert isinstance(call("alltrue", [LATER, True]), Unknown)
    value = call("alltrue", [FLAG, True])
    assert isinstance(value, Choice)
    assert value.condition == Equal(FLAG, Known("true"))
    many = [either(Undetermined(str(index), "open"), True, False) for index in range(40)]
    assert isinstance(call("alltrue", many), Choice)


def test_numbers_of_lists() -> None:
    value = call("sum", [1, either(ODD, 2, 3)])
    assert value == Choice(ODD, Known(3), Known(4))
    assert isinstance(call("max", 1, LATER), Unknown)
    assert isinstance(call("sum", [NAME]), Unknown)
    assert result("max", 2, "3") == 3


def test_sets_are_sorted_and_unique() -> None:
    value = call("toset", ["b", "a", "b"])
    assert isinstance(value, SetSequence)
    assert plain(value) == ["a", "b"]
    assert plain(call("setunion", ["b"], value, [BUCKET])) == ["a", "b", BUCKET]
    assert result("setsubtract", ["a", "b"], ["a"]) == ["b"]
    value = call("setsubtract", ["a", "b"], [NAME])
    assert isinstance(value, Choice)
    assert (plain(value.then), plain(value.condition.right)) == (["b"], "a")  # type: ignore[union-attr]


def test_the_order_and_number_of_open_items_of_a_set_are_not_guessed() -> None:
    items = call("toset", [BUCKET, KEY, BUCKET])
    assert isinstance(items, SetSequence)
    assert items.items == (BUCKET, KEY)
    for name in ("tolist", "length", "reverse", "one"):
        assert isinstance(call(name, items), Unknown)
    assert result("length", call("toset", [BUCKET])) == 1


def test_impossible_items_end_their_branch() -> None:
    item = Choice(ODD, Known("a"), Impossible("no such key"))
    value = call("join", "", [item])
    assert isinstance(value, Choice)
    assert isinstance(value.otherwise, Impossible)


# Errors, bounds and names


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("element", ([], 0)),
        ("regex", ("x", "a")),
        ("index", (["a"], "b")),
        ("length", (None,)),
        ("one", ([1, 2],)),
        ("lookup", ({"a": 1}, "b")),
        ("lower", ([],)),
        ("lower", ()),
        ("lower", ("a", "b")),
        ("tonumber", ("a",)),
        ("jsondecode", ("{",)),
        ("merge", ({}, [])),
        ("cidrsubnet", ("10.0.0.0/8", 30, 1)),
        ("format", ("%s",)),
        ("base64decode", ("?",)),
        ("regexall", ("(?=a)", "a")),
    ],
)
def test_errors_of_terraform_are_impossible(name: str, arguments: tuple[Any, ...]) -> None:
    assert isinstance(call(name, *arguments), Impossible)


@pytest.mark.parametrize(
    "name", ["timestamp", "uuid", "no_such_function", "provider::aws::arn_parse", "type", "bcrypt"]
)
def test_what_only_deployment_knows(name: str) -> None:
    assert isinstance(call(name, "a"), Unknown)


def test_names_are_those_of_terraform() -> None:
    assert {"try", "can", "templatefile", "timestamp", "jsonencode"} <= functions.NAMES
    assert "defaults" not in functions.NAMES
    assert result("core::lower", "A") == "a"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("replace", ("a" * 10_000, "", "b" * 10_000)),
        ("replace", ("a" * 5_000, "/a/", "b" * 10_000)),
        ("join", ("x" * 100_000, ["a"] * 100)),
        ("indent", (10_000_000, "a\nb")),
        ("format", ("%1000000s", "a")),
        ("format", ("%[1]s" * 200, "a" * 10_000)),
        ("regex", ("a", "b" * 10_001)),
        ("regex", ("(a?){100}c", "a" * 9_000 + "b")),
        ("regex", ("(a?){300}c", "a")),
        ("setproduct", ([1] * 400, [2] * 400)),
        ("pow", (10, 400)),
        ("tonumber", ("9" * 5_000,)),
        ("parseint", ("9" * 5_000, 10)),
        ("range", (0, 1e300, 1e300)),
        ("jsondecode", ("[" * 100_000,)),
        ("yamldecode", ("&a [*a]",)),
    ],
)
def test_bounds(name: str, arguments: tuple[Any, ...]) -> None:
    assert isinstance(call(name, *arguments), (Unknown, ListSequence))


def test_values_with_many_shared_parts_are_not_looked_into() -> None:
    value = known([1])
    for _ in range(40):
        value = Sequence((value, value))
    assert isinstance(call("jsonencode", value), Unknown)
    assert isinstance(call("flatten", value), Unknown)


def test_patterns_that_ask_for_much_are_linear() -> None:
    assert isinstance(call("regex", "(a+)+$", "a" * 500 + "b"), Impossible)


# JSON


def test_json_keeps_the_value() -> None:
    content = known({"b": [BUCKET, 1], "a": None})
    value = call("jsonencode", content)
    assert isinstance(value, Encoded)
    assert value.content is content
    assert encoded_text(value) is None
    assert result("jsondecode", value) == {"b": [BUCKET, 1], "a": None}
    assert isinstance(call("length", value), Unknown)
    assert isinstance(call("jsondecode", Text((Known("["), NAME))), Unknown)


def test_json_comes_back_without_lists_and_maps() -> None:
    value = call("jsondecode", call("jsonencode", MapMapping({"a": SetSequence((Known("x"),))})))
    assert type(value) is Mapping
    assert type(value.entries["a"]) is Sequence


def test_the_text_of_json_is_exact() -> None:
    value = call("jsonencode", {"b": 'é<&>"\\\n\u2028', "a": [1.5, 1e21, True, None], "c": call("jsonencode", {})})
    text = r'{"a":[1.5,1000000000000000000000,true,null],"b":"é\u003c\u0026\u003e\"\\\n\u2028","c":"{}"}'
    assert encoded_text(value) == text
    assert result("length", call("jsonencode", "a")) == 3
    assert result("replace", call("jsonencode", {"a": 1}), "a", "b") == '{"b":1}'
    assert result("format", "x%s", call("jsonencode", [])) == "x[]"
    assert isinstance(call("format", "%s", value), (Encoded, Known))
    assert call("trimspace", call("jsonencode", [BUCKET])).content.items == (BUCKET,)  # type: ignore[attr-defined]


def test_the_layout_of_rendered_documents_is_not_guessed() -> None:
    value = Rendered(known({"a": 1}))
    assert encoded_text(value) is None
    assert isinstance(call("sha256", value), Unknown)
    assert result("jsondecode", value) == {"a": 1}


def test_encoded_text_of_other_values() -> None:
    assert encoded_text(Known("a")) is None
    assert encoded_text(Encoded(either(ODD, 1, 2))) is None
    assert encoded_text(Encoded(Known("\b"))) is None


# Files


def test_files(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    (project / "sub" / "a.json").write_text('{"a": 1}', encoding="utf-8")
    (project / "large").write_bytes(b"a" * (1024 * 1024 + 1))
    (project / "binary").write_bytes(b"\xff")
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (project / "link").symlink_to(tmp_path / "secret")
    assert plain(call("file", "sub/a.json", folder=project)) == '{"a": 1}'
    assert plain(call("fileexists", "sub/a.json", folder=project)) is True
    assert plain(call("fileexists", "b", folder=project)) is False
    assert plain(call("filebase64", "binary", folder=project)) == "/w=="
    assert isinstance(call("fileset", ".", "**", folder=project), Unknown)
    (project / "link").unlink()
    assert plain(call("fileset", ".", "**/*.json", folder=project)) == ["sub/a.json"]
    for path in ("../secret", "/etc/passwd", "~/x", "missing", "large", "binary", "sub", "a\0b", "x" * 5_000):
        assert isinstance(call("file", path, folder=project), Unknown), path
    for path in ("../secret", "/etc/passwd", "sub"):
        assert isinstance(call("fileexists", path, folder=project), Unknown), path
    (project / "link").symlink_to(tmp_path / "secret")
    assert isinstance(call("file", "link", folder=project), Unknown)
    with pytest.raises(FunctionError):
        Files(project / "sub", project).read("../../secret")
    assert Files(project / "sub", project).read("../sub/a.json") == '{"a": 1}'
    with pytest.raises(FunctionError):
        Files(project, project, limit=3).read("sub/a.json")


# Lifting


def test_the_same_condition_is_decided_alike() -> None:
    arguments = (either(ODD, 1, 2), either(ODD, 10, 20), either(Equal(STAGE, Known("a")), 0, 100))
    value = lifted(arguments, lambda values: Known(sum(plain(value) for value in values)), NOWHERE)
    assert isinstance(value, Choice)
    assert value.then == Choice(Equal(STAGE, Known("a")), Known(11), Known(111))
    assert value.otherwise == Choice(Equal(STAGE, Known("a")), Known(22), Known(122))


def test_equal_results_are_shared() -> None:
    assert lifted((either(ODD, 1, 2),), lambda _: Known("x"), NOWHERE) == Known("x")
    assert lifted((either(ODD, 1, 2),), lambda _: BUCKET, NOWHERE) == BUCKET


def test_variables_are_lifted_on_request() -> None:
    value = lifted((SIZE, SIZE), lambda values: Known([plain(value) for value in values] == ["large"] * 2), NOWHERE)
    assert value == Known(False)
    value = lifted((SIZE, SIZE), lambda v: Known(f"{plain(v[0])}{plain(v[1])}"), NOWHERE, expand_open=True)
    assert value == Choice(Equal(SIZE, Known("small")), Known("smallsmall"), Known("largelarge"))
    value = lifted((STAGE,), lambda v: v[0], NOWHERE, expand_open=True)
    assert value == Choice(Equal(STAGE, Known("dev")), Known("dev"), STAGE)


def test_bounds_on_combinations() -> None:
    many = tuple(either(Undetermined(str(index), "open"), index, -index - 1) for index in range(7))
    assert MOST_COMBINATIONS < 2**7
    assert isinstance(lifted(many, lambda v: Known(str([plain(x) for x in v])), NOWHERE), Unknown)
    assert isinstance(lifted(many, lambda _: Known(1), NOWHERE), (Known, Unknown))


def test_impossible_arguments_are_the_result_of_their_branch() -> None:
    value = lifted((Choice(ODD, Impossible("never"), Known(1)),), lambda v: v[0], NOWHERE)
    assert isinstance(value, Choice)
    assert value.then == Impossible("never")


def test_errors_become_impossible() -> None:
    def fail(_: object) -> Value:
        raise FunctionError("wrong")

    assert decide(fail, NOWHERE) == Impossible("wrong", NOWHERE)


# Parts


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("(a|ab)(c|bcd)", "abcd", ["a", "bcd"]),
        ("(a*)*", "aab", ["aa"]),
        ("(|a)*", "aa", [""]),
        ("(|a)+", "aa", [""]),
        ("a{2,3}?(a*)", "aaaa", ["aa"]),
        ("(?U)(a+)", "aaa", ["a"]),
        ("(?i)(ÀÉ)?x", "x", None),
    ],
)
def test_matching_is_that_of_go(pattern: str, text: str, expected: list[str] | None) -> None:
    # Expected groups were worked out with Go 1.23.
    value = result("regex", pattern, text)
    assert isinstance(value, Unknown) if expected is None else value == expected


def test_machines_find_all() -> None:
    assert [spans[:2] for spans in Machine("a*").all("baac")] == [(0, 0), (1, 3), (4, 4)]


@pytest.mark.parametrize("pattern", [r"\pL", r"\Qa\E", "(?-i)a(?x)b", r"\1", "(?<ü>a)", "^*", "(?i)é", "a{2000}"])
def test_patterns_that_are_not_read(pattern: str) -> None:
    assert isinstance(call("regexall", pattern, "a"), (Unknown, Impossible))


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e21, "1000000000000000000000"), (1e-7, "0.0000001"), (1.5, "1.5"), (-3, "-3"), (1e16, "1" + "0" * 16)],
)
def test_numbers_are_written_without_exponents(value: float, text: str) -> None:
    assert number_text(value) == text
    assert parse_number(text) == value


def test_characters() -> None:
    assert characters("añ\r\n日") == ["a", "ñ", "\r\n", "日"]
    assert isinstance(call("length", "👩‍👩‍👧"), Unknown)


def test_every_function_is_where_the_table_says() -> None:
    for module, names in functions._WHERE.items():
        importlib.import_module(f"{functions.__name__}.{module}")
        found = {name for name, entry in REGISTER.items() if entry.run.__module__ == f"{functions.__name__}.{module}"}
        assert found == set(names)
    assert set(REGISTER) == set(functions._MODULE_OF)
