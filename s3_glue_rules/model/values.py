"""Values as a configuration means them, the ones that only deployment knows included.

A value is known, absent, a reference, a choice or unknown. None of them has a truth value: a check that writes
``if value:`` raises ``TypeError`` instead of taking "unknown" for "no".
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn, Union

from s3_glue_rules.model.spans import NOWHERE, Origin

Scalar = Union[str, int, float, bool]

# Bounds on texts that are put together: nested stacks could double a text at every level.
MOST_CHARACTERS = 16 * 1024 * 1024
MOST_PARTS = 10_000

# Values of variables that are no texts: null, and a structure that stands for itself only as the default.
NULL = "null"
DEFAULT = "its default"
MARKERS = {NULL, DEFAULT}


class UndecidableError(Exception):
    """A check needs a value that cannot be read before deployment. The judge turns it into the verdict undecided."""

    def __init__(self, reason: str, origin: Origin = NOWHERE) -> None:
        super().__init__(reason)
        self.reason = reason
        self.origin = origin


class Value:
    """Base of all values. ``origin`` is where the value is written, or where it would have to be."""

    origin: Origin

    def __bool__(self) -> NoReturn:
        raise TypeError("a value of a configuration is neither true nor false: ask flag(), text() or is_absent")

    @property
    def is_absent(self) -> bool:
        """Whether the configuration does not write the value, so that the service's default applies."""
        return isinstance(self, Absent)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written, or an empty text, which AWS and its Terraform provider take for nothing."""
        return isinstance(self, Absent) or (isinstance(self, Known) and self.value == "")

    @property
    def is_known(self) -> bool:
        """Whether the value is a literal."""
        return isinstance(self, Known)

    def text(self, default: str | None = None) -> str:
        """Return the literal as text (booleans as ``true`` and ``false``), or the default where it is absent.

        Raises UndecidableError where the value is not known before deployment.
        """
        if isinstance(self, Known):
            return scalar_text(self.value)
        if isinstance(self, Absent) and default is not None:
            return default
        raise UndecidableError(self.why_unknown(), self.origin)

    def flag(self, *, default: bool) -> bool:
        """Return the literal as a boolean: CloudFormation and Terraform take ``"true"`` for ``true``.

        Raises UndecidableError for a value that is unknown or no boolean.
        """
        if isinstance(self, Absent):
            return default
        written = self.text()
        lowered = written.lower()
        if lowered in {"true", "false"}:
            return lowered == "true"
        raise UndecidableError(f"'{written}' is not a boolean", self.origin)

    def number(self, *, default: int) -> int:
        """Return the literal as a whole number; it may be written as a text.

        Raises UndecidableError for a value that is unknown or no whole number.
        """
        if isinstance(self, Absent):
            return default
        written = self.text()
        if re.fullmatch(r"-?[0-9]{1,18}", written):
            return int(written)
        raise UndecidableError(f"'{written}' is no whole number", self.origin)

    def why_unknown(self) -> str:
        """Return a phrase for people that says why the value cannot be read."""
        return "the value is not a literal"


@dataclass(frozen=True)
class Known(Value):
    """A literal."""

    value: Scalar
    origin: Origin = NOWHERE


@dataclass(frozen=True)
class Absent(Value):
    """Nothing is written. The origin is the nearest thing that is."""

    origin: Origin = NOWHERE

    def why_unknown(self) -> str:
        """Return a phrase for people."""
        return "the value is not written"


@dataclass(frozen=True)
class Unknown(Value):
    """A value that only deployment knows, with the reason.

    ``among`` are the addresses of the resources that it may refer to, where they are known to be all.
    """

    reason: str
    origin: Origin = NOWHERE
    among: frozenset[str] | None = field(default=None, compare=False)

    def why_unknown(self) -> str:
        """Return the reason."""
        return self.reason


@dataclass(frozen=True)
class Reference(Value):
    """An attribute of a resource of the estate: the address, and ``Ref`` or the attribute's name."""

    target: str
    attribute: str
    origin: Origin = field(default=NOWHERE, compare=False)

    def why_unknown(self) -> str:
        """Return a phrase for people."""
        return f"it is {self.attribute} of {self.target}, which deployment decides"


