"""Declarations → typed, connected resources, a file per service."""

from s3_glue_rules.join.registry import declared_types, view_of
from s3_glue_rules.join.view import EstateView

__all__ = ["EstateView", "declared_types", "view_of"]
