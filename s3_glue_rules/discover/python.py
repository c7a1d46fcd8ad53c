"""Python files → estates, one for each file, read one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from s3_glue_rules.discover.found import Discovery, crash
from s3_glue_rules.join.code import code_estate
from s3_glue_rules.model.declarations import Acceptance, Estate, Suppression
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.python_code import read_module
from s3_glue_rules.read.python_source import PythonSource, read_python


def python_estates(discovery: Discovery) -> Iterator[Estate]:
    """Yield the estates of Python files that hold anything that policies speak of; problems and counts are noted."""
    for path, shown in sorted(discovery.code.items(), key=lambda item: item[1]):
        try:
            estate = _estate(path, shown)
        except ReadError as error:
            discovery.problems.append(Problem(shown, error.line, error.message))
        except OSError as error:
            discovery.problems.append(Problem(shown, 1, f"it cannot be read: {error.strerror}"))
        except RecursionError:
            discovery.problems.append(
                Problem(shown, 1, "its expressions are nested too deep to be followed; split them")
            )
        except Exception as error:  # noqa: BLE001 - whatever reading raises must not look like a clean run
            discovery.problems.append(Problem(shown, 1, crash(error)))
        else:
            if estate is None:
                discovery.files_passed_over += 1
            else:
                discovery.files_judged += 1
                yield estate


def _estate(path: Path, shown: str) -> Estate | None:
    source = read_python(path, shown)
    if source is None:
        return None
    estate = code_estate(read_module(source))
    _accept(estate, source)
    estate.problems.extend(Problem(shown, problem.line, problem.message) for problem in source.problems)
    return estate


def _accept(estate: Estate, source: PythonSource) -> None:
    """Note what the author accepts: a comment without a reason does not count, and is told."""
    for comment in source.comments:
        if not comment.reason:
            message = (
                f"this comment accepts {comment.policy} without a reason, so it does not count: write why behind it"
            )
            estate.notes.append(Problem(source.file, source.place(comment.line).line, message))
            continue
        suppression = Suppression(comment.policy, comment.reason, Origin(source, (comment.line, 0, comment.line, 0)))
        first, last = source.place(comment.first).line, source.place(comment.last).line
        estate.acceptances.append(Acceptance(suppression, source.file, first, last))
