"""Python code to facts: what its expressions may be, what it calls, and what it stores. Nothing of it is run."""

from s3_glue_rules.read.python_code.module import read_module

__all__ = ["read_module"]
