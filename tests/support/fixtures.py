"""Where the fixtures are, and what kinds of cases there are."""

from __future__ import annotations

from pathlib import Path

from s3_glue_rules.catalogue import Policy, load_catalogue

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
KINDS = ("good", "bad", "near", "undecided", "branches")
CATALOGUE = load_catalogue()


def templates(policy: Policy) -> list[Path]:
    """Return the templates of a policy's fixture folder."""
    folder = FIXTURES / policy.stem
    return sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".json"})


CASES = [(policy, path) for policy in CATALOGUE for path in templates(policy)]
IDS = [f"{policy.id}-{path.name}" for policy, path in CASES]


def kind_of(path: Path) -> str:
    """Return the kind of cases in a file, which the first word of its name tells."""
    return path.stem.split("_")[0]


def modules(policy: Policy) -> list[Path]:
    """Return the Terraform root modules of a policy's fixture folder: the unit of Terraform is the folder.

    The folder ``python`` holds scripts with the configuration that they are judged with.
    """
    folder = FIXTURES / policy.stem
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name != "python")


TERRAFORM_CASES = [
    (policy, path) for policy in CATALOGUE if "terraform" in policy.languages for path in modules(policy)
]
TERRAFORM_IDS = [f"{policy.id}-{path.name}" for policy, path in TERRAFORM_CASES]
