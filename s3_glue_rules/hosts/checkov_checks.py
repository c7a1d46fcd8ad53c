"""The checkov window: a graph check for each policy.

The verdicts come from our own reading of the files that checkov's graph names. The vertices of the graph are only used
as places to attach verdicts to, because their rendered values are wrong for ``Fn::If``, parameters, two instances of
one module and more.

- fail: failed. pass and exempt: passed. conditional: passed, and undecided: unknown, which checkov does not report;
  both failed where ``S3_GLUE_RULES_STRICT`` is 1. not applicable: nothing.
- What a ``checkov:skip`` comment or ``Metadata.checkov.skip`` accepts is returned as failed, so that checkov itself
  records the skip with its reason. What is accepted in our own ways has passed.
- A finding whose resource has no vertex is carried by another resource: see the windows.
- Where something was not judged, the resources concerned fail, and standard error says why. Where not even that is
  possible, the run ends with an exception, which checkov turns into status 2.
- Policies of the level ``strict`` are registered and silent, unless ``--check`` names them (a pattern counts) or
  ``S3_GLUE_RULES_PROFILE`` is ``strict``.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from checkov.common.bridgecrew.severities import get_severity
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.common.graph.checks_infra.base_check import BaseGraphCheck
from checkov.runner_filter import RunnerFilter

from s3_glue_rules import __version__
from s3_glue_rules.catalogue import Policy, load_catalogue
from s3_glue_rules.hosts.checkov_cloudformation import CloudFormationWindow, template_resources
from s3_glue_rules.hosts.checkov_plan import PlanWindow
from s3_glue_rules.hosts.checkov_terraform import ConfigurationWindow, terraform_resources
from s3_glue_rules.hosts.checkov_windows import (
    Results,
    Settings,
    UnreportedError,
    Window,
    candidates,
    tell,
    vertices_of,
)

# checkov's graph registries, and the language of the policies that are put into each. The frameworks terraform_plan
# and terraform_json use the registry of terraform.
FRAMEWORKS = {"cloudformation": "cloudformation", "terraform": "terraform"}
CATALOGUE_PAGE = "https://github.com/s3-glue-rules/s3-glue-rules/blob/main/policies/README.md"
# The file in which ``s3-glue-rules checkov`` wants to read what was loaded and judged.
RECORD_VARIABLE = "S3_GLUE_RULES_CHECKOV_RECORD"

# checkov runs checks in threads; the first one judges for all. Graphs are known by their identity, with what was said
# for the run on each.
_lock = threading.RLock()
_runs: dict[int, Settings] = {}
_windows: dict[int, Window] = {}


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
        graph = id(graph_connector)
        _runs[graph] = _settings(runner_filter, report_type)
        try:
            results = run_checks(graph_connector, runner_filter, report_type)
            wanted = [check for check in ours if runner_filter.should_run_check(check, report_type=report_type)]
            failures = {check.id: check.failures.pop(graph) for check in ours if graph in check.failures}
            for check in wanted:
                if check not in results:
                    fail(f"{check.id} did not report: {failures.get(check.id, '')}")
            if wanted and not failures:
                record({"judged": _window(graph_connector).files})
        finally:
            _runs.pop(graph, None)
            _windows.pop(graph, None)
        return results

    return watched


def _settings(runner_filter: Any, report_type: str) -> Settings:
    """Read what a run was told. Not all versions of checkov know all of it."""
    roots = getattr(runner_filter, "repo_root_for_plan_enrichment", None) or [None]
    return Settings(
        report_type=report_type,
        frameworks=frozenset(getattr(runner_filter, "framework", None) or ["all"]),
        excluded=tuple(getattr(runner_filter, "excluded_paths", None) or ()),
        var_files=tuple(getattr(runner_filter, "var_files", None) or ()),
        plan_root=roots[0],
    )


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
        # By graph: the frameworks that share a registry may run side by side.
        self.failures: dict[int, str] = {}

    def run(self, graph_connector: Any) -> Results:
        """Return the vertices that pass, fail and cannot be decided."""
        strict = self.asked_for or os.environ.get("S3_GLUE_RULES_PROFILE") == "strict"
        if self.policy.level == "strict" and not strict:
            return [], [], []
        graph = id(graph_connector)
        try:
            window = _window(graph_connector)
            if window.language not in self.policy.languages_judged(strict=strict):
                return [], [], []
            return window.results(self.policy)
        except UnreportedError as error:
            self.failures[graph] = str(error)
            raise
        except Exception as error:  # checkov forgets a check that raises, and exits 0
            self.failures[graph] = (
                f"it crashed and judged nothing ({type(error).__name__}: {error}); please report this"
            )
            tell(f"{self.id}: {self.failures[graph]}")
            vertices = vertices_of(graph_connector)
            of_terraform = _runs.get(graph, Settings()).report_type.startswith("terraform")
            resources = terraform_resources(vertices) if of_terraform else template_resources(vertices)
            found = candidates(resources, self.policy)
            if not found:
                raise
            return [], found, []


def _window(graph: Any) -> Window:
    """Return the window of a graph, as long as checks run on it."""
    with _lock:
        window = _windows.get(id(graph))
        if window is None:
            settings = _runs.get(id(graph), Settings())
            vertices = vertices_of(graph)
            if settings.report_type == "terraform_plan":
                window = PlanWindow(vertices, settings)
            elif settings.report_type.startswith("terraform"):
                window = ConfigurationWindow(vertices, settings)
            else:
                window = CloudFormationWindow(vertices, settings)
            _windows[id(graph)] = window
        return window
