"""The Python fixtures through the command's own engine: exact sets of lines, and good files that earn their pass."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from s3_glue_rules.catalogue import Policy
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE, KINDS, kind_of
from tests.support.python_markers import PYTHON_CASES, PYTHON_IDS, cases, wanted
from tests.support.terraform import need_terraform, validate

MARKED = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.EXEMPT}


def judged(path: Path, policy: Policy) -> list[Finding]:
    judgement = scan([str(path)], (policy,))
    assert judgement.problems == []
    assert judgement.notes == []
    # Configuration beside a script is there for the script: what the policy says of it has fixtures of its own.
    return [finding for finding in judgement.findings if finding.span.file.endswith((".py", ".ipynb"))]


@pytest.mark.parametrize(("policy", "path"), PYTHON_CASES, ids=PYTHON_IDS)
def test_findings_stand_on_the_marked_lines(policy: Policy, path: Path) -> None:
    found = [
        (f.policy, f.verdict.value, str(Path(f.span.file).resolve()), f.span.line)
        for f in judged(path, policy)
        if f.verdict in MARKED
    ]
    assert sorted(found) == sorted(item for item in wanted(path) if item[0] == policy.id)


@pytest.mark.parametrize(("policy", "path"), PYTHON_CASES, ids=PYTHON_IDS)
def test_kinds_hold_what_they_say(policy: Policy, path: Path) -> None:
    verdicts = {finding.verdict for finding in judged(path, policy)}
    kind = kind_of(path)
    assert kind in KINDS
    if kind == "good":
        assert Verdict.PASS in verdicts
    if kind in {"good", "near"}:
        assert not {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED} & verdicts
    if kind == "bad":
        assert Verdict.FAIL in verdicts
    if kind == "undecided":
        assert Verdict.UNDECIDED in verdicts


@pytest.mark.parametrize(
    "policy", [policy for policy in CATALOGUE if "python" in policy.languages], ids=lambda policy: policy.id
)
def test_every_policy_has_its_kinds_of_cases(policy: Policy) -> None:
    assert {"good", "bad", "near", "branches"} <= {kind_of(path) for path in cases(policy)}


FOLDERS = [path for _, path in PYTHON_CASES if path.is_dir()]


def test_terraform_beside_scripts_is_real(tmp_path: Path) -> None:
    need_terraform()
    folders = [path for path in FOLDERS if (path / "main.tf").exists()]
    for folder in folders:
        shutil.copytree(folder, tmp_path / "root" / folder.name)
    calls = [f'module "{folder.name}" {{\n  source = "./{folder.name}"\n}}\n' for folder in folders]
    needed = [
        call.replace("}\n", '  key = "a"\n  algorithm = "b"\n}\n') if "undecided" in call else call for call in calls
    ]
    main = tmp_path / "root" / "main.tf"
    main.write_text('provider "aws" {\n  region = "eu-west-1"\n}\n' + "".join(needed), encoding="utf-8")
    validate(tmp_path / "root", tmp_path / "work")


def test_templates_beside_scripts_are_real() -> None:
    files = [file for path in FOLDERS for file in [*path.glob("template.yaml"), *path.rglob("*.template.json")]]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "cfn-lint"), *map(str, files)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(("policy", "path"), PYTHON_CASES, ids=PYTHON_IDS)
def test_fixtures_are_python(policy: Policy, path: Path) -> None:
    del policy
    for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
        if file.suffix == ".py":
            ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 10))
