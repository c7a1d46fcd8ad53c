"""The syntax tree of Terraform's expressions and bodies, whichever notation (HCL or JSON) it was read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Union

from s3_glue_rules.model.spans import Origin


@dataclass(eq=False)
class Expression:
    """Base of all expressions: where it stands."""

    origin: Origin


@dataclass(eq=False)
class Literal(Expression):
    """A number, a boolean, a text without interpolation, or null (None)."""

    value: str | int | float | bool | None


@dataclass(eq=False)
class Template(Expression):
    """A text with interpolations and directives."""

    parts: tuple[Part, ...]


@dataclass(eq=False)
class ObjectExpression(Expression):
    """``{ key = value }``. A key that is a bare name is a Literal."""

    items: tuple[tuple[Expression, Expression], ...]


@dataclass(eq=False)
class TupleExpression(Expression):
    """``[a, b]``."""

    items: tuple[Expression, ...]


@dataclass(eq=False)
class Name(Expression):
    """The first word of a traversal, such as ``var`` or ``aws_s3_bucket``."""

    name: str


@dataclass(eq=False)
class Attribute(Expression):
    """``target.name``."""

    target: Expression
    name: str


@dataclass(eq=False)
class Index(Expression):
    """``target[key]``, or the old ``target.0``."""

    target: Expression
    key: Expression


@dataclass(eq=False)
class Splat(Expression):
    """``target[*].a.b`` or ``target.*.a``. ``item`` is what is applied to each item, over a Placeholder."""

    target: Expression
    item: Expression


@dataclass(eq=False)
class Placeholder(Expression):
    """The item that a splat stands at."""


@dataclass(eq=False)
class Call(Expression):
    """``function(arguments)``; ``expands`` where the last argument is followed by ``...``."""

    name: str
    arguments: tuple[Expression, ...]
    expands: bool


@dataclass(eq=False)
class Conditional(Expression):
    """``condition ? then : otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(eq=False)
class Unary(Expression):
    """``!operand`` or ``-operand``."""

    operator: str
    operand: Expression


@dataclass(eq=False)
class Binary(Expression):
    """``left operator right``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(eq=False)
class For(Expression):
    """``[for k, v in collection : value if condition]``, or with ``key`` the object form, ``groups`` with ``...``."""

    key_name: str | None
    value_name: str
    collection: Expression
    key: Expression | None
    value: Expression
    condition: Expression | None
    groups: bool


@dataclass(eq=False)
class Broken(Expression):
    """An expression that cannot be read (its file has a syntax error there)."""

    reason: str


@dataclass(eq=False)
class TemplateIf:
    """``%{ if condition }then%{ else }otherwise%{ endif }``."""

    condition: Expression
    then: tuple[Part, ...]
    otherwise: tuple[Part, ...]


@dataclass(eq=False)
class TemplateFor:
    """``%{ for key, value in collection }body%{ endfor }``."""

    key_name: str | None
    value_name: str
    collection: Expression
    body: tuple[Part, ...]


Part = Union[str, Expression, TemplateIf, TemplateFor]


@dataclass(eq=False)
class Argument:
    """``name = expression``. The expression is built when it is first asked for."""

    name: str
    origin: Origin
    build: Callable[[], Expression]
    _built: Expression | None = None

    @property
    def expression(self) -> Expression:
        """The expression."""
        if self._built is None:
            self._built = self.build()
        return self._built


@dataclass(eq=False)
class Block:
    """A block with its labels; ``lines`` are the first and the last line, from 1."""

    type: str
    labels: tuple[str, ...]
    origin: Origin
    lines: tuple[int, int]
    read_body: Callable[[], Body]
    comments: tuple[tuple[str, str], ...] = ()
    _body: Body | None = None

    @property
    def body(self) -> Body:
        """What stands inside."""
        if self._body is None:
            self._body = self.read_body()
        return self._body


@dataclass(eq=False)
class Body:
    """Arguments by name, and blocks in their order."""

    arguments: dict[str, Argument] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def of_type(self, kind: str) -> list[Block]:
        """Return the blocks of a type."""
        return [block for block in self.blocks if block.type == kind]
