"""Terraform module directories: which files make a module, and what they declare, override files merged in.

Source: https://developer.hashicorp.com/terraform/language/files and .../files/override
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from s3_glue_rules.model.findings import Problem
from s3_glue_rules.read.errors import MOST_BYTES, ReadError
from s3_glue_rules.read.files import is_override, module_files
from s3_glue_rules.read.hcl import HclFile, HclSource
from s3_glue_rules.read.hcl_syntax import Argument, Block, Body
from s3_glue_rules.read.suppressions import suppression_comments

MOST_FILES = 2_000

# Blocks that configure Terraform itself or its runs, and declare nothing that is judged.
_PASSED_OVER = {"terraform", "moved", "removed", "import", "check", "ephemeral", "action", "list"}


@dataclass(eq=False)
class ModuleText:
    """One module directory as it is written.

    ``mentions`` says whether any of its files holds the name of an AWS resource or a module call.
    """

    folder: Path
    shown: str
    files: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    local_values: dict[str, Argument] = field(default_factory=dict)
    declared: dict[str, dict[tuple[str, ...], Block]] = field(default_factory=dict)
    providers: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _by_name: dict[str, dict[str, Block]] = field(default_factory=dict)
    mentions: bool = False

    def tables(self) -> dict[str, dict[tuple[str, ...], Block]]:
        """Return what is declared by kind of block and labels."""
        if not self.declared:
            self.declared.update({kind: {} for kind in ("variable", "output", "module", "resource", "data")})
        return self.declared

    @property
    def variables(self) -> dict[str, Block]:
        """The variables by name."""
        return self._named("variable")

    @property
    def outputs(self) -> dict[str, Block]:
        """The outputs by name."""
        return self._named("output")

    @property
    def modules(self) -> dict[str, Block]:
        """The module calls by name."""
        return self._named("module")

    @property
    def resources(self) -> dict[tuple[str, ...], Block]:
        """The managed resources by type and name."""
        return self.tables()["resource"]

    @property
    def data(self) -> dict[tuple[str, ...], Block]:
        """The data sources by type and name."""
        return self.tables()["data"]

    def _named(self, kind: str) -> dict[str, Block]:
        known = self._by_name.get(kind)
        if known is None or len(known) != len(self.tables()[kind]):
            known = self._by_name[kind] = {labels[0]: block for labels, block in self.tables()[kind].items()}
        return known


def load_module(folder: Path, shown: str) -> ModuleText:
    """Read a module directory. Files that cannot be read are problems of the module; the others are read."""
    module = ModuleText(folder, shown)
    names = module_files(folder)
    if len(names) > MOST_FILES:
        module.problems.append(Problem(shown, 1, f"the module has more than {MOST_FILES} files; not all were read"))
        names = names[:MOST_FILES]
    for name in names:
        file = os.path.normpath(Path(shown) / name)
        module.files.append(file)
        module.paths.append(folder / name)
        try:
            data = _read(folder / name)
        except ReadError as error:
            module.problems.append(Problem(file, error.line, error.message))
            continue
        if b"aws_" in data or b"module" in data:
            module.mentions = True
        try:
            body = _body(file, name, data, module)
        except ReadError as error:
            module.problems.append(Problem(file, error.line, error.message))
            continue
        except RecursionError:
            module.problems.append(Problem(file, 1, "it is nested too deeply to be read"))
            continue
        except Exception as error:  # noqa: BLE001 - one file must not end the whole run
            crash = (
                f"it was not judged, because reading it crashed ({type(error).__name__}: {error}); please report this"
            )
            module.problems.append(Problem(file, 1, crash))
            continue
        _add_comments(body, data)
        for block in body.blocks:
            _add(module, block, file, overrides=is_override(name))
    return module


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ReadError(1, f"it is larger than {MOST_BYTES // 1024 // 1024} MiB; it was not judged")
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(1, f"it cannot be read: {error.strerror}") from error
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ReadError(line, "it is not UTF-8, which Terraform requires; it was not judged") from error
    return data


def _body(file: str, name: str, data: bytes, module: ModuleText) -> Body:
    if name.endswith(".json"):
        # Few write Terraform so, and these take time to import.
        from s3_glue_rules.read.hcl_json import json_body
        from s3_glue_rules.read.source import Source

        return json_body(Source(file, data.decode()))
    parsed = HclFile(HclSource(file, data))
    errors = parsed.syntax_errors()
    module.problems.extend(
        Problem(file, error.line, f"{error.message}; what stands there was not judged") for error in errors
    )
    return (parsed.without_errors() if errors else parsed).body()


def _add_comments(body: Body, data: bytes) -> None:
    if b"sgr:" not in data and b"checkov:skip" not in data:
        return
    comments = suppression_comments(data.decode())
    for block in body.blocks:
        first, last = block.lines
        block.comments = tuple(entry for line in comments if first <= line <= last for entry in comments[line])


def _add(module: ModuleText, block: Block, file: str, *, overrides: bool) -> None:
    labels = block.labels
    if block.type == "locals":
        for name, argument in block.body.arguments.items():
            if name in module.local_values and not overrides:
                _twice(module, file, argument, f"local.{name}")
            module.local_values[name] = argument
        return
    if block.type == "provider":
        module.providers.append(block)
        return
    table = module.tables().get(block.type)
    if table is None:
        if block.type not in _PASSED_OVER:
            line = block.lines[0]
            module.problems.append(Problem(file, line, f"'{block.type}' is no block that Terraform has"))
        return
    wanted = 2 if block.type in {"resource", "data"} else 1
    if len(labels) != wanted:
        module.problems.append(
            Problem(file, block.lines[0], f"a {block.type} block takes {wanted} label(s); it was not judged")
        )
        return
    known = table.get(labels)
    if known is None:
        table[labels] = block
    elif overrides:
        table[labels] = _merged(known, block)
    else:
        module.problems.append(
            Problem(file, block.lines[0], f"{'.'.join(labels)} is declared twice; the second was not judged")
        )


def _twice(module: ModuleText, file: str, argument: Argument, name: str) -> None:
    line = argument.origin.span().line
    module.problems.append(Problem(file, line, f"{name} is declared twice; the last one counts"))


def _merged(base: Block, override: Block) -> Block:
    """Merge an override: arguments one by one, nested blocks by their type."""
    arguments = {**base.body.arguments, **override.body.arguments}
    replaced = {block.type for block in override.body.blocks} | {
        block.labels[0] for block in override.body.blocks if block.type == "dynamic" and block.labels
    }
    kept = [
        block
        for block in base.body.blocks
        if block.type not in replaced and not (block.type == "dynamic" and set(block.labels) & replaced)
    ]
    body = Body(arguments, [*kept, *override.body.blocks])
    return Block(base.type, base.labels, base.origin, base.lines, lambda: body, (*base.comments, *override.comments))
