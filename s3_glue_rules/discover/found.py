"""What is found under some paths, and what a user says about finding it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from s3_glue_rules.model.declarations import Estate
from s3_glue_rules.model.findings import Problem

# Folders of tools, whose files no one deploys from.
SKIPPED_FOLDERS = {
    ".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", ".tox", ".nox", ".venv", "venv", ".mypy_cache",
    ".pytest_cache", ".ruff_cache", "__pycache__", "node_modules", ".aws-sam", ".serverless", "site-packages",
    ".ipynb_checkpoints",
}  # fmt: skip


@dataclass
class Discovery:
    """What was found under some paths.

    ``roots`` builds estates of Terraform one by one; problems and counts are complete when it has come to its end.
    ``code`` are Python files and notebooks with the names to report them under, none of which was looked at yet.
    """

    estates: list[Estate] = field(default_factory=list)
    roots: Iterator[Estate] = field(default_factory=lambda: iter(()))
    code: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files_judged: int = 0
    files_passed_over: int = 0


@dataclass(frozen=True)
class TerraformOptions:
    """What a user says about Terraform: files of variables for every root, and the root module behind the plans."""

    var_files: tuple[str, ...] = ()
    root: str | None = None


def crash(error: Exception) -> str:
    """Say that reading crashed, for people."""
    return f"it was not judged, because reading it crashed ({type(error).__name__}: {error}); please report this"
