"""Terraform's resource policies of Glue Data Catalogs. CloudFormation has no such resource."""

from __future__ import annotations

from functools import cached_property

from s3_glue_rules.join.documents import policies_of
from s3_glue_rules.join.terraform import with_open_principals
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.resources import CatalogPolicy


class TerraformCatalogPolicy(Joined, CatalogPolicy):
    """A resource policy."""

    @cached_property
    def policies(self) -> Policies:
        """What it says."""
        document = self.at("policy")
        if document.is_empty:
            return Policies((), written=False)
        return with_open_principals(self.view, policies_of(self.view.reader, document))


MAKERS: dict[str, type[Joined]] = {"aws_glue_resource_policy": TerraformCatalogPolicy}
