"""CloudFormation's functions, conditions, parameters, nested stacks and SAM, from files to values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.discover import discover
from s3_glue_rules.model.declarations import Estate
from s3_glue_rules.model.reader import Reader, explore
from s3_glue_rules.model.values import (
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
)
from s3_glue_rules.model.worlds import World

HEAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::LanguageExtensions
Parameters:
  Free: {Type: String}
  Defaulted: {Type: String, Default: x}
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Bare: {Type: String, AllowedValues: [a, b]}
  Number: {Type: Number, Default: 4}
  Flag: {Type: String, Default: true, AllowedValues: [true, false]}
  List: {Type: CommaDelimitedList, Default: "a, b"}
  FreeList: {Type: CommaDelimitedList}
  Limited: {Type: CommaDelimitedList, AllowedValues: [a, b]}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Zones: {Type: "List<AWS::EC2::AvailabilityZone::Name>", Default: [z1, z2]}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /lake/key}
  StoredList: {Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /lake/keys}
Mappings:
  Modes:
    dev: {Mode: AES256, Zones: [z1, z2]}
    prod: {Mode: "aws:kms", Zones: [z3]}
  Versions:
    "1": {"2.0": found}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Equals [prod, !Ref Stage]
  Always: !Equals [a, a]
  Never: !Equals [a, b]
  NotProd: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Equals [!Ref Bare, a]]
  Either: !Or [!Condition IsProd, !Equals [!Ref Bare, a]]
  InRegion: !Equals [!Ref "AWS::Region", eu-west-1]
  Circle: !Not [!Condition Circle]
  TwoKeys: {a: b, c: d}
  WrongName: {Condition: [a]}
  NotTwo: !Not [!Condition Always, !Condition Always]
  Unread: {"Fn::Invented": a}
Resources:
  Other: {Type: "AWS::KMS::Key"}
"""


def estates(folder: Path, **templates: str | dict[str, Any]) -> list[Estate]:
    """Write templates (``name_yaml`` or ``name_json``) and discover them."""
    for name, text in templates.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    discovery = discover([str(folder)])
    assert discovery.problems == []
    return discovery.estates


def only(folder: Path, **templates: str | dict[str, Any]) -> Estate:
    found = estates(folder, **templates)
    assert len(found) == 1
    return found[0]


def property_of(estate: Estate, logical_id: str, *path: str | int) -> list[tuple[World, Value]]:
    """Read a property in every world."""
    declaration = estate.declarations[logical_id]
    exploration = explore(lambda reader: reader.at(declaration.properties, *path))
    assert exploration.complete
    return [(run.world, run.result) for run in exploration.runs]


def plain(value: Value) -> Any:
    """Return a value as data: open parts in angle brackets."""
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Open):
        return f"<{value.variable.name}>"
    if isinstance(value, Reference):
        return f"<{value.target}.{value.attribute}>"
    if isinstance(value, Text):
        return "".join(str(plain(part)) for part in value.parts)
    if isinstance(value, Sequence):
        return [plain(item) for item in value.items]
    if isinstance(value, Mapping):
        found = {name: plain(item) for name, item in value.entries.items()}
        return found if value.complete else {**found, "...": "..."}
    return None if value.is_absent else f"?{type(value).__name__}"


def evaluated(folder: Path, expression: str, head: str = HEAD) -> list[Any]:
    """Return what a property is in every world; the worlds of the defaults come first."""
    body = f"  It:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: {expression}\n"
    estate = only(folder, template_yaml=head + body)
    assert estate.problems == []
    worlds = property_of(estate, "It", "BucketName")
    worlds.sort(key=lambda item: not item[0].allows_defaults())
    return [plain(value) for _, value in worlds]


