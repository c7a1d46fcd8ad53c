"""The checkov window: a graph check for each policy.

The verdicts come from our own reading of the files that checkov's graph names. The vertices of the graph are only used
as places to attach verdicts to, because their rendered values are wrong for ``Fn::If``, parameters and more.

- fail: failed. conditional: passed, or failed where ``S3_GLUE_RULES_STRICT`` is set. undecided: unknown, which checkov
  does not report. pass and exempt: passed. not applicable: nothing.
- What a ``checkov:skip`` comment or ``Metadata.checkov.skip`` accepts is returned as failed, so that checkov itself
  records the skip with its reason. What is accepted in our own ways has passed.
- A finding whose resource has no vertex (a resource that ``Fn::ForEach`` makes, a parameter, a nested template that
  checkov was not given) is carried by another resource of the template. The record then names the resource that fails,
  and shows file and lines of the one that carries it. A parameter is carried by the first resource that refers to it.
- Where something was not judged, the resources concerned fail, and standard error says why. Where not even that is
  possible, the run ends with an exception, which checkov turns into status 2.
- Policies of the level ``strict`` are registered and silent, unless ``--check`` names them (a pattern counts) or
  ``S3_GLUE_RULES_PROFILE`` is ``strict``.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from checkov.common.bridgecrew.severities import get_severity
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.common.comment.enum import COMMENT_REGEX
from checkov.common.graph.checks_infra.base_check import BaseGraphCheck
from checkov.runner_filter import RunnerFilter

from s3_glue_rules import __version__
from s3_glue_rules.catalogue import Policy, load_catalogue
from s3_glue_rules.discover import Loader
from s3_glue_rules.join import declared_types
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding, Judgement, Problem
from s3_glue_rules.read.cloudformation import Template
from s3_glue_rules.read.source import ReadError
from s3_glue_rules.resolve.estates import PARAMETER_TYPE
from s3_glue_rules.scan import scan

# checkov's graph registries, and the language of the policies that are put into each.
FRAMEWORKS = {"cloudformation": "cloudformation"}
CATALOGUE_PAGE = "https://github.com/s3-glue-rules/s3-glue-rules/blob/main/policies/README.md"
# The file in which ``s3-glue-rules checkov`` wants to read what was loaded and judged.
RECORD_VARIABLE = "S3_GLUE_RULES_CHECKOV_RECORD"

# What checkov needs of a vertex that carries a verdict. It copies and prints all of what it is given: the rest costs
# time, and would put the values of properties, key material among them, into its reports.
_KEPT = ("block_name_", "block_type_", "file_path_", "id_", "resource_type", "source_", "label_", "hash", "Tags")

Vertex = dict[str, Any]
Results = tuple[list[Vertex], list[Vertex], list[Vertex]]

# checkov runs checks in threads; the first one judges for all.
_lock = threading.RLock()
_told: set[str] = set()


class UnreportedError(Exception):
    """Something must be reported and checkov offers no place for it."""


def register(fail: Callable[[str], NoReturn]) -> None:
    """Put the policies into checkov's registries. May be called again, and by several threads: checkov does so.

    ``fail`` ends checkov's run with a status other than 0.
    """
    with _lock:
        for framework, language in FRAMEWORKS.items():
            registry = get_graph_checks_registry(framework)
            known = {check.id for check in registry.checks if isinstance(check, PolicyCheck)}
            for policy in load_catalogue():
                if language in policy.languages and policy.id not in known:
                    registry.checks.append(PolicyCheck(policy))
                    RunnerFilter.notify_external_check(policy.id)
            if getattr(registry.run_checks, "__module__", None) != __name__:
                registry.run_checks = _watched(registry, fail)
    record({"loaded": __version__})


def record(entry: dict[str, Any]) -> None:
    """Add a line to the record that the command asked for. It made the file; none is made here."""
    path = os.environ.get(RECORD_VARIABLE)
    if path:
        # One write for each line: worker processes append to the same file.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(descriptor, f"{json.dumps(entry)}\n".encode())
        finally:
            os.close(descriptor)


def _watched(registry: Any, fail: Callable[[str], NoReturn]) -> Any:
    """Wrap a registry's ``run_checks``: only there the filter can be seen, and a check that vanished be noticed."""
    run_checks = registry.run_checks

    def watched(graph_connector: Any, runner_filter: Any, report_type: str) -> Any:
        ours = [check for check in registry.checks if isinstance(check, PolicyCheck)]
        asked = runner_filter.checks
        for check in ours:
            check.asked_for = bool(asked) and bool(runner_filter.check_matches(check.id, None, asked))
        results = run_checks(graph_connector, runner_filter, report_type)
        wanted = [check for check in ours if runner_filter.should_run_check(check, report_type=report_type)]
        for check in wanted:
            if check not in results:
                fail(f"{check.id} did not report: {check.failure}")
        if wanted and not any(check.failure for check in wanted):
            record({"judged": _window(graph_connector).files})
        _windows.clear()
        return results

    return watched


