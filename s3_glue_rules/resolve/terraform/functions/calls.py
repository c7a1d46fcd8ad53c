"""One call of a function: its arguments as Terraform converts them, and the register of all functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Encoded,
    Known,
    Mapping,
    Open,
    Reference,
    Scalar,
    Sequence,
    Text,
    UndecidableError,
    Unknown,
    Value,
)
from s3_glue_rules.resolve.terraform.functions import scalars, types
from s3_glue_rules.resolve.terraform.functions.json_text import encoded_text
from s3_glue_rules.resolve.terraform.functions.sets import ordered
from s3_glue_rules.resolve.terraform.lifting import Decisions, FunctionError

if TYPE_CHECKING:
    from s3_glue_rules.resolve.terraform.functions.reading import Files


@dataclass(frozen=True)
class Call:
    """A call in one branch of the conditions that its arguments depend on.

    What reads an argument raises FunctionError where Terraform would refuse it, and UndecidableError where only
    deployment knows what matters of it.
    """

    arguments: tuple[Value, ...]
    origin: Origin
    files: Files
    decisions: Decisions

    def known(self, value: Scalar) -> Known:
        """Return a result."""
        return Known(scalars.normal(value) if isinstance(value, str) else value, self.origin)

    def number_result(self, value: Fraction) -> Known:
        """Return a computed number."""
        return Known(scalars.number(value), self.origin)

    def read(self, index: int) -> Value:
        """Return an argument that may be null: never a Choice."""
        return self.decisions.read(self.arguments[index])

    def value(self, index: int) -> Value:
        """Return an argument that must not be null."""
        value = self.read(index)
        if isinstance(value, Absent):
            raise FunctionError("argument must not be null")
        return value

    def text(self, index: int) -> Value:
        """Return an argument as a text: Known, Text, Open, Reference, Encoded or Unknown."""
        return self.as_text(self.value(index))

    def as_text(self, value: Value) -> Value:
        """Return a value as a text. Variables with a default or listed values are decided."""
        value = types.scalar(self.decisions.settle(value), types.STRING)
        if isinstance(value, Encoded):
            written = encoded_text(value)
            return value if written is None else Known(written, value.origin)
        return value

    def string(self, index: int) -> str:
        """Return an argument that must be a known text."""
        return self.as_string(self.value(index))

    def as_string(self, value: Value) -> str:
        """Return a value that must be a known text, but may be any scalar."""
        value = self.as_text(value)
        if isinstance(value, Known):
            return scalars.text(value.value)
        raise UndecidableError(value.why_unknown(), value.origin)

    def number(self, index: int) -> Fraction:
        """Return an argument that must be a known number."""
        return self.as_number(self.value(index))

    def as_number(self, value: Value) -> Fraction:
        """Return a value that must be a known number, but may be written as a string."""
        value = types.scalar(self.decisions.settle(value), types.NUMBER)
        if isinstance(value, Known) and not isinstance(value.value, (bool, str)):
            return scalars.exact(value.value)
        raise UndecidableError(value.why_unknown(), value.origin)

    def integer(self, index: int) -> int:
        """Return an argument that must be a known whole number."""
        number = self.number(index)
        if number.denominator != 1:
            raise FunctionError("a whole number is required")
        return number.numerator

    def boolean(self, value: Value) -> bool:
        """Return a value that must be a known boolean, but may be written as a string."""
        value = types.scalar(self.decisions.settle(value), types.BOOL)
        if isinstance(value, Known):
            return value.value is True
        raise UndecidableError(value.why_unknown(), value.origin)

    def sequence(self, index: int) -> Sequence:
        """Return an argument that must be a tuple, list or set."""
        return self.as_sequence(self.value(index))

    def as_sequence(self, value: Value) -> Sequence:
        """Return a value that must be a tuple, list or set."""
        if isinstance(value, Sequence):
            return value
        if isinstance(value, (Known, Mapping, Text, Encoded, Absent)):
            raise FunctionError("a list is required")
        raise UndecidableError(value.why_unknown(), value.origin)

    def mapping(self, index: int) -> Mapping:
        """Return an argument that must be an object or a map."""
        value = self.value(index)
        if isinstance(value, Mapping):
            return value
        if isinstance(value, (Known, Sequence, Text, Encoded)):
            raise FunctionError("a map is required")
        raise UndecidableError(value.why_unknown(), value.origin)

    def complete_mapping(self, index: int) -> Mapping:
        """Return an argument that must be an object or a map all of whose keys are known."""
        value = self.mapping(index)
        if not value.complete:
            raise UndecidableError("not all keys of the map are known", value.origin)
        return value

    def converted(self, sequence: Sequence, item: types.Type | None = None) -> tuple[Value, ...]:
        """Return the items of a sequence as a list: of the given type, or of the one that they have in common."""
        if item is None:
            whole = types.type_of(sequence, self.decisions)
            if isinstance(whole, types.TupleOf):
                common = types.unify(whole.items)
                if common is None:
                    raise FunctionError("all list elements must have the same type")
                item = common
        items = ordered(sequence)
        return items if item is None else tuple(types.convert(value, item, self.origin) for value in items)

    def read_items(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        """Return values with their choices decided."""
        return tuple(self.decisions.read(value) for value in values)


Function = Callable[[Call], Value]


@dataclass(frozen=True)
class Entry:
    """A function and the number of arguments that it takes (``most`` is None for any number)."""

    run: Function
    least: int
    most: int | None


REGISTER: dict[str, Entry] = {}


def function(name: str, least: int, most: int | None = -1) -> Callable[[Function], Function]:
    """Return a decorator that registers a function of exactly ``least`` arguments, or up to ``most`` (None: any)."""

    def register(run: Function) -> Function:
        REGISTER[name] = Entry(run, least, least if most == -1 else most)
        return run

    return register


def unknown_text(value: Value) -> Value:
    """Return a value that is not known as a part of a text: a JSON document only with what it says of itself."""
    if isinstance(value, (Open, Reference, Text, Unknown)):
        return value
    return Unknown(value.why_unknown(), value.origin)
