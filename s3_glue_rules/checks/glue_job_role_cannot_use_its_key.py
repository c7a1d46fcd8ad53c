"""SGR319: the role of a Glue component may use the keys of its security configuration."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes
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
            refused = need.refusals
        except UndecidableError as error:
            unknown = error
            continue
        if refused:
            return _refused(component, need, refused)
    if unknown is not None:
        raise unknown
    return passes("the role may use every key") if needs else not_applicable("it uses no key of the estate")


def _refused(component: Component, need: KeyNeed, refusals: tuple[Refusal, ...]) -> Answer:
    reason = refusals[0].reason
    actions = ", ".join(item.action for item in refusals if item.reason is reason)
    denying = [item.statement for item in refusals if item.statement is not None]
    return fails(
        f"{component.kind} {component.label} runs as role {need.role.label}, which may not use key {need.key.label} of "
        f"the {need.part.part} part of security configuration {need.configuration.label}: "
        + reason.value.format(actions=actions),
        at=need.run.role.value.origin,
        chain=(*need.chain, *(Link(statement.origin, "this statement denies it") for statement in denying[:1])),
    )