class PolicyCheck(BaseGraphCheck):  # type: ignore[misc] # checkov publishes no types
    """A policy as a check of checkov."""

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self.policy = policy
        self.id = policy.id
        self.name = policy.title
        self.severity = get_severity(policy.severity)
        self.guideline = f"{CATALOGUE_PAGE}#{policy.id.lower()}"
        self.asked_for = False
        self.failure = ""

    def run(self, graph_connector: Any) -> Results:
        """Return the vertices that pass, fail and cannot be decided."""
        strict = os.environ.get("S3_GLUE_RULES_PROFILE") == "strict"
        if self.policy.level == "strict" and not self.asked_for and not strict:
            return [], [], []
        try:
            return _window(graph_connector).results(self.policy)
        except UnreportedError as error:
            self.failure = str(error)
            raise
        except Exception as error:  # checkov forgets a check that raises, and exits 0
            self.failure = f"it crashed and judged nothing ({type(error).__name__}: {error}); please report this"
            _tell(f"{self.id}: {self.failure}")
            candidates = _candidates(_resources(_vertices(graph_connector)), self.policy)
            if not candidates:
                raise
            return [], candidates, []


class Window:
    """One graph of checkov, with what we found in the files that it names."""

    def __init__(self, graph: Any) -> None:
        vertices = _vertices(graph)
        self._real: dict[str, str] = {}
        named = dict.fromkeys(str(vertex["file_path_"]) for vertex in vertices)
        self.files = [self._file(name) for name in named]
        self.resources = _resources(vertices)
        self._by_file: dict[str, list[Vertex]] = defaultdict(list)
        self._by_place: dict[tuple[str, str], Vertex] = {}
        for vertex in self.resources:
            file = self._file(vertex["file_path_"])
            self._by_file[file].append(vertex)
            self._by_place[file, _logical_id(vertex)] = vertex
        self._judgement = _judge(tuple(self._stamp(name) for name in named))
        self._findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in self._judgement.findings:
            self._findings[finding.policy].append(finding)
        self._texts = Texts()
        for problem in self._judgement.problems:
            _tell(f"{problem.file}:{problem.line}: not judged: {problem.message}")

    def results(self, policy: Policy) -> Results:
        """Return the vertices that pass, fail and cannot be decided under a policy."""
        verdicts: dict[tuple[str, str], Verdict] = {}
        carried: dict[tuple[str, str], Vertex] = {}
        for finding in self._findings[policy.id]:
            place = (self._file(finding.header.file), finding.logical_id)
            vertex = None if finding.resource_type == PARAMETER_TYPE else self._by_place.get(place)
            verdict = self._shown(finding)
            if vertex is not None:
                # A template that is nested twice has two verdicts on each resource: the worse one counts.
                verdicts[place] = max(verdict, verdicts.get(place, verdict), key=_WEIGHT.index)
            elif verdict is Verdict.FAIL:
                carried.setdefault(place, self._carried(finding, *place))
        for problem in self._judgement.problems:
            for vertex in self._concerned(problem, policy):
                verdicts[self._file(vertex["file_path_"]), _logical_id(vertex)] = Verdict.FAIL

        def having(verdict: Verdict) -> list[Vertex]:
            return [self._by_place[place] for place, found in verdicts.items() if found is verdict]

        return having(Verdict.PASS), [*having(Verdict.FAIL), *carried.values()], having(Verdict.UNDECIDED)

    def _shown(self, finding: Finding) -> Verdict:
        """Return the verdict that checkov is told: one of those in ``_WEIGHT``."""
        verdict = finding.verdict
        if verdict is Verdict.SUPPRESSED:
            skipped = finding.policy in self._texts.skips(self._file(finding.header.file), finding.logical_id)
            return Verdict.FAIL if skipped else Verdict.PASS
        if verdict is Verdict.CONDITIONAL:
            return Verdict.FAIL if os.environ.get("S3_GLUE_RULES_STRICT") == "1" else Verdict.PASS
        return Verdict.PASS if verdict is Verdict.EXEMPT else verdict

    def _carried(self, finding: Finding, file: str, logical_id: str) -> Vertex:
        carrier = self._carrier(finding, file, logical_id)
        if carrier is None:
            raise UnreportedError(
                f"{finding.header.file}:{finding.header.line}: {finding.address} fails {finding.policy}, and the "
                f"template has no resource that checkov can show it at: {finding.message}"
            )
        # The record is found by the block's name and called by the id.
        return {**carrier, "id_": f"{finding.resource_type}.{logical_id}"}

    def _carrier(self, finding: Finding, file: str, logical_id: str) -> Vertex | None:
        if finding.resource_type == PARAMETER_TYPE:
            for name in self._texts.referring(file, logical_id):
                if (file, name) in self._by_place:
                    return self._by_place[file, name]
        # A nested template that checkov was not given is reported at the template that nests it.
        for place in (file, self._file(finding.estate)):
            for vertex in self._by_file.get(place, ()):
                # A skip there is about the carrier's own finding, and must not take this one with it.
                if finding.policy not in self._texts.skips(place, _logical_id(vertex)):
                    return vertex
        return None

    def _concerned(self, problem: Problem, policy: Policy) -> list[Vertex]:
        """Return the vertices that a policy could not judge because of a problem; at least one, if it is concerned."""
        about = re.match(r"SGR\d{3}\b", problem.message)
        if about is not None and about.group() != policy.id:
            return []
        vertices = self._by_file.get(self._file(problem.file)) or self.resources
        found = _candidates(vertices, policy)
        if not found:
            raise UnreportedError(f"{problem.file}:{problem.line}: not judged: {problem.message}")
        return found

    def _file(self, name: str) -> str:
        return self._real.setdefault(name, os.path.realpath(name))

    @staticmethod
    def _stamp(name: str) -> tuple[str, int, int]:
        status = Path(name).stat()
        return name, status.st_mtime_ns, status.st_size


