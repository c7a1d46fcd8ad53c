"""Declarations as written → values: intrinsic functions, conditions, parameters, nested stacks."""
