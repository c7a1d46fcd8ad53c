"""Break every policy in turn, and see whether its fixtures notice.

A mutant is one change in the file of a check: a condition negated, ``and`` and ``or`` swapped, another string to
compare with, another default, ``fails`` replaced by ``passes``. It is killed when the markers of the policy's
fixtures, the lines they name, or what the kinds of files promise no longer hold, which is what tests/test_fixtures.py
asserts. A mutant that survives is a case that the fixtures lack, or one that no configuration can show: those are
listed in EQUIVALENT, each with its reason.

    python tools/mutate.py [stem ...]
"""

from __future__ import annotations

import ast
import copy
import importlib
import sys
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from s3_glue_rules.catalogue import Policy, load_catalogue  # noqa: E402 - found once the path is set
from s3_glue_rules.discover import discover  # noqa: E402
from s3_glue_rules.judge import Check, judge_estate  # noqa: E402
from s3_glue_rules.model.answers import Verdict  # noqa: E402
from s3_glue_rules.model.declarations import Estate  # noqa: E402
from s3_glue_rules.model.findings import Judgement  # noqa: E402
from tests.support.fixtures import kind_of, templates  # noqa: E402
from tests.support.markers import Marker, read_lines, read_markers  # noqa: E402

CHECKS = ROOT / "s3_glue_rules" / "checks"
MARKED = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.EXEMPT}

# Helpers that checks share are broken too; the fixtures of all the policies that use them may kill the mutant.
SHARED = {"questions": ROOT / "s3_glue_rules" / "model" / "questions.py"}

# (file, change): why no configuration can show it.
EQUIVALENT: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Mutant:
    """One change: what it is, on which line of the file, and the changed file."""

    change: str
    line: int
    tree: ast.Module


Mutate = Callable[[ast.AST], "list[tuple[str, ast.AST]]"]


def mutants(source: str) -> Iterator[Mutant]:
    """Yield all mutants of a file, one change each."""
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        for change, replacement in changes(node, tree):
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[index]
            yield Mutant(change, getattr(node, "lineno", 1), _replaced(changed, target, replacement))


def _replaced(tree: ast.Module, target: ast.AST, replacement: ast.AST) -> ast.Module:
    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return replacement if node is target else self.generic_visit(node)

    return ast.fix_missing_locations(Replace().visit(tree))


def changes(node: ast.AST, tree: ast.Module) -> list[tuple[str, ast.AST]]:
    """Return the changes to make at one node, each with its description."""
    found: list[tuple[str, ast.AST]] = []
    above = _parents(tree)
    if isinstance(node, ast.expr) and _is_condition(node, above):
        found.append((f"not ({ast.unparse(node)})", ast.UnaryOp(ast.Not(), copy.deepcopy(node))))
    if isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        swapped = ast.BoolOp(other, copy.deepcopy(node.values))
        found.append((f"{ast.unparse(node)} → {ast.unparse(swapped)}", swapped))
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_compared(node, above):
        found.append((f"{node.value!r} → another text in {_context(node, above)}", ast.Constant(f"{node.value}~")))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        found.append((f"{node.value} → {not node.value} in {_context(node, above)}", ast.Constant(not node.value)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fails":
        message = ast.unparse(node)[:70]
        found.append((f"{message}… → passes()", ast.Call(ast.Name("passes", ast.Load()), [], [])))
    return found


_known_parents: dict[int, dict[ast.AST, ast.AST]] = {}


def _parents(tree: ast.Module) -> dict[ast.AST, ast.AST]:
    if id(tree) not in _known_parents:
        _known_parents.clear()
        _known_parents[id(tree)] = {
            child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)
        }
    return _known_parents[id(tree)]


def _is_condition(node: ast.expr, above: dict[ast.AST, ast.AST]) -> bool:
    """Return whether an expression decides something other than the wording of a message."""
    parent = above.get(node)
    if isinstance(parent, (ast.If, ast.While)):
        return node is parent.test
    if isinstance(parent, ast.IfExp):
        wording = all(_is_wording(branch) for branch in (parent.body, parent.orelse))
        return node is parent.test and not wording
    if isinstance(parent, ast.comprehension):
        return node in parent.ifs
    if isinstance(parent, ast.Return):
        return isinstance(node, (ast.BoolOp, ast.Compare)) or (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"all", "any"}
        )
    # The parts of a condition, one by one.
    return isinstance(parent, (ast.BoolOp, ast.UnaryOp)) and isinstance(node, (ast.Compare, ast.Call, ast.Attribute))


