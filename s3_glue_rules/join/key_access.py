"""What policies of an identity, and grants, say of one KMS key."""

from __future__ import annotations

from collections.abc import Callable

from s3_glue_rules.join.grants_terraform import GRANT_TYPE, TerraformGrant
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.kms import ALIAS_TYPES
from s3_glue_rules.join.terraform import opened
from s3_glue_rules.join.view import EstateView
from s3_glue_rules.model.arns import OPEN, covers_any_key, fields_of, is_wild, pattern_of
from s3_glue_rules.model.documents import wildcard_matches
from s3_glue_rules.model.logic import all_true, any_of
from s3_glue_rules.model.resources import Key, KeyKind
from s3_glue_rules.model.values import Reference, Text, UndecidableError, Value


def covers_key(view: EstateView, key: Key, resource: Value) -> bool:
    """Return whether a Resource of an identity's policy covers a key of the estate.

    Only key ARNs do, and patterns of them: key ids and aliases are no resources of the actions that use a key
    (https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies.html). Raises UndecidableError where it cannot
    be told, as with the literal id of a key.
    """
    resource = opened(view, view.reader.read(resource))
    parts = resource.parts if isinstance(resource, Text) else (resource,)
    references = [part for part in parts if isinstance(part, Reference)]
    if any(_is_of_alias(view, reference) for reference in references):
        return False
    if references:
        use = key_use(view, resource)
        if use.kind is KeyKind.UNRESOLVED:
            raise UndecidableError(use.reason, resource.origin)
        return use.key is key and use.form == "ARN"
    pattern = pattern_of(resource)
    fields = fields_of(pattern)
    if OPEN in pattern and fields[2] == "":
        raise UndecidableError(resource.why_unknown(), resource.origin)
    if not wildcard_matches(fields[2], "kms") or not _may_be_key(fields[5]) or _elsewhere(fields[3], key.region):
        return False
    if covers_any_key(pattern, key.region or "any-region"):
        return True
    raise UndecidableError(f"whether {pattern} covers key {key.label} cannot be told", resource.origin)


def _is_of_alias(view: EstateView, reference: Reference) -> bool:
    """Return whether a reference is to an alias itself, not to the key behind it."""
    declaration = view.estate.declarations.get(reference.target)
    is_alias = declaration is not None and declaration.type in ALIAS_TYPES
    return is_alias and not reference.attribute.startswith("target_key")


def _may_be_key(resource: str) -> bool:
    return resource.startswith("key/") or "*" in resource.partition("/")[0]


def _elsewhere(field: str, region: str | None) -> bool:
    return region is not None and OPEN not in field and not is_wild(field) and not wildcard_matches(field, region)


def grants_to(view: EstateView, key: Key, is_grantee: Callable[[Value], bool]) -> Callable[[str], bool]:
    """Return what tells whether a grant on a key that the estate makes allows an identity an action."""
    grants = [view.typed(TerraformGrant, declaration) for declaration in view.existing((GRANT_TYPE,))]

    def is_granted(action: str) -> bool:
        operation = action.removeprefix("kms:")
        return any_of(grants, lambda grant: allows(grant, operation))

    def allows(grant: TerraformGrant, operation: str) -> bool:
        return all_true(
            lambda: key_use(view, grant.at("key_id")).key is key,
            lambda: any_of(grant.operations, lambda item: item.text() == operation),
            lambda: is_grantee(grant.principal),
            lambda: _is_unconstrained(grant),
        )

    return is_granted


def _is_unconstrained(grant: TerraformGrant) -> bool:
    if grant.constrained.flag(default=False):
        raise UndecidableError("whether the constraints of a grant are met cannot be told", grant.constrained.origin)
    return True
