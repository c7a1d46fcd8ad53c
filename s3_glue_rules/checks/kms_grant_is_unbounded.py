"""SGR210: grants do not let more principals in than one can see."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, exempt, fails, passes, undecided
from s3_glue_rules.model.reader import describe
from s3_glue_rules.model.resources import Grant, Grantee
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Known, UndecidableError

SUBJECT = Grant

# What tells about a key or gives a grant back: whoever may do it, no data is read.
HARMLESS = {"DescribeKey", "GetPublicKey", "RetireGrant"}


def check(grant: Grant) -> Answer:
    """Fail a grant without constraints that can be handed on, or is for a whole account or for another one."""
    constrained = grant.constrained
    if constrained.is_known and constrained.text() == "true":
        return passes("the grant holds for one encryption context")
    width = _width(grant)
    if width is None:
        return passes("the grant is for one principal, and cannot be handed on")
    if not constrained.is_known:
        return undecided(f"whether the grant has constraints cannot be told: {constrained.why_unknown()}")
    if grant.grantee is Grantee.SERVICE:
        return exempt("AWS services make grants of their own for the resources that they serve")
    says, at = width
    return fails(
        f"grant {grant.label} {says}, with no constraint on the encryption context. Name one role and leave "
        "CreateGrant out, or add constraints with encryption_context_equals or encryption_context_subset",
        at=at,
    )


def _width(grant: Grant) -> tuple[str, Origin] | None:
    """Return what is wide about a grant and where, or None. Raises UndecidableError where that cannot be told."""
    unknown: UndecidableError | None = None
    for operation in grant.operations:
        if not isinstance(operation, Known):
            unknown = UndecidableError(f"an operation is open: {operation.why_unknown()}", operation.origin)
        elif operation.text() == "CreateGrant":
            return "permits CreateGrant, so that its principal can hand it on to anyone", operation.origin
    if unknown is None and {operation.text() for operation in grant.operations} <= HARMLESS:
        return None
    said = {
        Grantee.ACCOUNT: f"is for the whole account {describe(grant.principal)}",
        Grantee.FOREIGN: f"is for {describe(grant.principal)}, of another account than the key's",
    }
    wide = said.get(grant.grantee)
    if unknown is not None:
        raise unknown
    return None if wide is None else (wide, grant.principal.origin)
