"""An estate in one world: what the joins read through."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingType
from typing import ClassVar, TypeVar

from s3_glue_rules.join.terraform_names import TERRAFORM, native_path, terraform_name
from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.reader import ImpossibleWorldError, Reader, symbol
from s3_glue_rules.model.resources import Resource
from s3_glue_rules.model.spans import Origin, Step
from s3_glue_rules.model.values import (
    Absent,
    Choice,
    Encoded,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Text,
    UndecidableError,
    Unknown,
    Value,
)

ANYTHING = "?"

J = TypeVar("J", bound="Joined")

_candidates: weakref.WeakKeyDictionary[Declaration, dict[tuple[Step, ...], frozenset[str]]] = (
    weakref.WeakKeyDictionary()
)


class EstateView:
    """Gives joins access to an estate and to the world of the running check."""

    def __init__(self, estate: Estate, reader: Reader) -> None:
        self.estate = estate
        self.reader = reader
        self._made: dict[tuple[str, type[Joined]], Joined] = {}

    def typed(self, maker: type[J], declaration: Declaration) -> J:
        """Return the typed resource of a class that a declaration makes: it is made once in a world."""
        known = self._made.get((declaration.address, maker))
        if isinstance(known, maker):
            return known
        made = maker(self, declaration)
        self._made[declaration.address, maker] = made
        return made

    @property
    def size(self) -> int:
        """How many typed resources were made."""
        return len(self._made)

    def declaration(self, address: str) -> Declaration:
        """Return the resource at an address. A world in which something refers to it without it is impossible.

        Raises UndecidableError where the estate declares nothing at the address.
        """
        declaration = self.estate.declarations.get(address)
        if declaration is None:
            raise UndecidableError(f"{address} is not declared here")
        if not self.reader.holds(declaration.exists):
            raise ImpossibleWorldError
        return declaration

    def exists(self, declaration: Declaration) -> bool:
        """Return whether the resource is created in this world."""
        return self.reader.holds(declaration.exists)

    def existing(self, types: tuple[str, ...]) -> Iterator[Declaration]:
        """Yield the resources of some types that are created in this world, in the order of the types.

        Whether one is created is decided when it is asked for.
        """
        return (declaration for declaration in self.estate.of_types(types) if self.exists(declaration))

    def at(self, declaration: Declaration, *path: Step) -> Value:
        """Read a property of a resource, under the name that CloudFormation or its own language gives it."""
        return self.below(declaration, declaration.properties, *path)

    def below(self, declaration: Declaration, value: Value, *path: Step) -> Value:
        """Read what stands below a value of a resource.

        In Terraform a step into a list of blocks is one into its first block, and a list without blocks is absent.
        """
        if declaration.language != TERRAFORM:
            return self.reader.at(value, *path)
        return self.below_native(value, *native_path(TERRAFORM, path))

    def below_native(self, value: Value, *path: Step) -> Value:
        """Read what stands below a value of a Terraform resource, by the provider's own names."""
        current = self.reader.read(value)
        for step in path:
            current = self._first_block(current)
            if isinstance(current, Mapping) and isinstance(step, str):
                current = self.reader.read(current.get(step))
            elif isinstance(current, (Absent, Unknown)):
                return current
            else:
                return Unknown(f"{step} is looked for in something that does not hold it", current.origin)
        if isinstance(current, Sequence) and not self.reader.items(current):
            return Absent(current.origin)
        return current

    def _first_block(self, value: Value) -> Value:
        if not isinstance(value, Sequence):
            return value
        items = self.reader.items(value)
        return items[0] if items else Absent(value.origin)


