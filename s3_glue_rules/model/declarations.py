"""Declarations: resources as their configuration writes them, before the join gives them types."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from functools import cached_property

from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.spans import Origin, Span
from s3_glue_rules.model.values import Absent, Always, Condition, Value


@dataclass(frozen=True)
class Suppression:
    """An author's decision to accept findings of a policy at a resource (``*`` stands for all policies)."""

    policy: str
    reason: str
    origin: Origin


@dataclass(eq=False)
class Acceptance:
    """Lines of a file in which its author accepts findings of a policy: what stands in no resource has no other place.

    ``used``: whether there was a finding to accept.
    """

    suppression: Suppression
    file: str
    first: int
    last: int
    used: bool = False

    def covers(self, policy: str, span: Span) -> bool:
        """Return whether a finding of a policy that begins in a span is accepted."""
        is_inside = self.file == span.file and self.first <= span.line <= self.last
        return is_inside and self.suppression.policy == policy


@dataclass(eq=False)
class Declaration:
    """One resource of an estate.

    ``address`` is unique in the estate; ``name`` is what people know it by (construct path, or the address);
    ``exists`` is its condition; ``read_properties`` reads the properties when they are first needed; ``scope`` is
    the key of the stack or module that declares it. Where ``is_example``, it is part of a test or an example, and what
    fails is told at a lower level.
    """

    address: str
    logical_id: str
    type: str
    language: str
    origin: Origin
    read_properties: Callable[[], Value]
    name: str = ""
    scope: str = ""
    exists: Condition = field(default_factory=lambda: Always(holds=True))
    attributes: MappingType[str, Value] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    source_line: str | None = None
    region: str | None = None
    is_example: bool = False

    def __post_init__(self) -> None:
        """People know a resource by its address where it has no other name."""
        self.name = self.name or self.address

    @cached_property
    def properties(self) -> Value:
        """The properties or arguments, as a Mapping unless they are unknown."""
        return self.read_properties()

    def attribute(self, name: str) -> Value:
        """Return an attribute beside the properties, such as DeletionPolicy."""
        return self.attributes.get(name, Absent(self.origin))


@dataclass(eq=False)
class Estate:
    """What is judged together: a template with its nested stacks, a CDK assembly, a Terraform root module, a plan.

    ``gaps`` says why resources may be added at deployment (macros, includes, modules, nested stacks that cannot be
    read), so that "there is no such resource" cannot be said; ``notes`` are told to people and change no verdict.
    Where ``only_files`` is not empty, the estate was read for the sake of those files, and only their resources are
    reported.
    """

    name: str
    declarations: dict[str, Declaration] = field(default_factory=dict)
    by_type: dict[str, list[Declaration]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    only_files: set[str] = field(default_factory=set)
    acceptances: list[Acceptance] = field(default_factory=list)

    def add(self, declaration: Declaration) -> None:
        """Add a resource."""
        self.declarations[declaration.address] = declaration
        self.by_type.setdefault(declaration.type, []).append(declaration)

    def of_types(self, types: tuple[str, ...]) -> list[Declaration]:
        """Return the resources of the given types, in the order of the types."""
        return [declaration for kind in types for declaration in self.by_type.get(kind, ())]
