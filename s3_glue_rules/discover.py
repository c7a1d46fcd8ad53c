"""Paths → estates: which files are templates, which folders are cloud assemblies, and what belongs together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from s3_glue_rules.model.declarations import Estate
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.read.assembly import AssemblyHints, is_assembly, read_assembly
from s3_glue_rules.read.cloudformation import SUFFIXES, Template, load_template
from s3_glue_rules.read.source import ReadError
from s3_glue_rules.resolve.estates import EstateBuilder

# Folders of tools, whose files no one deploys from.
SKIPPED_FOLDERS = {
    ".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", ".tox", ".nox", ".venv", "venv", ".mypy_cache",
    ".pytest_cache", ".ruff_cache", "__pycache__", "node_modules", ".aws-sam", ".serverless",
}  # fmt: skip


@dataclass
class Discovery:
    """What was found under some paths."""

    estates: list[Estate] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files_judged: int = 0
    files_passed_over: int = 0


class Loader:
    """Reads each file once."""

    def __init__(self) -> None:
        self._known: dict[Path, Template | None | ReadError] = {}
        self._names: dict[Path, str] = {}

    def name(self, path: Path, shown: str) -> None:
        """Say under which name a file is to be reported."""
        self._names.setdefault(path, shown)

    def __call__(self, path: Path) -> Template | None:
        """Return the template in a file; None where it holds something else. Raises ReadError."""
        path = path.resolve()
        if path not in self._known:
            try:
                self._known[path] = load_template(path, self._names.get(path) or _shown(path))
            except ReadError as error:
                self._known[path] = error
            except OSError as error:
                self._known[path] = ReadError(1, f"it cannot be read: {error.strerror}")
        found = self._known[path]
        if isinstance(found, ReadError):
            raise found
        return found


def discover(paths: Iterable[str]) -> Discovery:
    """Find the estates under files and folders.

    A path that does not exist, a file that looks like a template and cannot be read: each is a problem.
    """
    discovery = Discovery()
    loader = Loader()
    templates: list[Path] = []
    assemblies: dict[Path, str] = {}
    wanted: dict[Path, set[Path]] = {}
    for given in paths:
        path = Path(given)
        if path.is_dir():
            for found, shown in _walk(path):
                if found.is_dir():
                    assemblies.setdefault(found.resolve(), shown)
                    wanted[found.resolve()] = set()
                else:
                    loader.name(found.resolve(), shown)
                    templates.append(found.resolve())
        elif path.exists():
            folder = path.resolve().parent
            if is_assembly(folder) and path.suffix in SUFFIXES:
                if folder not in assemblies:
                    assemblies[folder] = _relative(path.parent)
                    wanted[folder] = set()
                    wanted[folder].add(path.resolve())
                elif wanted[folder]:
                    wanted[folder].add(path.resolve())
                loader.name(path.resolve(), given)
            else:
                loader.name(path.resolve(), given)
                templates.append(path.resolve())
        else:
            discovery.problems.append(Problem(given, 1, "there is no such file or folder"))
    for folder, shown in assemblies.items():
        _add_assembly(discovery, loader, folder, shown, wanted[folder])
    _add_templates(discovery, loader, list(dict.fromkeys(templates)))
    return discovery


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    if is_assembly(folder):
        yield folder, _relative(folder)
        return
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        kept = []
        for name in sorted(folders):
            inner = here / name
            if name in SKIPPED_FOLDERS or inner.is_symlink():
                continue
            if is_assembly(inner):
                yield inner, _relative(inner)
            else:
                kept.append(name)
        folders[:] = kept
        for name in sorted(files):
            path = here / name
            if name.endswith(SUFFIXES) and path.is_file():
                yield path, _relative(path)


def _relative(path: Path) -> str:
    return os.path.normpath(path)


def _shown(path: Path) -> str:
    """Return the name under which a file that nobody gave is reported: relative where it is below this folder."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _add_templates(discovery: Discovery, loader: Loader, paths: list[Path]) -> None:
    roots: list[tuple[Path, Template]] = []
    for path in paths:
        try:
            template = loader(path)
        except ReadError as error:
            discovery.problems.append(Problem(loader._names.get(path, str(path)), error.line, error.message))
            continue
        if template is None:
            discovery.files_passed_over += 1
        else:
            discovery.files_judged += 1
            roots.append((path, template))
    built: list[tuple[Path, Estate]] = []
    nested: set[Path] = set()
    for path, template in roots:
        builder = EstateBuilder(template.file, loader)
        try:
            builder.add_stack(template)
            built.append((path, builder.finish()))
            nested |= builder.children - {path}
        except ReadError as error:
            discovery.problems.append(Problem(template.file, error.line, error.message))
    # A template that another one nests is judged through it, with the parameters that it is given there.
    discovery.estates.extend(estate for path, estate in built if path not in nested)


def _add_assembly(discovery: Discovery, loader: Loader, folder: Path, shown: str, only: set[Path]) -> None:
    manifest = str(Path(shown) / "manifest.json")
    try:
        stacks = read_assembly(folder)
    except ReadError as error:
        discovery.problems.append(Problem(manifest, error.line, error.message))
        return
    builder = EstateBuilder(shown, loader)
    for stack in stacks:
        loader.name(stack.template.resolve(), os.path.normpath(Path(shown) / stack.template.relative_to(folder)))
        try:
            template = loader(stack.template)
            if template is None:
                raise ReadError(1, "the manifest lists it as a template, and it is none")
            builder.add_stack(
                template,
                key=stack.identifier,
                environment=stack.environment,
                stack_name=stack.stack_name,
                hints=AssemblyHints(stack),
            )
        except ReadError as error:
            file = loader._names.get(stack.template.resolve(), str(stack.template))
            discovery.problems.append(Problem(file, error.line, error.message))
    estate = builder.finish()
    discovery.files_judged += len(only) or len(estate.files)
    estate.only_files = {str(loader._names.get(path, path)) for path in only}
    discovery.estates.append(estate)