class Joined(Resource):
    """A typed resource over a declaration.

    ``NAMES`` says what the Terraform provider calls CloudFormation's properties in resources of this class, where
    the names that all classes share do not say so.
    """

    NAMES: ClassVar[MappingType[str, str]] = {}

    def __init__(self, view: EstateView, declaration: Declaration) -> None:
        self.view = view
        self.declaration = declaration

    @property
    def label(self) -> str:
        """The name that people know the resource by, in quotes."""
        return f"'{self.declaration.name}'"

    @property
    def header(self) -> Origin:
        """Where the resource starts."""
        return self.declaration.origin

    @property
    def region(self) -> str | None:
        """The Region, where the configuration fixes it."""
        return self.declaration.region

    def term(self, name: str) -> str:
        """Return the name in the language of the declaration."""
        if self.declaration.language != TERRAFORM:
            return name
        return self.NAMES.get(name) or terraform_name(name)

    def at(self, *path: Step) -> Value:
        """Read a property, under the name that CloudFormation or its own language gives it."""
        return self.below(self.declaration.properties, *path)

    def below(self, value: Value, *path: Step) -> Value:
        """Read what stands below a value of this resource."""
        if self.declaration.language != TERRAFORM:
            return self.view.reader.at(value, *path)
        names = (self.term(step) if isinstance(step, str) else step for step in path)
        return self.view.below_native(value, *names)


def possible(value: Value, depth: int = 0) -> frozenset[str]:
    """Return what a value may name in any world, without deciding anything.

    ``ref:<address>`` for references, ``text:<symbol>`` for names, ``?`` where it may be anything.
    """
    if depth > 100:
        return frozenset({ANYTHING})
    if isinstance(value, Choice):
        return possible(value.then, depth + 1) | possible(value.otherwise, depth + 1)
    if isinstance(value, Reference):
        return frozenset({f"ref:{value.target}"})
    if isinstance(value, Known):
        return frozenset({f"text:{symbol(value)}"})
    if isinstance(value, Open):
        listed = {f"text:{symbol(value)}"}
        if value.variable.default is not None:
            listed.add(f"text:{value.variable.default}")
        listed.update(f"text:{allowed}" for allowed in value.variable.allowed or ())
        return frozenset(listed)
    if isinstance(value, Text):
        inside = {f"ref:{part.target}" for part in value.parts if isinstance(part, Reference)}
        return frozenset({f"text:{symbol(value)}", *inside})
    if isinstance(value, Sequence):
        return frozenset().union(*(possible(item, depth + 1) for item in value.items))
    if isinstance(value, Absent):
        return frozenset()
    if isinstance(value, Unknown) and value.among is not None:
        return frozenset(f"ref:{address}" for address in value.among)
    return frozenset({ANYTHING})


def possible_at(declaration: Declaration, *path: Step) -> frozenset[str]:
    """Return what the property at a path may name in any world. Worked out once for each declaration."""
    known = _candidates.setdefault(declaration, {})
    if path not in known:
        known[path] = _possible_below(declaration.properties, native_path(declaration.language, path))
    return known[path]


def _possible_below(value: Value, path: tuple[Step, ...]) -> frozenset[str]:
    if not path:
        return possible(value)
    if isinstance(value, Choice):
        return _possible_below(value.then, path) | _possible_below(value.otherwise, path)
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping) and isinstance(step, str):
        return _possible_below(value.get(step), rest)
    if isinstance(value, Sequence):
        items: Iterable[Value] = value.items
        return frozenset().union(*(_possible_below(item, rest if step == "*" else path) for item in items))
    if isinstance(value, Unknown):
        return frozenset({ANYTHING})
    return frozenset()


def walk(value: Value, path: tuple[Step, ...] = ()) -> Iterable[tuple[tuple[Step, ...], Value]]:
    """Yield all leaves of a value with the names that lead to them, those of every branch included."""
    if isinstance(value, Choice):
        yield from walk(value.then, path)
        yield from walk(value.otherwise, path)
    elif isinstance(value, Encoded):
        yield from walk(value.content, path)
    elif isinstance(value, Mapping):
        for name, inner in value.entries.items():
            yield from walk(inner, (*path, name))
    elif isinstance(value, Sequence):
        for index, inner in enumerate(value.items):
            yield from walk(inner, (*path, index))
    else:
        yield path, value