PSEUDO = (
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        # Ref
        ("text", ["text"]),
        ("!Ref Free", ["<Free>"]),
        ("!Ref Defaulted", ["x", "<Defaulted>"]),
        ("!Ref Stage", ["dev", "prod"]),
        ("!Ref Bare", ["a", "b"]),
        ("!Ref Number", ["4", "<Number>"]),
        ("!Ref Flag", ["true", "false"]),
        ("!Ref Other", ["<Other.Ref>"]),
        ("!Ref AWS::NoValue", [None]),
        ("!Ref AWS::Region", ["<AWS::Region>"]),
        ("!Ref Nobody", ["<Nobody, which the template does not declare,>"]),
        ("{Ref: [a]}", ["?Unknown"]),
        ("null", [None]),
        # Lists as parameters
        ("!Ref List", [["a", "b"], "<List>"]),
        ("!Ref FreeList", ["<FreeList>"]),
        ("!Ref Limited", [["a", "b"], ["b"], ["a"]]),
        ("!Ref Subnets", ["<Subnets>"]),
        ("!Select [1, !Ref List]", ["b", "<the result of Fn::Select>"]),
        # The default of such a parameter is the name of an entry, not its value.
        ("!Ref Stored", ["<Stored>"]),
        ("!Ref StoredList", ["<StoredList>"]),
        ("!Ref Zones", [["z1", "z2"], "<Zones>"]),
        *((f"!Ref {name}", [f"<{name}>"]) for name in PSEUDO),
        *((f'!Sub "${{{name}}}"', [f"<{name}>"]) for name in PSEUDO),
        # GetAtt
        ("!GetAtt Other.Arn", ["<Other.Arn>"]),
        ("!GetAtt Other.Deep.Name", ["<Other.Deep.Name>"]),
        ("!GetAtt [Other, Arn]", ["<Other.Arn>"]),
        ("{'Fn::GetAtt': Other.Arn}", ["<Other.Arn>"]),
        ("{'Fn::GetAtt': [Other, Arn]}", ["<Other.Arn>"]),
        ("!GetAtt [Other, !Ref Free]", ["?Unknown"]),
        ("!GetAtt Nobody.Arn", ["<Nobody, which the template does not declare,>"]),
        ("!GetAtt Other", ["?Unknown"]),
        # Sub
        ("!Sub text", ["text"]),
        ('!Sub ""', [""]),
        ('!Sub "${Free}"', ["<Free>"]),
        ('!Sub "${Stage}"', ["dev", "prod"]),
        ('!Sub "a-${Free}-${Other.Arn}-${AWS::Region}"', ["a-<Free>-<Other.Arn>-<AWS::Region>"]),
        ('!Sub "${!Literal}-${! Other}"', ["${Literal}-${ Other}"]),
        ('!Sub ["${A}-${B}-${Free}", {A: 1, B: !Ref Free}]', ["1-<Free>-<Free>"]),
        # What the map names goes before parameters.
        ('!Sub ["${Stage}", {Stage: own}]', ["own"]),
        ('!Sub ["${Other.Arn}", {Other.Arn: own}]', ["own"]),
        ("!Sub [1, 2, 3]", ["?Unknown"]),
        # Join, Split, Select
        ('!Join ["-", [a, 1, true]]', ["a-1-true"]),
        ('!Join ["", []]', [""]),
        ('!Join ["", [!Ref Free]]', ["<Free>"]),
        ('!Join ["", [!Ref Stage]]', ["dev", "prod"]),
        ('!Join [":", [a, !Ref AWS::NoValue, !GetAtt Other.Arn]]', ["a:<Other.Arn>"]),
        ('!Join [",", !Ref FreeList]', ["?Unknown"]),
        ('!Join [",", !Split ["-", a-b]]', ["a,b"]),
        ('!Join ["", [a, !Join ["", [b, !Ref Free]], c]]', ["ab<Free>c"]),
        ('!Split [",", "a,b,"]', [["a", "b", ""]]),
        ('!Split [",", !Ref Free]', ["<the result of Fn::Split>"]),
        ('!Select [1, !Split [",", "a,b"]]', ["b"]),
        ('!Select ["0", [!Ref Free, b]]', ["<Free>"]),
        ("!Select [0, [!Ref AWS::NoValue, b]]", ["b"]),
        ("!Select [2, [a, b]]", []),
        ("!Select [!Ref Free, [a, b]]", ["<the result of Fn::Select>"]),
        ('!Select [0, !GetAZs ""]', ["<the result of Fn::Select>"]),
        ("!Select [0, !If [IsProd, [a], [b]]]", ["b", "a"]),
        ('!Select [0, !Cidr ["10.0.0.0/16", 2, 8]]', ["<the result of Fn::Select>"]),
        ("!Join [a]", ["?Unknown"]),
        ("!Join [[], [a]]", ["?Unknown"]),
        ("{'Fn::Join': text}", ["?Unknown"]),
        ('!Split [",", a, b]', ["<the result of Fn::Split>"]),
        ("!Split [[], a]", ["<the result of Fn::Split>"]),
        ('!Split ["", a]', ["<the result of Fn::Split>"]),
        ("{'Fn::Split': text}", ["<the result of Fn::Split>"]),
        ("!Select [0]", ["<the result of Fn::Select>"]),
        ("{'Fn::Select': 12}", ["<the result of Fn::Select>"]),
        ("!FindInMap [Modes, dev]", ["?Unknown"]),
        ("{'Fn::FindInMap': abc}", ["?Unknown"]),
        # FindInMap
        ("!FindInMap [Modes, prod, Mode]", ["aws:kms"]),
        ("!FindInMap [Modes, prod, Zones]", [["z3"]]),
        ("!FindInMap [Modes, !Ref Stage, Mode]", ["AES256", "aws:kms"]),
        ("!FindInMap [Modes, !Ref Free, Mode]", ["AES256", "aws:kms"]),
        ("!FindInMap [Modes, !Ref AWS::Region, Mode, {DefaultValue: none}]", ["AES256", "aws:kms", "none"]),
        ("!FindInMap [Modes, prod, Nothing]", []),
        ("!FindInMap [Modes, prod, Nothing, {DefaultValue: !Ref Free}]", ["<Free>"]),
        ("!FindInMap [Modes, nobody, Mode, {DefaultValue: [1]}]", [[1]]),
        ("!FindInMap [Modes, !Ref Stage, !Ref Free]", ["AES256", ["z1", "z2"], "aws:kms", ["z3"]]),
        ("!FindInMap [Versions, 1, 2.0]", ["found"]),
        ("!FindInMap [Nothing, a, b]", ["?Unknown"]),
        ("!FindInMap [!Ref Free, a, b]", ["?Unknown"]),
        ("!Select [0, !FindInMap [Modes, !Ref Stage, Zones]]", ["z1", "z3"]),
        # If
        ("!If [IsProd, a, b]", ["b", "a"]),
        ("!If [Always, a, b]", ["a"]),
        ("!If [Never, a, b]", ["b"]),
        ("!If [IsProd, a, !Ref AWS::NoValue]", [None, "a"]),
        ("!If [IsProd, !If [IsDev, never, a], b]", ["b", "never"]),
        ("!If [IsProd, !If [NotProd, never, a], b]", ["b", "a"]),
        ("!If [Both, a, b]", ["b", "a", "b"]),
        ("!If [Either, a, b]", ["a", "b", "a"]),
        ("!If [InRegion, a, b]", ["a", "b"]),
        ("!If [Nothing, a, b]", ["a", "b"]),
        ("!If [Circle, a, b]", ["b", "a"]),
        ("!If [!Equals [!Ref Stage, prod], a, b]", ["b", "a"]),
        *((f"!If [{name}, a, b]", ["a", "b"]) for name in ("TwoKeys", "WrongName", "NotTwo", "Unread")),
        ("!If [IsProd, a]", ["?Unknown"]),
        ("{'Fn::If': text}", ["?Unknown"]),
        # A value that is compared is known where it is equal.
        ("!If [IsProd, !Ref Stage, other]", ["other", "prod"]),
        # Others
        ("!ImportValue shared-key", ["<the export 'shared-key' of another stack>"]),
        ('!ImportValue {"Fn::Sub": "${Free}-key"}', ["<the export Free-key of another stack>"]),
        ("!Length [a, b]", [2]),
        ("{'Fn::Length': !Ref FreeList}", ["?Unknown"]),
        ("!ToJsonString {a: !Ref Free, b: [1]}", [{"a": "<Free>", "b": [1]}]),
        ("!Base64 text", ["text"]),
        ("{'Fn::Base64': {'Fn::Sub': '${Stage}'}}", ["dev", "prod"]),
        ("!GetStackOutput {StackName: a, OutputName: b}", ["<the output of another stack>"]),
        ("!GetStackOutput a.b", ["<the output of another stack>"]),
        ("!Transform {Name: AWS::Include, Parameters: {Location: x}}", ["?Unknown"]),
        ("{'Fn::Invented': x}", ["?Unknown"]),
        # Dynamic references
        ("'{{resolve:ssm:/lake/key}}'", ["<the dynamic reference {{resolve:ssm:/lake/key}}>"]),
        ("'a-{{resolve:ssm:k}}-b'", ["a-<the dynamic reference {{resolve:ssm:k}}>-b"]),
        ("!Sub '{{resolve:secretsmanager:${Free}}}'", ["<a dynamic reference>"]),
        ("!Join ['', ['{{resolve:secretsmanager:', !Ref Other, ':SecretString:k::}}']]", ["<a dynamic reference>"]),
        ("!Join ['', ['{{resolve:ssm:', name, '}}']]", ["<a dynamic reference>"]),
        # Data
        ("{a: 1, b: [!Ref Free, null, true]}", [{"a": 1, "b": ["<Free>", None, True]}]),
        ("{Ref: a, b: c}", [{"Ref": "a", "b": "c"}]),
        ("{Condition: {StringEquals: {a: b}}}", [{"Condition": {"StringEquals": {"a": "b"}}}]),
    ],
)
def test_functions(expression: str, values: list[Any], tmp_path: Path) -> None:
    assert evaluated(tmp_path, expression) == values


