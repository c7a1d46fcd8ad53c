"""Values of a root's variables: ``TF_VAR_`` variables, ``*.tfvars`` files and files named on the command line.

Precedence: https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
"""

from __future__ import annotations

import os
from collections.abc import Mapping as MappingType
from pathlib import Path

from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.values import Known, Value
from s3_glue_rules.read.errors import MOST_BYTES, ReadError
from s3_glue_rules.read.hcl import HclFile, HclSource, parse_expression
from s3_glue_rules.read.hcl_syntax import Expression
from s3_glue_rules.read.terraform import ModuleText
from s3_glue_rules.resolve.terraform.expressions import Frame, evaluate
from s3_glue_rules.resolve.terraform.types import type_of

PREFIX = "TF_VAR_"


def root_values(
    text: ModuleText,
    frame: Frame,
    environment: MappingType[str, str],
    var_files: tuple[str, ...],
    problems: list[Problem],
) -> dict[str, Value]:
    """Return the given values of the root's declared variables, the last one said for each."""
    values: dict[str, Value] = {}
    for name, written in environment.items():
        variable = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and variable in text.variables:
            values[variable] = _from_environment(text, variable, written, frame, problems)
    folder = text.folder
    automatic = [folder / "terraform.tfvars", folder / "terraform.tfvars.json"]
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        names = []
    automatic.extend(folder / name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json")))
    for path in automatic:
        if path.is_file():
            shown = os.path.normpath(Path(text.shown) / path.name)
            values.update(_from_file(path, shown, text, frame, problems))
    for given in var_files:
        values.update(_from_file(Path(given), given, text, frame, problems))
    return values


def _from_environment(text: ModuleText, name: str, written: str, frame: Frame, problems: list[Problem]) -> Value:
    constraint = text.variables[name].body.arguments.get("type")
    wanted = type_of(constraint.expression if constraint is not None else None)
    if wanted.kind in {"string", "any"}:
        return Known(written, NOWHERE)
    try:
        return evaluate(parse_expression(written), frame)
    except ReadError as error:
        problems.append(Problem(f"{PREFIX}{name}", 1, f"the environment variable is no expression: {error.message}"))
        return Known(written, NOWHERE)


def _from_file(path: Path, shown: str, text: ModuleText, frame: Frame, problems: list[Problem]) -> dict[str, Value]:
    try:
        expressions = _expressions(path, shown)
    except ReadError as error:
        problems.append(Problem(shown, error.line, error.message))
        return {}
    return {name: evaluate(expression, frame) for name, expression in expressions.items() if name in text.variables}


def _expressions(path: Path, shown: str) -> dict[str, Expression]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ReadError(1, "the file of variables is too large")
        data = path.read_bytes()
        data.decode()
    except OSError as error:
        raise ReadError(1, f"the file of variables cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReadError(1, "the file of variables is not UTF-8") from error
    if path.name.endswith(".json"):
        # As in read/terraform.py.
        from s3_glue_rules.read.hcl_json import json_expression
        from s3_glue_rules.read.source import Source

        source = Source(shown, data.decode())
        if not isinstance(source.data, dict):
            raise ReadError(1, "a file of variables holds one object")
        return {str(name): json_expression(source, value, (name,)) for name, value in source.data.items()}
    file = HclFile(HclSource(shown, data))
    errors = file.syntax_errors()
    if errors:
        raise errors[0]
    return {name: argument.expression for name, argument in file.body().arguments.items()}
