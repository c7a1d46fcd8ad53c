"""The partial evaluator: values, variables, instances, modules, and what stays open."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3_glue_rules.model.values import Mapping
from tests.support.terraform_values import declared, estate, output, said, shown

VARIABLES = """
variable "flag" {
  type    = bool
  default = true
}
variable "env" {
  type    = string
  default = "dev"
}
variable "size" {
  type    = string
  default = "small"
  validation {
    condition     = contains(["small", "large"], var.size)
    error_message = "small or large"
  }
}
variable "key" {
  type    = string
  default = null
}
variable "needed" {
  type = string
}
variable "map" {
  type    = map(string)
  default = { a = "1" }
}
resource "aws_x" "one" {
  name = "n"
}
resource "aws_x" "some" {
  count = var.flag ? 1 : 0
  name  = "s"
}
resource "aws_x" "each" {
  for_each = toset(["b", "a"])
  name     = each.key
}
data "aws_y" "d" {}
"""


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("var.env", "var.env"),
        ("var.needed", "var.needed"),
        ("var.flag", "(var.flag == 'true' ? True : False)"),
        ("!var.flag", "(var.flag == 'true' ? False : True)"),
        ("var.flag ? 1 : 2", "(var.flag == 'true' ? 1 : 2)"),
        ("var.flag ? 1 : 1", "1"),
        ("var.key", "(var.key == 'null' ? null : var.key)"),
        ("var.key == null", "(var.key == 'null' ? True : False)"),
        ('var.env == "prod" ? "a" : "b"', "(var.env == 'prod' ? 'a' : 'b')"),
        ('var.env != "prod"', "(var.env == 'prod' ? False : True)"),
        ('"x-${var.env}-y"', '"x-${var.env}-y"'),
        ('"${aws_x.one.arn}/*"', '"${<aws_x.one.arn>}/*"'),
        ("aws_x.one.id", "<aws_x.one.id>"),
        ('aws_x.one.name == "n"', "True"),
        ("aws_x.one.arn == null", "False"),
        ('aws_x.one.arn == ""', "False"),
        ("aws_x.some[0].id", "(var.flag == 'true' ? <aws_x.some[0].id> : impossible)"),
        ('try(aws_x.some[0].id, "")', "(var.flag == 'true' ? <aws_x.some[0].id> : '')"),
        ("one(aws_x.some[*].id)", "(var.flag == 'true' ? <aws_x.some[0].id> : null)"),
        ('aws_x.each["a"].id', '<aws_x.each["a"].id>'),
        ("[for k, v in aws_x.each : v.id]", '[<aws_x.each["a"].id>, <aws_x.each["b"].id>]'),
        ('{ for k, v in aws_x.each : k => v.arn if k != "b" }', '{a: <aws_x.each["a"].arn>}'),
        ("values(aws_x.each)[*].id", '[<aws_x.each["a"].id>, <aws_x.each["b"].id>]'),
        ("{ a = 1, b = 2 }[var.needed]", "(var.needed == 'a' ? 1 : (var.needed == 'b' ? 2 : impossible))"),
        ("lookup({ a = 1 }, var.env, 3)", "(var.env == 'a' ? 1 : 3)"),
        ("var.map.a", "(var.map == 'its default' ? '1' : unknown)"),
        ("data.aws_y.d.id", "data.aws_y.d.id"),
        ("data.aws_y.d.arn", '"arn:${data.aws_y.d.arn}"'),
        ('terraform.workspace == "default"', "(terraform.workspace == 'default' ? True : False)"),
        ('coalesce(var.key, "d")', "(var.key == 'null' ? 'd' : (var.key == '' ? 'd' : var.key))"),
        ("jsonencode({ a = aws_x.one.arn })", "json({a: <aws_x.one.arn>})"),
        ("jsondecode(jsonencode({ a = 1 })).a", "1"),
        ('"x${jsonencode({ a = 1 })}"', "'x{\"a\":1}'"),
        ('jsonencode({ a = 1 }) == "{\\"a\\":1}"', "True"),
        ('"x${jsonencode({ a = aws_x.one.id })}"', '"x${json({a: <aws_x.one.id>})}"'),
        ('true ? 1 : "a"', "'1'"),
        ("[1, 2][5]", "unknown"),
        ("try([1, 2][5], 3)", "3"),
        ("can([1, 2][5])", "False"),
        ('try([{ a = 1 }["b"]], [{ a = 1 }["a"]], [])', "[1]"),
        ('try({ x = { y = { a = 1 }["b"] } }, 3)', "3"),
        ('can([{ a = 1 }["b"]])', "False"),
        ('try([aws_x.some[0].id], ["none"])', "(var.flag == 'true' ? [<aws_x.some[0].id>] : ['none'])"),
        ("try([var.flag ? 1 : 2], 3)", "[(var.flag == 'true' ? 1 : 2)]"),
        ("local.missing", "unknown"),
        ("nothing(1)", "unknown"),
        ("1 + 2 * 3", "7"),
        ("0.1 + 0.2", "0.3"),
        ("1 / 3", "unknown"),
        ("-var.map.a", "(var.map == 'its default' ? -1 : unknown)"),
        ('1 == "1"', "False"),
        ('[for s in ["a", "b"] : upper(s) if s != "a"]', "['B']"),
        ('{ for s in ["a", "b", "a"] : s => 1... }', "{a: [1, 1], b: [1]}"),
        ("merge({ a = 1 }, { b = aws_x.one.id })", "{a: 1, b: <aws_x.one.id>}"),
        ("merge([{ a = 1 }, { a = 2 }]...)", "{a: 2}"),
        ('var.size == "large"', "(var.size == 'large' ? True : False)"),
        ("{ small = 1, large = 2 }[var.size]", "(var.size == 'large' ? 2 : (var.size == 'small' ? 1 : impossible))"),
        ('"%{ if var.flag }a%{ else }b%{ endif }"', "(var.flag == 'true' ? 'a' : 'b')"),
        ('"%{ for x in ["a", "b"] }<${x}>%{ endfor }"', "'<a><b>'"),
        ("<<-EOT\n    a\n      ${var.env}\n  EOT", '"a\n  ${var.env}\n"'),
    ],
)
def test_expressions(tmp_path: Path, expression: str, wanted: str) -> None:
    assert output(tmp_path, f"{VARIABLES}\nlocals {{\n  x = {expression}\n}}") == wanted


VALUED = (
    'variable "v" {\n  default = "default"\n}\nlocals {\n  x = var.v\n}\nresource "probe" "x" {\n  value = local.x\n}\n'
)


@pytest.mark.parametrize(
    ("files", "environment", "wanted"),
    [
        ({}, {}, "var.v"),
        ({}, {"TF_VAR_v": "environment"}, "'environment'"),
        ({"terraform.tfvars": 'v = "file"\n'}, {"TF_VAR_v": "environment"}, "'file'"),
        ({"terraform.tfvars": 'v = "file"\n', "terraform.tfvars.json": '{"v": "json"}'}, {}, "'json'"),
        ({"terraform.tfvars": 'v = "file"\n', "a.auto.tfvars": 'v = "auto"\n'}, {}, "'auto'"),
        ({"a.auto.tfvars": 'v = "a"\n', "b.auto.tfvars.json": '{"v": "b"}'}, {}, "'b'"),
        ({"prod.tfvars": 'v = "prod"\n'}, {}, "var.v"),
        ({"terraform.tfvars": 'other = "file"\n'}, {}, "var.v"),
    ],
)
def test_values_of_variables_come_in_terraforms_order(
    tmp_path: Path, files: dict[str, str], environment: dict[str, str], wanted: str
) -> None:
    found = estate(tmp_path, {"main.tf": VALUED, **files}, environment=environment)
    properties = declared(found, "probe.x").properties
    assert isinstance(properties, Mapping)
    assert shown(properties.get("value")) == wanted


def test_a_file_of_variables_named_by_the_user_comes_last(tmp_path: Path) -> None:
    files = {"main.tf": VALUED, "a.auto.tfvars": 'v = "auto"\n', "env/prod.tfvars": 'v = "prod"\n'}
    found = estate(tmp_path, files, var_files=(str(tmp_path / "env" / "prod.tfvars"),))
    properties = declared(found, "probe.x").properties
    assert isinstance(properties, Mapping)
    assert shown(properties.get("value")) == "'prod'"


def test_a_file_of_variables_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    found = estate(tmp_path, {"main.tf": VALUED, "terraform.tfvars": "v = [\n"})
    assert [(problem.line, "syntax" in problem.message) for problem in found.problems] == [(1, True)]


CHILD = """
variable "text" {
  type     = string
  default  = "d"
  nullable = false
}
variable "may_be_null" {
  type    = string
  default = "d"
}
variable "number" {
  type    = number
  default = 1
}
variable "settings" {
  type = object({
    a = optional(string, "x")
    b = optional(object({ c = optional(bool, true) }), {})
    d = optional(string)
  })
  default = {}
}
resource "probe" "x" {
  text        = var.text
  may_be_null = var.may_be_null
  number      = var.number
  settings    = var.settings
}
output "id" {
  value = probe.x.id
}
"""


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ("", "{text: 'd', may_be_null: 'd', number: 1, settings: {a: 'x', b: {c: True}, d: null}}"),
        (
            'text = null\n may_be_null = null\n number = "5"\n settings = { a = 1, b = { c = false } }',
            "{text: 'd', may_be_null: null, number: 5, settings: {a: '1', b: {c: False}, d: null}}",
        ),
    ],
)
def test_arguments_are_converted_and_defaults_filled_in(tmp_path: Path, arguments: str, wanted: str) -> None:
    files = {"main.tf": f'module "m" {{\n  source = "./child"\n  {arguments}\n}}\n', "child/main.tf": CHILD}
    assert shown(declared(estate(tmp_path, files), "module.m.probe.x").properties) == wanted


MODULES = """
variable "on" {
  type    = bool
  default = false
}
module "weak" {
  source = "./child"
  text   = "weak"
}
module "strong" {
  source = "./child"
  text   = "strong"
}
module "zone" {
  source   = "./child"
  for_each = { raw = "1", "pub.lic" = "2" }
  text     = each.value
}
module "maybe" {
  source = "./child"
  count  = var.on ? 1 : 0
}
resource "probe" "user" {
  weak   = module.weak.id
  strong = module.strong.id
  zones  = [for k, m in module.zone : m.id]
  maybe  = one(module.maybe[*].id)
}
"""


def test_modules_are_read_instance_by_instance(tmp_path: Path) -> None:
    found = estate(tmp_path, {"main.tf": MODULES, "child/main.tf": CHILD})
    assert shown(declared(found, "probe.user").properties) == (
        "{weak: <module.weak.probe.x.id>, strong: <module.strong.probe.x.id>, "
        'zones: [<module.zone["pub.lic"].probe.x.id>, <module.zone["raw"].probe.x.id>], '
        "maybe: (var.on == 'true' ? <module.maybe[0].probe.x.id> : null)}"
    )
    texts = {
        address: shown(declaration.properties.get("text"))
        for address, declaration in found.declarations.items()
        if declaration.type == "probe" and isinstance(declaration.properties, Mapping) and declaration.scope
    }
    assert texts == {
        "module.weak.probe.x": "'weak'",
        "module.strong.probe.x": "'strong'",
        'module.zone["raw"].probe.x': "'1'",
        'module.zone["pub.lic"].probe.x': "'2'",
        "module.maybe[0].probe.x": "'d'",
    }
    assert said(declared(found, "module.maybe[0].probe.x").exists) == "var.on == 'true'"
    assert [address for address in found.declarations if "var.settings" in address] == ["module.weak.var.settings"]


INSTANCES = """
variable "names" {
  type    = list(string)
  default = ["a", "b"]
}
variable "given" {
  type = set(string)
}
resource "probe" "counted" {
  count = length(var.names)
  name  = var.names[count.index]
}
resource "probe" "none" {
  count = 0
}
resource "probe" "chained" {
  for_each = { for p in probe.counted : p.name => p.id }
  id       = each.value
}
resource "probe" "unknown" {
  for_each = var.given
  name     = each.key
}
resource "probe" "follows" {
  for_each = probe.unknown
  id       = each.value.id
}
resource "probe" "uses" {
  id = probe.unknown["k"].id
}
"""


def test_instances(tmp_path: Path) -> None:
    found = estate(tmp_path, {"main.tf": INSTANCES})
    probes = {a: d for a, d in found.declarations.items() if d.type == "probe"}
    assert list(probes) == [
        "probe.counted[0]", "probe.counted[1]", 'probe.chained["a"]', 'probe.chained["b"]', "probe.unknown",
        "probe.follows", "probe.uses",
    ]  # fmt: skip
    assert said(probes["probe.counted[0]"].exists) == "var.names == 'its default'"
    assert shown(probes["probe.follows"].properties) == "{id: <probe.unknown.id>}"
    assert shown(probes["probe.uses"].properties) == "{id: <probe.unknown.id>}"


DYNAMIC = """
variable "rules" {
  type    = list(string)
  default = []
}
variable "on" {
  type    = bool
  default = true
}
resource "probe" "x" {
  dynamic "empty" {
    for_each = []
    content {}
  }
  dynamic "outer" {
    for_each = { b = ["x", "y"], a = [] }
    iterator = it
    content {
      key = it.key
      dynamic "inner" {
        for_each = it.value
        content {
          v = inner.value
          k = it.key
        }
      }
    }
  }
  dynamic "maybe" {
    for_each = var.on ? [1] : []
    content {
      v = maybe.value
    }
  }
  plain {
    v = 1
  }
  dynamic "plain" {
    for_each = [2]
    content {
      v = plain.value
    }
  }
}
"""


def test_dynamic_blocks(tmp_path: Path) -> None:
    found = estate(tmp_path, {"main.tf": DYNAMIC})
    assert shown(declared(found, "probe.x").properties) == (
        "{empty: [], outer: [{key: 'a', inner: []}, {key: 'b', inner: [{v: 'x', k: 'b'}, {v: 'y', k: 'b'}]}], "
        "maybe: [(var.on == 'true' ? {v: 1} : null)], plain: [{v: 1}, {v: 2}]}"
    )


def test_a_dynamic_block_that_cannot_be_evaluated_is_unknown(tmp_path: Path) -> None:
    text = 'resource "probe" "x" {\n  dynamic "b" {\n    for_each = "text"\n    content {\n      v = 1\n    }\n  }\n}\n'
    assert shown(declared(estate(tmp_path, {"main.tf": text}), "probe.x").properties) == "{b: [unknown]}"


REGIONS = """
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "dr"
  region = local.dr
}
locals {
  dr = "us-east-1"
}
data "aws_region" "here" {}
resource "aws_x" "home" {
  name = data.aws_region.here.name
}
resource "aws_x" "away" {
  provider = aws.dr
}
resource "aws_x" "own" {
  region = "ap-south-1"
}
module "inherits" {
  source = "./child"
}
module "passed" {
  source = "./child"
  providers = {
    aws = aws.dr
  }
}
"""


def test_regions_of_providers(tmp_path: Path) -> None:
    found = estate(tmp_path, {"main.tf": REGIONS, "child/main.tf": 'resource "aws_x" "in" {}\n'})
    regions = {address: declaration.region for address, declaration in found.declarations.items()}
    assert regions == {
        "aws_x.home": "eu-west-1",
        "aws_x.away": "us-east-1",
        "aws_x.own": "ap-south-1",
        "module.inherits.aws_x.in": "eu-west-1",
        "module.passed.aws_x.in": "us-east-1",
    }
    assert shown(declared(found, "aws_x.home").properties) == "{name: 'eu-west-1'}"


def test_installed_modules_are_read_and_others_are_noted(tmp_path: Path) -> None:
    modules = '{"Modules": [{"Key": "", "Dir": "."}, {"Key": "a", "Source": "s", "Dir": ".terraform/modules/a"}]}'
    files = {
        "main.tf": 'module "a" {\n  source = "x/y/aws"\n}\nmodule "b" {\n  source = "x/z/aws"\n  in = module.a.id\n}\n',
        ".terraform/modules/modules.json": modules,
        ".terraform/modules/a/main.tf": CHILD,
    }
    found = estate(tmp_path, files)
    assert found.problems == []
    assert [note.line for note in found.notes] == [4]
    assert "module.a.probe.x" in found.declarations
    assert shown(declared(found, "module.b").properties) == "{source: 'x/z/aws', in: <module.a.probe.x.id>}"


DOCUMENTS = """
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "One"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
  statement {
    sid     = "Two"
    actions = ["kms:&{x}"]
  }
}
data "aws_iam_policy_document" "all" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [jsonencode({ Statement = [{ Sid = "Two", Effect = "Deny" }] })]
  dynamic "statement" {
    for_each = ["a"]
    content {
      effect = "Deny"
      principals {
        type        = "AWS"
        identifiers = [statement.value]
      }
    }
  }
}
resource "aws_s3_bucket" "b" {}
resource "probe" "x" {
  policy = data.aws_iam_policy_document.all.json
}
"""


def test_policy_documents(tmp_path: Path) -> None:
    found = estate(tmp_path, {"main.tf": DOCUMENTS})
    assert shown(declared(found, "probe.x").properties) == (
        "{policy: json({Version: '2012-10-17', Statement: ["
        "{Sid: 'One', Effect: 'Allow', Action: ['s3:*'], "
        "Resource: [<aws_s3_bucket.b.arn>, \"${<aws_s3_bucket.b.arn>}/*\"], Principal: '*', "
        "Condition: {Bool: {aws:SecureTransport: ['false']}}}, "
        "{Sid: 'Two', Effect: 'Deny'}, "
        "{Effect: 'Deny', Principal: {AWS: ['a']}}]})}"
    )


def test_locals_that_depend_on_themselves_are_unknown(tmp_path: Path) -> None:
    assert output(tmp_path, "locals {\n  x = local.y\n  y = local.x\n}") == "unknown"


def test_templatefile_and_file_stay_inside_of_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    read = 'templatefile("${path.module}/t.tpl", { n = "w" }), file("a.txt"), try(file("../secret.txt"), 1)'
    text = f"locals {{\n  x = [{read}]\n}}"
    found = output(project, text, **{"t.tpl": "hello ${n}!", "a.txt": "a"})
    assert found == "['hello w!', 'a', unknown]"


def test_prevent_destroy_is_an_attribute_of_the_declaration(tmp_path: Path) -> None:
    text = 'resource "aws_kms_key" "k" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    found = estate(tmp_path, {"main.tf": text})
    assert shown(declared(found, "aws_kms_key.k").attribute("prevent_destroy")) == "True"
    assert shown(declared(found, "aws_kms_key.k").properties) == "{}"


def test_moved_import_and_check_blocks_are_passed_over(tmp_path: Path) -> None:
    text = """
moved {
  from = a.b
  to   = a.c
}
import {
  to = a.b
  id = "x"
}
check "c" {
  assert {
    condition     = true
    error_message = "x"
  }
}
"""
    assert estate(tmp_path, {"main.tf": text}).problems == []
