"""The hardened lakes to copy from: no policy has anything to say about them, and almost all have something to praise.

One lake in CloudFormation, the same in Terraform, as configuration and as a plan made with the real provider.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from s3_glue_rules.discover import TerraformOptions
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE, FIXTURES
from tests.support.terraform import need_terraform, validate_and_plan

CLEAN = FIXTURES / "clean"
TEMPLATE = CLEAN / "lake.yaml"
CONFIGURATION = CLEAN / "terraform"

SPOKEN = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.SUPPRESSED}

# Policies that have nothing to pass in a lake, and why.
_NO_ENDPOINTS = "a lake declares no development endpoints and sessions: people start them"
WITHOUT_A_PASS = {
    "cloudformation": {"SGR303": _NO_ENDPOINTS},
    "terraform": {
        "SGR107": "blocked_encryption_types is new in version 6 of the provider: the bucket policies say it instead",
        "SGR303": _NO_ENDPOINTS,
    },
}


@cache
def judged(language: str) -> Judgement:
    return scan([str(TEMPLATE if language == "cloudformation" else CONFIGURATION)], CATALOGUE)


def spoken(judgement: Judgement) -> list[tuple[str, str, str, str]]:
    return [(f.policy, f.verdict.value, f.address, f.message) for f in judgement.findings if f.verdict in SPOKEN]


@pytest.mark.parametrize("language", WITHOUT_A_PASS)
def test_no_policy_has_anything_to_say(language: str) -> None:
    judgement = judged(language)
    assert (judgement.problems, judgement.notes) == ([], [])
    assert spoken(judgement) == []


@pytest.mark.parametrize("language", WITHOUT_A_PASS)
def test_every_policy_passes_something(language: str) -> None:
    passed = {finding.policy for finding in judged(language).findings if finding.verdict is Verdict.PASS}
    spoken_here = {policy.id for policy in CATALOGUE if language in policy.languages}
    # A policy that is listed and passes all the same is an error of the list.
    assert spoken_here - passed == set(WITHOUT_A_PASS[language])


@pytest.mark.xdist_group("terraform")
def test_the_plan_is_as_clean_as_its_configuration(tmp_path: Path) -> None:
    need_terraform()
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(validate_and_plan(CONFIGURATION, tmp_path / "work")), encoding="utf-8")
    judgement = scan([str(plan)], CATALOGUE, TerraformOptions(root=str(CONFIGURATION)))
    assert (judgement.problems, judgement.notes, judgement.files_judged) == ([], [], 1)
    assert spoken(judgement) == []
    passed = {(f.policy, f.address) for f in judged("terraform").findings if f.verdict is Verdict.PASS}
    assert passed <= {(f.policy, f.address) for f in judgement.findings if f.verdict is Verdict.PASS}
    # Alone it leaves open what the configuration tells, and says nothing against anything.
    alone = scan([str(plan)], CATALOGUE)
    assert {verdict for _, verdict, *_ in spoken(alone)} <= {Verdict.UNDECIDED.value}
