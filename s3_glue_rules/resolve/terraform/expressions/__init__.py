"""Expressions → values. What deployment decides stays open, a choice or unknown; only that value is, not its module."""

from s3_glue_rules.resolve.terraform.expressions import access, basic, calls, loops, templates
from s3_glue_rules.resolve.terraform.expressions.core import Frame, Names, evaluate
from s3_glue_rules.resolve.terraform.expressions.loops import pairs_of

__all__ = ["Frame", "Names", "access", "basic", "calls", "evaluate", "loops", "pairs_of", "templates"]
