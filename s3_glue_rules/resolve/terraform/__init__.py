"""Terraform configurations → estates: a partial evaluator over expression trees."""

from __future__ import annotations

from pathlib import Path

from s3_glue_rules.model.values import Value
from s3_glue_rules.read.hcl import parse_expression
from s3_glue_rules.read.terraform import ModuleText


def evaluate_text(text: str) -> Value:
    """Return the value of an expression that stands alone, as ``terraform console`` would print it.

    Raises ReadError where the text is no expression.
    """
    # Imported here: these modules are part of this package.
    from s3_glue_rules.resolve.terraform.context import Context
    from s3_glue_rules.resolve.terraform.expressions import Frame, evaluate
    from s3_glue_rules.resolve.terraform.modules import ModuleInstance

    here = Path.cwd()
    empty = ModuleText(here, "")
    return evaluate(parse_expression(text), Frame(ModuleInstance(Context(here, "", here, lambda _: empty), empty)))
