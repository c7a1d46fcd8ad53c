"""Paths → estates: what each file and folder is, and which reader it is for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from s3_glue_rules.discover.found import SKIPPED_FOLDERS, Discovery, TerraformOptions
from s3_glue_rules.model.declarations import Estate
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.read.files import (
    CODE_SUFFIXES,
    TEMPLATE_SUFFIXES,
    VALUE_SUFFIXES,
    is_assembly,
    is_module_file,
    shown_name,
)


def discover(  # noqa: PLR0915 - one walk over paths of all kinds
    paths: Iterable[str], terraform: TerraformOptions | None = None, *, lazily: bool = False
) -> Discovery:
    """Find the estates under files and folders; ``lazily``, those of Terraform are built when ``roots`` is read.

    A path that does not exist, a file that looks like a template and cannot be read: each is a problem.
    """
    discovery = Discovery()
    names: dict[Path, str] = {}
    modules: dict[Path, Path] = {}
    files: list[Path] = []
    templates: list[Path] = []
    assemblies: dict[Path, str] = {}
    wanted: dict[Path, set[Path]] = {}
    for given in paths:
        path = Path(given)
        shown_as = shown_name(path)
        # Unlike pathlib, os.path answers where a folder may not be read.
        if os.path.isdir(path):  # noqa: PTH112 - see above
            top = path.resolve()
            for walked, shown in _walk(path, discovery.problems):
                found = walked.resolve()
                if found.is_dir():
                    assemblies.setdefault(found, shown)
                    wanted[found] = set()
                elif is_module_file(walked.name):
                    modules.setdefault(found.parent, top)
                elif walked.name.endswith(CODE_SUFFIXES):
                    discovery.code.setdefault(found, shown)
                else:
                    names.setdefault(found, shown)
                    templates.append(found)
        elif os.path.exists(path):  # noqa: PTH110 - see above
            folder = path.resolve().parent
            if is_module_file(path.name) or path.name.endswith(VALUE_SUFFIXES):
                files.append(path.resolve())
            elif path.name.endswith(CODE_SUFFIXES):
                discovery.code.setdefault(path.resolve(), shown_as)
            elif is_assembly(folder) and path.suffix in TEMPLATE_SUFFIXES:
                if path.name == "manifest.json":
                    assemblies.setdefault(folder, shown_name(path.parent))
                    wanted[folder] = set()
                elif folder not in assemblies:
                    assemblies[folder] = shown_name(path.parent)
                    wanted[folder] = {path.resolve()}
                elif wanted[folder]:
                    wanted[folder].add(path.resolve())
                names.setdefault(path.resolve(), shown_as)
            else:
                names.setdefault(path.resolve(), shown_as)
                templates.append(path.resolve())
        else:
            discovery.problems.append(Problem(shown_as, 1, "there is no such file or folder, or it may not be read"))
    options = terraform or TerraformOptions()
    has_plans = False
    if templates or assemblies:
        # Imported where there is something to read: it takes time that a scan of Terraform alone does not need.
        from s3_glue_rules.discover.plans import add_plans, plans_among
        from s3_glue_rules.discover.templates import Loader, add_assembly, add_templates

        loader = Loader(names)
        for folder, shown in assemblies.items():
            templates.extend(add_assembly(discovery, loader, folder, shown, wanted[folder]))
        templates = list(dict.fromkeys(templates))
        plans = plans_among(discovery, loader, templates)
        has_plans = bool(plans)
        add_plans(discovery, plans, options)
        add_templates(discovery, loader, [path for path in templates if path not in plans])
    if options.root is not None and not has_plans:
        discovery.problems.append(Problem(options.root, 1, "it was given as --root, and no Terraform plan was found"))
    if modules or files or options.var_files:
        roots = _terraform(discovery, modules, files, options.var_files)
        if lazily:
            discovery.roots = roots
        else:
            discovery.estates.extend(roots)
    return discovery


def _terraform(
    discovery: Discovery, modules: dict[Path, Path], files: list[Path], var_files: tuple[str, ...]
) -> Iterator[Estate]:
    # Imported where there is Terraform: it takes as long as all the rest.
    from s3_glue_rules.discover.terraform import Found, ModuleLoader, Outcome, terraform_estates

    found, unused = Found.among(modules, files)
    outcome = Outcome()
    yield from terraform_estates(found, ModuleLoader(SKIPPED_FOLDERS), var_files, outcome)
    discovery.problems.extend(outcome.problems)
    discovery.files_judged += len(outcome.judged)
    discovery.files_passed_over += len(outcome.passed_over - outcome.judged) + len(unused)


def _walk(folder: Path, problems: list[Problem]) -> Iterator[tuple[Path, str]]:
    """Yield the assemblies and files below a folder with the names to report them under."""

    def unreadable(error: OSError) -> None:
        problems.append(Problem(shown_name(Path(error.filename)), 1, f"it cannot be read: {error.strerror}"))

    if is_assembly(folder):
        yield folder, shown_name(folder)
        return
    for parent, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(parent)
        kept = []
        for name in sorted(folders):
            inner = here / name
            if name in SKIPPED_FOLDERS or os.path.islink(inner):  # noqa: PTH114 - as in discover()
                continue
            if is_assembly(inner):
                yield inner, shown_name(inner)
            else:
                kept.append(name)
        folders[:] = kept
        for name in sorted(files):
            path = here / name
            if not name.endswith((*TEMPLATE_SUFFIXES, *CODE_SUFFIXES)) and not is_module_file(name):
                continue
            try:
                is_file = stat.S_ISREG(path.stat().st_mode)
            except OSError as error:
                # Among others a link that leads nowhere, or round in a circle.
                unreadable(error)
                continue
            if is_file:
                yield path, shown_name(path)
