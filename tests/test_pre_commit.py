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

from s3_glue_rules.read.cloudformation import SUFFIXES
from tests.support.fixtures import FIXTURES, ROOT

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
    assert all(re.search(changed["files"], f"stacks/lake{suffix}") for suffix in SUFFIXES)
    assert not any(re.search(changed["files"], name) for name in ("lake.tf", "yaml", "lake.yaml.orig", "lake.jsonl"))
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
    assert {"s3-glue-rules", "pyyaml"} <= installed
    assert not {"checkov", "cfn-lint", "boto3", "botocore"} & installed
    # virtualenv itself brings the tools of installation.
    assert installed <= {"s3-glue-rules", "pyyaml", "pip", "setuptools", "wheel"}
