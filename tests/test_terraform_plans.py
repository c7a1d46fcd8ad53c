"""Parity: every Terraform fixture gives the same verdicts on its real plan; where the plan knows more, it is listed.

All fixtures are planned at once, each as a module of one generated root, with the real AWS provider. That is also
where ``terraform validate`` sees them all.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from s3_glue_rules.catalogue import Policy
from s3_glue_rules.model.findings import Finding
from s3_glue_rules.read.terraform import load_module
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE, FIXTURES, TERRAFORM_CASES
from tests.support.terraform import UNPLANNED, need_terraform, validate_and_plan, work_offline
from tests.support.terraform_markers import Said, spoken, wanted

pytestmark = pytest.mark.xdist_group("terraform")

PLANNED = [(policy, folder) for policy, folder in TERRAFORM_CASES if not folder.name.endswith(UNPLANNED)]
# What holds addresses in a plan.
PLACES = {"address", "module_address", "previous_address"}
DIFFERENCES = sorted(FIXTURES.glob("plan_differences_*.yaml"))


def name_of(folder: Path) -> str:
    return f"{folder.parent.name}__{folder.name}"


def selected(items: list[pytest.Item]) -> list[tuple[Policy, Path]]:
    """Return the fixtures that the selected tests are about: ``-k`` makes a small plan, and so a fast run."""
    wanted = {item.callspec.params.get("folder") for item in items if hasattr(item, "callspec")}
    whole = any(item.name.startswith("test_what_one_module_hides") for item in items)
    return [(policy, folder) for policy, folder in PLANNED if folder in wanted or (whole and policy.id == "SGR101")]


def composed(root: Path, cases: list[tuple[Policy, Path]]) -> Path:
    """Write a root module that calls fixtures. Variables without a default get what is known after apply."""
    root.mkdir(parents=True)
    lines = ['provider "aws" {\n  region = "eu-west-1"\n}\n\nresource "terraform_data" "open" {}\n']
    for _, folder in cases:
        shutil.copytree(folder, root / name_of(folder), ignore=shutil.ignore_patterns(".terraform*"))
        for inner in (root / name_of(folder)).rglob("*.tf"):
            if 'provider "aws"' in inner.read_text(encoding="utf-8"):
                work_offline(inner.parent)
        text = load_module(folder, folder.name)
        needed = [name for name, block in text.variables.items() if "default" not in block.body.arguments]
        lines.append(f'module "{name_of(folder)}" {{\n  source = "./{name_of(folder)}"')
        lines.extend(f"  {name} = jsondecode(terraform_data.open.id)" for name in needed)
        lines.append("}\n")
    (root / "main.tf").write_text("\n".join(lines), encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the plan of the fixtures; without Terraform and the provider nothing here can be shown."""
    need_terraform()
    folder = tmp_path_factory.mktemp("plans")
    shown = validate_and_plan(composed(folder / "composed", selected(request.session.items)), folder / "work")
    path = folder / "plan.json"
    path.write_text(json.dumps(shown), encoding="utf-8")
    return path


def cut(shown: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the plan of one module as the plan of a root of its own: fixtures must not see each other."""
    prefix = f"module.{name}."

    def stripped(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: value.removeprefix(prefix) if key in PLACES and isinstance(value, str) else stripped(value)
                for key, value in node.items()
                if not (key == "module_address" and value == prefix[:-1])
            }
        return [stripped(item) for item in node] if isinstance(node, list) else node

    def of(module: dict[str, Any]) -> dict[str, Any]:
        children = module.get("child_modules", [])
        return next((child for child in children if child["address"] == prefix[:-1]), {})

    configuration = shown["configuration"]
    prior = shown.get("prior_state", {}).get("values", {}).get("root_module", {})
    plan = {
        **shown,
        "variables": {},
        "planned_values": {"root_module": of(shown["planned_values"]["root_module"])},
        "prior_state": {"format_version": "1.0", "values": {"root_module": of(prior)}},
        "resource_changes": [c for c in shown["resource_changes"] if c["address"].startswith(prefix)],
        "configuration": {
            "provider_config": {
                key.removeprefix(f"module.{name}:"): {**value, "module_address": ""}
                for key, value in configuration["provider_config"].items()
                if key.startswith(f"module.{name}:") or "module_address" not in value
            },
            "root_module": configuration["root_module"]["module_calls"][name]["module"],
        },
    }
    plan["configuration"] = json.loads(json.dumps(plan["configuration"]).replace(f'"module.{name}:', '"'))
    result: dict[str, Any] = stripped(plan)
    return result


@pytest.fixture(scope="session")
def found(request: pytest.FixtureRequest, plan: Path) -> dict[str, list[Finding]]:
    """Return the findings of the plan by fixture."""
    shown = json.loads(plan.read_text(encoding="utf-8"))
    by_fixture: dict[str, list[Finding]] = {}
    for name in sorted({name_of(folder) for _, folder in selected(request.session.items)}):
        path = plan.parent / f"{name}.json"
        path.write_text(json.dumps(cut(shown, name)), encoding="utf-8")
        judgement = scan([str(path)], CATALOGUE)
        assert judgement.problems == []
        by_fixture[name] = judgement.findings
    return by_fixture


def listed(folder: Path, policy: Policy) -> dict[str, tuple[str, str]]:
    """Return the listed differences of a fixture: the verdicts on configuration and plan by address."""
    fixture = f"{folder.parent.name}/{folder.name}"
    return {
        str(entry["resource"]): (str(entry["terraform"]), str(entry["plan"]))
        for path in DIFFERENCES
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
        if entry["fixture"] == fixture and entry["policy"] == policy.id
    }


@pytest.mark.parametrize(("policy", "folder"), PLANNED, ids=[f"{p.id}-{f.name}" for p, f in PLANNED])
def test_the_plan_says_what_the_configuration_says(
    policy: Policy, folder: Path, found: dict[str, list[Finding]]
) -> None:
    said = {item for item in spoken(found[name_of(folder)]) if item[0] == policy.id}
    configuration = wanted(folder, scan([str(folder)], (policy,)).findings)
    assert sorted(said) == sorted(expected(configuration, listed(folder, policy), policy))


def expected(configuration: set[Said], differences: dict[str, tuple[str, str]], policy: Policy) -> set[Said]:
    """Return what the plan is to say. A listed difference that does not differ is an error of the list."""
    by_address = {address: verdict for _, verdict, address in configuration}
    for address, (there, here) in differences.items():
        assert by_address.get(address, "silent") == there, f"{address} is listed as {there}"
        assert there != here
        by_address[address] = here
    return {(policy.id, verdict, address) for address, verdict in by_address.items() if verdict != "silent"}


def test_the_fixtures_are_formatted_as_terraform_formats() -> None:
    need_terraform(provider=False)
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", str(FIXTURES)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_what_one_module_hides_leaves_nothing_undecided_in_the_others(plan: Path) -> None:
    # A plan does not tell the local value that names a bucket in one fixture: it can only be one of that module.
    policy = next(policy for policy in CATALOGUE if policy.id == "SGR101")
    whole = spoken(scan([str(plan)], (policy,)).findings)
    for _, folder in (case for case in PLANNED if case[0] is policy):
        prefix = f"module.{name_of(folder)}."
        said = {(p, verdict, a.removeprefix(prefix)) for p, verdict, a in whole if a.startswith(prefix)}
        configuration = wanted(folder, scan([str(folder)], (policy,)).findings)
        assert sorted(said) == sorted(expected(configuration, listed(folder, policy), policy))
