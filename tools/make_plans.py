"""Write the plans of the Terraform estate anew: fixtures/estates/terraform_lake/plans/<environment>.json.

The plans are what Terraform and the real AWS provider make of the estate, one for each file of values in
``environments``. What differs from run to run or from machine to machine is taken out, and the rest is written in a
fixed order, so that a plan changes only where the estate, the provider or Terraform's format does.

    python tools/make_plans.py [--plugin-dir MIRROR]

Without ``--plugin-dir``, the mirror is the one that TF_PLUGIN_MIRROR names, or one that is found on the machine, or
the registry (see tests/support/terraform.py).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.terraform import (  # noqa: E402 - found once the path is set
    OFFLINE_ARGUMENTS,
    TerraformError,
    provider_mirror,
    validate_and_plan,
)

ESTATE = ROOT / "fixtures" / "estates" / "terraform_lake"


def environments() -> list[Path]:
    """Return the files of values: one plan is made with each."""
    return sorted((ESTATE / "environments").glob("*.tfvars"))


def plan_path(values: Path) -> Path:
    """Return where the plan for a file of values stands."""
    return ESTATE / "plans" / f"{values.stem}.json"


def settled(plan: dict[str, Any]) -> dict[str, Any]:
    """Return the plan without the time, and without what was added to work offline; lists without order are sorted."""
    kept = {name: value for name, value in plan.items() if name != "timestamp"}
    for provider in kept.get("configuration", {}).get("provider_config", {}).values():
        expressions = provider.get("expressions", {})
        for argument in OFFLINE_ARGUMENTS:
            expressions.pop(argument, None)
    if "relevant_attributes" in kept:
        kept["relevant_attributes"] = sorted(
            kept["relevant_attributes"], key=lambda attribute: json.dumps(attribute, sort_keys=True)
        )
    return kept


def written(plan: dict[str, Any]) -> str:
    """Return the plan as it stands in its file."""
    return json.dumps(settled(plan), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def make(values: Path, tmp: Path, mirror: Path | None) -> str:
    """Return the text of the plan for a file of values. ``tmp`` is a folder to work in."""
    return written(validate_and_plan(ESTATE, tmp, values, mirror))


def main() -> int:
    """Make all plans. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Write the plans of the Terraform estate anew.")
    parser.add_argument("--plugin-dir", type=Path, help="a filesystem mirror that holds the AWS provider")
    mirror: Path | None = parser.parse_args().plugin_dir or provider_mirror()
    print(f"the AWS provider comes from {mirror or 'the registry'}")
    with tempfile.TemporaryDirectory() as tmp:
        for values in environments():
            try:
                text = make(values, Path(tmp), mirror)
            except TerraformError as error:
                print(f"{values.name}: {error}", file=sys.stderr)
                return 1
            path = plan_path(values)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
