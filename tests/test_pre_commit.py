"""The pre-commit hooks, run by the real pre-commit, which installs this project as it does for its users."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from s3_glue_rules.read import files
from s3_glue_rules.read.files import TEMPLATE_SUFFIXES as SUFFIXES
from tests.support.fixtures import CATALOGUE, FIXTURES, ROOT

# The hook's environment is installed once: all tests here share a process when several run at a time.
pytestmark = pytest.mark.xdist_group("pre-commit")

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOK = "s3-glue-rules"
WHOLE_REPOSITORY = "s3-glue-rules-repository"
BAD = FIXTURES / "s3_bucket_encrypted_without_kms" / "bad.yaml"
GOOD = FIXTURES / "clean" / "lake.yaml"


def environment(home: Path) -> dict[str, str]:
    """Return the variables of the process less what would lead git or pre-commit to the developer's own files."""
    strangers = ("GIT_", "PRE_COMMIT", "SKIP", "VIRTUAL_ENV", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(strangers)}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(home),
        "PRE_COMMIT_COLOR": "never",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "t@e.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


@dataclass
class Repository:
    """A repository of a user, with the hooks in its configuration."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            check=False,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def configure(self, hooks: Path, revision: str, **serial: bool) -> None:
        entry = {"repo": str(hooks), "rev": revision, "hooks": [{"id": HOOK, **serial}, {"id": WHOLE_REPOSITORY}]}
        self.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [entry]}))

    def write(self, name: str, text: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.git("add", "--", name)

    def hook(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("pre-commit", "run", *arguments)

    def commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("git", "commit", "--quiet", "--message", "change", *arguments)


@dataclass
class Hooks:
    """This project as a repository of hooks, with the folder where pre-commit installs them."""

    folder: Path
    revision: str
    home: Path


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """Commit the project as it stands, less what it ignores, to a repository of its own."""
    folder = tmp_path_factory.mktemp("hooks")
    home = tmp_path_factory.mktemp("pre-commit-home")
    repository = Repository(folder, environment(home))
    repository.git("init", "--quiet")
    # The project's own history is left alone: it may be missing, in an unpacked archive.
    repository.git("--git-dir", str(folder / ".git"), "--work-tree", str(ROOT), "add", "--all", str(ROOT))
    repository.git("commit", "--quiet", "--message", "as it stands")
    return Hooks(folder, repository.git("rev-parse", "HEAD").strip(), home)


@pytest.fixture
def repository(hooks: Hooks, tmp_path: Path) -> Repository:
    made = Repository(tmp_path, environment(hooks.home))
    made.git("init", "--quiet")
    made.configure(hooks.folder, hooks.revision)
    return made


@pytest.fixture
def guarded(repository: Repository) -> Repository:
    """A repository in which git itself calls the hooks, before each commit and each push."""
    done = repository.run("pre-commit", "install", "--hook-type", "pre-commit", "--hook-type", "pre-push")
    assert done.returncode == 0, done.stdout
    return repository


def test_the_manifest_is_valid() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "pre-commit"), "validate-manifest", str(MANIFEST)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_takes_the_files_that_the_command_reads() -> None:
    changed, whole = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert [changed["id"], whole["id"]] == [HOOK, WHOLE_REPOSITORY]
    read = (*SUFFIXES, *files.SUFFIXES, *files.VALUE_SUFFIXES, *files.CODE_SUFFIXES)
    assert all(re.search(changed["files"], f"stacks/lake{suffix}") for suffix in read)
    others = (
        "yaml", "lake.yaml.orig", "lake.jsonl", "tf", "main.tf~", "terraform.tfstate", ".terraform.lock.hcl",
        "lake.tftest.hcl", "terragrunt.hcl", "plan.tfplan", "job.pyc", "py", "job.pyi",
    )  # fmt: skip
    assert not any(re.search(changed["files"], name) for name in others)
    assert not {"types", "types_or", "exclude"} & set(changed)
    # The folder that its entry names holds them all.
    assert whole["pass_filenames"] is False


def test_a_bad_template_fails_with_file_and_policy(repository: Repository) -> None:
    repository.write("stacks/lake.yaml", BAD.read_bytes())
    done = repository.hook()
    assert done.returncode == 1
    assert "stacks/lake.yaml:" in done.stdout
    assert "SGR102" in done.stdout


@pytest.mark.parametrize("name", ["lake.template", "lake.cfn", "lake.yml"])
def test_a_template_by_another_name_is_judged(repository: Repository, name: str) -> None:
    repository.write(name, BAD.read_bytes())
    done = repository.hook()
    assert done.returncode == 1
    assert f"{name}:" in done.stdout


BUCKET = """\
resource "aws_s3_bucket" "this" {
  bucket = var.name
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.algorithm
      kms_master_key_id = var.algorithm == "AES256" ? null : "arn:aws:kms:eu-west-1:111122223333:alias/lake"
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
"""
VARIABLES = """\
variable "name" {
  type    = string
  default = "lake"
}

variable "algorithm" {
  type    = string
  default = "aws:kms"
}
"""


def call(name: str, algorithm: str) -> str:
    source = "../../modules/bucket"
    return f'module "{name}" {{\n  source = "{source}"\n  name = "{name}"\n  algorithm = "{algorithm}"\n}}\n'


@pytest.fixture
def estate(repository: Repository) -> Repository:
    """A repository with a module that two of three roots use, all committed. Two roots have something to report."""
    repository.write("modules/bucket/main.tf", BUCKET)
    repository.write("modules/bucket/variables.tf", VARIABLES)
    repository.write("live/good/main.tf", call("good", "aws:kms"))
    repository.write("live/weak/main.tf", call("weak", "AES256"))
    repository.write("live/other/main.tf", f"{BUCKET.replace('this', 'other')}")
    repository.write("live/other/variables.tf", VARIABLES.replace("aws:kms", "AES256"))
    repository.write("stacks/lake.yaml", BAD.read_bytes())
    assert repository.commit().returncode == 0
    return repository


def reported(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the files that findings are reported in."""
    return set(re.findall(r"^([^\s:]+):\d+:\d+: ", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("name", ["lake/main.tf", "lake/main.tofu"])
def test_a_changed_terraform_file_is_judged(repository: Repository, name: str) -> None:
    repository.write(name, 'resource "aws_s3_bucket" "raw" {}\n')
    done = repository.hook()
    assert done.returncode == 1
    assert reported(done) == {name}


def test_a_changed_terraform_file_in_json_is_judged(repository: Repository) -> None:
    for name in ("main.tf.json", "main.tofu.json"):
        repository.write(f"{name}/{name}", '{"resource": {"aws_s3_bucket": {"raw": {}}}}\n')
    done = repository.hook()
    assert done.returncode == 1
    assert reported(done) == {"main.tf.json/main.tf.json", "main.tofu.json/main.tofu.json"}


def test_a_changed_plan_is_judged(repository: Repository) -> None:
    repository.write("plans/dev.json", (FIXTURES / "estates/terraform_lake/plans/dev.json").read_bytes())
    done = repository.hook()
    assert done.returncode == 1
    assert reported(done) == {"plans/dev.json"}


def test_a_changed_module_is_judged_in_all_roots_that_use_it(estate: Repository) -> None:
    estate.write("modules/bucket/main.tf", f"# changed\n{BUCKET}")
    done = estate.hook("--verbose")
    assert done.returncode == 1
    # Neither the root that does not use it nor the template is reported.
    assert reported(done) == {"modules/bucket/main.tf"}
    assert "bucket 'module.weak.aws_s3_bucket.this' encrypts with SSE-S3" in done.stdout
    # The key of the other root is not declared in it, which is told and does not fail the hook.
    assert "module.good.aws_s3_bucket.this: cannot be decided: alias/lake" in done.stdout
    assert "4 files judged" in done.stdout
    estate.write("live/weak/main.tf", call("weak", "aws:kms"))
    done = estate.hook("--verbose")
    assert done.returncode == 0, done.stdout
    assert "4 files judged" in done.stdout


def test_a_module_that_no_root_uses_is_judged_by_itself(estate: Repository) -> None:
    estate.write("modules/alone/main.tf", 'resource "aws_kms_key" "alone" {}\n')
    done = estate.hook()
    assert done.returncode == 1
    assert reported(done) == {"modules/alone/main.tf"}


def test_a_changed_root_is_judged_with_its_modules_and_nothing_else(estate: Repository) -> None:
    estate.write("live/good/main.tf", f"# changed\n{call('good', 'aws:kms')}")
    done = estate.hook("--verbose")
    assert done.returncode == 0, done.stdout
    assert "3 files judged" in done.stdout
    estate.write("live/good/main.tf", call("good", "AES256"))
    done = estate.hook()
    assert done.returncode == 1
    assert "module.good.aws_s3_bucket.this" in done.stdout
    assert "weak" not in done.stdout
    assert reported(done) == {"modules/bucket/main.tf"}


@pytest.mark.parametrize("name", ["terraform.tfvars", "lake.auto.tfvars", "terraform.tfvars.json"])
def test_changed_values_are_judged_with_their_root(estate: Repository, name: str) -> None:
    values = '{{"algorithm": "{}"}}\n' if name.endswith(".json") else 'algorithm = "{}"\n'
    estate.write(f"live/other/{name}", values.format("AES256"))
    done = estate.hook()
    assert done.returncode == 1
    assert reported(done) == {"live/other/main.tf"}
    estate.write(f"live/other/{name}", values.format("aws:kms"))
    done = estate.hook("--verbose")
    assert done.returncode == 0, done.stdout
    assert "0 fail" in done.stdout


def test_a_broken_module_does_not_pass(estate: Repository) -> None:
    estate.write("modules/bucket/main.tf", f"{BUCKET}\nresource {{\n")
    done = estate.hook()
    assert "exit code: 2" in done.stdout
    assert "modules/bucket/main.tf:" in done.stdout


def test_the_whole_repository_holds_its_terraform_roots(estate: Repository) -> None:
    done = estate.hook(WHOLE_REPOSITORY, "--hook-stage", "manual")
    assert done.returncode == 1
    assert reported(done) == {"modules/bucket/main.tf", "live/other/main.tf", "stacks/lake.yaml"}


def test_a_good_template_passes(repository: Repository) -> None:
    repository.write("stacks/lake.yaml", GOOD.read_bytes())
    done = repository.hook("--verbose")
    assert done.returncode == 0, done.stdout
    assert "1 files judged" in done.stdout


def test_an_unrelated_file_passes_silently(repository: Repository) -> None:
    repository.write("compose.yaml", "services:\n  web:\n    image: nginx\n")
    repository.write("package.json", '{"name": "web"}\n')
    done = repository.hook()
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"s3-glue-rules \(changed files\)\.+Passed\n", done.stdout)
    assert "0 files judged" in repository.hook("--verbose").stdout


@pytest.mark.parametrize(
    ("name", "template", "said"),
    [
        (
            "lake.yaml",
            b"AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Bucket: {Type: AWS::S3::Bucket\n",
            "lake.yaml:",
        ),
        ("lake.template", "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n".encode("utf-16"), "not UTF-8"),
    ],
    ids=["half a mapping", "UTF-16"],
)
def test_a_broken_template_does_not_pass(repository: Repository, name: str, template: bytes, said: str) -> None:
    repository.write(name, template)
    done = repository.hook()
    assert done.returncode != 0
    assert "exit code: 2" in done.stdout
    assert said in done.stdout


def test_a_commit_is_held_back_until_it_is_mended(guarded: Repository) -> None:
    guarded.write("lake.yaml", BAD.read_bytes())
    assert guarded.commit().returncode != 0
    guarded.write("lake.yaml", GOOD.read_bytes())
    done = guarded.commit()
    assert done.returncode == 0, done.stdout
    assert "whole repository" not in done.stdout


def test_a_commit_without_a_template_passes(guarded: Repository) -> None:
    assert guarded.commit().returncode == 0
    guarded.write("notes.txt", "nothing to judge\n")
    done = guarded.commit()
    assert done.returncode == 0, done.stdout
    assert "no files to check" in done.stdout
    assert guarded.commit("--allow-empty").returncode == 0


def test_the_whole_repository_is_judged_before_a_push(
    guarded: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    remote = tmp_path_factory.mktemp("remote")
    guarded.git("init", "--quiet", "--bare", str(remote))
    guarded.write("old.yaml", BAD.read_bytes())
    assert guarded.commit("--no-verify").returncode == 0
    # The change itself holds no template: the one that was there before is judged all the same.
    guarded.write("notes.txt", "nothing to judge\n")
    assert guarded.commit().returncode == 0
    push = guarded.run("git", "push", "--quiet", str(remote), "HEAD:refs/heads/main")
    assert push.returncode != 0
    assert "old.yaml:" in push.stdout
    guarded.write("old.yaml", GOOD.read_bytes())
    assert guarded.commit().returncode == 0
    push = guarded.run("git", "push", "--quiet", str(remote), "HEAD:refs/heads/main")
    assert push.returncode == 0, push.stdout


def test_the_whole_repository_is_judged_by_hand(repository: Repository) -> None:
    by_hand = (WHOLE_REPOSITORY, "--hook-stage", "manual")
    done = repository.hook(*by_hand)
    assert done.returncode == 0, done.stdout
    repository.write("deep/down/lake.template", BAD.read_bytes())
    done = repository.hook(*by_hand)
    assert done.returncode == 1
    assert "deep/down/lake.template:" in done.stdout
    # With nothing changed there is still a repository to judge.
    assert repository.commit().returncode == 0
    assert repository.hook(*by_hand).returncode == 1


def test_many_files_are_judged_by_one_process(repository: Repository, hooks: Hooks) -> None:
    for number in range(400):
        path = repository.folder / f"stack{number:03}.yaml"
        path.write_text("Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n", encoding="utf-8")
    repository.git("add", "--all")
    done = repository.hook("--verbose")
    assert done.returncode == 0, done.stdout
    assert re.findall(r"(\d+) files judged", done.stdout) == ["400"]
    if os.cpu_count() == 1:
        return
    # Without require_serial pre-commit spreads them, which shows that the count above says something.
    repository.configure(hooks.folder, hooks.revision, require_serial=False)
    spread = [int(judged) for judged in re.findall(r"(\d+) files judged", repository.hook("--verbose").stdout)]
    assert len(spread) > 1
    assert sum(spread) == 400


def test_the_hook_installs_little(repository: Repository, hooks: Hooks) -> None:
    assert repository.hook().returncode == 0
    (python,) = hooks.home.glob("repo*/py_env-*/bin/python")
    command = "import importlib.metadata as m, json; print(json.dumps([d.metadata['Name'] for d in m.distributions()]))"
    done = repository.run(str(python), "-c", command)
    installed = {name.lower() for name in json.loads(done.stdout)}
    # virtualenv itself brings the tools of installation.
    assert installed - {"pip", "setuptools", "wheel"} == {"s3-glue-rules", "pyyaml", "tree-sitter", "tree-sitter-hcl"}
    # The wheel holds the whole catalogue, the page for people included.
    (page,) = hooks.home.glob("repo*/py_env-*/lib/python*/site-packages/s3_glue_rules/policies/README.md")
    assert {path.stem for path in page.parent.glob("*.yaml")} == {policy.stem for policy in CATALOGUE}
    assert all(f"| [{policy.id}]" in page.read_text(encoding="utf-8") for policy in CATALOGUE)
    listed = repository.run(str(python.parent / "s3-glue-rules"), "scan", "--list-policies").stdout
    assert [line.split()[0] for line in listed.splitlines()] == [policy.id for policy in CATALOGUE]
