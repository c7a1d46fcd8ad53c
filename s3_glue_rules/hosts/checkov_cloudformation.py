"""The window of a graph of CloudFormation templates.

A finding whose resource has no vertex (a resource that ``Fn::ForEach`` makes, a parameter, a nested template that
checkov was not given) is carried by another resource of the template: a parameter by the first one that refers to it.
The record then names the resource that fails, and shows file and lines of the one that carries it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from checkov.common.comment.enum import COMMENT_REGEX

from s3_glue_rules.catalogue import Policy
from s3_glue_rules.discover.templates import Loader
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
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding, Judgement
from s3_glue_rules.read.cloudformation import Template
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.resolve.estates import PARAMETER_TYPE
from s3_glue_rules.scan import scan

# What checkov needs of a vertex that carries a verdict.
_KEPT = ("block_name_", "block_type_", "file_path_", "id_", "resource_type", "source_", "label_", "hash")


def template_resources(vertices: list[Vertex]) -> list[Vertex]:
    """Return the resources of a graph, ready to carry verdicts."""
    return kept(vertices, _KEPT)


class CloudFormationWindow(Window):
    """A graph of templates."""

    language = "cloudformation"

    def __init__(self, vertices: list[Vertex], settings: Settings) -> None:
        named = dict.fromkeys(str(vertex["file_path_"]) for vertex in vertices)
        super().__init__(template_resources(vertices), _judge(tuple(_stamp(name) for name in named)), settings)
        self.files = [self.file(name) for name in named]
        self._by_place = {(self.file(vertex["file_path_"]), _logical_id(vertex)): vertex for vertex in self.resources}
        self._texts = Texts()

    def results(self, policy: Policy) -> Results:
        """Return the vertices that pass, fail and cannot be decided under a policy."""
        verdicts: dict[tuple[str, str], Verdict] = {}
        carried: dict[tuple[str, str], Vertex] = {}
        for finding in self.findings(policy):
            place = (self.file(finding.header.file), finding.logical_id)
            vertex = None if finding.resource_type == PARAMETER_TYPE else self._by_place.get(place)
            verdict = shown(finding, skipped_by_checkov=self._skipped(finding))
            if vertex is not None:
                # A template that is nested twice has two verdicts on each resource: the worse one counts.
                verdicts[place] = max(verdict, verdicts.get(place, verdict), key=WEIGHT.index)
            elif verdict is Verdict.FAIL:
                carried.setdefault(place, self._carried(finding, *place))
        for problem in self.problems:
            for vertex in self.concerned(problem, policy):
                verdicts[self.file(vertex["file_path_"]), _logical_id(vertex)] = Verdict.FAIL

        def having(verdict: Verdict) -> list[Vertex]:
            return [self._by_place[place] for place, found in verdicts.items() if found is verdict]

        return having(Verdict.PASS), [*having(Verdict.FAIL), *carried.values()], having(Verdict.UNDECIDED)

    def _skipped(self, finding: Finding) -> bool:
        return finding.verdict is Verdict.SUPPRESSED and finding.policy in self._texts.skips(
            self.file(finding.header.file), finding.logical_id
        )

    def _carried(self, finding: Finding, file: str, logical_id: str) -> Vertex:
        carrier = self._carrier(finding, file, logical_id)
        if carrier is None:
            raise unreported(finding)
        # The record is found by the block's name and called by the id.
        return {**carrier, "id_": f"{finding.resource_type}.{logical_id}"}

    def _carrier(self, finding: Finding, file: str, logical_id: str) -> Vertex | None:
        if finding.resource_type == PARAMETER_TYPE:
            for name in self._texts.referring(file, logical_id):
                if (file, name) in self._by_place:
                    return self._by_place[file, name]
        # A nested template that checkov was not given is reported at the template that nests it.
        for place in (file, self.file(finding.estate)):
            for vertex in self.in_file(place):
                # A skip there is about the carrier's own finding, and must not take this one with it.
                if finding.policy not in self._texts.skips(place, _logical_id(vertex)):
                    return vertex
        return None


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


@lru_cache(maxsize=4)
def _judge(files: tuple[tuple[str, int, int], ...]) -> Judgement:
    """Judge files once for all checks. A changed file is read again."""
    return scan([name for name, _, _ in files], policies_for("cloudformation"), code=False)


def _stamp(name: str) -> tuple[str, int, int]:
    status = Path(name).stat()
    return name, status.st_mtime_ns, status.st_size


def _logical_id(vertex: Vertex) -> str:
    return str(vertex["block_name_"]).rsplit(".", 1)[-1]
