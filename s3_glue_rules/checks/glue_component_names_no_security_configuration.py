"""SGR304: the security configuration that a component names exists."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.resources import Component, Naming

SUBJECT = Component


def check(component: Component) -> Answer:
    """Fail a name that leads to something else than a security configuration."""
    if component.ignores_security_configurations:
        return not_applicable("Ray jobs do not support security configurations")
    named = [use for use in component.uses if use.naming is not Naming.ABSENT]
    if not named:
        return not_applicable("no security configuration is named")
    for use in named:
        if use.naming is Naming.WRONG:
            return fails(
                f"{component.property_name} of {component.kind} {component.label} is {use.reason}. Refer to the "
                f"{component.term('AWS::Glue::SecurityConfiguration')} itself ({component.term('Ref gives its name')})",
                at=use.value.origin,
                chain=use.chain,
            )
    for use in named:
        if use.naming is Naming.UNRESOLVED:
            return undecided(use.reason, at=use.value.origin, chain=use.chain)
    return passes("the name leads to a security configuration")
