"""Stacks: a template with what it is given, in the estate that it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from s3_glue_rules.model.spans import Path
from s3_glue_rules.model.values import Always, Condition, Value
from s3_glue_rules.read.cloudformation import Template

if TYPE_CHECKING:
    from s3_glue_rules.resolve.cloudformation import Resolver


def _no_export(name: Value) -> Value | None:
    del name
    return None


def _no_output(stack: Value, output: Value) -> Value | None:
    del stack, output
    return None


@dataclass(eq=False)
class Links:
    """How a stack of an estate finds what other stacks of the estate publish."""

    find_export: Callable[[Value], Value | None] = _no_export
    find_output: Callable[[Value, Value], Value | None] = _no_output


@dataclass(frozen=True)
class Written:
    """A resource as written: its body, where it stands, and the loop items that it is written for."""

    body: Any
    path: Path
    loop: tuple[tuple[str, Value], ...] = ()


@dataclass(eq=False)
class Stack:
    """One use of a template.

    ``key`` is unique in the estate (empty for the root of a single template); ``given`` are the parameters that the
    parent passes, as written there with the loop items that hold there; ``children`` are the nested stacks by logical
    id; ``environment`` holds pseudo parameters that are fixed (a CDK environment); ``exists`` is the condition under
    which the stack is created.
    """

    template: Template
    key: str
    links: Links
    parent: Resolver | None = None
    given: dict[str, tuple[Any, Path, tuple[tuple[str, Value], ...]]] = field(default_factory=dict)
    children: dict[str, Resolver] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    exists: Condition = field(default_factory=lambda: Always(holds=True))
    resources: dict[str, Written] = field(default_factory=dict)

    def address(self, logical_id: str) -> str:
        """Return the address of a resource of this stack in the estate."""
        return f"{self.key}/{logical_id}" if self.key else logical_id
