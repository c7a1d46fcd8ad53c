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

KINDS = ("good", "bad", "near", "undecided", "branches")
HEAD = """| policy | language | good | bad | near | undecided | branches |
|---|---|---|---|---|---|---|"""


def cases(policy: Policy) -> dict[str, Counter[str]]:
    """Return the number of judged resources by language and kind."""
    counted: dict[str, Counter[str]] = {language: Counter() for language in policy.languages}
    for path in sorted((ROOT / "fixtures" / policy.stem).iterdir()):
        language = "terraform" if path.is_dir() else "cloudformation"
        kind = path.stem.split("_")[0]
        if kind in KINDS and language in counted:
            counted[language][kind] += len(scan([str(path)], (policy,)).findings)
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
