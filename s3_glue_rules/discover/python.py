"""Python files → estates, one for each file, read one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from s3_glue_rules.discover.found import Discovery, crash
from s3_glue_rules.join.code import code_estate, parts_run_by_jobs
from s3_glue_rules.join.glue import JoinedJob
from s3_glue_rules.join.scripts import JOB_TYPES, Script, is_job, script_of
from s3_glue_rules.join.view import EstateView
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.declarations import Acceptance, Declaration, Estate, Suppression
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.reader import Reader, explore
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import UndecidableError
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.files import CODE_SUFFIXES, boundary_of, shown_name
from s3_glue_rules.read.python_code import read_module
from s3_glue_rules.read.python_source import PythonSource, read_python


@dataclass(frozen=True)
class _File:
    """A Python file that was read, with the comments by which its author accepts findings."""

    module: Module
    acceptances: list[Acceptance]
    problems: list[Problem]
    notes: list[Problem]


class Code:
    """The Python files of a scan: each is read once, for its own estate and for those of the jobs that run it."""

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery
        self._tied: dict[Path, _File | None] = {}
        self._by_content: dict[bytes, Path] = {}

    def tie(self, estate: Estate) -> None:
        """Add the scripts of an estate's jobs to the estate, to be judged together with its configuration."""
        tied: dict[Path, tuple[list[Script], list[str]]] = {}
        for script, jobs in _scripts(estate).items():
            path = self._file_of(script, estate)
            if path is not None:
                scripts, addresses = tied.setdefault(path, ([], []))
                scripts.append(script)
                addresses.extend(jobs)
        for path, (scripts, addresses) in tied.items():
            file = self._read(path)
            if file is None:
                continue
            for declaration in parts_run_by_jobs(file.module, tuple(scripts), tuple(dict.fromkeys(addresses))):
                estate.add(declaration)
            estate.acceptances.extend(file.acceptances)

    def estates(self) -> Iterator[Estate]:
        """Yield the estates of the files that hold anything that policies speak of; problems and counts are noted."""
        discovery = self._discovery
        for path, shown in sorted(discovery.code.items(), key=lambda item: item[1]):
            try:
                file = self._tied.pop(path, None) or _read(path, shown)
            except ReadError as error:
                discovery.problems.append(Problem(shown, error.line, error.message))
                continue
            except Exception as error:  # noqa: BLE001 - whatever reading raises must not look like a clean run
                discovery.problems.append(Problem(shown, 1, crash(error)))
                continue
            if file is None:
                discovery.files_passed_over += 1
                continue
            discovery.files_judged += 1
            estate = code_estate(file.module)
            estate.acceptances.extend(file.acceptances)
            estate.problems.extend(file.problems)
            estate.notes.extend(file.notes)
            yield estate

    def _read(self, path: Path) -> _File | None:
        """Return a file that a job runs. What cannot be read is told when it comes to its own estate."""
        if path not in self._tied:
            try:
                self._tied[path] = _read(path, self._discovery.code[path])
            except Exception:  # noqa: BLE001 - it is read again for its own estate, and told there
                self._tied[path] = None
        return self._tied[path]

    def _file_of(self, script: Script, estate: Estate) -> Path | None:
        """Return the file of a script: the one that was found where an asset is a copy of it."""
        if script.path in self._discovery.code:
            return script.path
        try:
            content = script.path.read_bytes() if script.path is not None else (script.text or "").encode()
        except OSError:
            return None
        if not self._by_content:
            for path in self._discovery.code:
                with suppress(OSError):
                    self._by_content[path.read_bytes()] = path
        found = self._by_content.get(content)
        if found is None and script.path is not None and script.path.suffix in CODE_SUFFIXES and estate.files:
            folder = Path(estate.files[0]).resolve().parent
            if boundary_of(folder, folder) in script.path.parents:
                # It was not looked for by itself: what is in it is judged all the same.
                self._discovery.code[script.path] = shown_name(script.path)
                return script.path
        return found


def _scripts(estate: Estate) -> dict[Script, list[str]]:
    """Return the scripts that the jobs of an estate may run in any world, with the addresses of the jobs."""
    found: dict[Script, list[str]] = {}
    for declaration in filter(is_job, estate.of_types(JOB_TYPES)):

        def script(reader: Reader, declaration: Declaration = declaration) -> Script | None:
            try:
                return script_of(EstateView(estate, reader).typed(JoinedJob, declaration))
            except UndecidableError:
                return None

        for run in explore(script).runs:
            if run.result is not None and declaration.address not in found.setdefault(run.result, []):
                found[run.result].append(declaration.address)
    return found


def _read(path: Path, shown: str) -> _File | None:
    try:
        source = read_python(path, shown)
        if source is None:
            return None
        module = read_module(source)
        # Calls are followed now, so that what cannot be followed is told of the file.
        _ = module.calls
    except OSError as error:
        raise ReadError(1, f"it cannot be read: {error.strerror}") from None
    except RecursionError:
        raise ReadError(1, "its expressions are nested too deep to be followed; split them") from None
    problems = [Problem(shown, problem.line, problem.message) for problem in source.problems]
    return _file(source, module, problems)


def _file(source: PythonSource, module: Module, problems: list[Problem]) -> _File:
    """Note what the author accepts: a comment without a reason does not count, and is told."""
    acceptances: list[Acceptance] = []
    notes: list[Problem] = []
    for comment in source.comments:
        if not comment.reason:
            message = f"this comment accepts {comment.policy} without a reason, so it does not count: write why"
            notes.append(Problem(source.file, source.place(comment.line).line, message))
            continue
        suppression = Suppression(comment.policy, comment.reason, Origin(source, (comment.line, 0, comment.line, 0)))
        first, last = source.place(comment.first).line, source.place(comment.last).line
        acceptances.append(Acceptance(suppression, source.file, first, last))
    return _File(module, acceptances, problems, notes)
