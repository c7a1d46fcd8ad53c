"""What the mutation check judges with: the fixtures of a policy and the whole estates, read once.

Nothing here needs Terraform or a network: the plans are those that are kept with the estate.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from s3_glue_rules.catalogue import Policy  # noqa: E402 - found once the path is set
from s3_glue_rules.discover import discover  # noqa: E402
from s3_glue_rules.discover.python import Code  # noqa: E402
from s3_glue_rules.judge import Check, Checks, judge_estate  # noqa: E402
from s3_glue_rules.model.answers import Verdict  # noqa: E402
from s3_glue_rules.model.declarations import Estate  # noqa: E402
from s3_glue_rules.model.findings import Finding, Judgement  # noqa: E402
from s3_glue_rules.scan import MOST_CALLS  # noqa: E402
from tests.support.fixtures import FIXTURES, kind_of, modules, templates  # noqa: E402
from tests.support.markers import read_lines, read_markers  # noqa: E402
from tests.support.python_markers import cases  # noqa: E402
from tests.support.python_markers import wanted as lines_wanted  # noqa: E402
from tests.support.terraform_markers import lines_of, wanted  # noqa: E402

MARKED = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.EXEMPT}
LISTED = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.SUPPRESSED}

# Modules call modules whose values lead through one another, as in a scan.
sys.setrecursionlimit(max(sys.getrecursionlimit(), MOST_CALLS))

Said = tuple[str, str, str]
Line = tuple[str, str, int]


@cache
def _resolved(file: str) -> str:
    return str(Path(file).resolve())


@dataclass
class Fixture:
    """Estates that were read, with what they expect: of a logical id in templates, a line in code, else of an address.

    ``kind`` is what its name promises, and empty for whole estates.
    """

    path: Path
    estates: list[Estate]
    kind: str = ""
    expected: set[Said] = field(default_factory=set)
    lines: set[Line] = field(default_factory=set)
    verdicts: frozenset[Verdict] = frozenset(MARKED)
    by_address: bool = True
    by_line: bool = False
    # The markers of Terraform are read against the addresses that are judged, which no mutant changes.
    markers: dict[str, set[Said]] | None = None

    def notices(self, check: Check) -> bool:
        """Return whether a check breaks what is expected of it. The first check of a policy must be the real one."""
        judgement = Judgement()
        for estate in self.estates:
            judge_estate(estate, Checks([check]), judgement)
        if judgement.problems:
            return True
        policy, findings = check.policy.id, judgement.findings
        if self.by_line:
            # Configuration beside a script is there for the script.
            findings = [finding for finding in findings if finding.span.file.endswith((".py", ".ipynb"))]
        spoken = {(policy, f.verdict.value, self._name(f)) for f in findings if f.verdict in self.verdicts}
        if spoken != self._wanted(policy, findings):
            return True
        if self.kind == "good" and all(finding.verdict is not Verdict.PASS for finding in findings):
            return True
        failing = [f for f in findings if f.verdict in {Verdict.FAIL, Verdict.CONDITIONAL}]
        found = {(policy, _resolved(f.span.file), f.span.line) for f in failing}
        return not {line for line in self.lines if line[0] == policy} <= found

    def _name(self, finding: Finding) -> str:
        if self.by_line:
            return f"{_resolved(finding.span.file)}:{finding.span.line}"
        return finding.address if self.by_address else finding.logical_id

    def _wanted(self, policy: str, findings: list[Finding]) -> set[Said]:
        if self.markers is None:
            return {item for item in self.expected if item[0] == policy}
        if policy not in self.markers:
            self.markers[policy] = {item for item in wanted(self.path, findings) if item[0] == policy}
        return self.markers[policy]


def fixtures_of(policy: Policy) -> list[Fixture]:
    """Read the templates, the Terraform modules and the Python code of a policy."""
    folders = modules(policy) if "terraform" in policy.languages else []
    code = cases(policy) if "python" in policy.languages else []
    return [*map(_template, templates(policy)), *map(_module, folders), *map(_code, code)]


def estates() -> list[Fixture]:
    """Read the whole estates: templates with markers, or assemblies, modules and plans with a list beside them."""
    found: list[Fixture] = []
    for folder in sorted((FIXTURES / "estates").iterdir()):
        read = discover([str(folder)]).estates
        listed = folder / "expected.json"
        if not listed.exists():
            marked = {item for path in folder.rglob("*.yaml") for item in _markers(path)}
            found.append(Fixture(folder, read, expected=marked, by_address=False))
            continue
        lists = json.loads(listed.read_text(encoding="utf-8"))
        if isinstance(lists, list):
            found.append(Fixture(folder, read, expected=_said(lists), verdicts=frozenset(LISTED)))
            continue
        for estate in read:
            is_plan = estate.name.endswith(".json")
            expected = lists[f"plan_{Path(estate.name).stem}" if is_plan else "terraform"]
            found.append(Fixture(folder, [estate], expected=_said(expected), verdicts=frozenset(LISTED)))
    return found


def _said(items: Iterable[dict[str, str]]) -> set[Said]:
    return {(item["policy"], item["verdict"], item["address"]) for item in items}


def _markers(path: Path) -> set[Said]:
    return {(marker.policy, marker.verdict, marker.logical_id) for marker in read_markers(path)}


def _template(path: Path) -> Fixture:
    lines = {(policy, str(path), line) for policy, line in read_lines(path)}
    read = discover([str(path)]).estates
    return Fixture(path, read, kind_of(path), _markers(path), lines, by_address=False)


def _code(path: Path) -> Fixture:
    discovery = discover([str(path)])
    code = Code(discovery)
    for estate in discovery.estates:
        code.tie(estate)
    expected = {(policy, verdict, f"{file}:{line}") for policy, verdict, file, line in lines_wanted(path)}
    return Fixture(path, [*discovery.estates, *code.estates()], kind_of(path), expected, by_line=True)


def _module(folder: Path) -> Fixture:
    read = discover([str(folder)]).estates
    return Fixture(folder, read, kind_of(folder), lines=lines_of(folder), markers={})
