"""Broken and hostile Terraform: told with file and line, the rest judged, exit 2, in bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE, ROOT
from tests.support.terraform_values import write

BUCKET = 'resource "aws_s3_bucket" "b" {}\n'


def judged(folder: Path, files: dict[str, str], below: str = ".") -> Judgement:
    return scan([str(write(folder, files) / below)], CATALOGUE)


def told(judgement: Judgement, folder: Path) -> set[tuple[str, int]]:
    return {(os.path.relpath(problem.file, folder), problem.line) for problem in judgement.problems}


def failing(judgement: Judgement) -> set[str]:
    return {f.address for f in judgement.findings if f.policy == "SGR101" and f.verdict is Verdict.FAIL}


def command(*arguments: str, cwd: Path, most_seconds: int = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "s3_glue_rules.cli", "scan", *arguments],
        cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        timeout=most_seconds,
    )  # fmt: skip


def test_broken_files_beside_good_ones(tmp_path: Path) -> None:
    files = {"good.tf": BUCKET, "broken.tf": 'resource "aws_s3_bucket" "c" {\n  bucket = [\n}\n'}
    judgement = judged(tmp_path, files)
    assert {file for file, _ in told(judgement, tmp_path)} == {"broken.tf"}
    assert "aws_s3_bucket.b" in failing(judgement)
    done = command(".", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout


def test_blocks_behind_a_syntax_error_are_judged_or_told(tmp_path: Path) -> None:
    text = f"locals {{\n  x = = 1\n}}\n{BUCKET}"
    judgement = judged(tmp_path, {"main.tf": text})
    assert told(judgement, tmp_path)
    assert failing(judgement) == {"aws_s3_bucket.b"}


def test_a_broken_file_in_which_no_line_starts_a_block(tmp_path: Path) -> None:
    judgement = judged(tmp_path, {"good.tf": BUCKET, "broken.tf": '# nothing\n  resource "aws_s3_bucket" {{\n'})
    assert {file for file, _ in told(judgement, tmp_path)} == {"broken.tf"}
    assert failing(judgement) == {"aws_s3_bucket.b"}


def test_a_file_whose_reading_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: object) -> None:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr("s3_glue_rules.read.terraform.HclFile.without_errors", crash)
    judgement = judged(tmp_path, {"good.tf": BUCKET, "broken.tf": "x = [\n"})
    assert [problem.message for problem in judgement.problems if "a mistake of ours" in problem.message]
    assert failing(judgement) == {"aws_s3_bucket.b"}


def test_a_source_nested_too_deeply(tmp_path: Path) -> None:
    source = "(" * 150 + '"./m"' + ")" * 150
    judgement = judged(tmp_path, {"main.tf": f'module "m" {{\n  source = {source}\n}}\n{BUCKET}'})
    assert told(judgement, tmp_path) == {("main.tf", 2)}


def test_a_module_that_calls_itself(tmp_path: Path) -> None:
    judgement = judged(tmp_path, {"main.tf": f'{BUCKET}module "m" {{\n  source = "./"\n}}\n'})
    assert told(judgement, tmp_path) == {("main.tf", 3)}
    assert failing(judgement) == {"aws_s3_bucket.b"}


def test_modules_that_call_each_other(tmp_path: Path) -> None:
    files = {
        "a/main.tf": f'{BUCKET}module "b" {{\n  source = "../b"\n}}\n',
        "b/main.tf": f'{BUCKET}module "a" {{\n  source = "../a"\n}}\n',
    }
    judgement = judged(tmp_path, files)
    assert told(judgement, tmp_path) == {("b/main.tf", 3)}
    assert failing(judgement) == {"aws_s3_bucket.b", "module.b.aws_s3_bucket.b"}


def test_a_module_outside_of_what_is_scanned(tmp_path: Path) -> None:
    files = {"outside/main.tf": BUCKET, "inside/main.tf": f'module "m" {{\n  source = "../outside"\n}}\n{BUCKET}'}
    judgement = judged(tmp_path, files, "inside")
    assert [(line, "outside of what is scanned" in p.message) for p in judgement.problems for line in [p.line]] == [
        (2, True)
    ]
    assert failing(judgement) == {"aws_s3_bucket.b"}


def test_a_link_to_a_module_outside_of_what_is_scanned(tmp_path: Path) -> None:
    write(tmp_path, {"outside/main.tf": BUCKET, "inside/main.tf": 'module "m" {\n  source = "./link"\n}\n'})
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "outside")
    judgement = scan([str(tmp_path / "inside")], CATALOGUE)
    assert ["outside of what is scanned" in problem.message for problem in judgement.problems] == [True]
    assert failing(judgement) == set()


def test_a_repository_bounds_what_is_read(tmp_path: Path) -> None:
    files = {
        ".git/HEAD": "",
        "modules/m/main.tf": BUCKET,
        "root/main.tf": 'module "m" {\n  source = "../modules/m"\n}\n',
    }
    judgement = judged(tmp_path, files, "root")
    assert judgement.problems == []
    assert failing(judgement) == {"module.m.aws_s3_bucket.b"}


def test_missing_modules(tmp_path: Path) -> None:
    files = {"main.tf": f'{BUCKET}module "m" {{\n  source = "./nowhere"\n}}\nmodule "r" {{\n  source = "a/b/aws"\n}}\n'}
    judgement = judged(tmp_path, files)
    assert told(judgement, tmp_path) == {("main.tf", 3)}
    assert [note.line for note in judgement.notes] == [5]
    assert failing(judgement) == {"aws_s3_bucket.b"}


def test_for_each_over_ten_thousand_keys(tmp_path: Path) -> None:
    text = (
        'resource "aws_s3_bucket" "b" {\n  for_each = toset([for i in range(100) : "k${i}"])\n}\n'
        'resource "aws_kms_key" "k" {\n'
        '  for_each = toset([for p in setproduct(range(100), range(100)) : "${p[0]}-${p[1]}"])\n}\n'
    )
    judgement = judged(tmp_path, {"main.tf": text})
    assert judgement.problems == []
    assert len(failing(judgement)) == 100
    assert sum(f.policy == "SGR201" and f.verdict is Verdict.FAIL for f in judgement.findings) == 10_000


def test_more_resources_than_are_judged_are_told(tmp_path: Path) -> None:
    text = 'resource "aws_kms_key" "k" {\n  count = 40000\n}\nresource "aws_kms_key" "l" {\n  count = 40000\n}\n'
    judgement = scan([str(write(tmp_path, {"main.tf": text}))], [p for p in CATALOGUE if p.id == "SGR206"])
    assert told(judgement, tmp_path) == {("main.tf", 4)}


@pytest.mark.parametrize(
    "expression",
    [
        "[" * 1000 + "1" + "]" * 1000,
        "(" * 1000 + "1" + ")" * 1000,
        " + ".join(["1"] * 3000),
        "!" * 1000 + "true",
        '"${' * 500 + "1" + '}"' * 500,
        "true ? 1 : " * 1000 + "1",
        "upper(" * 1000 + '"a"' + ")" * 1000,
    ],
    ids=["lists", "brackets", "sum", "not", "templates", "conditionals", "calls"],
)
def test_expressions_nested_a_thousand_deep(tmp_path: Path, expression: str) -> None:
    text = f'{BUCKET}resource "aws_kms_key" "k" {{\n  is_enabled = {expression}\n}}\n'
    judgement = judged(tmp_path, {"main.tf": text})
    assert all("crash" not in problem.message for problem in judgement.problems)
    assert failing(judgement) == {"aws_s3_bucket.b"}
    assert judgement.problems or any(
        f.policy == "SGR206" and f.verdict is Verdict.UNDECIDED for f in judgement.findings
    )


def test_a_file_of_twenty_megabytes(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": BUCKET, "large.tf": "# a comment of thirty characters\n" * 700_000})
    done = command(".", "--format", "json", cwd=tmp_path)
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert [(error["file"], error["line"]) for error in report["errors"]] == [("large.tf", 1)]
    assert report["summary"]["fail"]


def test_links_that_lead_in_circles(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": f'{BUCKET}module "m" {{\n  source = "./loop/loop"\n}}\n'})
    (tmp_path / "loop").symlink_to(tmp_path / "loop2")
    (tmp_path / "loop2").symlink_to(tmp_path / "loop")
    (tmp_path / "up").symlink_to(tmp_path)
    (tmp_path / "file.tf").symlink_to(tmp_path / "file.tf")
    judgement = scan([str(tmp_path)], CATALOGUE)
    assert {file for file, _ in told(judgement, tmp_path)} == {"main.tf", "file.tf"}
    assert failing(judgement) == {"aws_s3_bucket.b"}


def test_files_that_are_not_utf_8(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": BUCKET})
    (tmp_path / "latin.tf").write_bytes(b'locals {\n  x = "caf\xe9"\n}\n')
    judgement = scan([str(tmp_path)], CATALOGUE)
    assert told(judgement, tmp_path) == {("latin.tf", 2)}
    assert failing(judgement) == {"aws_s3_bucket.b"}


@pytest.mark.parametrize(
    "text",
    ['{"resource": {"aws_s3_bucket": [', "[]", '{"resource": {"aws_s3_bucket": {"b": 1}}}', '{"resource": 3}', ""],
)
def test_broken_json_notation(tmp_path: Path, text: str) -> None:
    judgement = judged(tmp_path, {"main.tf": BUCKET, "bad.tf.json": text})
    assert all("crash" not in problem.message for problem in judgement.problems)
    assert failing(judgement) == {"aws_s3_bucket.b"}
    if text in {'{"resource": {"aws_s3_bucket": [', "[]", ""}:
        assert {file for file, _ in told(judgement, tmp_path)} == {"bad.tf.json"}


def test_a_broken_list_of_installed_modules_is_told(tmp_path: Path) -> None:
    files = {"main.tf": f'{BUCKET}module "m" {{\n  source = "a/b/aws"\n}}\n', ".terraform/modules/modules.json": "{"}
    judgement = judged(tmp_path, files)
    assert told(judgement, tmp_path) == {(".terraform/modules/modules.json", 1)}


# A process starts its life with the high-water mark of the process that forked it, and a test process may hold a
# gibibyte: a small one stands between them, runs the command and tells the kibibytes that it took at most.
MEASURED = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""


def test_values_that_grow_without_end_are_cut_off(tmp_path: Path) -> None:
    lines = ["locals {\n  a0 = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"]
    lines += [f"  a{n} = [for x in local.a{n - 1} : concat(local.a{n - 1}, local.a{n - 1})]" for n in range(1, 12)]
    lines.append(f"}}\n{BUCKET}")
    lines.append('resource "aws_kms_key" "k" {\n  is_enabled = length(flatten(local.a11)) > 1\n}\n')
    write(tmp_path, {"main.tf": "\n".join(lines)})
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, sys.executable, "-m", "s3_glue_rules.cli", "scan", "main.tf"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {1, 2}, done.stderr
    *said, kibibytes = done.stderr.splitlines()
    assert "Traceback" not in "\n".join(said)
    assert int(kibibytes) < 1024 * 1024


def test_many_open_variables_stay_bounded(tmp_path: Path) -> None:
    variables = "".join(f'variable "v{n}" {{\n  type    = bool\n  default = true\n}}\n' for n in range(30))
    chosen = " ".join(f"var.v{n} && !var.v{(n * 7) % 30} ||" for n in range(30))
    text = f'{variables}resource "aws_kms_key" "k" {{\n  enable_key_rotation = {chosen} false\n}}\n'
    done = command(str(write(tmp_path, {"main.tf": text})), cwd=tmp_path)
    assert done.returncode in {0, 1}
    assert "Traceback" not in done.stderr


def test_arguments_of_an_unexpected_shape(tmp_path: Path) -> None:
    text = (
        'resource "aws_s3_bucket" "b" {\n  bucket = ["x"]\n  server_side_encryption_configuration = "x"\n}\n'
        'resource "aws_s3_bucket_server_side_encryption_configuration" "e" {\n  bucket = { a = 1 }\n  rule = [[1]]\n}\n'
        'resource "aws_kms_key" "k" {\n  policy = [1]\n  enable_key_rotation = {}\n}\n'
        'resource "aws_glue_job" "j" {\n  command = 1\n  default_arguments = "x"\n  security_configuration = [2]\n}\n'
        'resource "aws_glue_security_configuration" "s" {\n  encryption_configuration = true\n}\n'
    )
    judgement = judged(tmp_path, {"main.tf": text})
    assert judgement.problems == []
    assert judgement.findings
