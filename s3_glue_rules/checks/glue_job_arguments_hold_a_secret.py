"""SGR316: arguments of Glue jobs name secrets instead of holding them."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes, undecided
from s3_glue_rules.model.argument_secrets import may_be_given_a_secret, secret_in
from s3_glue_rules.model.resources import ArgumentHolder

SUBJECT = ArgumentHolder

# A secret in a branch or resource that no deployment takes is leaked all the same.
IN_EVERY_WORLD = True


def check(holder: ArgumentHolder) -> Answer:
    """Fail a credential or key in an argument, a literal one or one that deployment puts in. Nothing of it is told."""
    arguments = holder.arguments
    if not arguments:
        return not_applicable("it has no arguments")
    found = [(argument, kind) for argument in arguments if (kind := secret_in(argument)) is not None]
    if found:
        argument, kind = found[0]
        return fails(
            f"{argument.place} of {holder.kind} {holder.label} holds {kind}: whoever may read the job or its runs "
            "has it. Pass the name or ARN of a secret of AWS Secrets Manager, let the script read it, and replace what "
            "was written out",
            at=argument.origin,
            chain=tuple(Link(other.origin, f"{other.place} holds {what}") for other, what in found[1:6]),
        )
    for argument in arguments:
        if may_be_given_a_secret(argument):
            return undecided(
                f"{argument.place} of {holder.kind} {holder.label} is given at deployment, and whoever may read the "
                f"job reads it: {argument.unknown}. Pass the name or ARN of a secret of AWS Secrets Manager instead",
                at=argument.origin,
            )
    return passes("no argument holds a secret")