def test_the_order_of_worlds_says_which_the_defaults_allow(tmp_path: Path) -> None:
    body = "  It:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !If [IsProd, a, b]\n"
    worlds = property_of(only(tmp_path, template_yaml=HEAD + body), "It", "BucketName")
    assert {plain(value): world.allows_defaults() for world, value in worlds} == {"a": False, "b": True}
    assert {plain(value): world.phrases() for world, value in worlds} == {
        "a": ("Stage is 'prod'",),
        "b": ("Stage is 'dev'",),
    }


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("Properties: !If [IsProd, {A: {B: [x]}}, {A: {B: [y]}}]", ("A", "B", 0)),
        ("Properties:\n      A: !If [IsProd, {B: [x]}, {B: [y]}]", ("A", "B", 0)),
        ("Properties:\n      A:\n        B: !If [IsProd, [x], [y]]", ("A", "B", 0)),
        ("Properties:\n      A:\n        B:\n          - !If [IsProd, x, y]", ("A", "B", 0)),
        ("Properties:\n      A:\n        B: [!If [IsProd, !If [IsProd, x, z], !If [IsProd, z, y]]]", ("A", "B", 0)),
    ],
)
def test_if_at_every_depth(body: str, path: tuple[str | int, ...], tmp_path: Path) -> None:
    estate = only(tmp_path, template_yaml=f"{HEAD}  It:\n    Type: AWS::S3::Bucket\n    {body}\n")
    assert sorted(plain(value) for _, value in property_of(estate, "It", *path)) == ["x", "y"]


