"""Count the cases of every policy: how many resources its fixtures show, by language and kind.

A case is a resource that the policy is asked about, in a file or folder of that kind. Prints a table in Markdown.

    python tools/count_cases.py [stem ...]
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from s3_glue_rules.catalogue import Policy, load_catalogue  # noqa: E402 - found once the path is set
from s3_glue_rules.scan import scan  # noqa: E402
from tests.support.fixtures import kind_of, modules, templates  # noqa: E402
from tests.support.python_markers import cases as code  # noqa: E402

KINDS = ("good", "bad", "near", "undecided", "branches")
HEAD = """| policy | language | good | bad | near | undecided | branches |
|---|---|---|---|---|---|---|"""


def cases(policy: Policy) -> dict[str, Counter[str]]:
    """Return the number of judged resources by language and kind."""
    counted: dict[str, Counter[str]] = {language: Counter() for language in policy.languages}
    for path in templates(policy):
        counted["cloudformation"][kind_of(path)] += len(scan([str(path)], (policy,)).findings)
    for path in modules(policy) if "terraform" in policy.languages else ():
        counted["terraform"][kind_of(path)] += len(scan([str(path)], (policy,)).findings)
    for path in code(policy) if "python" in policy.languages else ():
        found = scan([str(path)], (policy,)).findings
        counted["python"][kind_of(path)] += sum(finding.span.file.endswith((".py", ".ipynb")) for finding in found)
    return counted


def main() -> int:
    """Print the table."""
    print(HEAD)
    totals: Counter[str] = Counter()
    for policy in load_catalogue():
        if sys.argv[1:] and policy.stem not in sys.argv[1:]:
            continue
        for language, counted in cases(policy).items():
            totals.update(counted)
            print(f"| {policy.id} | {language} | " + " | ".join(str(counted[kind]) for kind in KINDS) + " |")
    print("| all | | " + " | ".join(str(totals[kind]) for kind in KINDS) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
