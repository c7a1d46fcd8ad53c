"""Which directories are roots, what belongs to each, what is passed over, and what an author accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3_glue_rules.discover import TerraformOptions
from s3_glue_rules.discover import terraform as discover_terraform
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE
from tests.support.terraform_values import write

BUCKET = 'resource "aws_s3_bucket" "b" {}\n'
CALL = 'module "m" {{\n  source = "{}"\n}}\n'


def judged(*paths: Path, terraform: TerraformOptions | None = None) -> Judgement:
    return scan([str(path) for path in paths], CATALOGUE, terraform)


def failing(judgement: Judgement, policy: str = "SGR101") -> set[tuple[str, str]]:
    return {
        (Path(finding.estate).name, finding.address)
        for finding in judgement.findings
        if finding.policy == policy and finding.verdict is Verdict.FAIL
    }


def test_a_called_module_is_judged_through_its_callers_and_another_one_on_its_own(tmp_path: Path) -> None:
    files = {
        "modules/used/main.tf": BUCKET,
        "modules/unused/main.tf": BUCKET,
        "live/a/main.tf": CALL.format("../../modules/used"),
        "live/b/main.tf": CALL.format("../../modules/used"),
    }
    judgement = judged(write(tmp_path, files))
    assert judgement.problems == []
    assert failing(judgement) == {
        ("a", "module.m.aws_s3_bucket.b"),
        ("b", "module.m.aws_s3_bucket.b"),
        ("unused", "aws_s3_bucket.b"),
    }
    assert judgement.files_judged == 4


def test_a_changed_file_is_judged_with_every_root_that_uses_it(tmp_path: Path) -> None:
    files = {
        ".git/HEAD": "",
        "modules/inner/main.tf": BUCKET,
        "modules/outer/main.tf": CALL.format("../inner"),
        "live/a/main.tf": CALL.format("../../modules/outer"),
        "live/b/main.tf": BUCKET,
    }
    write(tmp_path, files)
    judgement = judged(tmp_path / "modules" / "inner" / "main.tf")
    assert failing(judgement) == {("a", "module.m.module.m.aws_s3_bucket.b")}
    assert failing(judged(tmp_path / "live" / "b" / "main.tf")) == {("b", "aws_s3_bucket.b")}


def test_without_a_repository_a_changed_file_is_judged_with_its_folder(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": BUCKET, "other.tf": 'resource "aws_s3_bucket" "c" {}\n'})
    assert failing(judged(tmp_path / "main.tf")) == {
        (tmp_path.name, "aws_s3_bucket.b"),
        (tmp_path.name, "aws_s3_bucket.c"),
    }


def test_roots_without_aws_are_passed_over_and_counted(tmp_path: Path) -> None:
    files = {"aws/main.tf": BUCKET, "other/main.tf": 'resource "google_storage_bucket" "b" {}\n'}
    judgement = judged(write(tmp_path, files))
    assert (judgement.files_judged, judgement.files_passed_over) == (1, 1)


def test_folders_of_tools_are_not_scanned(tmp_path: Path) -> None:
    files = {"main.tf": BUCKET, ".terraform/modules/x/main.tf": BUCKET, "node_modules/x/main.tf": BUCKET}
    assert failing(judged(write(tmp_path, files))) == {(tmp_path.name, "aws_s3_bucket.b")}


SUPPRESSED = """
resource "aws_s3_bucket" "ours" {
  # sgr: ignore[SGR101] a public site
  bucket = "a"
}
resource "aws_s3_bucket" "no_reason" {
  # sgr: ignore[SGR101]
  bucket = "b"
}
resource "aws_s3_bucket" "checkovs" {
  #checkov:skip=SGR101:a public site
  bucket = "c"
}
resource "aws_s3_bucket" "another_policy" {
  // sgr: ignore[SGR102] a public site
  bucket = "d"
}
# sgr: ignore[SGR101] a comment outside of a block speaks of nothing
resource "aws_s3_bucket" "below" {}
module "accepted" {
  # sgr: ignore[SGR101] all of it
  source = "./child"
}
module "judged" {
  source = "./child"
}
"""


def test_what_an_author_accepts(tmp_path: Path) -> None:
    judgement = judged(write(tmp_path, {"main.tf": SUPPRESSED, "child/main.tf": BUCKET}))
    assert {address for _, address in failing(judgement)} == {
        "aws_s3_bucket.no_reason",
        "aws_s3_bucket.another_policy",
        "aws_s3_bucket.below",
        "module.judged.aws_s3_bucket.b",
    }
    accepted = {f.address: f.message for f in judgement.findings if f.verdict is Verdict.SUPPRESSED}
    assert accepted == {
        "aws_s3_bucket.ours": "a public site",
        "aws_s3_bucket.checkovs": "a public site",
        "module.accepted.aws_s3_bucket.b": "all of it",
    }


ROTATING = """
variable "rotates" {
  type    = bool
  default = true
}
resource "aws_kms_key" "k" {
  enable_key_rotation = var.rotates
}
"""


@pytest.mark.parametrize(
    ("options", "files", "verdict"),
    [
        ((), {}, Verdict.CONDITIONAL),
        (("dev.tfvars",), {}, Verdict.FAIL),
        (("prod.tfvars",), {}, Verdict.PASS),
        (("dev.tfvars", "prod.tfvars"), {}, Verdict.PASS),
        ((), {"terraform.tfvars": "rotates = false\n"}, Verdict.FAIL),
    ],
)
def test_files_of_variables(tmp_path: Path, options: tuple[str, ...], files: dict[str, str], verdict: Verdict) -> None:
    given = {"dev.tfvars": "rotates = false\n", "prod.tfvars": "rotates = true\n"}
    write(tmp_path, {"root/main.tf": ROTATING, **{f"root/{name}": text for name, text in files.items()}, **given})
    terraform = TerraformOptions(tuple(str(tmp_path / name) for name in options))
    judgement = judged(tmp_path / "root", terraform=terraform)
    assert [f.verdict for f in judgement.findings if f.policy == "SGR201"] == [verdict]


def test_a_missing_file_of_variables_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": ROTATING})
    judgement = judged(tmp_path, terraform=TerraformOptions((str(tmp_path / "none.tfvars"),)))
    assert [Path(problem.file).name for problem in judgement.problems] == ["none.tfvars"]


def test_variables_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_rotates", "false")
    judgement = judged(write(tmp_path, {"main.tf": ROTATING}))
    assert [f.verdict for f in judgement.findings if f.policy == "SGR201"] == [Verdict.FAIL]


def test_a_changed_file_of_variables_is_judged_with_the_root_that_it_is_for(tmp_path: Path) -> None:
    files = {
        ".git/HEAD": "",
        "live/main.tf": ROTATING,
        "live/environments/dev.tfvars": "rotates = false\n",
        "live/prod.tfvars": "rotates = true\n",
        "elsewhere/dev.tfvars": "rotates = false\n",
    }
    write(tmp_path, files)
    judgement = judged(tmp_path / "live" / "environments" / "dev.tfvars", tmp_path / "live" / "prod.tfvars")
    assert {(f.estate.rsplit("/")[-1], f.verdict) for f in judgement.findings if f.policy == "SGR201"} == {
        ("dev.tfvars", Verdict.FAIL),
        ("prod.tfvars", Verdict.PASS),
    }
    alone = judged(tmp_path / "elsewhere" / "dev.tfvars")
    assert (alone.problems, alone.files_judged, alone.files_passed_over) == ([], 0, 1)


def test_options_that_are_for_nothing_are_told(tmp_path: Path) -> None:
    write(tmp_path, {"template.yaml": "Resources: {}\n"})
    judgement = judged(tmp_path, terraform=TerraformOptions(("dev.tfvars",), "root"))
    assert {(problem.file, problem.message.split(",")[0]) for problem in judgement.problems} == {
        ("dev.tfvars", "it was given as --var-file"),
        ("root", "it was given as --root"),
    }


def test_the_chain_leads_to_where_a_value_is_written(tmp_path: Path) -> None:
    child = """
