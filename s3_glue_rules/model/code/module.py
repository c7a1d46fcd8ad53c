"""The facts of one Python file, and what its values may be."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from s3_glue_rules.model.code.values import Call, CodeValue, Entries, Literal
from s3_glue_rules.model.spans import Origin


@dataclass(frozen=True, eq=False)
class Stored:
    """A value that is put where the data flow of names does not follow it: ``place`` says where, for people."""

    place: str
    value: CodeValue
    origin: Origin
    function: str


@dataclass(frozen=True, eq=False)
class Named:
    """A constant text or bytes under the name of a variable, attribute, keyword, parameter or entry."""

    name: str
    value: Literal


@dataclass(frozen=True, eq=False)
class LibraryName:
    """A name of another module that is imported or read, as the text leads to it.

    ``is_guarded``: the code expects that it may be missing (``except ImportError``, ``hasattr``).
    """

    name: str
    origin: Origin
    is_guarded: bool = False


class Module(ABC):
    """One Python file (or notebook) that was read."""

    @property
    @abstractmethod
    def file(self) -> str:
        """The name under which the file is reported."""

    @property
    @abstractmethod
    def is_example(self) -> bool:
        """Whether the file is a test, an example or part of a documentation, by its path."""

    @property
    @abstractmethod
    def calls(self) -> tuple[Call, ...]:
        """All calls with what they may be: one for each way that the module itself leads to them."""

    @property
    @abstractmethod
    def names(self) -> tuple[LibraryName, ...]:
        """All names of other modules, in the order of the text: one for each place where a name is imported or read."""

    @property
    @abstractmethod
    def named(self) -> tuple[Named, ...]:
        """All constant texts and bytes that stand under a name."""

    @property
    @abstractmethod
    def session_arguments(self) -> tuple[tuple[str, str, Origin], ...]:
        """The arguments that a notebook gives to its session, with their values: none in other files."""

    @property
    @abstractmethod
    def attributes_read(self) -> frozenset[str]:
        """The names of all attributes that are read of anything."""

    @property
    @abstractmethod
    def has_functions(self) -> bool:
        """Whether the module defines functions or classes, so that others may import it."""

    @property
    @abstractmethod
    def returned(self) -> tuple[Stored, ...]:
        """What functions return or yield."""

    @property
    @abstractmethod
    def stored(self) -> tuple[Stored, ...]:
        """What is stored into attributes, items and variables of the module."""

    @abstractmethod
    def options(self, value: CodeValue) -> tuple[CodeValue, ...]:
        """Return what a value may be: at least one value, none of which stands for others.

        Parameters are what the callers in the module hand over, and their defaults; a parameter that nobody in the
        module hands over stays a Parameter.
        """

    def literals(self, value: CodeValue) -> tuple[Literal, ...]:
        """Return those of the options that are constants."""
        return tuple(option for option in self.options(value) if isinstance(option, Literal))

    def keywords(self, value: CodeValue) -> tuple[Entries, ...]:
        """Return those of the options that are dictionaries."""
        return tuple(option for option in self.options(value) if isinstance(option, Entries))
