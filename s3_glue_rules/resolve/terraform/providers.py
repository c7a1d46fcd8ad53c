"""Provider configurations: the Region that resources are deployed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3_glue_rules.model.values import Known, scalar_text
from s3_glue_rules.read.hcl_syntax import Attribute, Block, Expression, Name
from s3_glue_rules.resolve.terraform.expressions import evaluate

if TYPE_CHECKING:
    from s3_glue_rules.resolve.terraform.modules import ModuleInstance


def region_of(module: ModuleInstance, block: Block) -> str | None:
    """Return the Region of the provider configuration that a resource or data source uses."""
    argument = block.body.arguments.get("provider")
    return provider_region(module, "aws" if argument is None else _provider_name(argument.expression))


def provider_region(module: ModuleInstance, name: str) -> str | None:
    """Return the Region of a provider configuration (``aws`` or ``aws.alias``), where it is known."""
    local, _, alias = name.partition(".")
    for block in module.text.providers:
        if block.labels != (local,):
            continue
        arguments = block.body.arguments
        named = evaluate(arguments["alias"].expression, module.frame) if "alias" in arguments else None
        if (scalar_text(named.value) if isinstance(named, Known) else "") == alias:
            region = evaluate(arguments["region"].expression, module.frame) if "region" in arguments else None
            return scalar_text(region.value) if isinstance(region, Known) else None
    if module.parent is None or module.call is None:
        return None
    passed = module.call.body.arguments.get("providers")
    for key, value in getattr(passed.expression, "items", ()) if passed is not None else ():
        if _provider_name(key) == name:
            return provider_region(module.parent, _provider_name(value))
    return provider_region(module.parent, name) if not alias else None


def _provider_name(expression: Expression) -> str:
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Attribute) and isinstance(expression.target, Name):
        return f"{expression.target.name}.{expression.name}"
    value = getattr(expression, "value", "")
    return value if isinstance(value, str) else ""
