"""The Terraform snippets of the catalogue: Terraform accepts them, and they keep the policy that they are a fix of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from s3_glue_rules.catalogue import Policy
from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE
from tests.support.terraform import need_terraform, validate
from tests.support.terraform_values import write

pytestmark = pytest.mark.xdist_group("terraform")

POLICIES = [policy for policy in CATALOGUE if "terraform" in policy.fix]
# What the provider's next major version knows first.
NEWER = {"SGR107"}

# What a snippet refers to and does not show: good neighbours, so that only the snippet is judged.
SECURITY = """
  name = "lake"
  encryption_configuration {
    cloudwatch_encryption {}
    job_bookmarks_encryption {}
    s3_encryption {}
  }
"""
NEIGHBOURS = {
    "aws_kms_key": "  enable_key_rotation = true\n",
    "aws_glue_catalog_database": '  name = "lake"\n',
    "aws_iam_role": '  assume_role_policy = "{}"\n',
    "aws_emr_security_configuration": '  configuration = "{}"\n',
    "aws_glue_security_configuration": SECURITY,
}


def completed(snippet: str) -> str:
    """Return a snippet with the resources, data sources and variables that it refers to."""
    shown = set(re.findall(r'(?:resource|data) "(\w+)" "(\w+)"', snippet))
    named = set(re.findall(r"(?<![\w.])(aws_\w+)\.(\w+)\.", snippet)) - shown
    parts = [f'resource "{kind}" "{name}" {{\n{NEIGHBOURS.get(kind, "")}}}\n' for kind, name in sorted(named)]
    looked_up = set(re.findall(r"data\.(aws_\w+)\.(\w+)", snippet)) - shown
    parts += [f'data "{kind}" "{name}" {{}}\n' for kind, name in sorted(looked_up)]
    variables = set(re.findall(r"\bvar\.(\w+)", snippet)) - set(re.findall(r'variable "(\w+)"', snippet))
    parts += [f'variable "{name}" {{\n  default = null\n}}\n' for name in sorted(variables)]
    return "\n".join([snippet, *parts])


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_the_fix_keeps_the_policy(policy: Policy, tmp_path: Path) -> None:
    judgement = scan([str(write(tmp_path, {"main.tf": completed(policy.fix["terraform"])}))], (policy,))
    assert judgement.problems == []
    verdicts = {finding.address: finding.verdict for finding in judgement.findings}
    assert not {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED} & set(verdicts.values()), verdicts


def test_terraform_accepts_the_fixes(tmp_path: Path) -> None:
    need_terraform()
    accepted = [policy for policy in POLICIES if policy.id not in NEWER]
    files = {f"{policy.id}/main.tf": completed(policy.fix["terraform"]) for policy in accepted}
    calls = [f'module "{policy.id}" {{\n  source = "./{policy.id}"\n}}\n' for policy in accepted]
    root = write(
        tmp_path / "root", {**files, "main.tf": 'provider "aws" {\n  region = "eu-west-1"\n}\n' + "".join(calls)}
    )
    validate(root, tmp_path / "work")  # a plan would ask AWS, for the account among others
