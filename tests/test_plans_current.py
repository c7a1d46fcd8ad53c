"""The committed plans are what Terraform and the AWS provider make of the estate today."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.fixtures import ROOT
from tests.support.terraform import need_terraform, provider_mirror

REMEDY = "run python tools/make_plans.py and look at what changed"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_plans", ROOT / "tools" / "make_plans.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE_PLANS = _load()
ENVIRONMENTS: list[Path] = MAKE_PLANS.environments()


def _compared(text: str) -> dict[str, Any]:
    """Return a plan without the version of Terraform: another one that plans the same is as good."""
    plan: dict[str, Any] = json.loads(text)
    for holder in (plan, plan.get("prior_state", {})):
        holder.pop("terraform_version", None)
    return plan


def test_there_is_a_plan_for_each_environment() -> None:
    plans = sorted((MAKE_PLANS.ESTATE / "plans").glob("*.json"))
    assert plans == [MAKE_PLANS.plan_path(values) for values in ENVIRONMENTS]


@pytest.mark.parametrize("values", ENVIRONMENTS, ids=lambda values: values.stem)
def test_plans_hold_nothing_of_the_machine(values: Path) -> None:
    text = MAKE_PLANS.plan_path(values).read_text(encoding="utf-8")
    assert MAKE_PLANS.written(json.loads(text)) == text
    assert '"timestamp"' not in text
    assert "skip_credentials_validation" not in text
    assert str(Path.home()) + "/" not in text


@pytest.mark.parametrize("values", ENVIRONMENTS, ids=lambda values: values.stem)
def test_plans_are_current(values: Path, tmp_path: Path) -> None:
    need_terraform()
    made = _compared(MAKE_PLANS.make(values, tmp_path, provider_mirror()))
    committed = _compared(MAKE_PLANS.plan_path(values).read_text(encoding="utf-8"))
    stale = sorted(name for name in {*made, *committed} if made.get(name) != committed.get(name))
    assert not stale, f"{MAKE_PLANS.plan_path(values).name} is stale in {', '.join(stale)}: {REMEDY}"
