"""SGR321: no statement of a Data Catalog's policy admits callers of every account."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.documents import Policies, patterns_overlap
from s3_glue_rules.model.resources import CatalogPolicy
from s3_glue_rules.model.strangers import ruling_on_strangers
from s3_glue_rules.model.values import Known

SUBJECT = CatalogPolicy

# Statements are asked for what they allow themselves, and for these where what they allow is open or all but something.
_ACTIONS = ("glue:GetTable", "glue:GetDatabase", "glue:GetConnection", "glue:UpdateTable", "glue:DeleteTable")


def check(policy: CatalogPolicy) -> Answer:
    """Fail a policy that allows a caller anything whose account and organisation nobody names."""
    ruling = ruling_on_strangers(policy.policies, [*_ACTIONS, *_allowed(policy.policies)])
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


def _allowed(policies: Policies) -> list[str]:
    """Return the actions of the catalog that statements name, as they are written; a lone * stands for all of them."""
    values = (value for statement in policies.statements for value in statement.actions if isinstance(value, Known))
    written = (value.text() for value in values)
    return ["glue:*" if text == "*" else text for text in written if patterns_overlap(text.lower(), "glue:*")]
