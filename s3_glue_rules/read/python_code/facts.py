"""What reading one file collects: raw facts, before parameters are replaced by what callers hand over."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from s3_glue_rules.model.code.module import LibraryName, Named, Stored
from s3_glue_rules.model.code.values import Call, CodeValue, Untold
from s3_glue_rules.model.spans import Origin


class Source(Protocol):
    """The text that a tree was made of."""

    @property
    def file(self) -> str:
        """The name under which the file is reported."""
        ...

    @property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        ...

    @property
    def is_example(self) -> bool:
        """Whether the file is a test or an example."""
        ...

    @property
    def session_arguments(self) -> tuple[tuple[str, str, Origin], ...]:
        """The arguments that a notebook gives to its session."""
        ...

    def origin(self, node: ast.AST) -> Origin:
        """Return where a node stands."""
        ...


@dataclass(frozen=True, eq=False)
class RawCall(Call):
    """A call as written: ``spreads`` are the mappings behind ``**``, which are not looked into yet."""

    spreads: tuple[CodeValue, ...] = ()


@dataclass(frozen=True, eq=False)
class Merged(Untold):
    """A dictionary put together of others, the last one winning. It is looked into when it is asked for."""

    parts: tuple[CodeValue, ...] = ()


@dataclass(frozen=True, eq=False)
class Element(Untold):
    """One of the items of a value: what a loop goes over."""

    of: CodeValue = field(kw_only=True)


@dataclass
class FunctionFacts:
    """A function of the module: its parameters in order, those for ``*`` and ``**``, and what it returns or yields."""

    name: str
    owner: str = ""
    parameters: tuple[str, ...] = ()
    # Parameters that are not handed over by position.
    keyword_only: tuple[str, ...] = ()
    rest: str = ""
    mapping: str = ""
    defaults: Mapping[str, CodeValue] = field(default_factory=dict)
    returned: list[CodeValue] = field(default_factory=list)
    is_bound: bool = False
    is_property: bool = False


@dataclass
class ClassFacts:
    """A class of the module: its bases, and what is stored into attributes of its instances or itself."""

    name: str
    bases: tuple[CodeValue, ...] = ()
    attributes: dict[str, list[CodeValue]] = field(default_factory=dict)
    methods: set[str] = field(default_factory=set)


@dataclass
class Facts:
    """All that is known of a file."""

    calls: list[RawCall] = field(default_factory=list)
    names: list[LibraryName] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    returned: list[Stored] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    functions: dict[str, FunctionFacts] = field(default_factory=dict)
    classes: dict[str, ClassFacts] = field(default_factory=dict)
    attributes_read: set[str] = field(default_factory=set)
    # What the module's variables are once it is loaded, and what functions assign to them.
    variables: dict[str, list[CodeValue]] = field(default_factory=dict)
