"""Terraform's resource policies of Glue Data Catalogs. CloudFormation has no such resource."""

from __future__ import annotations

from functools import cached_property

from s3_glue_rules.join.documents import statements_of
from s3_glue_rules.join.terraform import with_open_principals
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.resources import CatalogPolicy
from s3_glue_rules.model.values import UndecidableError


class TerraformCatalogPolicy(Joined, CatalogPolicy):
    """A resource policy."""

    @cached_property
    def policies(self) -> Policies:
        """What it says."""
        document = self.at("policy")
        if document.is_empty:
            return Policies((), written=False)
        try:
            statements = statements_of(self.view.reader, document)
        except UndecidableError as unknown:
            return Policies((), written=True, unreadable=unknown)
        return Policies(tuple(with_open_principals(self.view, item) for item in statements), written=True)


MAKERS: dict[str, type[Joined]] = {"aws_glue_resource_policy": TerraformCatalogPolicy}
