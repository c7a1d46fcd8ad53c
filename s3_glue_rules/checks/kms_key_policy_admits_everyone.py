"""SGR207: no statement of a key policy admits callers of every account."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.key_access import KEY_ACTIONS
from s3_glue_rules.model.resources import Key
from s3_glue_rules.model.strangers import ruling_on_strangers
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Key


def check(key: Key) -> Answer:
    """Fail a policy that allows a caller anything whose account and organisation nobody names."""
    unknown: UndecidableError | None = None
    for policies in key.possible_policies:
        ruling = ruling_on_strangers(policies, KEY_ACTIONS)
        unknown = unknown or ruling.unknown
        if ruling.statement is not None:
            how = "by NotPrincipal" if ruling.statement.not_principals else "*"
            return fails(
                f"the policy of key {key.label} lets principals of every AWS account in (Principal {how}). Name the "
                "principals, or bound the statement with StringEquals on kms:CallerAccount or aws:PrincipalOrgID",
                at=ruling.statement.origin,
            )
    if unknown is not None:
        raise unknown
    if not any(policies.written for policies in key.possible_policies):
        return not_applicable("the default key policy applies, which admits the own account only")
    return passes("every statement names its principals or bounds them")