def test_what_is_left_out_leaves_no_item(tmp_path: Path) -> None:
    body = "  It:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags: [!If [IsProd, a, !Ref AWS::NoValue], b]\n"
    declaration = only(tmp_path, template_yaml=HEAD + body).declarations["It"]

    def compute(reader: Reader) -> list[Any]:
        return [plain(item) for item in reader.items(reader.at(declaration.properties, "Tags"))]

    assert sorted(run.result for run in explore(compute).runs) == [["a", "b"], ["b"]]


def test_both_notations_read_alike(tmp_path: Path) -> None:
    (tmp_path / "short").mkdir()
    (tmp_path / "long").mkdir()
    short = evaluated(tmp_path / "short", '!If [IsProd, !Sub "${Other.Arn}", !Select [0, !Split ["-", !Ref Stage]]]')
    long = evaluated(
        tmp_path / "long",
        '{"Fn::If": ["IsProd", {"Fn::Sub": "${Other.Arn}"}, '
        '{"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "Stage"}]}]}]}',
    )
    assert short == long


# Conditions of resources


def test_a_resource_exists_under_its_condition(tmp_path: Path) -> None:
    body = "  It:\n    Type: AWS::S3::Bucket\n    Condition: IsProd\n  Ever:\n    Type: AWS::S3::Bucket\n"
    estate = only(tmp_path, template_yaml=HEAD + body)

    def outcomes(logical_id: str) -> set[bool]:
        exists = estate.declarations[logical_id].exists
        return {run.result for run in explore(lambda reader: reader.holds(exists)).runs}

    assert outcomes("It") == {True, False}
    assert outcomes("Ever") == {True}


def test_attributes_beside_the_properties(tmp_path: Path) -> None:
    body = "  It:\n    Type: AWS::KMS::Key\n    DeletionPolicy: !If [IsProd, Retain, Delete]\n"
    declaration = only(tmp_path, template_yaml=HEAD + body).declarations["It"]
    runs = explore(lambda reader: reader.read(declaration.attribute("DeletionPolicy")).text()).runs
    assert {run.result for run in runs} == {"Retain", "Delete"}
    assert declaration.attribute("UpdateReplacePolicy").is_absent


# Parameters


def test_parameters_with_a_default_are_declared(tmp_path: Path) -> None:
    estate = only(tmp_path, template_yaml=HEAD)
    assert "Parameters/Defaulted" in estate.declarations
    assert "Parameters/Free" not in estate.declarations
    assert estate.declarations["Parameters/Defaulted"].origin.span().line == 5


def test_allowed_values_without_any_allow_all(tmp_path: Path) -> None:
    head = HEAD.replace("Free: {Type: String}", "Free: {Type: String, AllowedValues: []}")
    assert evaluated(tmp_path, "!Ref Free", head) == ["<Free>"]


def test_longer_lists_of_allowed_values_stay_open(tmp_path: Path) -> None:
    head = HEAD.replace("AllowedValues: [a, b]}\n  Subnets", "Default: a, AllowedValues: [a, b, c, d]}\n  Subnets")
    assert evaluated(tmp_path, "!Ref Limited", head) == [["a"], "<Limited>"]


# Loops


def loops(folder: Path, resources: str) -> Estate:
    return only(folder, template_yaml=HEAD + resources)


def test_loops_make_resources(tmp_path: Path) -> None:
    estate = loops(
        tmp_path,
        """\
  Fn::ForEach::Buckets:
    - Zone
    - [raw, "cu-rated"]
    - ${Zone}Bucket: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Sub "${Zone}-${Free}"}}
      Key&{Zone}: {Type: "AWS::KMS::Key", Properties: {Description: "for ${Zone}"}}
  After: {Type: "AWS::S3::Bucket", Properties: {BucketName: !GetAtt Keycurated.Arn}}
""",
    )
    assert {"rawBucket", "cu-ratedBucket", "Keyraw", "Keycurated", "After"} <= set(estate.declarations)
    assert plain(property_of(estate, "rawBucket", "BucketName")[0][1]) == "raw-<Free>"
    assert plain(property_of(estate, "Keycurated", "Description")[0][1]) == "for cu-rated"
    assert plain(property_of(estate, "After", "BucketName")[0][1]) == "<Keycurated.Arn>"
    assert estate.gaps == []


