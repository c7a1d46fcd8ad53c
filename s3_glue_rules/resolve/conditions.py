"""Conditions put together; what is decided already leaves none behind."""

from __future__ import annotations

from collections.abc import Iterable

from s3_glue_rules.model.values import Always, Condition, Every, Not, Some


def negated(condition: Condition) -> Condition:
    """Return the opposite."""
    if isinstance(condition, Always):
        return Always(holds=not condition.holds)
    return condition.operand if isinstance(condition, Not) else Not(condition)


def every(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that all conditions hold."""
    operands: list[Condition] = []
    for condition in conditions:
        if condition == Always(holds=False):
            return condition
        if condition != Always(holds=True):
            operands.append(condition)
    if len(operands) == 1:
        return operands[0]
    return Every(tuple(operands)) if operands else Always(holds=True)


def some(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that at least one condition holds."""
    operands: list[Condition] = []
    for condition in conditions:
        if condition == Always(holds=True):
            return condition
        if condition != Always(holds=False):
            operands.append(condition)
    if len(operands) == 1:
        return operands[0]
    return Some(tuple(operands)) if operands else Always(holds=False)
