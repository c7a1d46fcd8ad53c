"""SGR321: no statement of a Data Catalog's policy admits callers of every account."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.resources import CatalogPolicy
from s3_glue_rules.model.strangers import ruling_on_strangers

SUBJECT = CatalogPolicy


def check(policy: CatalogPolicy) -> Answer:
    """Fail a policy that allows a caller anything whose account and organisation nobody names."""
    ruling = ruling_on_strangers(policy.policies, policy.actions)
    if ruling.unknown is not None:
        raise ruling.unknown
    if ruling.statement is None:
        return passes("every statement names its principals or bounds them")
    how = "by NotPrincipal" if ruling.statement.not_principals else "*"
    return fails(
        f"{ruling.statement.label} in the catalog policy {policy.label} lets principals of every AWS account in "
        f"(Principal {how}). Name the principals, or bound the statement with StringEquals on aws:PrincipalOrgID or "
        "aws:PrincipalAccount",
        at=ruling.origin,
    )
