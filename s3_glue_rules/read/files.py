"""Which files are templates, assemblies and Terraform, which make a module, and how far around them is read.

Imports nothing of the readers: every scan asks this.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

TEMPLATE_SUFFIXES = (".yaml", ".yml", ".json", ".template", ".cfn")
SUFFIXES = (".tf", ".tf.json", ".tofu", ".tofu.json")
CODE_SUFFIXES = (".py", ".ipynb")
VALUE_SUFFIXES = (".tfvars", ".tfvars.json")


def is_module_file(name: str) -> bool:
    """Return whether Terraform or OpenTofu reads a file of that name as configuration."""
    return name.endswith(SUFFIXES) and not name.startswith((".", "#")) and not name.endswith("~")


def is_loaded_automatically(name: str) -> bool:
    """Return whether Terraform loads a file of variables of that name without being told."""
    return name in {"terraform.tfvars", "terraform.tfvars.json"} or name.endswith((".auto.tfvars", ".auto.tfvars.json"))


def module_files(folder: Path) -> list[str]:
    """Return the configuration files of a directory, override files last. OpenTofu's file stands for its namesake."""
    try:
        names = sorted(path.name for path in folder.iterdir() if is_module_file(path.name))
    except OSError:
        return []
    present = set(names)
    names = [name for name in names if not (".tf" in name and name.replace(".tf", ".tofu") in present)]
    return [name for name in names if not is_override(name)] + [name for name in names if is_override(name)]


def is_override(name: str) -> bool:
    """Return whether a file is merged over the others."""
    stem = name.split(".", maxsplit=1)[0]
    return stem == "override" or stem.endswith("_override")


def repository_of(folder: Path) -> Path | None:
    """Return the repository that a folder lies in."""
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            return above
    return None


def boundary_of(folder: Path, given: Path) -> Path:
    """Return the folder that nothing is read outside of: the repository, the working directory, or what was given."""
    repository = repository_of(folder)
    if repository is not None:
        return repository
    here = Path.cwd().resolve()
    if here in (folder, *folder.parents):
        return here
    return given


def shown_name(path: Path) -> str:
    """Return one spelling of a path for all ways to write it."""
    try:
        return str(Path(os.path.normpath(path.absolute())).relative_to(Path.cwd()))
    except ValueError:
        return os.path.normpath(path)


def is_assembly(folder: Path) -> bool:
    """Return whether a folder is a cloud assembly."""
    manifest = folder / "manifest.json"
    if not os.path.isfile(manifest):  # noqa: PTH113 - pathlib raises where the folder may not be read
        return False
    try:
        data = json.loads(manifest.read_bytes())
    except (ValueError, OSError, RecursionError):
        return (folder / "cdk.out").is_file() or folder.name == "cdk.out"
    return isinstance(data, dict) and "version" in data and ("artifacts" in data or (folder / "cdk.out").is_file())
