"""SGR319: the role of a Glue component may use the keys of its security configuration."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.glue_keys import KeyNeed, key_needs
from s3_glue_rules.model.key_permissions import Refusal
from s3_glue_rules.model.resources import Component
from s3_glue_rules.model.values import UndecidableError

SUBJECT = Component


def check(component: Component) -> Answer:
    """Fail a role that lacks an action on the key of a part that the component uses."""
    if component.ignores_security_configurations:
        return not_applicable("Ray jobs do not support security configurations")
    unknown: UndecidableError | None = None
    needs = 0
    for need in key_needs(component):
        try:
            if not need.arises:
                continue
            needs += 1
            refused = need.refused
        except UndecidableError as error:
            unknown = error
            continue
        if refused:
            return _refused(component, need, refused)
    if unknown is not None:
        raise unknown
    return passes("the role may use every key") if needs else not_applicable("it uses no key of the estate")


def _refused(component: Component, need: KeyNeed, refused: dict[str, Refusal]) -> Answer:
    actions, reason = ", ".join(refused), next(iter(refused.values()))
    remedy = {
        Refusal.DENIED: "Take them out of the reach of the Deny",
        Refusal.NOT_IN_ROLE: "Allow them on the key's ARN in a policy of the role",
        Refusal.NOT_IN_KEY: "Allow them to the role in the key policy, or add the statement that leaves the decision "
        "to the account's IAM policies",
    }
    return fails(
        f"{component.kind} {component.label} runs as role {need.role.label}, which may not use key {need.key.label} of "
        f"the {need.part.part} part of security configuration {need.configuration.label}: it lacks {actions}, since "
        f"{reason.value}. {remedy[reason]}",
        at=need.run.role.value.origin,
        chain=need.chain,
    )
