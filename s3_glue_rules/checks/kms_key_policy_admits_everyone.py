"""SGR207: no statement of a key policy admits callers of every account."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.documents import Statement, Test
from s3_glue_rules.model.resources import Key
from s3_glue_rules.model.values import Known, Open, UndecidableError, Unknown, Value

SUBJECT = Key

# Condition keys that tie a caller to known accounts or to an organisation (AWS documentation, key policies and
# Security Hub KMS.5). Operators that hold for a missing key, or for all values but one, do not.
BOUNDING_KEYS = {
    "kms:calleraccount",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
}
BOUNDING_OPERATORS = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"}


def check(key: Key) -> Answer:
    """Fail an Allow to everyone that no condition bounds to accounts or an organisation."""
    policies = key.policies
    unknown: UndecidableError | None = policies.unreadable
    for statement in policies.statements:
        try:
            if _admits_everyone(statement):
                return fails(
                    f"the policy of key {key.label} lets principals of every AWS account in (Principal "
                    f"{'by NotPrincipal' if statement.not_principals else '*'}). Name the principals, or bound the "
                    "statement with StringEquals on kms:CallerAccount or aws:PrincipalOrgID",
                    at=statement.origin,
                )
        except UndecidableError as error:
            unknown = error
    if unknown is not None:
        raise unknown
    if not policies.written:
        return not_applicable("the default key policy applies, which admits the own account only")
    return passes("every statement names its principals or bounds them")


def _admits_everyone(statement: Statement) -> bool:
    if not statement.is_effect("Allow"):
        return False
    if statement.not_principals:
        return True
    if any(_bounds(test) for test in statement.tests):
        return False
    if statement.covers_everyone:
        return True
    for principal in statement.principals:
        if principal.kind in {"*", "AWS"} and isinstance(principal.value, (Open, Unknown)):
            raise UndecidableError(f"a principal of the key policy is open: {principal.value.why_unknown()}")
    return False


def _bounds(test: Test) -> bool:
    operator = test.operator.lower().removeprefix("foranyvalue:")
    if test.key not in BOUNDING_KEYS or operator not in BOUNDING_OPERATORS or not test.values:
        return False
    return all(_is_fixed(value, test.key) for value in test.values)


def _is_fixed(value: Value, key: str) -> bool:
    """Return whether a value leaves no account open. A reference or parameter is one value, whichever it is."""
    if not isinstance(value, Known):
        return True
    text = value.text()
    if "${" in text:
        return False
    if key in {"aws:principalarn", "aws:sourcearn"} and text.count(":") >= 5:
        return "*" not in text.split(":")[4] and text.split(":")[4] != ""
    if key == "aws:principalorgpaths":
        return not text.startswith("*")
    return "*" not in text