@dataclass(frozen=True)
class Variable:
    """Something a deployment may set: a parameter or a pseudo parameter.

    ``key`` is unique in the estate, ``name`` is for people. ``default`` is None where there is none; ``allowed``
    is None where any value may be given. ``pattern`` is a regular expression that every value matches as a whole.
    """

    key: str
    name: str
    default: str | None = None
    allowed: tuple[str, ...] | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Open(Value):
    """The value of a variable, still open."""

    variable: Variable
    origin: Origin = field(default=NOWHERE, compare=False)

    def why_unknown(self) -> str:
        """Return a phrase for people."""
        return f"the value of {self.variable.name} is given at deployment"


@dataclass(frozen=True)
class Text(Value):
    """A string put together from parts that are not all known."""

    parts: tuple[Value, ...]
    origin: Origin = field(default=NOWHERE, compare=False)

    def why_unknown(self) -> str:
        """Return a phrase for people."""
        return "parts of the text are known only at deployment"


@dataclass(frozen=True)
class Choice(Value):
    """One of two values, as a condition decides."""

    condition: Condition
    then: Value
    otherwise: Value
    origin: Origin = NOWHERE


@dataclass(frozen=True)
class Impossible(Value):
    """A branch that no deployment can take, such as a map look-up under a key that the map lacks."""

    reason: str
    origin: Origin = NOWHERE


@dataclass(frozen=True, eq=False)
class Mapping(Value):
    """Named values. Where it is not complete, a name that is missing is unknown instead of absent."""

    entries: MappingType[str, Value]
    origin: Origin = NOWHERE
    complete: bool = True

    def get(self, name: str) -> Value:
        """Return the value under a name, or Absent (Unknown where names may be added at deployment)."""
        found = self.entries.get(name)
        if found is not None:
            return found
        if self.complete:
            return Absent(self.origin)
        return Unknown(f"a transform may add {name} at deployment", self.origin)


@dataclass(frozen=True, eq=False)
class Sequence(Value):
    """A list of values."""

    items: tuple[Value, ...]
    origin: Origin = NOWHERE


@dataclass(frozen=True, eq=False)
class Encoded(Value):
    """The JSON text of a value (Terraform's ``jsonencode``, a rendered policy document).

    The value itself is kept, with its places and open parts, so that readers of the document need not parse it.
    """

    content: Value
    origin: Origin = NOWHERE

    def why_unknown(self) -> str:
        """Return a phrase for people."""
        return "the text is a JSON document that is put together"


@dataclass(frozen=True)
class Always:
    """A condition that is decided."""

    holds: bool


@dataclass(frozen=True)
class Equal:
    """Two values are the same text."""

    left: Value
    right: Value


@dataclass(frozen=True)
class Not:
    """The opposite."""

    operand: Condition


@dataclass(frozen=True)
class Every:
    """All of the operands hold."""

    operands: tuple[Condition, ...]


@dataclass(frozen=True)
class Some:
    """At least one of the operands holds."""

    operands: tuple[Condition, ...]


@dataclass(frozen=True)
class Undetermined:
    """A condition over something that only deployment knows; equal keys are decided alike."""

    key: str
    phrase: str


Condition = Union[Always, Equal, Not, Every, Some, Undetermined]


def scalar_text(value: Scalar) -> str:
    """Return a literal as CloudFormation and Terraform turn it into text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, float) and "e" in repr(value):
        return format(Decimal(repr(value)), "f")
    return str(value)


def text_of(parts: tuple[Value, ...], origin: Origin) -> Value:
    """Join parts to a text: Known where all are known, Unknown parts kept apart, nested texts flattened.

    A single part that is not known is the text itself. Texts past the bounds are Unknown.
    """
    flat: list[Value] = []
    words: list[str] = []
    length = 0
    for part in (piece for whole in parts for piece in (whole.parts if isinstance(whole, Text) else (whole,))):
        if isinstance(part, Known):
            words.append(scalar_text(part.value))
            length += len(words[-1])
        else:
            if any(words):
                flat.append(Known("".join(words)))
            words = []
            flat.append(part)
        if length > MOST_CHARACTERS or len(flat) > MOST_PARTS:
            return Unknown("the text is too long to be put together", origin)
    if not flat:
        return Known("".join(words), origin)
    if any(words):
        flat.append(Known("".join(words)))
    if len(flat) == 1 and isinstance(flat[0], (Open, Reference, Unknown)):
        return flat[0]
    return Text(tuple(flat), origin)
