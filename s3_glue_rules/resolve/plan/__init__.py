"""Terraform plans as JSON → estates."""

from s3_glue_rules.resolve.plan.estates import plan_estate
from s3_glue_rules.resolve.plan.overlay import TerraformRoot

__all__ = ["TerraformRoot", "plan_estate"]
