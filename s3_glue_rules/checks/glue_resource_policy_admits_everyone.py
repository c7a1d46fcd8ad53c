"""SGR321: the resource policy of a Data Catalog admits known accounts and principals only."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import CatalogPolicy
from s3_glue_rules.model.strangers import ruling_on_strangers

SUBJECT = CatalogPolicy


def check(catalog: CatalogPolicy) -> Answer:
    """Fail a policy that allows a caller anything whose account and organisation nobody names."""
    policies = catalog.policies
    ruling = ruling_on_strangers(policies, catalog.actions)
    if ruling.statement is not None:
        how = "by NotPrincipal" if ruling.statement.not_principals else "*"
        return fails(
            f"the catalog policy {catalog.label} lets principals of every AWS account in (Principal {how}). Name the "
            "principals, or bound the statement with StringEquals on aws:PrincipalAccount or aws:PrincipalOrgID",
            at=ruling.statement.origin,
        )
    if ruling.unknown is not None:
        raise ruling.unknown
    if not policies.written:
        return not_applicable("there is no policy")
    return passes("every statement names its principals or bounds them")
