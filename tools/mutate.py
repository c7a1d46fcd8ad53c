"""Break every policy in turn, and see whether its fixtures notice.

A mutant is one change in the file of a check: a condition negated, ``and`` and ``or`` swapped, another string to
compare with, a bound moved by one, another default, ``fails`` replaced by ``passes``. It is killed when the markers of
the policy's fixtures, the lines they name, or what the kinds of files promise no longer hold, which is what
tests/test_fixtures.py and tests/test_terraform_fixtures.py assert, or what the whole estates expect
(tests/test_estates.py). The wording of messages is left alone.

A mutant that survives is a case that the fixtures lack, or one that no fixture can show: those are listed in
EQUIVALENT, each with its reason.

    python tools/mutate.py [stem ...]
"""

from __future__ import annotations

import ast
import copy
import functools
import gc
import importlib
import os
import sys
import time
import types
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from s3_glue_rules.catalogue import Policy, load_catalogue  # noqa: E402 - found once the path is set
from s3_glue_rules.judge import Check  # noqa: E402
from tools.mutate_fixtures import Fixture, estates, fixtures_of  # noqa: E402

CHECKS = ROOT / "s3_glue_rules" / "checks"
# Where it is (the name of the file), the change, the line.
Survivor = tuple[str, str, int]

ANSWERS = {"fails", "passes", "undecided", "exempt", "not_applicable"}

# Comparisons that differ at the bound alone.
BOUNDS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}

# Helpers that checks share are broken too; the fixtures of all the policies that use them may kill the mutant.
SHARED = {
    name: ROOT / "s3_glue_rules" / "model" / f"{name.replace('.', '/')}.py"
    for name in (
        "customer_keys",
        "destinations",
        "protection",
        "glue_keys",
        "key_reach",
        "questions",
        "recording",
        "code.clients",
        "code.customer_keys",
        "code.data_keys",
    )
}

# (file, change): why no configuration can show it.
_WORDING = "the verdict and its line are the same, only the message differs"
_WEAKEST = "what has no strength of its own is as weak as SSE-S3"
_SILENT = "pass instead of not applicable, or the other way round: neither is reported"
EQUIVALENT: dict[tuple[str, str], str] = {
    ("s3_bucket_allows_plain_http", "not (bucket.policies.written)"): _WORDING,
    ("s3_bucket_allows_plain_http", "not (statement.tests_key(SECURE))"): _WORDING,
    ("s3_bucket_allows_plain_http", "not (rulings[part].decision is Decision.DENIED)"): _WORDING,
    ("s3_bucket_allows_plain_http", "not (denied)"): _WORDING,
    ("s3_bucket_accepts_weaker_encryption_header", "not (name not in _WEAKER[default])"): _WORDING,
    (
        "s3_bucket_policy_blocks_default_encryption",
        "another default in bucket.algorithm.text(default='')",
    ): "what is not declared is none of the algorithms, whatever it is called",
    (
        "s3_bucket_policy_blocks_default_encryption",
        "not (rule_on(policies, client_upload(bucket, header, Special.CHOSEN)).is_denied)",
    ): _WORDING,
    (
        "kms_key_never_rotates",
        "another default in key.spec.text(default='SYMMETRIC_DEFAULT')",
    ): "the text is only used in a message: key.is_symmetric decides",
    (
        "kms_key_never_rotates",
        "False → True in key.rotation.flag(default=False)",
    ): "where the default counts, key.rotation.is_known was asked before",
    (
        "kms_key_rotation_is_impossible",
        "False → True in key.rotation.flag(default=False)",
    ): "where rotation is not written, the check has returned before",
    (
        "kms_key_rotation_is_impossible",
        "False → True in key.rotation.flag(default=False) (2)",
    ): "as the first: rotation is written here",
    (
        "kms_key_policy_admits_everyone",
        "not (any((policies.written for policies in key.possible_policies)))",
    ): _SILENT,
    ("glue_security_configuration_without_customer_key", "False → True in judged = False"): _SILENT,
    ("protection", "True → False in dataclass(frozen=True)"): "nothing changes one after it is made",
    ("protection", "not (algorithm == 'AES256') (2)"): _WORDING,
    ("protection", "without 'AES256' in algorithm == 'AES256' (2)"): _WORDING,
    ("protection", "not (bucket.key.kind is KeyKind.ABSENT)"): _WORDING,
    ("questions", "False → True in ignores = False"): _SILENT,
    ("questions", 'without "Fn::GetAtt on the key\'s Arn" in KEY_ARN = "Fn::GetAtt on the key\'s Arn"'): _WORDING,
    ("s3_object_downgrades_encryption", "not (stored.key.kind is KeyKind.ABSENT)"): _WORDING,
    ("recording", "True → False in dataclass(frozen=True)"): "nothing changes it, and it is no key",
    ("recording", "True → False in ' and '.join((words for is_read, words in ((True, reads), (False, writ"): _WORDING,
    ("recording", "False → True in ' and '.join((words for is_read, words in ((True, reads), (False, writ"): _WORDING,
    ("recording", "not (is_read in kinds)"): _WORDING,
    (
        "trail_ignores_data_lake_objects",
        "not (possible.is_certain)",
    ): "which of the buckets that are missing are named in the message",
    ("s3_object_downgrades_encryption", "another default in bucket.algorithm.text(default='AES256')"): _WEAKEST,
    ("code_downgrades_bucket_encryption", "another default in bucket.algorithm.text(default='AES256')"): _WEAKEST,
    (
        "s3_object_downgrades_encryption",
        "bucket is None or default is None → bucket is None and default is None",
    ): "only a bucket that is not there has no default: both are None, or neither is",
    ("glue_job_role_cannot_use_its_key", "not (item.reason is reason)"): _WORDING,
    ("glue_keys", "True → False in dataclass(frozen=True)"): "nothing sets a field of it",
    (
        "glue_keys",
        "another default in self.part.mode.text(default='DISABLED')",
    ): "any text that is no mode with a key means the same",
    ("glue_log_key_refuses_cloudwatch", "not (key.policies.written)"): _WORDING,
    ("glue_log_key_refuses_cloudwatch", "False → True in judged = False"): _SILENT,
    ("glue_log_key_refuses_cloudwatch", "True → False in judged = True"): _SILENT,
    ("glue_log_key_refuses_cloudwatch", "not (judged)"): _SILENT,
    ("key_reach", "True → False in dataclass(frozen=True)"): "nothing sets a field of it",
    ("key_reach", "True → False in partial(_covers, any_region=True, any_account=True)"): _WORDING,
    ("key_reach", "True → False in partial(_covers, any_region=True, any_account=True) (2)"): _WORDING,
}


