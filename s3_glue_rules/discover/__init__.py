"""Paths → estates: templates, cloud assemblies, Terraform root modules, plans."""

from s3_glue_rules.discover.found import SKIPPED_FOLDERS, Discovery, TerraformOptions
from s3_glue_rules.discover.paths import discover

__all__ = ["SKIPPED_FOLDERS", "Discovery", "TerraformOptions", "discover"]
