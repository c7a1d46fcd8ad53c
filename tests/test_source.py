"""YAML and JSON texts as data: positions, and errors with their lines."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3_glue_rules.model.spans import Path, Span
from s3_glue_rules.read.cloudformation import decode, looks_like_a_template, parse_template
from s3_glue_rules.read.errors import MOST_DEPTH, MOST_NODES, ReadError
from s3_glue_rules.read.source import Source

YAML = """\
Resources:
  Bucket: # a comment
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "${Name}-lake"
      Tags:
        - Key: a
          Value: !If [Prod, 1, !Ref Other]
        - {Key: b, Value: c}
      "quoted": 'text'
      long: >
        folded
        text
"""

JSON = """\
{
  "Resources": {
    "Bucket": {
      "Type": "AWS::S3::Bucket",
      "Properties": {"Tags": [{"Key": "a"}, {"Key": "b\\"]"}], "Name": {"Fn::If": ["Prod", 1, {"Ref": "Other"}]}},
      "Empty": {}, "List": [
        1,
        [2, 3]
      ]
    }
  }
}
"""


def written(text: str, span: Span) -> str:
    """Return what stands at a span."""
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    raise AssertionError("spans are within a line")


def at(file: str, text: str, *path: str | int) -> str:
    return written(text, Source(file, text).locate(path))


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("Resources",), 1, "Resources"),
        (("Resources", "Bucket"), 2, "Bucket"),
        (("Resources", "Bucket", "Type"), 3, "Type: AWS::S3::Bucket"),
        (("Resources", "Bucket", "Properties", "BucketName"), 5, 'BucketName: !Sub "${Name}-lake"'),
        (("Resources", "Bucket", "Properties", "BucketName", "Fn::Sub"), 5, 'BucketName: !Sub "${Name}-lake"'),
        (("Resources", "Bucket", "Properties", "Tags", 0, "Key"), 7, "Key: a"),
        (("Resources", "Bucket", "Properties", "Tags", 0, "Value", "Fn::If", 1), 8, "1"),
        (("Resources", "Bucket", "Properties", "Tags", 0, "Value", "Fn::If", 2), 8, "!Ref Other"),
        (("Resources", "Bucket", "Properties", "Tags", 0, "Value", "Fn::If", 2, "Ref"), 8, "!Ref Other"),
        (("Resources", "Bucket", "Properties", "Tags", 1), 9, "{Key: b, Value: c}"),
        (("Resources", "Bucket", "Properties", "Tags", 1, "Value"), 9, "Value: c"),
        (("Resources", "Bucket", "Properties", "quoted"), 10, "\"quoted\": 'text'"),
        (("Resources", "Bucket", "Properties", "long"), 11, "long"),
        # Where a path leads nowhere, its nearest ancestor is meant.
        (("Resources", "Bucket", "Properties", "Absent"), 4, "Properties"),
        (("Resources", "Bucket", "Type", "deeper"), 3, "Type: AWS::S3::Bucket"),
        (("Resources", "Bucket", "Properties", "Tags", 7), 6, "Tags"),
    ],
)
def test_positions_in_yaml(path: Path, line: int, text: str) -> None:
    span = Source("t.yaml", YAML).locate(path)
    assert (span.file, span.line, span.end_line) == ("t.yaml", line, line)
    assert written(YAML, span) == text


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("Resources",), 2, '"Resources"'),
        (("Resources", "Bucket"), 3, '"Bucket"'),
        (("Resources", "Bucket", "Type"), 4, '"Type": "AWS::S3::Bucket"'),
        (("Resources", "Bucket", "Properties", "Tags", 1), 5, '{"Key": "b\\"]"}'),
        (("Resources", "Bucket", "Properties", "Tags", 1, "Key"), 5, '"Key": "b\\"]"'),
        (("Resources", "Bucket", "Properties", "Name", "Fn::If", 2, "Ref"), 5, '"Ref": "Other"'),
        (("Resources", "Bucket", "Empty"), 6, '"Empty": {}'),
        (("Resources", "Bucket", "Empty", "x"), 6, '"Empty": {}'),
        (("Resources", "Bucket", "List"), 6, '"List"'),
        (("Resources", "Bucket", "List", 0), 7, "1"),
        (("Resources", "Bucket", "List", 1, 1), 8, "3"),
        (("Resources", "Bucket", "List", 9), 6, '"List"'),
        (("Resources", "Bucket", "Absent"), 3, '"Bucket"'),
    ],
)
def test_positions_in_json(path: Path, line: int, text: str) -> None:
    span = Source("t.json", JSON).locate(path)
    assert (span.file, span.line) == ("t.json", line)
    assert written(JSON, span) == text


def test_positions_in_one_line() -> None:
    text = json.dumps(json.loads(JSON))
    assert at("t.json", text, "Resources", "Bucket", "Properties", "Tags", 1, "Key") == '"Key": "b\\"]"'
    assert at("t.json", text, "Resources", "Bucket", "List", 1, 0) == "2"
    flow = "{Resources: {Bucket: {Type: AWS::S3::Bucket, Tags: [a, {b: c}]}}}"
    assert at("t.yaml", flow, "Resources", "Bucket", "Tags", 1, "b") == "b: c"
    assert not Source("t.yaml", flow).is_json


def test_positions_of_the_root() -> None:
    for file, text in (("t.yaml", YAML), ("t.json", JSON), ("t.yaml", ""), ("t.yaml", "a")):
        span = Source(file, text).locate(())
        assert (span.line, span.column) == (1, 1)
        assert span.end_column >= span.column
    assert Source("t.yaml", "").locate(("a", 1)) == Span("t.yaml", 1, 1, 1, 1)


def test_windows_lines_and_byte_order_marks() -> None:
    for text, file in ((YAML, "t.yaml"), (JSON, "t.json")):
        source = Source(file, "\ufeff" + text.replace("\n", "\r\n"))
        assert source.data == Source(file, text).data
        assert (
            source.locate(("Resources", "Bucket", "Type")).line
            == Source(file, text).locate(("Resources", "Bucket", "Type")).line
        )


def test_columns_count_characters() -> None:
    assert at("t.yaml", 'ключ: {"😀": x, b: c}', "ключ", "b") == "b: c"
    assert at("t.json", '{"ключ": {"😀": "x", "b": "c"}}', "ключ", "b") == '"b": "c"'


def test_anchors_and_merge_keys() -> None:
    text = """\
Shared: &shared
  A: 1
  B: {C: 2}
More: &more {A: 9, D: 3}
One:
  <<: *shared
  A: 5
Two:
  <<: [*shared, *more]
  Same: *shared
"""
    source = Source("t.yaml", text)
    assert source.data["One"] == {"A": 5, "B": {"C": 2}}
    # Of several merged mappings the first one counts.
    assert source.data["Two"] == {"A": 1, "B": {"C": 2}, "D": 3, "Same": {"A": 1, "B": {"C": 2}}}
    assert source.locate(("One", "A")).line == 7
    assert source.locate(("One", "B", "C")).line == 3
    assert source.locate(("Two", "A")).line == 2
    assert source.locate(("Two", "D")).line == 4
    assert source.locate(("Two", "Same")).line == 10
    assert source.locate(("Two", "Same", "B")).line == 3


def test_an_alias_stands_where_it_is_written() -> None:
    text = "{a: &x value, b: *x}"
    span = Source("t.yaml", text).locate(("b",))
    assert written(text, span) == "b"


def test_short_forms_read_like_long_ones() -> None:
    short = """\
a: !Ref X
b: !GetAtt X.Outputs.Y
c: !GetAtt [X, Y]
d: !Sub ["${A}", {A: !Ref B}]
e: !If [C, !Ref "AWS::NoValue", []]
f: !Not [!Condition C]
g: !Base64 {"Fn::Join": ["", [a, !GetAZs ""]]}
h: !Transform {Name: AWS::Include}
"""
    long = """\
{"a": {"Ref": "X"},
 "b": {"Fn::GetAtt": ["X", "Outputs.Y"]},
 "c": {"Fn::GetAtt": ["X", "Y"]},
 "d": {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]},
 "e": {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, []]},
 "f": {"Fn::Not": [{"Condition": "C"}]},
 "g": {"Fn::Base64": {"Fn::Join": ["", ["a", {"Fn::GetAZs": ""}]]}},
 "h": {"Fn::Transform": {"Name": "AWS::Include"}}}
