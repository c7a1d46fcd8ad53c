"""Directories with Terraform files → estates: which of them are root modules, and what belongs to each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from s3_glue_rules.model.declarations import Estate
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.files import (
    VALUE_SUFFIXES,
    boundary_of,
    is_loaded_automatically,
    is_module_file,
    module_files,
    repository_of,
    shown_name,
)
from s3_glue_rules.read.hcl_syntax import Literal
from s3_glue_rules.read.terraform import ModuleText, load_module
from s3_glue_rules.resolve.terraform.estates import RootBuilder

MOST_FOLDERS = 20_000
MOST_KEPT = 256


class ModuleLoader:
    """Reads module directories, and keeps those that were asked for last: trees of thousands would fill the memory."""

    def __init__(self, skipped: set[str]) -> None:
        self._known: dict[Path, ModuleText] = {}
        self._callees: dict[Path, list[Path]] = {}
        self._notable: dict[Path, bool] = {}
        self._skipped = skipped
        self._allowed: set[Path] = set()

    def allow(self, boundary: Path) -> None:
        """Let modules be read below a folder."""
        self._allowed.add(boundary)

    def __call__(self, folder: Path) -> ModuleText:
        """Return what a directory declares."""
        folder = folder.resolve()
        known = self._known.get(folder)
        if known is None:
            known = load_module(folder, shown_name(folder))
            if len(self._known) >= MOST_KEPT:
                del self._known[next(iter(self._known))]
        else:
            del self._known[folder]
        self._known[folder] = known
        self._notable[folder] = known.mentions or bool(known.problems)
        return known

    def is_notable(self, folder: Path) -> bool:
        """Return whether a directory mentions AWS or modules, or cannot be read."""
        if folder not in self._notable:
            self(folder)
        return self._notable[folder]

    def callees(self, folder: Path) -> list[Path]:
        """Return the directories that the module in a directory calls by a path."""
        known = self._callees.get(folder)
        if known is None:
            known = self._callees[folder] = self._read_callees(folder)
        return known

    def _read_callees(self, folder: Path) -> list[Path]:
        found: list[Path] = []
        for block in self(folder).modules.values():
            try:
                argument = block.body.arguments.get("source")
                source = argument.expression if argument is not None else None
            except ReadError:
                continue  # whoever evaluates the call tells it
            if isinstance(source, Literal) and isinstance(source.value, str) and source.value.startswith("."):
                try:
                    callee = (folder / source.value).resolve()
                except (OSError, RuntimeError, ValueError):
                    continue
                if any(callee == allowed or allowed in callee.parents for allowed in self._allowed):
                    found.append(callee)
        return found

    def reached(self, folder: Path) -> set[Path]:
        """Return a directory with all that it calls, directly or not."""
        seen: set[Path] = set()
        left = [folder]
        while left:
            here = left.pop()
            if here not in seen and here.is_dir():
                seen.add(here)
                left.extend(self.callees(here))
        return seen

    def roots(self, folders: Iterable[Path]) -> list[Path]:
        """Return the directories that no other one calls; of those that only call each other, the first."""
        ordered = sorted(set(folders))
        called = {callee for folder in ordered for callee in self.callees(folder) if callee != folder}
        roots = [folder for folder in ordered if folder not in called]
        covered = {reached for root in roots for reached in self.reached(root)}
        for folder in ordered:
            if folder not in covered:
                roots.append(folder)
                covered |= self.reached(folder)
        return roots

    def below(self, folder: Path) -> Iterator[Path]:
        """Yield the directories below a folder that hold Terraform files."""
        for number, (parent, folders, files) in enumerate(os.walk(folder)):
            folders[:] = sorted(
                name for name in folders if name not in self._skipped and not Path(parent, name).is_symlink()
            )
            if number >= MOST_FOLDERS:
                return
            if any(is_module_file(name) for name in files):
                yield Path(parent).resolve()


@dataclass
class Found:
    """Terraform among some paths: directories with the path that the user gave, and files of variables.

    ``folders`` were walked; ``changed`` are those of single files; ``values`` are files of variables that Terraform
    does not load by itself, with the root module that each is for.
    """

    folders: dict[Path, Path] = field(default_factory=dict)
    changed: dict[Path, Path] = field(default_factory=dict)
    values: dict[Path, Path] = field(default_factory=dict)

    @classmethod
    def among(cls, walked: dict[Path, Path], given: list[Path]) -> tuple[Found, list[Path]]:
        """Return what there is among walked directories and single files; with files of variables for nothing."""
        found = cls(walked)
        unused: list[Path] = []
        for path in given:
            if not path.name.endswith(VALUE_SUFFIXES):
                found.changed.setdefault(path.parent, path.parent)
            elif not found.add_values(path):
                unused.append(path)
        return found, unused

    def add_values(self, path: Path) -> bool:
        """Add a file of variables. Returns whether there is a module that it can be for: its folder or one above."""
        folder = path.parent
        if is_loaded_automatically(path.name) and module_files(folder):
            self.changed.setdefault(folder, folder)
            return True
        limit = boundary_of(folder, folder)
        for above in (folder, *folder.parents):
            if module_files(above):
                self.values[path] = above
                return True
            if above == limit:
                break
        return False


@dataclass
class Outcome:
    """What building estates found out beside them."""

    problems: list[Problem] = field(default_factory=list)
    judged: set[str] = field(default_factory=set)
    passed_over: set[str] = field(default_factory=set)


def terraform_estates(
    found: Found, loader: ModuleLoader, var_files: tuple[str, ...], outcome: Outcome
) -> Iterator[Estate]:
    """Build the estates of all root modules among some directories, and of those that use changed directories.

    One after the other, so that each can be judged and let go of before the next one is built.
    """
    folders = found.folders
    changed = {folder: given for folder, given in found.changed.items() if folder not in folders}
    for folder in found.values.values():
        loader.allow(boundary_of(folder, folder))
    for folder, given in (*folders.items(), *changed.items()):
        loader.allow(boundary_of(folder, given))
    wanted: dict[Path, Path] = {root: folders[root] for root in loader.roots(folders)}
    for folder, given in changed.items():
        repository = repository_of(folder)
        candidates = set(loader.below(repository)) if repository is not None else set()
        candidates.add(folder)
        users = [root for root in loader.roots(candidates) if folder in loader.reached(root)]
        wanted.update((root, repository or given) for root in users or [folder])
    work = [(root, given, var_files) for root, given in wanted.items()]
    work += [(root, root, (*var_files, shown_name(path))) for path, root in found.values.items()]
    for root, given, files in work:
        reached = loader.reached(root)
        if not any(loader.is_notable(folder) for folder in reached):
            outcome.passed_over.update(file for folder in reached for file in loader(folder).files)
            continue
        text = loader(root)
        try:
            builder = RootBuilder(text, loader, boundary_of(root, given), var_files=files)
            estate = builder.build()
        except Exception as error:  # noqa: BLE001 - whatever reading raises must not look like a clean run
            outcome.problems.append(
                Problem(
                    text.files[0] if text.files else text.shown,
                    1,
                    f"the module was not judged, because reading it crashed ({type(error).__name__}: {error}); "
                    "please report this",
                )
            )
            continue
        if files != var_files:
            estate.name = f"{estate.name} with {files[-1]}"
        outcome.judged.update(estate.files)
        yield estate
    if not outcome.judged:
        why = "it was given as --var-file, and no Terraform module was found"
        outcome.problems.extend(Problem(file, 1, why) for file in var_files)