@dataclass(frozen=True)
class Mutant:
    """One change: what it is, on which line of the file, and the file in each form that the change can take."""

    change: str
    line: int
    trees: tuple[ast.Module, ...]


def mutants(source: str) -> Iterator[Mutant]:
    """Yield all mutants of a file, one change each. Changes that read alike are numbered in the order of the text."""
    tree = ast.parse(source)
    nodes = list(enumerate(ast.walk(tree)))
    nodes.sort(key=lambda item: (getattr(item[1], "lineno", 0), getattr(item[1], "col_offset", 0)))
    seen: Counter[str] = Counter()
    for index, node in nodes:
        for change, replacements in changes(node, tree):
            seen[change] += 1
            trees = []
            for replacement in replacements:
                changed = copy.deepcopy(tree)
                trees.append(_replaced(changed, list(ast.walk(changed))[index], replacement))
            number = f" ({seen[change]})" if seen[change] > 1 else ""
            yield Mutant(change + number, getattr(node, "lineno", 1), tuple(trees))


def _replaced(tree: ast.Module, target: ast.AST, replacement: ast.AST) -> ast.Module:
    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return replacement if node is target else self.generic_visit(node)

    Replace().visit(tree)
    return ast.fix_missing_locations(tree)


def changes(node: ast.AST, tree: ast.Module) -> list[tuple[str, list[ast.AST]]]:
    """Return the changes to make at one node: each with its description and the forms that it can take."""
    found: list[tuple[str, list[ast.AST]]] = []
    above = _parents(tree)
    if _is_wording(node, above):
        return []
    if isinstance(node, ast.expr) and _is_condition(node, above):
        found.append((f"not ({ast.unparse(node)})", [ast.UnaryOp(ast.Not(), copy.deepcopy(node))]))
    if isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        swapped = ast.BoolOp(other, copy.deepcopy(node.values))
        found.append((f"{ast.unparse(node)} → {ast.unparse(swapped)}", [swapped]))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in BOUNDS:
        moved = ast.Compare(copy.deepcopy(node.left), [BOUNDS[type(node.ops[0])]()], copy.deepcopy(node.comparators))
        found.append((f"{ast.unparse(node)} → {ast.unparse(moved)}", [moved]))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _is_compared(node, above):
            found.append((f"without {node.value!r} in {_context(node, above)}", [ast.Constant("~")]))
        if _is_default(node, above):
            others = sorted(_compared(tree) - {node.value}) or ["~"]
            found.append((f"another default in {_context(node, above)}", [ast.Constant(text) for text in others]))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        found.append((f"{node.value} → {not node.value} in {_context(node, above)}", [ast.Constant(not node.value)]))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fails":
        message = ast.unparse(node)[:70]
        found.append((f"{message}… → passes()", [ast.Call(ast.Name("passes", ast.Load()), [], [])]))
    return found


def _compared(tree: ast.Module) -> set[str]:
    """Return the texts that a file tells apart from others."""
    above = _parents(tree)
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_compared(node, above)
    }