def test_loops_refer_to_what_they_make(tmp_path: Path) -> None:
    estate = loops(
        tmp_path,
        """\
  Fn::ForEach::Buckets:
    - Zone
    - [raw, Prod]
    - ${Zone}Bucket:
        Type: AWS::S3::Bucket
        Properties: {BucketName: !Ref Zone, A: !Ref "${Zone}Key", B: !GetAtt "${Zone}Key.Arn"}
      ${Zone}Names: {Type: "AWS::S3::Bucket", Properties: {"For${Zone}&{Zone}": x, C: !If ["Is${Zone}", 1, 2]}}
      ${Zone}Key: {Type: "AWS::KMS::Key"}
""",
    )
    assert plain(property_of(estate, "rawBucket", "BucketName")[0][1]) == "raw"
    assert plain(property_of(estate, "rawBucket", "A")[0][1]) == "<rawKey.Ref>"
    assert plain(property_of(estate, "rawBucket", "B")[0][1]) == "<rawKey.Arn>"
    assert plain(property_of(estate, "rawNames", "Forrawraw")[0][1]) == "x"
    worlds = property_of(estate, "ProdNames", "C")
    assert {plain(value): world.phrases() for world, value in worlds} == {
        1: ("Stage is 'prod'",),
        2: ("Stage is 'dev'",),
    }


def test_loops_within_loops(tmp_path: Path) -> None:
    estate = loops(
        tmp_path,
        """\
  Fn::ForEach::Outer:
    - A
    - [x, y]
    - Fn::ForEach::Inner:
        - B
        - [1, 2]
        - ${A}${B}: {Type: "AWS::S3::Bucket", Properties: {BucketName: "${A}-${B}"}}
""",
    )
    assert {"x1", "x2", "y1", "y2"} <= set(estate.declarations)
    assert plain(property_of(estate, "y2", "BucketName")[0][1]) == "y-2"


def test_what_an_item_spells_is_not_looked_at_again(tmp_path: Path) -> None:
    estate = loops(
        tmp_path,
        """\
  Fn::ForEach::Outer:
    - A
    - ["${B}"]
    - Fn::ForEach::Inner:
        - B
        - [z]
        - Of${B}: {Type: "AWS::S3::Bucket", Properties: {BucketName: "${A}"}}
""",
    )
    assert plain(property_of(estate, "Ofz", "BucketName")[0][1]) == "${B}"


def test_loops_over_parameters_and_maps(tmp_path: Path) -> None:
    estate = loops(
        tmp_path,
        """\
  Fn::ForEach::FromParameter:
    - A
    - !Ref List
    - P${A}: {Type: "AWS::S3::Bucket"}
  Fn::ForEach::FromMap:
    - A
    - !FindInMap [Modes, dev, Zones]
    - M${A}: {Type: "AWS::S3::Bucket"}
  Fn::ForEach::FromBoth:
    - A
    - [!Ref List, c]
    - B${A}: {Type: "AWS::S3::Bucket"}
""",
    )
    assert {"Pa", "Pb", "Mz1", "Mz2", "Ba", "Bb", "Bc"} <= set(estate.declarations)


def test_loops_in_properties(tmp_path: Path) -> None:
    estate = loops(
        tmp_path,
        """\
  It:
    Type: AWS::S3::Bucket
    Properties:
      Tags:
        Fn::ForEach::Tags:
          - A
          - [x, y]
          - Key${A}: "${A}"
        More: 1
      Nested:
        Fn::ForEach::Outer:
          - A
          - [x]
          - Fn::ForEach::Inner:
              - B
              - [y]
              - ${A}${B}: !Sub "${A}/${B}"
      Unknown:
        Fn::ForEach::Open:
          - A
          - !Ref FreeList
          - Key${A}: 1
        Known: 2
""",
    )
    assert plain(property_of(estate, "It", "Tags")[0][1]) == {"Keyx": "x", "Keyy": "y", "More": 1}
    assert plain(property_of(estate, "It", "Nested")[0][1]) == {"xy": "x/y"}
    assert plain(property_of(estate, "It", "Unknown")[0][1]) == {"Known": 2, "...": "..."}
    assert isinstance(property_of(estate, "It", "Unknown", "Keyz")[0][1], Unknown)


def test_loops_over_what_only_deployment_knows_are_gaps(tmp_path: Path) -> None:
    estate = loops(
        tmp_path,
        "  Fn::ForEach::Open:\n    - A\n    - !Ref FreeList\n    - B${A}: {Type: 'AWS::S3::Bucket'}\n",
    )
    assert len(estate.gaps) == 1
    assert "loops over something" in estate.gaps[0]
    assert "B${A}" in estate.declarations


def test_a_loop_that_is_none_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(HEAD + "  Fn::ForEach::Bad: [A, [x]]\n")
    (estate,) = discover([str(tmp_path)]).estates
    assert [(problem.line, "ForEach::Bad" in problem.message) for problem in estate.problems] == [(39, True)]


# What a transform may add


@pytest.mark.parametrize("transform", ["MyMacro", "[AWS::LanguageExtensions, MyMacro]", "{Name: AWS::Include}"])
def test_a_macro_makes_absence_unknown(transform: str, tmp_path: Path) -> None:
    resources = "Resources:\n  It: {Type: 'AWS::S3::Bucket', Properties: {A: 1}}\n  Bare: {Type: 'AWS::S3::Bucket'}\n"
    text = f"Transform: {transform}\n{resources}"
    estate = only(tmp_path, t_yaml=text)
    assert plain(property_of(estate, "It", "A")[0][1]) == 1
    assert isinstance(property_of(estate, "It", "B")[0][1], Unknown)
    assert isinstance(property_of(estate, "Bare", "B")[0][1], Unknown)
    assert len(estate.gaps) == 1


