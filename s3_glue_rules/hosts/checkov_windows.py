"""What every window of checkov is made of: vertices to attach verdicts to, and the verdicts that checkov is told."""

from __future__ import annotations

import importlib
import os
import re
import sys
import threading
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from s3_glue_rules.catalogue import Policy, load_catalogue
from s3_glue_rules.join import declared_types
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding, Judgement, Problem

Vertex = dict[str, Any]
# The vertices that pass, those that fail, and those that cannot be decided.
Results = tuple[list[Vertex], list[Vertex], list[Vertex]]

# From the weakest to the strongest.
WEIGHT = [Verdict.NOT_APPLICABLE, Verdict.PASS, Verdict.UNDECIDED, Verdict.FAIL]

_lock = threading.RLock()
_told: set[str] = set()


class UnreportedError(Exception):
    """Something must be reported and checkov offers no place for it."""


@dataclass(frozen=True)
class Settings:
    """What a run of checkov was told: the kind of its graph, and arguments that change what is judged."""

    report_type: str = "cloudformation"
    frameworks: frozenset[str] = frozenset({"all"})
    excluded: tuple[str, ...] = ()
    var_files: tuple[str, ...] = ()
    plan_root: str | None = None

    def runs(self, framework: str) -> bool:
        """Return whether a framework is part of the run."""
        return "all" in self.frameworks or framework in self.frameworks


class Window(ABC):
    """One graph of checkov, with what we found in the files that it names.

    ``files`` are those that were judged here, by their real paths.
    """

    language: str

    def __init__(self, resources: list[Vertex], judgement: Judgement, settings: Settings) -> None:
        self.files: list[str] = []
        self.resources = resources
        self.settings = settings
        self._real: dict[str, str] = {}
        self._by_file: dict[str, list[Vertex]] = defaultdict(list)
        for vertex in resources:
            self._by_file[self.file(vertex["file_path_"])].append(vertex)
        self._findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in judgement.findings:
            self._findings[finding.policy].append(finding)
        self.problems = [problem for problem in judgement.problems if not self.excluded(problem.file)]
        for problem in self.problems:
            tell(f"{problem.file}:{problem.line}: not judged: {problem.message}")

    @abstractmethod
    def results(self, policy: Policy) -> Results:
        """Return the vertices that pass, fail and cannot be decided under a policy."""

    def findings(self, policy: Policy) -> list[Finding]:
        """Return what was found under a policy."""
        return self._findings[policy.id]

    def in_file(self, file: str) -> list[Vertex]:
        """Return the resources that checkov found in a file, given by its real path."""
        return self._by_file.get(file, [])

    def file(self, name: str) -> str:
        """Return the real path of a file."""
        known = self._real.get(name)
        if known is None:
            known = self._real[name] = os.path.realpath(name)
        return known

    def excluded(self, name: str) -> bool:
        """Return whether checkov was told to leave a file out. One of which the graph holds something is not."""
        return (
            bool(self.settings.excluded)
            and not self.in_file(self.file(name))
            and is_skipped(name, self.settings.excluded)
        )

    def concerned(self, problem: Problem, policy: Policy) -> list[Vertex]:
        """Return the vertices that a policy could not judge because of a problem; at least one, if it is concerned."""
        about = re.match(r"SGR\d{3}\b", problem.message)
        if about is not None and about.group() != policy.id:
            return []
        found = candidates(self.in_file(self.file(problem.file)) or self.near(problem) or self.resources, policy)
        if not found:
            raise UnreportedError(f"{problem.file}:{problem.line}: not judged: {problem.message}")
        return found

    def near(self, problem: Problem) -> list[Vertex]:  # noqa: ARG002 - for windows in which files belong together
        """Return the vertices that a problem concerns where its own file has none."""
        return []


def shown(finding: Finding, *, skipped_by_checkov: bool) -> Verdict:
    """Return the verdict that checkov is told: one of those in ``WEIGHT``."""
    verdict = finding.verdict
    if verdict is Verdict.SUPPRESSED:
        return Verdict.FAIL if skipped_by_checkov else Verdict.PASS
    if verdict in {Verdict.CONDITIONAL, Verdict.UNDECIDED} and os.environ.get("S3_GLUE_RULES_STRICT") == "1":
        return Verdict.FAIL
    return Verdict.PASS if verdict in {Verdict.CONDITIONAL, Verdict.EXEMPT} else verdict


def unreported(finding: Finding) -> UnreportedError:
    """Say that a failure has no place in checkov's report."""
    return UnreportedError(
        f"{finding.header.file}:{finding.header.line}: {finding.address} fails {finding.policy}, and the "
        f"template or module has no resource that checkov can show it at: {finding.message}"
    )


def policies_for(language: str) -> list[Policy]:
    """Return the policies that judge in a language."""
    return [policy for policy in load_catalogue() if language in policy.languages]


def vertices_of(graph: Any) -> list[Vertex]:
    """Return the vertices of a graph: rustworkx, checkov's default, keeps pairs, networkx attributes of nodes."""
    if hasattr(graph, "node_indices"):
        return [vertex for _, vertex in graph.nodes()]
    return [vertex for _, vertex in graph.nodes(data=True)]


def kept(vertices: Iterable[Vertex], names: tuple[str, ...]) -> list[Vertex]:
    """Return what is named of the vertices that are resources.

    checkov copies and prints all of what it is given: the rest costs time, and would put the values of properties, key
    material among them, into its reports.
    """
    return [
        {name: vertex[name] for name in names if name in vertex}
        for vertex in vertices
        if vertex.get("block_type_") == "resource"
    ]


def candidates(vertices: list[Vertex], policy: Policy) -> list[Vertex]:
    """Return the vertices of the types that a policy is about; the first vertex where there is none of them.

    All vertices are candidates of a policy that cannot be loaded.
    """
    try:
        types = declared_types(importlib.import_module(f"s3_glue_rules.checks.{policy.stem}").SUBJECT)
    except Exception:  # noqa: BLE001 - why it does not load is told by the scan
        return vertices
    return [vertex for vertex in vertices if vertex.get("resource_type") in types] or vertices[:1]


def is_skipped(file: str, patterns: Iterable[str]) -> bool:
    """Whether checkov's ``--skip-path`` leaves a file out: it looks at the path of each folder on the way, too."""
    names = [file]
    while os.path.dirname(names[-1]) not in {"", names[-1]}:  # noqa: PTH120 - called for each finding
        names.append(os.path.dirname(names[-1]))  # noqa: PTH120 - as above
    for pattern in patterns:
        # A single dot in front is taken literally by checkov.
        expression = re.escape(pattern) if re.match(r"\.[^.]", pattern) else pattern
        try:
            compiled = re.compile(expression)
        except re.error:
            compiled = re.compile(re.escape(pattern))
        if any(compiled.search(name) or pattern in name for name in names):
            return True
    return False


def tell(message: str) -> None:
    """Say something on standard error, once."""
    with _lock:
        if message not in _told:
            _told.add(message)
            print(f"s3-glue-rules: {message}", file=sys.stderr)