def _is_default(node: ast.Constant, above: dict[ast.AST, ast.AST]) -> bool:
    parent = above.get(node)
    return isinstance(parent, ast.keyword) and parent.arg == "default"


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
    if isinstance(parent, (ast.If, ast.While, ast.IfExp)):
        # What is negated already is negated by its operand.
        return node is parent.test and not isinstance(node, ast.UnaryOp)
    if isinstance(parent, ast.comprehension):
        return node in parent.ifs
    if isinstance(parent, ast.Return):
        return isinstance(node, (ast.BoolOp, ast.Compare)) or (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"all", "any"}
        )
    # The parts of a condition, one by one.
    return isinstance(parent, (ast.BoolOp, ast.UnaryOp)) and isinstance(node, (ast.Compare, ast.Call, ast.Attribute))


def _is_wording(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Return whether a node only decides how a message reads."""
    while not isinstance(node, ast.stmt) and node in above:
        parent = above[node]
        if isinstance(parent, ast.JoinedStr):
            return True
        if isinstance(parent, ast.IfExp) and all(_is_text(branch) for branch in (parent.body, parent.orelse)):
            return True
        if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id in ANSWERS:
            return node in parent.args
        node = parent
    return False


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) and _is_text(node.orelse)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_compared(node: ast.Constant, above: dict[ast.AST, ast.AST]) -> bool:
    """Return whether a text is compared with, or is one of several that are."""
    parent = above.get(node)
    while isinstance(parent, (ast.Set, ast.Tuple, ast.List, ast.Dict)):
        node, parent = parent, above.get(parent)  # type: ignore[assignment] # any node from here on
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
    in_every_world = getattr(module, "IN_EVERY_WORLD", False)
    defaults = {name: parameter.default for name, parameter in policy.parameters.items()}
    function = functools.partial(module.check, **defaults)
    return Check(policy, module.SUBJECT, function, in_every_world, policy.languages_judged(strict=True))


def load_shared(name: str, tree: ast.Module) -> types.ModuleType:
    """Load a changed helper."""
    module = types.ModuleType(f"s3_glue_rules.model.{name}")
    # Answers are looked up by name in a mutant that no longer imports them.
    module.__dict__.update(vars(importlib.import_module(f"s3_glue_rules.model.{name}")))
    exec(compile(tree, str(SHARED[name]), "exec"), module.__dict__)  # noqa: S102 - as in load
    return module


# The fixtures of each policy, which the processes share: what they read stays with the one that forked them.
_fixtures: dict[str, list[Fixture]] = {}
_catalogue: dict[str, Policy] = {policy.stem: policy for policy in load_catalogue()}


def noticed(check: Check) -> bool:
    """Return whether any fixture of its policy notices a changed check. The one that does is asked first next time."""
    fixtures = _fixtures[check.policy.stem]
    for index, fixture in enumerate(fixtures):
        if fixture.notices(check):
            fixtures.insert(0, fixtures.pop(index))
            return True
    return False


def break_check(stem: str) -> tuple[int, list[Survivor]]:
    """Try all mutants of a check. Returns how many there are, and those that survive."""
    policy = _catalogue[stem]
    survivors: list[Survivor] = []
    total = 0
    for mutant in mutants((CHECKS / f"{stem}.py").read_text(encoding="utf-8")):
        total += 1
        try:
            killed = any(noticed(load(policy, tree)) for tree in mutant.trees)
        except Exception:  # noqa: BLE001 - a mutant that does not even load is noticed
            killed = True
        if not killed:
            survivors.append((stem, mutant.change, mutant.line))
    return total, survivors


def break_shared(name: str) -> tuple[int, list[Survivor]]:
    """Try all mutants of a helper on the fixtures of all policies that use it. Returns as ``break_check`` does."""
    users = [
        policy
        for policy in _catalogue.values()
        if f"model.{name}" in (CHECKS / f"{policy.stem}.py").read_text(encoding="utf-8")
    ]
    survivors: list[Survivor] = []
    total = 0
    for mutant in mutants(SHARED[name].read_text(encoding="utf-8")):
        total += 1
        changed = [load_shared(name, tree) for tree in mutant.trees]
        if not any(noticed(load(policy, shared=(name, module))) for module in changed for policy in users):
            survivors.append((name, mutant.change, mutant.line))
    return total, survivors


def main(arguments: list[str]) -> int:
    """Break the named policies, or all, and report what survives. Returns 1 where something does."""
    started = time.monotonic()
    stems = [stem for stem in _catalogue if not arguments or stem in arguments]
    whole = estates()
    for stem in stems:
        _fixtures[stem] = [*fixtures_of(_catalogue[stem]), *whole]
        for fixture in _fixtures[stem]:
            if fixture.notices(load(_catalogue[stem])):
                print(f"{fixture.path.relative_to(ROOT)} does not hold for {stem} as it stands")
                return 1
    gc.freeze()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
        shared = [] if arguments else [pool.submit(break_shared, name) for name in SHARED]
        tried = [job.result() for job in (*[pool.submit(break_check, stem) for stem in stems], *shared)]
    total = sum(number for number, _ in tried)
    survivors = [survivor for _, found in tried for survivor in found]
    return report(total, survivors, time.monotonic() - started, everything=not arguments)


def report(total: int, survivors: list[Survivor], seconds: float, *, everything: bool) -> int:
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
