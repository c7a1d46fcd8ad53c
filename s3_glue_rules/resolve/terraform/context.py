"""What all modules of one root share: loaded directories, bounds, problems, and what installed modules there are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Value
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.terraform import ModuleText

if TYPE_CHECKING:
    from s3_glue_rules.resolve.terraform.expansion import Instance
    from s3_glue_rules.resolve.terraform.modules import ModuleInstance

MOST_STEPS = 3_000_000
MOST_MODULES = 2_000
MOST_RESOURCES = 50_000
MOST_MODULE_DEPTH = 20

_LIST_OF_MODULES = Path(".terraform") / "modules" / "modules.json"


@dataclass(eq=False)
class Context:
    """One root module with what is read for it.

    ``boundary`` is the folder that nothing outside of is read from; ``load`` reads a module directory (once for all
    roots); ``values`` are the root's variables that files or the command give, with their expressions evaluated;
    ``places`` finds resource instances by address (module, type, name, instance); ``standing`` are addresses that stand
    for instances whose keys are not known.
    """

    root: Path
    shown: str
    boundary: Path
    load: Callable[[Path], ModuleText]
    values: dict[str, Value] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    files: dict[str, None] = field(default_factory=dict)
    standing: set[str] = field(default_factory=set)
    places: dict[str, tuple[ModuleInstance, str, str, Instance]] = field(default_factory=dict)
    declared_variables: set[Path] = field(default_factory=set)
    modules: int = 0
    steps: int = 0
    resources: int = 0

    def spend(self, origin: Origin) -> None:
        """Count one step of work. Raises ReadError past the bound."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise ReadError(origin.span().line, "evaluating the configuration takes too long; not all was judged")

    def problem(self, origin: Origin, message: str) -> None:
        """Note something that could not be judged."""
        span = origin.span()
        self.problems.append(Problem(span.file, span.line, message))

    @cached_property
    def installed(self) -> dict[str, Path]:
        """The directories of modules that ``terraform init`` installed, by their key (``a.b``)."""
        listed = self.root / _LIST_OF_MODULES
        if not listed.is_file():
            return {}
        try:
            entries = json.loads(listed.read_text(encoding="utf-8"))["Modules"]
            return {
                str(entry["Key"]): (self.root / str(entry["Dir"])).resolve()
                for entry in entries
                if entry.get("Key") and isinstance(entry.get("Dir"), str)
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            file = os.path.normpath(Path(self.shown) / _LIST_OF_MODULES)
            self.problems.append(Problem(file, 1, f"the list of installed modules cannot be read: {error}"))
            return {}

    def within(self, folder: Path) -> bool:
        """Return whether a folder lies inside of the boundary."""
        return folder == self.boundary or self.boundary in folder.parents