# From the weakest to the strongest.
_WEIGHT = [Verdict.NOT_APPLICABLE, Verdict.PASS, Verdict.UNDECIDED, Verdict.FAIL]


class Texts:
    """What templates say beside our verdicts: skips in checkov's own form, and references to parameters."""

    def __init__(self) -> None:
        self._load = Loader()

    def skips(self, file: str, logical_id: str) -> set[str]:
        """Return the ids of policies that checkov itself skips at a resource."""
        template = self._template(file)
        if template is None or logical_id not in template.resources:
            return set()
        body = template.resources[logical_id]
        metadata = body.get("Metadata") if isinstance(body, dict) else None
        found: set[str] = set()
        for tool in ("checkov", "bridgecrew"):
            entries = metadata.get(tool) if isinstance(metadata, dict) else None
            skips = entries.get("skip") if isinstance(entries, dict) else None
            found.update(str(skip.get("id")) for skip in skips or () if isinstance(skip, dict))
        start = template.source.locate(("Resources", logical_id)).line
        headers = [template.source.locate(("Resources", name)).line for name in template.resources]
        end = min((line for line in headers if line > start), default=sys.maxsize)
        for line in template.source.text.splitlines()[start - 1 : end - 1] if "skip=" in template.source.text else ():
            comment = COMMENT_REGEX.search(line)
            if comment is not None and comment.group(2):
                found.add(str(comment.group(2)))
        return found

    def referring(self, file: str, parameter: str) -> Iterator[str]:
        """Yield the logical ids of the resources that refer to a parameter."""
        template = self._template(file)
        for name, body in template.resources.items() if template is not None else ():
            if _refers(body, parameter):
                yield str(name)

    def _template(self, file: str) -> Template | None:
        try:
            return self._load(Path(file))
        except ReadError:
            return None


def _refers(node: Any, parameter: str) -> bool:
    if isinstance(node, dict):
        return node.get("Ref") == parameter or any(_refers(inner, parameter) for inner in node.values())
    if isinstance(node, list):
        return any(_refers(inner, parameter) for inner in node)
    return isinstance(node, str) and f"${{{parameter}}}" in node


_windows: list[tuple[Any, Window]] = []


def _window(graph: Any) -> Window:
    """Return the window of a graph. One is kept: all checks run on a graph before the next one is built."""
    with _lock:
        if not _windows or _windows[0][0] is not graph:
            _windows[:] = [(graph, Window(graph))]
        return _windows[0][1]


@lru_cache(maxsize=4)
def _judge(files: tuple[tuple[str, int, int], ...]) -> Judgement:
    """Judge files once for all checks. A changed file is read again."""
    return scan([name for name, _, _ in files], _policies())


def _policies() -> list[Policy]:
    return [policy for policy in load_catalogue() if set(policy.languages) & set(FRAMEWORKS.values())]


def _vertices(graph: Any) -> list[Vertex]:
    """Return the vertices of a graph: rustworkx, checkov's default, keeps pairs, networkx attributes of nodes."""
    if hasattr(graph, "node_indices"):
        return [vertex for _, vertex in graph.nodes()]
    return [vertex for _, vertex in graph.nodes(data=True)]


def _resources(vertices: Iterable[Vertex]) -> list[Vertex]:
    return [
        {key: vertex[key] for key in _KEPT if key in vertex}
        for vertex in vertices
        if vertex.get("block_type_") == "resource"
    ]


def _logical_id(vertex: Vertex) -> str:
    return str(vertex["block_name_"]).rsplit(".", 1)[-1]


def _candidates(vertices: list[Vertex], policy: Policy) -> list[Vertex]:
    """Return the vertices of the types that a policy is about; the first vertex where there is none of them.

    All vertices are candidates of a policy that cannot be loaded.
    """
    try:
        types = declared_types(importlib.import_module(f"s3_glue_rules.checks.{policy.stem}").SUBJECT)
    except Exception:  # noqa: BLE001 - why it does not load is told by the scan
        return vertices
    return [vertex for vertex in vertices if vertex.get("resource_type") in types] or vertices[:1]


def _tell(message: str) -> None:
    with _lock:
        if message not in _told:
            _told.add(message)
            print(f"s3-glue-rules: {message}", file=sys.stderr)
