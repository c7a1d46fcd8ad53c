"""Questions that several policies ask of different resources."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.customer_keys import remedy, unsuitable
from s3_glue_rules.model.resources import Component, EncryptionPart, KeyKind, Naming, SecurityConfiguration
from s3_glue_rules.model.values import Known, UndecidableError, Unknown

KEY_ARN = "Fn::GetAtt on the key's Arn"


def names_a_security_configuration(component: Component) -> Answer:
    """Fail a component that names no security configuration. Whether the name is right is another policy's."""
    use = component.use
    try:
        ignores = component.ignores_security_configurations
    except UndecidableError:
        if use.naming is Naming.ABSENT:
            raise
        ignores = False
    if ignores:
        return not_applicable("Ray jobs do not support security configurations")
    if use.naming is Naming.ABSENT:
        return fails(
            f"{component.kind} {component.label} has no {component.property_name}: its {component.protected} get "
            f"no key of yours. Name a security configuration in {component.property_name}",
            at=use.value.origin,
        )
    if isinstance(use.value, Unknown):
        return undecided(f"whether {component.property_name} is set cannot be told: {use.reason}", at=use.value.origin)
    return passes("a security configuration is named")


def key_problem(configuration: SecurityConfiguration, part: EncryptionPart) -> Answer | None:
    """Return what is wrong with the key of a part in a KMS mode, or None."""
    use = part.key
    where = f"the {part.part} part of security configuration {configuration.label}"
    at = use.value.origin
    name = configuration.term("KmsKeyArn")
    if use.kind is KeyKind.ABSENT:
        return fails(
            f"{where} uses {part.mode.text()} without a key. {remedy(name)}",
            at=part.mode.origin if use.value.is_absent else at,
        )
    if use.kind is KeyKind.UNRESOLVED and use.form == "key id" and isinstance(use.value, Known):
        return fails(f"{name} of {where} is a key id; Glue takes an ARN. Write the key's ARN", at=at, chain=use.chain)
    if use.kind in {KeyKind.DECLARED, KeyKind.CUSTOMER_ALIAS} and use.form in {"key id", "alias"}:
        return fails(
            f"{name} of {where} gives a {use.form}; Glue takes an ARN. Use {configuration.term(KEY_ARN)}",
            at=at,
            chain=use.chain,
        )
    return unsuitable(use, where, name)
