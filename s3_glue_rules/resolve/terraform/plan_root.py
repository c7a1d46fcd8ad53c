"""The configuration behind a plan: its declarations by address, with the plan's own values of variables."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.files import boundary_of
from s3_glue_rules.read.terraform import ModuleText
from s3_glue_rules.resolve.terraform.estates import RootBuilder
from s3_glue_rules.resolve.terraform.policy_document import plain_json


class HasVariables(Protocol):
    """A plan document: what is asked of it here."""

    @property
    def data(self) -> Any:
        """The plan as JSON data."""
        ...


class PlanRoot:
    """Finds the ``.tf`` declaration of a resource of a plan. Raises ReadError where the folder is no module."""

    def __init__(self, folder: Path, plan: HasVariables, load: Callable[[Path], ModuleText]) -> None:
        folder = folder.resolve()
        self._text = load(folder)
        if not self._text.files:
            raise ReadError(1, f"the folder {folder} given as --root holds no Terraform files")
        self._plan = plan
        self._load = load
        self._folder = folder

    @cached_property
    def _declarations(self) -> dict[str, Declaration]:
        written = self._plan.data.get("variables") if isinstance(self._plan.data, dict) else None
        values = {
            str(name): plain_json(entry.get("value"), NOWHERE)
            for name, entry in (written or {}).items()
            if isinstance(entry, dict)
        }
        # Without a repository, modules beside the root may be read.
        boundary = boundary_of(self._folder, self._folder.parent)
        return RootBuilder(self._text, self._load, boundary, environment={}, values=values).build().declarations

    def declaration(self, address: str) -> Declaration | None:
        """Return the declaration at an address of the plan, or None."""
        return self._declarations.get(address)