@pytest.mark.parametrize("transform", ["AWS::Serverless-2016-10-31", "[AWS::LanguageExtensions]"])
def test_what_aws_itself_transforms_adds_nothing_here(transform: str, tmp_path: Path) -> None:
    text = f"Transform: {transform}\nResources:\n  It: {{Type: 'AWS::S3::Bucket', Properties: {{A: 1}}}}\n"
    estate = only(tmp_path, t_yaml=text)
    assert property_of(estate, "It", "B")[0][1].is_absent
    assert estate.gaps == []


def test_an_include_makes_absence_unknown_where_it_stands(tmp_path: Path) -> None:
    text = """\
Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://a/b}}
  It:
    Type: AWS::S3::Bucket
    Properties:
      A: {Known: 1, "Fn::Transform": {Name: AWS::Include, Parameters: {Location: s3://a/b}}}
      B: {Known: 1}
"""
    estate = only(tmp_path, t_yaml=text)
    assert isinstance(property_of(estate, "It", "A", "Other")[0][1], Unknown)
    assert plain(property_of(estate, "It", "A", "Known")[0][1]) == 1
    assert property_of(estate, "It", "B", "Other")[0][1].is_absent
    assert len(estate.gaps) == 1


def test_modules_are_gaps(tmp_path: Path) -> None:
    estate = only(
        tmp_path, t_yaml="Resources:\n  It: {Type: 'My::S3::Bucket::MODULE'}\n  B: {Type: 'AWS::S3::Bucket'}\n"
    )
    assert len(estate.gaps) == 1
    assert "MODULE" in estate.gaps[0]


# SAM


def test_globals_are_merged(tmp_path: Path) -> None:
    text = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, AllowedValues: [a, b]}
Conditions:
  IsA: !Equals [!Ref Stage, a]
Globals:
  Function:
    Runtime: python3.13
    Environment: {Variables: {A: shared, B: shared}}
    Layers: [one]
    Architectures: [arm64]
    VpcConfig: {SubnetIds: [a]}
    Open: {A: 1, "Fn::Transform": {Name: AWS::Include}}
    Tags: {x: shared}
Resources:
  Own:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Environment: {Variables: {B: own, C: own}}
      Layers: [two]
      Architectures: !Ref Stage
      VpcConfig: text
      Open: {B: 2}
      Tags: !If [IsA, {y: own}, !Ref AWS::NoValue]
  Bare:
    Type: AWS::Serverless::Function
  Plain:
    Type: AWS::Lambda::Function
    Properties: {Handler: x}
  Table:
    Type: AWS::Serverless::SimpleTable
    Properties: {TableName: x}
"""
    estate = only(tmp_path, t_yaml=text)
    assert plain(property_of(estate, "Own", "Runtime")[0][1]) == "nodejs22.x"
    assert plain(property_of(estate, "Own", "Environment")[0][1]) == {
        "Variables": {"A": "shared", "B": "own", "C": "own"}
    }
    assert plain(property_of(estate, "Own", "Layers")[0][1]) == ["one", "two"]
    assert [plain(value) for _, value in property_of(estate, "Own", "Tags")] == [
        {"x": "shared", "y": "own"},
        {"x": "shared"},
    ]
    assert plain(property_of(estate, "Bare", "Environment")[0][1]) == {"Variables": {"A": "shared", "B": "shared"}}
    assert {plain(value) for _, value in property_of(estate, "Own", "Architectures")} == {"a", "b"}
    assert plain(property_of(estate, "Own", "VpcConfig")[0][1]) == "text"
    assert plain(property_of(estate, "Own", "Open")[0][1]) == {"A": 1, "B": 2, "...": "..."}
    assert property_of(estate, "Plain", "Runtime")[0][1].is_absent
    assert property_of(estate, "Table", "Runtime")[0][1].is_absent


# Nested stacks

PARENT = """\
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Key: {Type: "AWS::KMS::Key"}
  Child:
    Type: AWS::CloudFormation::Stack
    Condition: IsProd
    Properties:
      TemplateURL: child.yaml
      Parameters:
        KeyArn: !GetAtt Key.Arn
        Mode: !If [IsProd, "aws:kms", AES256]
        Name: !Sub "${Stage}-lake"
        Nothing: !Ref AWS::NoValue
        Perhaps: !If [IsProd, given, !Ref AWS::NoValue]
        Texts: "a, b"
        List: [c, !Ref Stage]
        Path: /lake/key
  Reader:
    Type: AWS::S3::Bucket
    Properties:
      A: !GetAtt Child.Outputs.BucketArn
      B: !GetAtt Child.Outputs.ModeOut
      C: !GetAtt Child.Outputs.Nothing
      D: !Sub "${Child.Outputs.Name}!"
