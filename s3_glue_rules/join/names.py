"""Names followed to the resource that they name: a security configuration of Glue or EMR, for example."""

from __future__ import annotations

from dataclasses import dataclass

from s3_glue_rules.join.open_ended import is_open_ended
from s3_glue_rules.join.terraform import followed
from s3_glue_rules.join.terraform_names import TERRAFORM
from s3_glue_rules.join.view import ANYTHING, EstateView, possible_at
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Naming
from s3_glue_rules.model.values import Known, Open, Reference, Text, Value


@dataclass(frozen=True)
class Named:
    """What a name leads to. ``declaration`` is there where the estate declares the resource that is meant."""

    naming: Naming
    value: Value
    declaration: Declaration | None = None
    reason: str = ""
    chain: tuple[Link, ...] = ()


def named_by(view: EstateView, value: Value, types: tuple[str, ...], noun: str) -> Named:
    """Follow the name of a resource of one of the types; ``noun`` is what people call such a resource.

    The property that holds the name of the resource has to be ``Name`` (``name`` in Terraform).
    """
    value = followed(view, value)
    if value.is_empty:
        return Named(Naming.ABSENT, value)
    if isinstance(value, Reference):
        return _referred(view, value, types)
    if isinstance(value, (Known, Text, Open)):
        return _named(view, value, types, noun)
    return Named(Naming.UNRESOLVED, value, reason=value.why_unknown())


def _referred(view: EstateView, value: Reference, types: tuple[str, ...]) -> Named:
    declaration = view.declaration(value.target)
    name = declaration.name
    link = Link(declaration.origin, f"'{name}' is a resource of type {declaration.type}")
    if declaration.type in types and value.attribute != "arn":
        return Named(Naming.DECLARED, value, declaration, chain=(link,))
    if is_open_ended(declaration):
        reason = f"'{name}' ({declaration.type}) gives the name at deployment"
        return Named(Naming.UNRESOLVED, value, reason=reason, chain=(link,))
    reason = f"{value.attribute} of '{name}', a resource of type {declaration.type}"
    return Named(Naming.WRONG, value, reason=reason, chain=(link,))


def _named(view: EstateView, value: Value, types: tuple[str, ...], noun: str) -> Named:
    wanted = symbol(value)
    declared = view.estate.of_types(types)
    for declaration in declared:
        candidates = possible_at(declaration, "Name")
        if f"text:{wanted}" in candidates or ANYTHING in candidates:
            name = view.reader.peek(view.at(declaration, "Name"))
            if symbol(name) == wanted and view.exists(declaration):
                link = Link(declaration.origin, f"{declaration.name} has the name")
                return Named(Naming.DECLARED, value, declaration, chain=(link,))
    if isinstance(value, Known):
        for declaration in declared:
            if wanted in _ids(declaration) and view.exists(declaration):
                written = view.at(declaration, "Name")
                called = f"'{written.text()}'" if isinstance(written, Known) else "another name"
                kind = "Terraform name" if declaration.language == TERRAFORM else "logical id"
                return Named(
                    Naming.WRONG,
                    value,
                    reason=f"the {kind} '{wanted}', while the {noun} is called {called}",
                    chain=(Link(declaration.origin, f"'{wanted}' is only its {kind}"),),
                )
        reason = f"the estate declares no {noun} called '{wanted}'"
        return Named(Naming.UNRESOLVED, value, reason=reason)
    return Named(Naming.UNRESOLVED, value, reason=value.why_unknown())


def _ids(declaration: Declaration) -> tuple[str, ...]:
    """Return what only the text calls a resource: its logical id, in Terraform its label and its address."""
    if declaration.language == TERRAFORM:
        address = declaration.logical_id
        return (address.rsplit(".", 1)[-1], address, f"{address}.name", f"{address}.id")
    return (declaration.logical_id,)
