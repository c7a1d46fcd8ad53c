"""Paths → estates: which files are templates, which folders are cloud assemblies, and what belongs together."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from s3_glue_rules.model.declarations import Estate
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.read.assembly import AssemblyHints, is_assembly, read_assembly
from s3_glue_rules.read.cloudformation import SUFFIXES, Template, load_template
from s3_glue_rules.read.source import ReadError
from s3_glue_rules.read.terraform_files import VALUE_SUFFIXES, is_module_file, shown_name
from s3_glue_rules.resolve.estates import EstateBuilder

if TYPE_CHECKING:
    from s3_glue_rules.read.plan import PlanDocument

# Folders of tools, whose files no one deploys from.
SKIPPED_FOLDERS = {
    ".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", ".tox", ".nox", ".venv", "venv", ".mypy_cache",
    ".pytest_cache", ".ruff_cache", "__pycache__", "node_modules", ".aws-sam", ".serverless",
}  # fmt: skip


@dataclass
class Discovery:
    """What was found under some paths.

    ``roots`` builds estates of Terraform one by one; problems and counts are complete when it has come to its end.
    """

    estates: list[Estate] = field(default_factory=list)
    roots: Iterator[Estate] = field(default_factory=lambda: iter(()))
    problems: list[Problem] = field(default_factory=list)
    files_judged: int = 0
    files_passed_over: int = 0


class Loader:
    """Reads each file once."""

    def __init__(self) -> None:
        self._known: dict[Path, Template | ReadError | None] = {}
        self._names: dict[Path, str] = {}

    def name(self, path: Path, shown: str) -> None:
        """Say under which name a file is to be reported."""
        self._names.setdefault(path, shown)

    def shown(self, path: Path) -> str:
        """Return the name under which a file is reported."""
        return self._names.get(path.resolve()) or given_name(path)

    def __call__(self, path: Path) -> Template | None:
        """Return the template in a file; None where it holds something else. Raises ReadError."""
        path = path.resolve()
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
            return ReadError(1, _crash(error))


@dataclass(frozen=True)
class TerraformOptions:
    """What a user says about Terraform: files of variables for every root, and the root module behind the plans."""

    var_files: tuple[str, ...] = ()
    root: str | None = None


def discover(  # noqa: PLR0915 - one walk over paths of all kinds
    paths: Iterable[str], terraform: TerraformOptions | None = None, *, lazily: bool = False
) -> Discovery:
    """Find the estates under files and folders; ``lazily``, those of Terraform are built when ``roots`` is read.

    A path that does not exist, a file that looks like a template and cannot be read: each is a problem.
    """
    discovery = Discovery()
    loader = Loader()
    modules: dict[Path, Path] = {}
    files: list[Path] = []
    templates: list[Path] = []
    assemblies: dict[Path, str] = {}
    wanted: dict[Path, set[Path]] = {}
    for given in paths:
        path = Path(given)
        shown_as = given_name(path)
        # Unlike pathlib, os.path answers where a folder may not be read.
        if os.path.isdir(path):  # noqa: PTH112 - see above
            for found, shown in _walk(path, discovery.problems):
                if found.is_dir():
                    assemblies.setdefault(found.resolve(), shown)
                    wanted[found.resolve()] = set()
                elif is_module_file(found.name):
                    modules.setdefault(found.resolve().parent, path.resolve())
                else:
                    loader.name(found.resolve(), shown)
                    templates.append(found.resolve())
        elif os.path.exists(path):  # noqa: PTH110 - see above
            folder = path.resolve().parent
            if is_module_file(path.name) or path.name.endswith(VALUE_SUFFIXES):
                files.append(path.resolve())
            elif is_assembly(folder) and path.suffix in SUFFIXES:
                if path.name == "manifest.json":
                    assemblies.setdefault(folder, given_name(path.parent))
                    wanted[folder] = set()
                elif folder not in assemblies:
                    assemblies[folder] = given_name(path.parent)
                    wanted[folder] = {path.resolve()}
                elif wanted[folder]:
                    wanted[folder].add(path.resolve())
                loader.name(path.resolve(), shown_as)
            else:
                loader.name(path.resolve(), shown_as)
                templates.append(path.resolve())
        else:
            discovery.problems.append(Problem(shown_as, 1, "there is no such file or folder, or it may not be read"))
    for folder, shown in assemblies.items():
        templates.extend(_add_assembly(discovery, loader, folder, shown, wanted[folder]))
    options = terraform or TerraformOptions()
    plans = _plans(discovery, loader, list(dict.fromkeys(templates)))
    _add_plans(discovery, plans, options)
    _add_templates(discovery, loader, [path for path in dict.fromkeys(templates) if path not in plans])
    if options.root is not None and not plans:
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
    from s3_glue_rules.discover_terraform import Found, ModuleLoader, Outcome, terraform_estates

    found, unused = Found.among(modules, files)
    outcome = Outcome()
    yield from terraform_estates(found, ModuleLoader(SKIPPED_FOLDERS), var_files, outcome)
    discovery.problems.extend(outcome.problems)
    discovery.files_judged += len(outcome.judged)
    discovery.files_passed_over += len(outcome.passed_over - outcome.judged) + len(unused)


def _plans(discovery: Discovery, loader: Loader, paths: list[Path]) -> dict[Path, PlanDocument | None]:
    """Return the Terraform plans among JSON files (None for one that cannot be read)."""
    found: dict[Path, PlanDocument | None] = {}
    documents = [path for path in paths if path.suffix == ".json"]
    if not documents:
        return found
    from s3_glue_rules.read.plan import load_plan

    for path in documents:
        try:
            document = load_plan(path, loader.shown(path))
        except ReadError as error:
            discovery.problems.append(Problem(loader.shown(path), error.line, error.message))
            found[path] = None
        except OSError:
            continue  # the reader of templates says what is wrong with it
        except Exception as error:  # noqa: BLE001 - as in Loader
            discovery.problems.append(Problem(loader.shown(path), 1, _crash(error)))
            found[path] = None
        else:
            if document is not None:
                found[path] = document
    return found


def _add_plans(discovery: Discovery, plans: dict[Path, PlanDocument | None], options: TerraformOptions) -> None:
    documents = [document for document in plans.values() if document is not None]
    if not documents:
        return
    from s3_glue_rules.discover_terraform import ModuleLoader
    from s3_glue_rules.resolve.plan import plan_estate
    from s3_glue_rules.resolve.terraform.plan_root import PlanRoot

    for document in documents:
        try:
            root = None
            if options.root is not None:
                root = PlanRoot(Path(options.root), document, ModuleLoader(SKIPPED_FOLDERS))
            estate = plan_estate(document, root)
        except ReadError as error:
            discovery.problems.append(Problem(document.file, error.line, error.message))
        except Exception as error:  # noqa: BLE001 - as in Loader
            discovery.problems.append(Problem(document.file, 1, _crash(error)))
        else:
            discovery.estates.append(estate)
            discovery.files_judged += 1


def _walk(folder: Path, problems: list[Problem]) -> Iterator[tuple[Path, str]]:
    """Yield the assemblies and files below a folder with the names to report them under."""

    def unreadable(error: OSError) -> None:
        problems.append(Problem(given_name(Path(error.filename)), 1, f"it cannot be read: {error.strerror}"))

    if is_assembly(folder):
        yield folder, given_name(folder)
        return
    for parent, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(parent)
        kept = []
        for name in sorted(folders):
            inner = here / name
            if name in SKIPPED_FOLDERS or os.path.islink(inner):  # noqa: PTH114 - as in discover()
                continue
            if is_assembly(inner):
                yield inner, given_name(inner)
            else:
                kept.append(name)
        folders[:] = kept
        for name in sorted(files):
            path = here / name
            if not name.endswith(SUFFIXES) and not is_module_file(name):
                continue
            try:
                is_file = stat.S_ISREG(path.stat().st_mode)
            except OSError as error:
                # Among others a link that leads nowhere, or round in a circle.
                unreadable(error)
                continue
            if is_file:
                yield path, given_name(path)


def given_name(path: Path) -> str:
    """Return one spelling of a path for all ways to write it, so that findings keep their fingerprints."""
    return shown_name(path)


def _crash(error: Exception) -> str:
    """Say that reading crashed, for people."""
    return f"it was not judged, because reading it crashed ({type(error).__name__}: {error}); please report this"


def _add_templates(discovery: Discovery, loader: Loader, paths: list[Path]) -> None:
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
            discovery.problems.append(Problem(template.file, 1, _crash(error)))
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


def _add_assembly(discovery: Discovery, loader: Loader, folder: Path, shown: str, only: set[Path]) -> list[Path]:
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
            discovery.problems.append(Problem(loader.shown(stack.template), 1, _crash(error)))
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