"""
CHILD = """\
Parameters:
  KeyArn: {Type: String}
  Mode: {Type: String, Default: none}
  Name: {Type: String}
  Nothing: {Type: String, Default: kept}
  Perhaps: {Type: String, Default: kept}
  Defaulted: {Type: String, Default: x, AllowedValues: [x, y]}
  Texts: {Type: CommaDelimitedList}
  List: {Type: CommaDelimitedList}
  DefaultedList: {Type: CommaDelimitedList, Default: "p,q"}
  Missing: {Type: String}
  Path: {Type: "AWS::SSM::Parameter::Value<String>"}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      Key: !Ref KeyArn
      Mode: !Ref Mode
      Name: !Ref Name
      Nothing: !Ref Nothing
      Perhaps: !Ref Perhaps
      Defaulted: !Ref Defaulted
      Texts: !Ref Texts
      List: !Ref List
      DefaultedList: !Ref DefaultedList
      Missing: !Ref Missing
      Path: !Ref Path
Outputs:
  BucketArn: {Value: !GetAtt Bucket.Arn}
  ModeOut: {Value: !Ref Mode}
  Name: {Value: !Ref Name}
"""


def test_nested_stacks_take_parameters_and_give_outputs(tmp_path: Path) -> None:
    estate = only(tmp_path, parent_yaml=PARENT, child_yaml=CHILD)
    assert Path(estate.name).name == "parent.yaml"
    assert {"Key", "Child", "Reader", "Child/Bucket"} <= set(estate.declarations)

    def values(name: str, logical_id: str = "Child/Bucket") -> list[Any]:
        return [plain(value) for _, value in property_of(estate, logical_id, name)]

    assert values("Key") == ["<Key.Arn>"]
    assert values("Mode") == ["aws:kms", "AES256"]
    assert values("Nothing") == ["kept"]
    assert values("Perhaps") == ["given", "kept"]
    # Nobody else can set it: the stack is created by its parent only.
    assert values("Defaulted") == ["x"]
    assert values("Texts") == [["a", "b"]]
    assert values("DefaultedList") == [["p", "q"]]
    assert values("Missing") == ["?Unknown"]
    assert values("Path") == ["<Path>"]
    assert values("Name") == ["<Stage>-lake"]
    lists = [value for _, value in property_of(estate, "Child/Bucket", "List")]
    assert [plain(value) for value in lists] == [["c", "<Stage>"]]
    assert values("A", "Reader") == ["<Child/Bucket.Arn>"]
    assert values("B", "Reader") == ["aws:kms", "AES256"]
    assert values("C", "Reader") == ["?Unknown"]
    assert values("D", "Reader") == ["<Stage>-lake!"]


def test_what_a_nested_stack_holds_exists_only_with_it(tmp_path: Path) -> None:
    declaration = only(tmp_path, parent_yaml=PARENT, child_yaml=CHILD).declarations["Child/Bucket"]

    def compute(reader: Reader) -> Any:
        return plain(reader.at(declaration.properties, "Mode")) if reader.holds(declaration.exists) else None

    assert {run.result: run.world.allows_defaults() for run in explore(compute).runs} == {"aws:kms": False, None: True}


def test_findings_in_a_nested_stack_stand_in_its_own_file(tmp_path: Path) -> None:
    estate = only(tmp_path, parent_yaml=PARENT, child_yaml=CHILD)
    span = estate.declarations["Child/Bucket"].origin.span()
    assert (Path(span.file).name, span.line) == ("child.yaml", 14)


def test_one_template_may_be_nested_twice(tmp_path: Path) -> None:
    parent = """\
Resources:
  One: {Type: "AWS::CloudFormation::Stack", Properties: {TemplateURL: child.yaml, Parameters: {Name: one}}}
  Two: {Type: "AWS::CloudFormation::Stack", Properties: {TemplateURL: ./child.yaml, Parameters: {Name: two}}}
"""
    estate = only(tmp_path, parent_yaml=parent, child_yaml=CHILD)
    assert sorted(Path(file).name for file in estate.files) == ["child.yaml", "parent.yaml"]
    assert [plain(property_of(estate, f"{stack}/Bucket", "Name")[0][1]) for stack in ("One", "Two")] == ["one", "two"]


def test_nested_stacks_in_loops(tmp_path: Path) -> None:
    parent = """\
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Stacks:
    - Zone
    - [raw, gold]
    - ${Zone}Stack:
        Type: AWS::CloudFormation::Stack
        Properties: {TemplateURL: child.yaml, Parameters: {Name: !Sub "${Zone}-lake", Mode: !Ref Zone}}
