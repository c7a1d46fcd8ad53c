"""What policies cost beside reading: one policy against all of them on one estate, in one run.

Cold processes take turns; every figure is a median. The last table names the policies that cost most when each is
judged alone, against a scan that only reads (the policy that nothing in the estate concerns).
Usage: python benchmarks/policies.py [PATH] [--runs N]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.compare import BIN, seconds, template  # noqa: E402 - found once the path is set
from s3_glue_rules.catalogue import load_catalogue  # noqa: E402

GROUPS = 1000
SHOWN = 8


def main() -> int:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?", help="what to scan (default: a template of 5,000 resources)")
    parser.add_argument("--runs", type=int, default=3, help="cold processes for each figure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(options.path or Path(folder) / "large.yaml")
        if options.path is None:
            path.write_text(template(GROUPS), encoding="utf-8")
        ids = [policy.id for policy in load_catalogue()]
        commands = {"all policies": ["--profile", "strict"], **{name: ["--select", name] for name in ids}}
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(options.runs):
            for name, arguments in commands.items():
                times[name].append(seconds([str(BIN / "s3-glue-rules"), "scan", *arguments, str(path)]))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    every = medians.pop("all policies")
    least = min(medians.values())
    print(
        f"{len(ids)} policies together take {every / least:.2f} times as long as the cheapest one alone ({path.name})"
    )
    for name, taken in sorted(medians.items(), key=lambda item: -item[1])[:SHOWN]:
        print(f"{name}  {taken / least:.2f} times the cheapest one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
