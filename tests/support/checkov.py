"""How the tests run checkov and read what it says.

checkov lives in an environment of its own: ``S3_GLUE_RULES_CHECKOV`` names its Python, ``.venv-checkov`` is the
default.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.hosts import checkov_folder
from s3_glue_rules.model.findings import Finding
from tests.support.fixtures import ROOT

PYTHON = Path(os.environ.get("S3_GLUE_RULES_CHECKOV") or ROOT / ".venv-checkov" / "bin" / "python")

# A finding: policy, file and the resource as checkov calls it.
Place = tuple[str, str, str]


def need_checkov() -> Path:
    """Return the program; without it nothing can be shown, and in CI that is a failure."""
    program = PYTHON.parent / "checkov"
    if not program.is_file():
        reason = f"there is no checkov at {program}; set S3_GLUE_RULES_CHECKOV to a Python that has it"
        if "CI" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    return program


def environment(package: Path = ROOT, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CKV_", "S3_GLUE_RULES_"))}
    quiet = {"BC_SKIP_MAPPING": "TRUE", "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"}
    return {**kept, **quiet, "PYTHONPATH": str(package), **more}


def run(
    *arguments: str, cwd: Path, package: Path = ROOT, framework: str = "cloudformation", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run checkov itself."""
    folder = package / checkov_folder().relative_to(ROOT)
    command = [str(PYTHON.parent / "checkov"), "--framework", framework, "--external-checks-dir", str(folder)]
    return subprocess.run(
        [*command, *arguments],
        cwd=cwd, env=environment(package, **variables), capture_output=True, text=True, check=False,
    )  # fmt: skip


def command(*arguments: str, cwd: Path, package: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``s3-glue-rules checkov``."""
    return subprocess.run(
        [str(PYTHON), "-m", "s3_glue_rules.cli", "checkov", *arguments],
        cwd=cwd, env=environment(package, **variables), capture_output=True, text=True, check=False,
    )  # fmt: skip


def results(done: subprocess.CompletedProcess[str] | str) -> dict[str, Any]:
    """Return the records of all frameworks by their kind."""
    report = json.loads(done if isinstance(done, str) else done.stdout)
    found: dict[str, Any] = {
        kind: [] for kind in ("failed_checks", "passed_checks", "skipped_checks", "parsing_errors")
    }
    for part in report if isinstance(report, list) else [report]:
        for kind, records in part.get("results", {}).items():
            found.setdefault(kind, []).extend(records)
    return found


def places(records: list[dict[str, Any]], folder: Path) -> set[Place]:
    return {(r["check_id"], str((folder / r["file_abs_path"]).resolve()), r["resource"]) for r in records}


def write(folder: Path, text: str, name: str = "template.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def broken_package(folder: Path, path: str, text: str) -> Path:
    """Copy the package and overwrite one of its files."""
    shutil.copytree(ROOT / "s3_glue_rules", folder / "s3_glue_rules", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "s3_glue_rules" / path).write_text(text, encoding="utf-8")
    return folder


def is_of_terraform(finding: Finding) -> bool:
    return "::" not in finding.resource_type


# What the tests break to see that it is no clean run.
BROKEN = [
    ("checks/s3_bucket_relies_on_implicit_encryption.py", "SUBJECT = 1 / 0\n"),
    ("scan.py", "MOST_CALLS = 5000\n\n\ndef scan(*_):\n    raise MemoryError\n\n\nload_checks = scan\n"),
    ("catalogue_data.py", "POLICIES = (\n"),
    ("hosts/checkov_checks.py", "import a_module_that_no_one_has\n"),
]
