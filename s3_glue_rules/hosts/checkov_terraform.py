"""The windows of Terraform's graphs: configuration, configuration as JSON, and plans.

checkov keeps ``.tf`` and ``.tf.json`` files in graphs of their own, does not merge override files, leaves loops and
module calls that it cannot evaluate unexpanded, and knows no ``.tofu`` files. Judged are therefore the directories that
a graph names, by our own reading. Each finding goes to the vertex of its address, or else to the vertex of its block,
or else it is carried by another resource (of the same file or module, a variable by one that refers to it). The record
names the instance that fails, and shows file and lines of the vertex.
"""

from __future__ import annotations

import os
import re
import sys
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import SupportsIndex

from checkov.common.comment.enum import COMMENT_REGEX

from s3_glue_rules.catalogue import Policy
from s3_glue_rules.discover import SKIPPED_FOLDERS
from s3_glue_rules.discover.terraform import Found, ModuleLoader, Outcome, terraform_estates
from s3_glue_rules.hosts.checkov_windows import (
    WEIGHT,
    Results,
    Settings,
    Vertex,
    Window,
    kept,
    policies_for,
    shown,
    unreported,
)
from s3_glue_rules.judge import Checks, judge_estate
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding, Judgement, Problem
from s3_glue_rules.read.files import is_module_file
from s3_glue_rules.resolve.terraform.estates import VARIABLE_TYPE
from s3_glue_rules.scan import MOST_CALLS, load_checks

# What checkov needs of a vertex that carries a verdict. The lines have one name in HCL and another one in JSON.
_KEPT = (
    "block_name_", "block_type_", "file_path_", "id_", "resource_type", "source_", "label_", "hash",
    "__address__", "source_module_object_", "__start_line__", "__end_line__", "__startline__", "__endline__",
)  # fmt: skip
_KEYS = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]')
_JSON = ".tf.json"


class BlockName(str):
    """The name of a block, which checkov splits at its dots, though keys of ``for_each`` may hold some, too.

    ``parts`` is what splitting it gives. checkov pickles vertices, and finds a block's lines by the parts.
    """

    __slots__ = ("parts",)
    parts: list[str]

    def __new__(cls, name: str, parts: list[str]) -> BlockName:  # noqa: PYI034 - Self is newer than Python 3.10
        """Make a name that is split into given parts."""
        made = super().__new__(cls, name)
        made.parts = parts
        return made

    def __reduce__(self) -> tuple[type[BlockName], tuple[str, list[str]]]:
        return BlockName, (str(self), self.parts)

    def split(self, sep: str | None = None, maxsplit: SupportsIndex = -1) -> list[str]:
        """Return the parts where the name is split at dots."""
        return list(self.parts) if sep == "." else super().split(sep, maxsplit)


def terraform_resources(vertices: Iterable[Vertex]) -> list[Vertex]:
    """Return the resources of a graph, ready to carry verdicts."""
    found = kept(vertices, _KEPT)
    for vertex in found:
        kind, _, name = str(vertex["block_name_"]).partition(".")
        vertex["block_name_"] = BlockName(vertex["block_name_"], [kind, name])
        # checkov looks into the configuration for tags, and prints the whole of it, variables' values in their places.
        vertex["config_"] = {kind: {name: {}}}
    return found


def without_keys(address: str) -> str:
    """Return an address without the keys of instances."""
    return _KEYS.sub("", address)