def _is_wording(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_compared(node: ast.Constant, above: dict[ast.AST, ast.AST]) -> bool:
    """Return whether a text is compared with, is one of several that are, or is a default that will be."""
    parent = above.get(node)
    while isinstance(parent, (ast.Set, ast.Tuple, ast.List)):
        node, parent = parent, above.get(parent)  # type: ignore[assignment] # any node from here on
    if isinstance(parent, ast.keyword):
        return parent.arg == "default"
    if isinstance(parent, ast.Assign):
        return isinstance(above.get(parent), ast.Module)
    if isinstance(parent, ast.Call):
        return isinstance(parent.func, ast.Attribute) and parent.func.attr in {
            "startswith",
            "endswith",
            "removeprefix",
            "count",
            "split",
            "is_effect",
        }
    return isinstance(parent, ast.Compare)


def _context(node: ast.AST, above: dict[ast.AST, ast.AST]) -> str:
    """Return the smallest surroundings that tell a constant from others: a comparison, a call, an assignment."""
    while not isinstance(node, (ast.Compare, ast.Call, ast.stmt)):
        node = above[node]
    return ast.unparse(node).split("\n")[0][:70]


@dataclass
class Fixture:
    """A file of fixtures, read once, with what it expects."""

    path: Path
    estates: list[Estate]
    markers: set[Marker]
    lines: set[tuple[str, int]]

    @classmethod
    def read(cls, path: Path) -> Fixture:
        """Read a file of fixtures."""
        return cls(path, discover([str(path)]).estates, read_markers(path), read_lines(path))

    def notices(self, check: Check) -> bool:
        """Return whether a check breaks what the file expects."""
        judgement = Judgement()
        for estate in self.estates:
            judge_estate(estate, [check], judgement)
        findings = judgement.findings
        verdicts = {finding.verdict for finding in findings}
        spoken = {Marker(f.policy, f.verdict.value, f.logical_id) for f in findings if f.verdict in MARKED}
        lines = {(f.policy, f.span.line) for f in findings if f.verdict in {Verdict.FAIL, Verdict.CONDITIONAL}}
        earns = kind_of(self.path) != "good" or Verdict.PASS in verdicts
        return bool(judgement.problems) or spoken != self.markers or not self.lines <= lines or not earns


def load(policy: Policy, tree: ast.Module | None = None, shared: tuple[str, types.ModuleType] | None = None) -> Check:
    """Load a check from its file or from a changed tree, perhaps with a changed helper."""
    module = types.ModuleType(f"s3_glue_rules.checks.{policy.stem}")
    file = CHECKS / f"{policy.stem}.py"
    tree = tree or ast.parse(file.read_text(encoding="utf-8"))
    name = f"s3_glue_rules.model.{shared[0]}" if shared else ""
    original = sys.modules.get(name)
    if shared:
        sys.modules[name] = shared[1]
    try:
        exec(compile(tree, str(file), "exec"), module.__dict__)  # noqa: S102 - this project's own file, changed
    finally:
        if shared and original is not None:
            sys.modules[name] = original
    return Check(policy, module.SUBJECT, module.check, getattr(module, "IN_EVERY_WORLD", False))


def load_shared(name: str, tree: ast.Module) -> types.ModuleType:
    """Load a changed helper."""
    module = types.ModuleType(f"s3_glue_rules.model.{name}")
    # Answers are looked up by name in a mutant that no longer imports them.
    module.__dict__.update(vars(importlib.import_module(f"s3_glue_rules.model.{name}")))
    exec(compile(tree, str(SHARED[name]), "exec"), module.__dict__)  # noqa: S102 - as in load
    return module


def main(arguments: list[str]) -> int:
    """Break the named policies, or all, and report what survives. Returns 1 where something does."""
    started = time.monotonic()
    catalogue = [policy for policy in load_catalogue() if not arguments or policy.stem in arguments]
    fixtures = {policy: [Fixture.read(path) for path in templates(policy)] for policy in catalogue}
    total = 0
    survivors: list[tuple[str, str, int]] = []
    for policy in catalogue:
        if any(fixture.notices(load(policy)) for fixture in fixtures[policy]):
            print(f"{policy.stem}: its fixtures do not hold as it stands")
            return 1
        file = CHECKS / f"{policy.stem}.py"
        for mutant in mutants(file.read_text(encoding="utf-8")):
            total += 1
            try:
                killed = any(fixture.notices(load(policy, mutant.tree)) for fixture in fixtures[policy])
            except Exception:  # noqa: BLE001 - a mutant that does not even load is noticed
                killed = True
            if not killed:
                survivors.append((policy.stem, mutant.change, mutant.line))
    for name, path in SHARED.items():
        users = [policy for policy in catalogue if f"model.{name}" in (CHECKS / f"{policy.stem}.py").read_text()]
        for mutant in mutants(path.read_text(encoding="utf-8")) if users and not arguments else ():
            total += 1
            module = load_shared(name, mutant.tree)
            killed = any(
                fixture.notices(load(policy, shared=(name, module))) for policy in users for fixture in fixtures[policy]
            )
            if not killed:
                survivors.append((name, mutant.change, mutant.line))
    return report(total, survivors, time.monotonic() - started, everything=not arguments)


def report(total: int, survivors: list[tuple[str, str, int]], seconds: float, *, everything: bool) -> int:
    """Print what survived and the totals. Returns the exit status."""
    unexplained = [survivor for survivor in survivors if survivor[:2] not in EQUIVALENT]
    stale = set(EQUIVALENT) - {survivor[:2] for survivor in survivors} if everything else set()
    for stem, change, line in unexplained:
        path = SHARED.get(stem, CHECKS / f"{stem}.py").relative_to(ROOT)
        print(f"{path}:{line}: survives: {change}")
    for stem, change in sorted(stale):
        print(f"tools/mutate.py: EQUIVALENT lists a mutant that does not survive: {stem}: {change}")
    killed = total - len(survivors)
    print(
        f"{total} mutants: {killed} killed, {len(survivors) - len(unexplained)} equivalent, "
        f"{len(unexplained)} survive ({seconds:.0f} s)"
    )
    return int(bool(unexplained or stale or not total))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
