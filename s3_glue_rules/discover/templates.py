"""Templates and cloud assemblies → estates: what nests what, and what belongs together."""

from __future__ import annotations

import os
from pathlib import Path

from s3_glue_rules.discover.found import Discovery, crash
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.read.assembly import AssemblyHints, read_assembly
from s3_glue_rules.read.cloudformation import Template, load_template
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.files import shown_name
from s3_glue_rules.resolve.estates import EstateBuilder


class Loader:
    """Reads each file once. ``names`` are the spellings under which files are reported."""

    def __init__(self, names: dict[Path, str] | None = None) -> None:
        self._known: dict[Path, Template | ReadError | None] = {}
        self._names = {} if names is None else names

    def name(self, path: Path, shown: str) -> None:
        """Say under which name a file is to be reported."""
        self._names.setdefault(path, shown)

    def shown(self, path: Path) -> str:
        """Return the name under which a file is reported."""
        return self._names.get(self._resolved(path)) or shown_name(path)

    def _resolved(self, path: Path) -> Path:
        """Return what a path leads to. Most paths that are asked for are known under just that name."""
        return path if path in self._names else path.resolve()

    def __call__(self, path: Path) -> Template | None:
        """Return the template in a file; None where it holds something else. Raises ReadError."""
        path = self._resolved(path)
        if path not in self._known:
            self._known[path] = self._load(path, certain=False)
        found = self._known[path]
        if isinstance(found, ReadError):
            raise found
        return found

    def certainly(self, path: Path) -> Template | None:
        """Return the template in a file that is known to be one; None where it has no resources. Raises ReadError."""
        found = self._load(path.resolve(), certain=True)
        if isinstance(found, ReadError):
            raise found
        return found

    def _load(self, path: Path, *, certain: bool) -> Template | ReadError | None:
        try:
            return load_template(path, self.shown(path), certain=certain)
        except ReadError as error:
            return error
        except OSError as error:
            return ReadError(1, f"it cannot be read: {error.strerror}")
        except Exception as error:  # noqa: BLE001 - whatever reading raises must not look like a clean run
            return ReadError(1, crash(error))


def add_templates(discovery: Discovery, loader: Loader, paths: list[Path]) -> None:
    """Add the estates of templates. One that another one nests is judged through it."""
    roots: list[tuple[Path, Template]] = []
    for path in paths:
        try:
            template = loader(path)
        except ReadError as error:
            discovery.problems.append(Problem(loader.shown(path), error.line, error.message))
            continue
        if template is None:
            discovery.files_passed_over += 1
        else:
            discovery.files_judged += 1
            roots.append((path, template))
    built: list[tuple[Path, EstateBuilder]] = []
    nested: set[Path] = set()
    for path, template in roots:
        builder = EstateBuilder(template.file, loader)
        try:
            builder.add_stack(template)
            builder.finish()
        except ReadError as error:
            discovery.problems.append(Problem(template.file, error.line, error.message))
        except Exception as error:  # noqa: BLE001 - as in Loader
            discovery.problems.append(Problem(template.file, 1, crash(error)))
        else:
            built.append((path, builder))
            nested |= builder.children - {path}
    # A template that another one nests is judged through it, with the parameters that it is given there; of templates
    # that nest each other the first is judged.
    judged: set[Path] = set()
    for path, builder in sorted(built, key=lambda item: item[0] in nested):
        if path not in nested or path not in judged:
            discovery.estates.append(builder.estate)
            judged |= builder.children


def add_assembly(discovery: Discovery, loader: Loader, folder: Path, shown: str, only: set[Path]) -> list[Path]:
    """Add an assembly. Returns those of the wanted files that are no templates of it."""
    manifest = str(Path(shown) / "manifest.json")
    try:
        stacks = read_assembly(folder)
    except ReadError as error:
        discovery.problems.append(Problem(manifest, error.line, error.message))
        return []
    builder = EstateBuilder(shown, loader)
    for stack in stacks:
        loader.name(stack.template.resolve(), os.path.normpath(Path(shown) / os.path.relpath(stack.template, folder)))
        try:
            template = loader(stack.template) or loader.certainly(stack.template)
            if template is None:
                # The stacks of integration tests that only hold assertions have no Resources section at all.
                discovery.files_passed_over += 1
                continue
            builder.add_stack(
                template,
                key=stack.identifier,
                environment=stack.environment,
                stack_name=stack.stack_name,
                hints=AssemblyHints(stack),
            )
        except ReadError as error:
            discovery.problems.append(Problem(loader.shown(stack.template), error.line, error.message))
        except Exception as error:  # noqa: BLE001 - as in Loader
            discovery.problems.append(Problem(loader.shown(stack.template), 1, crash(error)))
    try:
        estate = builder.finish()
    except ReadError as error:
        discovery.problems.append(Problem(manifest, error.line, error.message))
        return []
    estate.only_files = {loader.shown(path) for path in only} & set(estate.files)
    discovery.files_judged += len(estate.only_files if only else estate.files)
    if estate.only_files or not only:
        discovery.estates.append(estate)
    return sorted(path for path in only if loader.shown(path) not in estate.only_files)
