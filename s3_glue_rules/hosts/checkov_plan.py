"""The window of a graph of Terraform plans."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from checkov.common.parsers.node import StrNode

from s3_glue_rules.discover import TerraformOptions
from s3_glue_rules.hosts.checkov_terraform import BlockName, TerraformWindow, without_keys
from s3_glue_rules.hosts.checkov_windows import Settings, UnreportedError, Vertex, policies_for
from s3_glue_rules.model.findings import Finding
from s3_glue_rules.read.files import is_module_file
from s3_glue_rules.scan import scan


class ShownAddress(StrNode):  # type: ignore[misc] # checkov publishes no types
    """An address that checkov prints, in a vertex whose lines it finds under another address.

    The plan runner looks lines up by the address, and prints the address unless it is the name of the block. Old
    versions (3.2.0) have nodes as keys there, and only a subclass is asked first whether it is equal to one.
    """

    def __new__(cls, address: str, found_by: str) -> ShownAddress:  # noqa: ARG004, PYI034 - Self is newer than 3.10
        """Make an address that is looked up like another one."""
        return str.__new__(cls, address)

    def __init__(self, address: str, found_by: str) -> None:
        super().__init__(address, None, None)
        self.found_by = found_by

    def __reduce__(self) -> tuple[type[ShownAddress], tuple[str, str]]:
        return ShownAddress, (str(self), self.found_by)

    def __hash__(self) -> int:
        return hash(self.found_by)

    def __eq__(self, other: object) -> bool:
        return self.found_by == other

    def __ne__(self, other: object) -> bool:
        return str.__ne__(self, other)


class PlanWindow(TerraformWindow):
    """A graph of plans: each one is judged for itself."""

    def __init__(self, vertices: list[Vertex], settings: Settings) -> None:
        files = sorted({str(vertex["file_path_"]) for vertex in vertices})
        others = [file for file in files if not file.endswith(".json")]
        if others:
            raise UnreportedError(f"{others[0]}: it is no plan; --deep-analysis of checkov is not supported")
        options = TerraformOptions(root=_root(settings))
        super().__init__(vertices, scan(files, policies_for("terraform"), options, code=False), settings)
        self.files = [self.file(file) for file in files]

    def root_of(self, vertex: Vertex) -> str:
        """Return the real path of the plan that a vertex belongs to."""
        return self.file(vertex["file_path_"])

    def _vertex(self, finding: Finding) -> Vertex | None:
        # With a root, findings lie in the configuration; checkov shows the plan.
        plan = self.file(finding.estate)
        return self._by_address.get((plan, plan, finding.address))

    def referring(self, finding: Finding) -> Iterator[Vertex]:
        """Yield the resources of the variable's module whose configuration names the variable."""
        plan = self.file(finding.estate)
        module = without_keys(finding.address).removesuffix(finding.logical_id)
        names = {f"{module}{name}" for name in _naming(plan, module, finding.logical_id)}
        for vertex in self.in_file(plan):
            if without_keys(str(vertex["__address__"])) in names:
                yield vertex

    def record(self, vertex: Vertex, address: str) -> Vertex:
        """Return what makes checkov's record at a vertex with the address of an instance."""
        found_by = str(vertex["__address__"])
        if address == found_by:
            return vertex
        return {
            **vertex,
            "__address__": ShownAddress(address, found_by),
            "block_name_": BlockName(vertex["block_name_"], [address]),
        }


def _root(settings: Settings) -> str | None:
    root = settings.plan_root
    if root is not None and os.path.isdir(root) and any(is_module_file(name) for name in os.listdir(root)):  # noqa: PTH112, PTH208 - a text is wanted
        return root
    return None


def _naming(plan: str, module: str, variable: str) -> list[str]:
    """Return the blocks of a module (``module.a.``, empty for the root) whose arguments refer to a variable."""
    here = _configuration(plan)
    for name in module.split(".")[1::2]:
        here = (here.get("module_calls") or {}).get(name, {}).get("module") or {}
    return [
        str(resource.get("address"))
        for resource in here.get("resources") or ()
        if f'"{variable}"' in json.dumps(resource, ensure_ascii=False)
    ]


@lru_cache(maxsize=1)
def _configuration(plan: str) -> dict[str, Any]:
    data = json.loads(Path(plan).read_bytes())
    found: dict[str, Any] = (data.get("configuration") or {}).get("root_module") or {}
    return found
