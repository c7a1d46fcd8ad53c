"""Evaluating: the frame, the table of evaluators, and what all of them need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Reference, Unknown, Value
from s3_glue_rules.read import hcl_syntax as syntax
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.hcl import MOST_DEPTH
from s3_glue_rules.resolve.terraform.functions.reading import Files

Evaluator = TypeVar("Evaluator", bound=Callable[..., Value])


class Names(Protocol):
    """What a module knows: the first words of traversals, resources behind references, and its files."""

    def name(self, word: str, origin: Origin) -> Value:
        """Return what the first word of a traversal stands for."""
        ...

    def followed(self, reference: Reference) -> Value:
        """Return what the configuration writes for an attribute of a resource, or Unknown."""
        ...

    def stands_for_all(self, reference: Reference) -> bool:
        """Return whether the resource stands for instances whose keys are not known."""
        ...

    def spend(self, origin: Origin) -> None:
        """Count one step of work. Raises ReadError past the bound."""
        ...

    @property
    def files(self) -> Files:
        """The files that functions may read."""
        ...


@dataclass(frozen=True)
class Frame:
    """Where an expression is evaluated: the module, and the names that only hold here."""

    names: Names
    symbols: tuple[tuple[str, Value], ...] = ()
    depth: int = 0

    def having(self, **symbols: Value) -> Frame:
        """Return the frame with further names."""
        return replace(self, symbols=(*self.symbols, *symbols.items()))

    def symbol(self, word: str) -> Value | None:
        """Return a name that only holds here."""
        for name, value in reversed(self.symbols):
            if name == word:
                return value
        return None


_EVALUATORS: dict[type[syntax.Expression], Callable[..., Value]] = {}


def evaluates(kind: type[syntax.Expression]) -> Callable[[Evaluator], Evaluator]:
    """Put a function into the table of evaluators."""

    def register(function: Evaluator) -> Evaluator:
        _EVALUATORS[kind] = function
        return function

    return register


def evaluate(expression: syntax.Expression, frame: Frame) -> Value:
    """Return the value of an expression. Raises ReadError past the bounds on depth and work."""
    frame.names.spend(expression.origin)
    if frame.depth > MOST_DEPTH:
        span = expression.origin.span()
        raise ReadError(span.line, "the expression is nested too deeply")
    return _EVALUATORS[type(expression)](expression, Frame(frame.names, frame.symbols, frame.depth + 1))


def operand(expression: syntax.Expression, frame: Frame) -> Value:
    """Return the value of an operand: of a reference what the configuration writes, where it says."""
    value = evaluate(expression, frame)
    if isinstance(value, Reference):
        followed = frame.names.followed(value)
        return followed if not isinstance(followed, Unknown) else value
    return value
