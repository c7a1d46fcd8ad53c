"""Expectations in Python fixtures: ``# expect: SGR411`` on the line where a finding's primary location is."""

from __future__ import annotations

import re
from pathlib import Path

from s3_glue_rules.catalogue import Policy
from tests.support.fixtures import CATALOGUE, FIXTURES
from tests.support.markers import VERDICTS

_MARKER = re.compile(r"#\s*(expect|conditional|unsure|exempt):\s*(SGR\d{3}(?:\s*,\s*SGR\d{3})*)")

# Policy, verdict, file and line.
Said = tuple[str, str, str, int]


def cases(policy: Policy) -> list[Path]:
    """Return the Python fixtures of a policy: files that are judged each by itself, and folders with configuration.

    Folders of a policy that speaks Terraform as well are root modules: those with scripts stand in ``python``.
    """
    folder = FIXTURES / policy.stem
    beside = folder / "python" if "terraform" in policy.languages else folder
    folders = [path for path in beside.iterdir() if path.is_dir()] if beside.is_dir() else []
    return sorted([*folder.glob("*.py"), *folder.glob("*.ipynb"), *folders])


def wanted(path: Path) -> list[Said]:
    """Return what a fixture expects: a policy that is named twice is expected twice."""
    files = [path] if path.is_file() else sorted([*path.rglob("*.py"), *path.rglob("*.ipynb")])
    # A file asset of an assembly is a copy of its source, where findings point at.
    files = [file for file in files if not file.name.startswith("asset.")]
    return [
        (policy.strip(), VERDICTS[marker.group(1)].value, str(file.resolve()), number)
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        for marker in _MARKER.finditer(line)
        for policy in marker.group(2).split(",")
    ]


PYTHON_CASES = [(policy, path) for policy in CATALOGUE if "python" in policy.languages for path in cases(policy)]
PYTHON_IDS = [f"{policy.id}-{path.name}" for policy, path in PYTHON_CASES]
