"""What an expression of Python code may be.

A value is what the text says of it: a literal, a name that is imported, the result of a call, a part of another value.
``Parameter``, ``Attribute``, ``Global``, ``Either`` and results of the module's own functions stand for other values;
``Module.options`` replaces them by what they may be. What cannot be followed is ``Untold``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

from s3_glue_rules.model.spans import Origin

Plain = Union[str, bytes, int, float, bool, None]


@dataclass(frozen=True, eq=False)
class Literal:
    """A constant, or constants put together by ``+``, ``*`` or an f-string; ``origin`` is where the first stands."""

    value: Plain
    origin: Origin


@dataclass(frozen=True, eq=False)
class Imported:
    """A name of another module, dotted and without aliases: ``boto3.client``."""

    name: str
    origin: Origin


@dataclass(frozen=True, eq=False)
class Function:
    """A function, method or class of the module itself, by its qualified name."""

    name: str
    origin: Origin


@dataclass(frozen=True, eq=False)
class Result:
    """What a call returns (also what ``with`` binds, and what is awaited)."""

    call: Call
    origin: Origin


@dataclass(frozen=True, eq=False)
class Member:
    """An attribute of a value, or an item under a constant key or index."""

    of: CodeValue
    name: str | int
    origin: Origin
    is_item: bool = False


@dataclass(frozen=True, eq=False)
class Items:
    """A list, tuple or set. Where it is not complete, there may be more."""

    items: tuple[CodeValue, ...]
    origin: Origin
    is_complete: bool = True


@dataclass(frozen=True, eq=False)
class Entries:
    """A dictionary by its constant keys. Where it is not complete, there may be more under any key.

    ``places`` says where each value is written: the origin of a value is where it comes from.
    """

    entries: Mapping[str, CodeValue]
    origin: Origin
    is_complete: bool = True
    places: Mapping[str, Origin] = field(default_factory=dict)

    def place(self, name: str) -> Origin:
        """Return where the value under a key is written."""
        return self.places.get(name, self.origin)


@dataclass(frozen=True, eq=False)
class Formatted:
    """A text or bytes put together of parts that are not all constants (f-string, ``format``, ``%``, ``+``)."""

    parts: tuple[CodeValue, ...]
    origin: Origin


@dataclass(frozen=True, eq=False)
class Either:
    """One of several values: branches, reassignments in loops, ``a or b``."""

    options: tuple[CodeValue, ...]
    origin: Origin


class GivenBy(enum.Enum):
    """Who gives a value at run time."""

    ENVIRONMENT = "environment variable"
    JOB_ARGUMENT = "job argument"


@dataclass(frozen=True, eq=False)
class Given:
    """A value from outside: ``os.environ[...]``, or ``getResolvedOptions`` of AWS Glue."""

    by: GivenBy
    name: str
    origin: Origin
    default: CodeValue | None = None


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter of a function of the module."""

    function: str
    name: str
    origin: Origin
    default: CodeValue | None = None


@dataclass(frozen=True, eq=False)
class Attribute:
    """An attribute of ``self`` in a class of the module."""

    owner: str
    name: str
    origin: Origin


@dataclass(frozen=True, eq=False)
class Global:
    """A variable of the module that is read in a function: it has its value once the module is loaded."""

    name: str
    origin: Origin


@dataclass(frozen=True, eq=False)
class Untold:
    """What cannot be followed."""

    origin: Origin


CodeValue = Union[
    Literal,
    Imported,
    Function,
    Result,
    Member,
    Items,
    Entries,
    Formatted,
    Either,
    Given,
    Parameter,
    Attribute,
    Global,
    Untold,
]


@dataclass(frozen=True, eq=False)
class Call:
    """One call. ``site`` is the same for all that one call in the text may be.

    ``keywords`` holds those of ``**mapping`` too, where they are known; where the call is not complete, ``*`` or ``**``
    may hand over more. ``function`` is the qualified name of the function that it stands in, empty outside of any.
    ``api`` is what is called, under the name that apis.py gives it (``boto3.s3.put_object``), or empty. ``places`` says
    where the values of keywords are written.
    """

    site: int
    callee: CodeValue
    arguments: tuple[CodeValue, ...]
    origin: Origin
    keywords: Mapping[str, CodeValue] = field(default_factory=dict)
    function: str = ""
    is_complete: bool = True
    api: str = ""
    places: Mapping[str, Origin] = field(default_factory=dict)

    def place(self, name: str) -> Origin:
        """Return where the value of a keyword is written, or where the call stands."""
        return self.places.get(name, self.origin)

    def argument(self, name: str, position: int | None = None) -> CodeValue | None:
        """Return what is handed over under a name, or at a position from 0; None where nothing is to be seen."""
        if name in self.keywords:
            return self.keywords[name]
        if position is not None and position < len(self.arguments):
            return self.arguments[position]
        return None

    @property
    def given(self) -> tuple[tuple[str, CodeValue], ...]:
        """All that is handed over, with names (``""`` for what is handed over by position)."""
        return (*(("", value) for value in self.arguments), *self.keywords.items())