class TerraformWindow(Window):
    """A graph of resources with addresses. ``root_of`` tells the directory or plan that a vertex belongs to."""

    language = "terraform"

    def __init__(self, vertices: list[Vertex], judgement: Judgement, settings: Settings) -> None:
        super().__init__(terraform_resources(vertices), judgement, settings)
        self._by_address: dict[tuple[str, str, str], Vertex] = {}
        self._by_block: dict[tuple[str, str, str], Vertex] = {}
        self._by_name: dict[tuple[str, str], Vertex] = {}
        for vertex in self.resources:
            root, file, address = self.root_of(vertex), self.file(vertex["file_path_"]), str(vertex["__address__"])
            self._by_address.setdefault((root, file, address), vertex)
            self._by_block.setdefault((root, file, without_keys(address)), vertex)
            self._by_name.setdefault((file, without_keys(vertex["block_name_"])), vertex)

    @abstractmethod
    def root_of(self, vertex: Vertex) -> str:
        """Return the real path of the root module or plan that a vertex belongs to."""

    def skips(self, vertex: Vertex) -> set[str]:  # noqa: ARG002 - plans have no comments
        """Return the ids of policies that checkov itself skips at a vertex."""
        return set()

    def responsible(self, file: str, root: str) -> bool:  # noqa: ARG002 - for graphs that share directories
        """Return whether what was found in a file is to be reported in this graph."""
        return True

    @abstractmethod
    def referring(self, finding: Finding) -> Iterator[Vertex]:
        """Yield the vertices that refer to the variable of a finding."""

    def record(self, vertex: Vertex, address: str) -> Vertex:
        """Return what makes checkov's record at a vertex with the address of an instance."""
        return {**vertex, "__address__": address}

    def results(self, policy: Policy) -> Results:
        """Return the vertices that pass, fail and cannot be decided under a policy."""
        found: dict[tuple[int, str], tuple[Verdict, Vertex]] = {}

        def add(verdict: Verdict, vertex: Vertex, address: str) -> None:
            # A module that two roots call has two verdicts under one address where they call it the same.
            place = (id(vertex), address)
            known, _ = found.get(place, (verdict, vertex))
            found[place] = (max(verdict, known, key=WEIGHT.index), vertex)

        for finding in self.findings(policy):
            if self.responsible(finding.header.file, finding.estate):
                self._place(finding, add)
        # A problem of a directory concerns all graphs that know it: one of them may have nothing else of it.
        for problem in self.problems:
            for vertex in self.concerned(problem, policy):
                add(Verdict.FAIL, vertex, str(vertex["__address__"]))

        def having(wanted: Verdict) -> list[Vertex]:
            return [self.record(vertex, place[1]) for place, (verdict, vertex) in found.items() if verdict is wanted]

        return having(Verdict.PASS), having(Verdict.FAIL), having(Verdict.UNDECIDED)

    def _place(self, finding: Finding, add: Callable[[Verdict, Vertex, str], None]) -> None:
        vertex = self._vertex(finding)
        skipped = finding.verdict is Verdict.SUPPRESSED and vertex is not None and finding.policy in self.skips(vertex)
        verdict = shown(finding, skipped_by_checkov=skipped)
        if vertex is None and verdict is Verdict.FAIL:
            vertex = self._carrier(finding)
            if vertex is None:
                raise unreported(finding)
        if vertex is not None:
            add(verdict, vertex, finding.address)

    def _vertex(self, finding: Finding) -> Vertex | None:
        root, file = self.file(finding.estate), self.file(finding.header.file)
        return (
            self._by_address.get((root, file, finding.address))
            or self._by_block.get((root, file, without_keys(finding.address)))
            or self._by_name.get((file, finding.logical_id))
        )

    def _carrier(self, finding: Finding) -> Vertex | None:
        root, file = self.file(finding.estate), self.file(finding.header.file)
        nearby: list[Iterable[Vertex]] = [
            self.in_file(file),
            self._in_folder(os.path.dirname(file)),  # noqa: PTH120 - compared to other texts
            (vertex for vertex in self.resources if self.root_of(vertex) == root),
            self.resources,
        ]
        if finding.resource_type == VARIABLE_TYPE:
            nearby.insert(0, self.referring(finding))
        for vertices in nearby:
            for vertex in vertices:
                # A skip there is about the carrier's own finding, and must not take this one with it.
                if finding.policy not in self.skips(vertex):
                    return vertex
        return None

    def near(self, problem: Problem) -> list[Vertex]:
        """Return the vertices of the directory that a problem is about or lies in."""
        file = self.file(problem.file)
        return self._in_folder(file if os.path.isdir(file) else os.path.dirname(file))  # noqa: PTH112, PTH120 - as above

    def _in_folder(self, folder: str) -> list[Vertex]:
        return [v for v in self.resources if os.path.dirname(self.file(v["file_path_"])) == folder]  # noqa: PTH120 - as above