"""
    assert Source("t.yaml", short).data == Source("t.json", long).data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("012345678901", "012345678901"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("4.0", "4.0"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("1" * 5000, "1" * 5000),
        ("2012-10-17", "2012-10-17"),
        ("yes", True),
        ("off", False),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!binary aGk=", "aGk="),
    ],
)
def test_scalars_keep_what_is_written(text: str, value: Any) -> None:
    found = Source("t.yaml", f"a: {text}").data["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["4.0", "1e3", "1" * 5000, "1.50"])
def test_numbers_in_json_keep_what_is_written(text: str) -> None:
    assert Source("t.json", f'{{"a": {text}}}').data == {"a": text}


def test_json_that_starts_like_json_may_be_yaml() -> None:
    assert Source("t.template", "{a: b, }").data == {"a": "b"}
    assert Source("t.yaml", "[a, b]").data == ["a", "b"]
    with pytest.raises(ReadError, match="not valid JSON"):
        Source("t.json", "{a: b, }")


@pytest.mark.parametrize(
    ("file", "text", "line", "message"),
    [
        ("t.yaml", "a: 1\nb: [1, 2\nc: d\n", 3, "not valid YAML"),
        ("t.yaml", "a: 1\n\tb: 2\n", 2, "tab"),
        ("t.yaml", "a: 1\n b: 2\n", 2, "not valid YAML"),
        ("t.yaml", 'a: 1\nb: "x\n', 3, "not valid YAML"),
        ("t.yaml", "a: 1\nb: *nowhere\n", 2, "undefined alias"),
        ("t.yaml", "a: 1\n---\nb: 2\n", 2, "another document"),
        ("t.yaml", "a: 1\n\nb: \x07\n", 3, "control characters"),
        ("t.yaml", 'a: 1\nb: "\\ud800"\n', 2, "not valid YAML"),
        ("t.json", '{"a": 1,\n"b": 2,\n}', 3, "not valid JSON"),
        ("t.json", '{"a": 1,\n"b": "\t"}', 2, "not valid JSON"),
        ("t.json", '{"a": 1}\n{"b": 2}', 2, "Extra data"),
        ("t.json", '{"a": 1,\n"b": "\\ud800"}', 2, "surrogate"),
        ("t.json", '{"a": "\\ud83d\\ude00",\n\n"\\udfff": 1}', 3, "surrogate"),
        ("t.yaml", "a: 1\nb: !!python/object:os.system x\n", 2, "python/object:os.system"),
        ("t.yaml", "a:\n  b:\n    - !Foo x\n", 3, "!Foo"),
        ("t.yaml", "a: 1\nb: !<tag:example.org,2000:x> y\n", 2, "tag:example.org"),
        ("t.yaml", "a: 1\n!Ref b: 2\n", 2, "a key is"),
        ("t.yaml", "a: 1\n? [b, c]\n: 2\n", 2, "a key is"),
        ("t.yaml", "a: &x text\nb:\n  <<: *x\n", 3, "merge key"),
        ("t.yaml", "a:\n  b: 1\n  c: 2\n  b: 3\n", 4, "'b' stands twice, first on line 2"),
        ("t.yaml", "a: {b: 1, b: 2}\n", 1, "'b' stands twice"),
        ("t.yaml", "a: 1\n'a': 2\n", 2, "'a' stands twice"),
        # Other objects may have the same keys; escapes are the same key too.
        (
            "t.json",
            '{"x": {"Type": 1},\n"y": {"Type": 1},\n"z": {"Type": 1,\n"Type": {"Type": 2}},\n"w": {"Type": 1}}',
            4,
            "'Type' stands twice, first on line 3",
        ),
        ("t.json", '{"a": [{"b": 1}, {"b": 1}],\n"c": {"b": "\\"b\\": {", "\\u0062": 1}}', 2, "'b' stands twice"),
        ("t.json", '{"Resources": 1,\n"Resources": 2}', 2, "'Resources' stands twice, first on line 1"),
        ("t.json", '{"Resources": {"a":' + "[" * 300 + "]" * 300 + "}}", 1, "nested deeper"),
        ("t.json", '{"a":' + "[" * 100_000, 1, "nested deeper"),
        ("t.yaml", "a: " + "[" * 300 + "]" * 300, 1, "nested deeper"),
        ("t.yaml", "a: " + "[" * 100_000, 1, "not valid YAML|nested deeper"),
        ("t.yaml", "a:\n" + "- " * 100_000 + "x", 2, "not valid YAML|nested deeper"),
        ("t.yaml", "a: &a [*a]", 1, "nested deeper"),
        ("t.yaml", "a: [" + "1," * (MOST_NODES + 1) + "]", 1, "values"),
        ("t.json", '{"Resources": [' + "1," * MOST_NODES + "1]}", 1, "values"),
    ],
    ids=range(33),
)
def test_errors_have_their_line(file: str, text: str, line: int, message: str) -> None:
    with pytest.raises(ReadError, match=message) as caught:
        Source(file, text)
    assert caught.value.line == line


def test_what_just_fits_the_bounds_is_read() -> None:
    deep = MOST_DEPTH - 1
    Source("t.yaml", "a: " + "[" * deep + "]" * deep)
    Source("t.json", '{"Resources":' + "[" * deep + "]" * deep + "}")
    assert len(Source("t.json", '{"Resources": [' + "1," * (MOST_NODES - 3) + "1]}").data["Resources"]) > 400_000


def test_aliases_are_shared_and_not_copied() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    started = time.monotonic()
    data = Source("t.yaml", "\n".join(lines)).data
    assert data["a29"][0] is data["a29"][8]
    assert time.monotonic() - started < 2


def test_a_merge_bomb_is_bounded() -> None:
    lines = ["m0: &m0 {" + ", ".join(f"k{n}: 1" for n in range(1000)) + "}"]
    lines += [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 100)}]}}" for n in range(1, 20)]
    started = time.monotonic()
    with pytest.raises(ReadError, match="values"):
        Source("t.yaml", "\n".join(lines))
    assert time.monotonic() - started < 5


# Bytes


@pytest.mark.parametrize(
    "text",
    [
        "AWSTemplateFormatVersion: '2010-09-09'\n",
        "Resources:\n  B: {Type: AWS::S3::Bucket}\n",
        "\ufeffResources:\n  B: {Type: AWS::S3::Bucket}\n",
        "# a comment\nResources :\n  B: {Type: AWS::S3::Bucket}\n",
        "---\n'Resources':\n  B: {Type: AWS::S3::Bucket}\n",
        "Description: x\r\nResources:\r\n  B: {Type: AWS::S3::Bucket}\r\n",
        "{Resources: {B: {Type: AWS::S3::Bucket}}}",
        "{Description: x, Resources: {B: {Type: AWS::S3::Bucket}}}",
        '{"Resources":{"B":{"Type":"AWS::S3::Bucket"}}}',
        '{\n  "Resources" : {"B": {"Type": "AWS::S3::Bucket"}}}',
        "# all of it is indented\n  Description: x\n  Resources:\n    B: {Type: AWS::S3::Bucket}\n",
    ],
    ids=range(11),
)
def test_templates_look_like_templates(text: str) -> None:
    assert looks_like_a_template(text.encode())
    assert looks_like_a_template(text.encode("utf-16"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "apiVersion: v1\nkind: ConfigMap\ndata: {arn: 'AWS::S3::Bucket'}\n",
        "Resources:\n  - cpu\n",
        "resources:\n  Resources:\n    B: {Type: AWS::S3::Bucket}\n",
        "statement:\n  Resources: 'AWS::S3::Bucket'\n",
        '{"Statement": [{"Resource": "AWS::S3::Bucket"}]}',
    ],
    ids=range(6),
)
def test_other_files_do_not(text: str) -> None:
    assert not looks_like_a_template(text.encode())


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"Resources:\n  B:\n    Type: \xff\n", 3),
        (b"a: caf\xe9\n", 1),
        ("Resources: {}\n".encode("utf-16"), 1),
        (b"a: 1\nb: \xed\xa0\x80\n", 2),  # a surrogate as UTF-8 would write it
    ],
)
def test_what_is_not_utf_8_has_its_line(data: bytes, line: int) -> None:
    with pytest.raises(ReadError, match="not UTF-8") as caught:
        decode(data)
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["", "# nothing\n", "- AWS::S3::Bucket\n", "a: b\n", "---\n"])
def test_texts_that_are_no_templates(text: str) -> None:
    assert parse_template(text, "t.yaml") is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("AWSTemplateFormatVersion: x\n", 1, "no Resources"),
        ("Description: x\nResources: []\n", 2, "a list"),
        ("Description: x\n\nResources:\n", 3, "empty"),
        ("Resources: AWS::S3::Bucket\n", 1, "str"),
        ("Resources AWS::S3::Bucket\n", 1, "mapping"),
    ],
)
def test_templates_that_are_none_have_their_line(text: str, line: int, message: str) -> None:
    with pytest.raises(ReadError, match=message) as caught:
        parse_template(text, "t.yaml")
    assert caught.value.line == line


# Any text

names = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)
trees: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=15,
)


def paths(data: Any, path: Path = ()) -> list[Path]:
    found = [path]
    if isinstance(data, dict):
        for key, inner in data.items():
            found += paths(inner, (*path, key))
    if isinstance(data, list):
        for index, inner in enumerate(data):
            found += paths(inner, (*path, index))
    return found


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(names, trees, max_size=4), st.sampled_from([None, 0, 3]))
def test_json_reads_back_with_positions(tree: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(tree, indent=indent, ensure_ascii=indent is None)
    source = Source("t.json", text)
    assert source.data == tree
    for path in paths(tree)[1:]:
        there = written(text, source.locate(path))
        if isinstance(path[-1], str):
            assert json.JSONDecoder().raw_decode(there)[0] == path[-1]
        else:
            assert there


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["t.yaml", "t.json"]))
def test_any_text_is_read_or_refused(text: str, file: str) -> None:
    check_any(file, text)


pieces = st.sampled_from(
    ["a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ", ", "&x ", "*x", "!Ref ", "<<", "'", '"', "#", "|", "?"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=25).map("".join))
def test_any_yaml_is_read_or_refused(text: str) -> None:
    check_any("t.yaml", text)


def check_any(file: str, text: str) -> None:
    """A text is refused with a line, or has positions for all that it says."""
    error = None
    try:
        source = Source(file, text)
    except ReadError as refused:
        error = refused
    if error is not None:
        assert 1 <= error.line <= len(text) + 1
        return
    for path in paths(source.data):
        span = source.locate(path)
        assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