"""
    estate = only(tmp_path, parent_yaml=parent, child_yaml=CHILD)
    assert plain(property_of(estate, "goldStack/Bucket", "Name")[0][1]) == "gold-lake"
    assert plain(property_of(estate, "goldStack/Bucket", "Mode")[0][1]) == "gold"


def test_serverless_applications_are_nested_stacks(tmp_path: Path) -> None:
    parent = "Resources:\n  App: {Type: 'AWS::Serverless::Application', Properties: {Location: child.yaml}}\n"
    assert "App/Bucket" in only(tmp_path, parent_yaml=parent, child_yaml=CHILD).declarations


@pytest.mark.parametrize(
    "location", ["https://s3.amazonaws.com/b/t.yaml", '!Sub "https://${B}/t.yaml"', "{ApplicationId: arn, V: 1}"]
)
def test_templates_that_are_elsewhere_are_gaps(location: str, tmp_path: Path) -> None:
    text = f"Resources:\n  It: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: {location}}}}}\n"
    estate = only(tmp_path, t_yaml=text + "  B: {Type: 'AWS::S3::Bucket', Properties: {A: !GetAtt It.Outputs.X}}\n")
    assert len(estate.gaps) == 1
    assert plain(property_of(estate, "B", "A")[0][1]) == "<It.Outputs.X>"


def test_a_stack_that_contains_itself_is_a_problem(tmp_path: Path) -> None:
    text = "Resources:\n  It:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: t.yaml}\n"
    (tmp_path / "t.yaml").write_text(text)
    (estate,) = discover([str(tmp_path)]).estates
    assert [(problem.line, "contains itself" in problem.message) for problem in estate.problems] == [(2, True)]


def test_a_nested_template_is_judged_through_its_parent_only(tmp_path: Path) -> None:
    assert len(estates(tmp_path, parent_yaml=PARENT, child_yaml=CHILD, other_yaml=HEAD)) == 2
    # Given alone it is judged alone.
    (estate,) = discover([str(tmp_path / "child.yaml")]).estates
    assert [plain(v) for _, v in property_of(estate, "Bucket", "Defaulted")] == ["x", "y"]


# Exports, and stacks of an assembly


def assembly(folder: Path, **templates: dict[str, Any]) -> Estate:
    artifacts = {
        name: {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111122223333/eu-west-1",
            "properties": {"templateFile": f"{name}.template.json", "stackName": f"stack-{name}"},
        }
        for name in templates
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": artifacts}))
    for name, template in templates.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template))
    discovery = discover([str(folder)])
    assert discovery.problems == []
    assert len(discovery.estates) == 1
    return discovery.estates[0]


def bucket(**properties: object) -> dict[str, Any]:
    return {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}}}


KEYS = {
    "Resources": {"Key": {"Type": "AWS::KMS::Key"}},
    "Outputs": {
        "KeyArn": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}, "Export": {"Name": "keys:arn"}},
        "Again": {"Value": {"Fn::ImportValue": "circle"}, "Export": {"Name": "circle"}},
        "Named": {"Value": 1, "Export": {"Name": {"Fn::ImportValue": "keys:arn"}}},
    },
}


def test_imports_are_followed_in_an_assembly(tmp_path: Path) -> None:
    estate = assembly(
        tmp_path,
        Lake=bucket(
            A={"Fn::ImportValue": "keys:arn"},
            B={"Fn::ImportValue": "other"},
            C={"Fn::GetStackOutput": {"StackName": "stack-Keys", "OutputName": "KeyArn"}},
            D={"Fn::GetStackOutput": {"StackName": "stack-Keys", "OutputName": "Nothing"}},
            H={"Fn::GetStackOutput": {"StackName": {"Ref": "Unknown"}, "OutputName": "KeyArn"}},
            E={"Fn::ImportValue": "circle"},
            F={"Ref": "AWS::Region"},
            G={"Fn::Sub": "${AWS::AccountId}-${AWS::Partition}"},
        ),
        Keys=KEYS,
    )
    found = {name: plain(property_of(estate, "Lake/Bucket", name)[0][1]) for name in "ABCDEFGH"}
    assert found == {
        "A": "<Keys/Key.Arn>",
        "B": "<the export 'other' of another stack>",
        "C": "<Keys/Key.Arn>",
        "D": "<the output of another stack>",
        "E": "?Unknown",
        "F": "eu-west-1",
        "G": "111122223333-<AWS::Partition>",
        "H": "<the output of another stack>",
    }
    assert estate.declarations["Lake/Bucket"].region == "eu-west-1"


def test_templates_of_a_folder_do_not_share_exports(tmp_path: Path) -> None:
    found = estates(tmp_path, keys_json=KEYS, lake_json=bucket(A={"Fn::ImportValue": "keys:arn"}))
    (lake,) = (estate for estate in found if Path(estate.name).name == "lake.json")
    assert plain(property_of(lake, "Bucket", "A")[0][1]) == "<the export 'keys:arn' of another stack>"


def test_many_imports_cost_little(tmp_path: Path) -> None:
    exports = {
        f"O{n}": {"Value": {"Fn::Sub": f"v{n}"}, "Export": {"Name": {"Fn::Sub": f"keys:{n}"}}} for n in range(2000)
    }
    lake = bucket(**{f"P{n}": {"Fn::ImportValue": f"keys:{n}"} for n in range(2000)})
    estate = assembly(tmp_path, Keys={**KEYS, "Outputs": exports}, Lake=lake)
    assert plain(property_of(estate, "Lake/Bucket", "P1999")[0][1]) == "v1999"