variable "algorithm" {
  type = string
}
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = var.algorithm
    }
  }
}
"""
    root = 'module "m" {\n  source    = "./child"\n  algorithm = "AES256"\n}\n'
    judgement = judged(write(tmp_path, {"main.tf": root, "child/main.tf": child}))
    (finding,) = [f for f in judgement.findings if f.policy == "SGR102"]
    assert (Path(finding.span.file).parent.name, finding.span.line) == ("child", 10)
    assert [(Path(step.span.file).name, step.span.line, step.span.column) for step in finding.chain] == [
        ("main.tf", 3, 15)
    ]


def test_a_resource_whose_values_cannot_be_evaluated_does_not_vanish(tmp_path: Path) -> None:
    text = """
resource "aws_kms_key" "k" {
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = [["*"][3]] }, Action = "kms:*", Resource = "*" }]
  })
}
resource "aws_kms_key" "none" {
  count = 0
}
"""
    judgement = judged(write(tmp_path, {"main.tf": text}))
    found = {f.address: f.verdict for f in judgement.findings if f.policy == "SGR207"}
    assert found == {"aws_kms_key.k": Verdict.UNDECIDED}


def test_more_directories_than_are_kept_are_judged_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discover_terraform, "MOST_KEPT", 2)
    files = {f"live/{n}/main.tf": CALL.format("../../modules/m") for n in range(6)}
    judgement = judged(write(tmp_path, {**files, "modules/m/main.tf": BUCKET, "broken/main.tf": "x = [\n"}))
    assert failing(judgement) == {(str(n), "module.m.aws_s3_bucket.b") for n in range(6)}
    assert [Path(problem.file).parent.name for problem in judgement.problems] == ["broken"]
    assert (judgement.files_judged, judgement.files_passed_over) == (8, 0)


def test_documents_that_stand_in_a_heredoc(tmp_path: Path) -> None:
    text = """
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = <<POLICY
{"Statement": [${jsonencode({
  Effect    = "Deny"
  Principal = "*"
  Action    = "s3:*"
  Resource  = [aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"]
  Condition = { Bool = { "aws:SecureTransport" = "false" } }
})}]}
POLICY
}
"""
    judgement = judged(write(tmp_path, {"main.tf": text}))
    assert [f.verdict for f in judgement.findings if f.policy == "SGR109"] == [Verdict.PASS]


def test_plans_that_the_user_names_may_be_called_anything(tmp_path: Path) -> None:
    plan = Path(__file__).parent / "data" / "plans" / "lake" / "plan.json"
    named = tmp_path / "plan.out"
    named.write_bytes(plan.read_bytes())
    assert judged(named).files_judged == 1
    (tmp_path / "tfplan").write_bytes(b"PK\x03\x04" + b"\0" * 26 + b"tfplan" + b"\0" * 100)
    (problem,) = judged(tmp_path / "tfplan").problems
    assert "terraform show -json" in problem.message