class ConfigurationWindow(TerraformWindow):
    """A graph of ``.tf`` files, or one of ``.tf.json`` files."""

    def __init__(self, vertices: list[Vertex], settings: Settings) -> None:
        named = {os.path.realpath(str(vertex["file_path_"])) for vertex in vertices}
        judgement, files = _judge({Path(name).parent for name in named if is_module_file(Path(name).name)}, settings)
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[tuple[str, str], tuple[int, int]] = {}
        self._in_json = settings.report_type == "terraform_json"
        super().__init__(vertices, judgement, settings)
        for vertex in vertices:
            if vertex.get("block_type_") == "module" and "__start_line__" in vertex:
                place = (self.file(vertex["file_path_"]), without_keys(str(vertex["block_name_"])))
                self._calls[place] = (vertex["__start_line__"], vertex["__end_line__"])
        self.files = sorted(
            file
            for file in {*named, *(self.file(name) for name in files)}
            if self.responsible(file, os.path.dirname(file)) and not self.excluded(file)  # noqa: PTH120 - as above
        )

    def root_of(self, vertex: Vertex) -> str:
        """Return the real path of the root module that a vertex belongs to."""
        *_, (file, _) = [(str(vertex["file_path_"]), ""), *_calls_above(vertex)]
        return os.path.dirname(self.file(file))  # noqa: PTH120 - as above

    def skips(self, vertex: Vertex) -> set[str]:
        """Return the ids of policies that checkov skips at a block: comments inside it and the calls above it."""
        if self._in_json:
            return set()
        places = [(str(vertex["file_path_"]), (vertex.get("__start_line__", 0), vertex.get("__end_line__", 0)))]
        for file, name in _calls_above(vertex):
            places.append((file, self._calls.get((self.file(file), name), (0, 0))))
        found: set[str] = set()
        for file, (start, end) in places:
            # checkov wants the comment between the first line of a block and its last one.
            for line in self._lines(file)[start : end - 1]:
                comment = COMMENT_REGEX.search(line) if "skip=" in line else None
                if comment is not None and comment.group(2):
                    found.update(str(comment.group(2)).split(","))
        return found

    def responsible(self, file: str, root: str) -> bool:
        """Return whether what was found in a file is to be reported in this graph, or in the other one."""
        if self.excluded(file):
            return False
        if not self._in_json:
            return not (file.endswith(_JSON) and self.settings.runs("terraform_json"))
        if file.endswith(_JSON) or not self.settings.runs("terraform"):
            return True
        # A root that has .tf files is in the other graph, too.
        return not any(name.endswith(".tf") for name in _names(root))

    def referring(self, finding: Finding) -> Iterator[Vertex]:
        """Yield the resources of the variable's module that name the variable."""
        name = re.compile(rf"\b{re.escape(finding.logical_id)}\b")
        folder = os.path.dirname(self.file(finding.header.file))  # noqa: PTH120 - as above
        for vertex in self._in_folder(folder):
            first = vertex.get("__start_line__") or vertex.get("__startline__") or 1
            last = vertex.get("__end_line__") or vertex.get("__endline__") or 0
            if any(name.search(line) for line in self._lines(str(vertex["file_path_"]))[first - 1 : last]):
                yield vertex

    def record(self, vertex: Vertex, address: str) -> Vertex:
        """Return what makes checkov's record at a vertex with the address of an instance."""
        made = super().record(vertex, address)
        return {**made, "id_": address} if self._in_json else made

    def _lines(self, file: str) -> list[str]:
        if file not in self._texts:
            try:
                self._texts[file] = Path(file).read_text(encoding="utf-8", errors="replace").split("\n")
            except OSError:
                self._texts[file] = []
        return self._texts[file]


def _calls_above(vertex: Vertex) -> Iterator[tuple[str, str]]:
    """Yield file and name of each module call that leads to a vertex, the outermost last."""
    module = vertex.get("source_module_object_")
    while module:
        part = module if isinstance(module, dict) else vars(module)
        yield str(part["path"]), without_keys(str(part["name"]))
        module = part["nested_tf_module"]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are wanted
    except OSError:
        return []


def _judge(folders: set[Path], settings: Settings) -> tuple[Judgement, set[str]]:
    """Judge directories. Returns the judgement, and the files that were looked at."""
    judgement = Judgement()
    if not folders:
        return judgement, set()
    sys.setrecursionlimit(max(sys.getrecursionlimit(), MOST_CALLS))
    given = Path(os.path.commonpath(folders))
    outcome = Outcome(judgement.problems)
    found = Found(dict.fromkeys(sorted(folders), given))
    checks = Checks(load_checks(policies_for("terraform"), judgement.problems))
    for estate in terraform_estates(found, ModuleLoader(SKIPPED_FOLDERS), settings.var_files, outcome):
        judge_estate(estate, checks, judgement)
    judgement.problems = list(dict.fromkeys(judgement.problems))
    return judgement, outcome.judged | outcome.passed_over
