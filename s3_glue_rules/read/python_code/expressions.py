"""Expressions to values, in the environment of the statement that they stand in."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, ClassVar

from s3_glue_rules.model.code.module import LibraryName, Named, Stored
from s3_glue_rules.model.code.values import (
    Attribute,
    Call,
    CodeValue,
    Either,
    Entries,
    Formatted,
    Function,
    Given,
    GivenBy,
    Global,
    Imported,
    Items,
    Literal,
    Member,
    Result,
    Untold,
)
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.read.python_code.facts import Element, Facts, Merged, RawCall, Source

Environment = dict[str, CodeValue]

# More ways than these are not told apart.
MOST_OPTIONS = 12
# Constants that are put together stay small, whatever the code multiplies.
LONGEST_CONSTANT = 1 << 16

_ENVIRONMENT = {"os.environ", "environ"}
_BUILTINS = frozenset(dir(builtins))
_COPIES = {"copy.copy", "copy.deepcopy", "dict", "typing.cast"}


class Scope:
    """A function, class body or module while it is read. ``owner`` is the class that a method belongs to."""

    def __init__(self, name: str, parent: Scope | None, owner: str = "") -> None:
        self.name = name
        self.parent = parent
        self.owner = owner
        self.environment: Environment | None = {}
        # Names that are assigned somewhere in it: they are its own wherever they are read.
        self.own: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.is_class = False
        self.guards = 0
        # What names are bound to where it is left.
        self.exits: list[Environment] = []


class Expressions:
    """Evaluates expressions, and notes calls and names as it meets them."""

    def __init__(self, source: Source, facts: Facts) -> None:
        self.source = source
        self.facts = facts
        self.stars: list[str] = []
        # Variables of the module that functions assign: what they are is told when all is read.
        self.shared: set[str] = set()
        self._calls: dict[ast.AST, RawCall] = {}
        self._names: dict[ast.AST, LibraryName] = {}
        self._named: dict[tuple[ast.AST, str], Named] = {}
        self._sites = count(1)
        self._given_back: dict[ast.AST, Stored] = {}
        self._kept: dict[ast.AST, Stored] = {}

    def finish(self) -> None:
        """Hand over what was met, each place once and in the order of the text."""
        self.facts.calls = [self._calls[node] for node in sorted(self._calls, key=_place)]
        for one in self._given_back.values():
            function = self.facts.functions.get(one.function)
            if function is not None:
                function.returned.append(one.value)
        self.facts.returned = [self._given_back[node] for node in sorted(self._given_back, key=_place)]
        self.facts.stored = [self._kept[node] for node in sorted(self._kept, key=_place)]
        self.facts.names = [self._names[node] for node in sorted(self._names, key=_place)]
        self.facts.named = [self._named[key] for key in sorted(self._named, key=lambda key: (_place(key[0]), key[1]))]

    def origin(self, node: ast.AST) -> Origin:
        """Return where a node stands."""
        return self.source.origin(node)

    def value(self, node: ast.expr, scope: Scope) -> CodeValue:
        """Return what an expression may be."""
        method = self._METHODS.get(type(node))
        if method is not None:
            return method(self, node, scope)
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.value(inner, scope)
        return Untold(self.origin(node))

    def note_name(self, name: str, node: ast.AST, scope: Scope) -> None:
        """Note that a name of another module is imported or read."""
        self._names[node] = LibraryName(name, self.origin(node), scope.guards > 0)

    def note_named(self, name: str, node: ast.expr | None, value: CodeValue) -> None:
        """Note a constant text that stands under a name, or that something under the name is made of."""
        constant = _constant_in(value)
        if node is not None and constant is not None and isinstance(constant.value, (str, bytes)) and constant.value:
            self._named[node, name] = Named(name, constant)

    def gives(self, value: CodeValue, node: ast.AST, scope: Scope) -> None:
        """Note what a function returns or yields."""
        self._given_back[node] = Stored("the result", value, self.origin(node), scope.name)

    def keeps(self, place: str, value: CodeValue, node: ast.AST, scope: Scope) -> None:
        """Note what is stored where names do not lead."""
        self._kept[node] = Stored(place, value, self.origin(node), scope.name)

    def variable(self, name: str, scope: Scope, origin: Origin) -> CodeValue:
        """Return what a name may be where it is read."""
        found = (scope.environment or {}).get(name)
        if found is not None and name not in scope.globals:
            return found
        if name in scope.own and name not in scope.globals:
            return Untold(origin)
        outer = scope.parent
        while outer is not None:
            # The names of a class body are not those of its methods.
            if not outer.is_class:
                found = (outer.environment or {}).get(name)
                if found is not None:
                    is_module = outer.parent is None
                    return Global(name, origin) if is_module and name in self.shared else found
            outer = outer.parent
        if name in _BUILTINS:
            return Imported(name, origin)
        return Imported(f"{self.stars[0]}.{name}", origin) if len(self.stars) == 1 else Untold(origin)

    def _constant(self, node: ast.Constant, scope: Scope) -> CodeValue:
        del scope
        plain = node.value
        if plain is None or isinstance(plain, (str, bytes, int, float, bool)):
            return Literal(plain, self.origin(node))
        return Untold(self.origin(node))

    def _name(self, node: ast.Name, scope: Scope) -> CodeValue:
        return self.variable(node.id, scope, self.origin(node))

    def _attribute(self, node: ast.Attribute, scope: Scope) -> CodeValue:
        base = self.value(node.value, scope)
        self.facts.attributes_read.add(node.attr)
        return self.attribute(base, node.attr, node, scope)

    def attribute(self, base: CodeValue, name: str, node: ast.AST, scope: Scope) -> CodeValue:
        """Return an attribute of a value."""
        if isinstance(base, Imported):
            dotted = f"{base.name}.{name}"
            self.note_name(dotted, node, scope)
            return Imported(dotted, self.origin(node))
        owner = _class_of(base, self.facts)
        if owner:
            return Attribute(owner, name, self.origin(node))
        return Member(base, name, self.origin(node))

    def _subscript(self, node: ast.Subscript, scope: Scope) -> CodeValue:
        base = self.value(node.value, scope)
        if isinstance(node.slice, ast.Slice):
            return self._slice(base, node, scope)
        key = self.value(node.slice, scope)
        return self.item(base, key, self.origin(node))

    def _slice(self, base: CodeValue, node: ast.Subscript, scope: Scope) -> CodeValue:
        bounds: list[int | None] = []
        slice_ = node.slice
        if not isinstance(slice_, ast.Slice):
            return Untold(self.origin(node))
        for bound in (slice_.lower, slice_.upper, slice_.step):
            value = self.value(bound, scope) if bound is not None else None
            number = value.value if isinstance(value, Literal) else None
            if bound is not None and not isinstance(number, int):
                return Formatted((base,), self.origin(node))
            bounds.append(number if isinstance(number, int) else None)
        if isinstance(base, Literal) and isinstance(base.value, (str, bytes)) and bounds[2] != 0:
            return Literal(base.value[slice(*bounds)], base.origin)
        return Formatted((base,), self.origin(node))

    def item(self, base: CodeValue, key: CodeValue, origin: Origin) -> CodeValue:
        """Return what stands under a key or index of a value."""
        if not isinstance(key, Literal) or not isinstance(key.value, (str, int)):
            return Untold(origin)
        if isinstance(base, Imported) and base.name in _ENVIRONMENT and isinstance(key.value, str):
            return Given(GivenBy.ENVIRONMENT, key.value, origin)
        return Member(base, key.value, origin, is_item=True)

    def _call(self, node: ast.Call, scope: Scope) -> CodeValue:
        callee = self.value(node.func, scope)
        origin = self.origin(node)
        arguments = [self.value(argument, scope) for argument in node.args if not isinstance(argument, ast.Starred)]
        starred = [self.value(argument.value, scope) for argument in node.args if isinstance(argument, ast.Starred)]
        keywords: dict[str, CodeValue] = {}
        places: dict[str, Origin] = {}
        spreads: list[CodeValue] = []
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg is None:
                spreads.append(value)
            else:
                keywords[keyword.arg] = value
                places[keyword.arg] = self.origin(keyword.value)
                self.note_named(keyword.arg, keyword.value, value)
        if starred:
            # What * hands over moves the positions of what follows.
            first = next(index for index, argument in enumerate(node.args) if isinstance(argument, ast.Starred))
            arguments = arguments[:first]
        known = self._calls.get(node)
        site = known.site if known is not None else next(self._sites)
        call = RawCall(
            site=site,
            callee=callee,
            arguments=tuple(arguments),
            origin=origin,
            keywords=keywords,
            function=scope.name,
            is_complete=not starred,
            spreads=tuple(spreads),
            places=places,
        )
        self._calls[node] = call
        return self._known_result(call) or Result(call, origin)

    def _known_result(self, call: RawCall) -> CodeValue | None:
        """Return what calls of the language's own, and of the environment, give."""
        callee, origin = call.callee, call.origin
        if isinstance(callee, Imported):
            name = callee.name
            if name in {"os.getenv", "os.environ.get", "environ.get", "os.environ.setdefault", "os.environ.pop"}:
                return self._given(call)
            if name == "dict":
                return Merged(
                    origin, (*call.arguments[:1], *call.spreads, Entries(call.keywords, origin, places=call.places))
                )
            if name in _COPIES and call.arguments:
                return call.arguments[-1]
            if name == "getattr" and len(call.arguments) > 1 and isinstance(call.arguments[1], Literal):
                base, attribute = call.arguments[0], call.arguments[1].value
                if isinstance(attribute, str):
                    return Member(base, attribute, origin)
        if isinstance(callee, Member) and isinstance(callee.name, str) and not callee.is_item:
            return self._method_result(callee.of, callee.name, call)
        return None

    def _given(self, call: RawCall) -> CodeValue | None:
        name = call.argument("key", 0)
        if not isinstance(name, Literal) or not isinstance(name.value, str):
            return Untold(call.origin)
        default = call.argument("default", 1)
        return Given(GivenBy.ENVIRONMENT, name.value, call.origin, default)

    def _method_result(self, base: CodeValue, method: str, call: RawCall) -> CodeValue | None:
        origin = call.origin
        if method == "copy" and not call.arguments and not call.keywords:
            return base if isinstance(base, (Entries, Merged, Items)) else None
        if method == "get" and call.arguments and isinstance(base, (Entries, Merged, Result, Global, Attribute)):
            key = call.arguments[0]
            if isinstance(key, Literal) and isinstance(key.value, str):
                found: CodeValue = Member(base, key.value, origin, is_item=True)
                default = call.argument("default", 1)
                is_plain = isinstance(base, Result) or default is None
                return found if is_plain or default is None else Either((found, default), origin)
        if method == "format" and isinstance(base, Literal):
            return Formatted((base, *call.arguments, *call.keywords.values()), origin)
        if method == "join" and isinstance(base, Literal) and call.arguments:
            inside = call.arguments[0]
            if isinstance(inside, Items):
                return (
                    _together([base, *inside.items], origin)
                    if base.value in {"", b""}
                    else Formatted((base, *inside.items), origin)
                )
        return None

    def _formatted(self, node: ast.JoinedStr, scope: Scope) -> CodeValue:
        parts: list[CodeValue] = []
        for piece in node.values:
            inner = piece.value if isinstance(piece, ast.FormattedValue) else piece
            parts.append(self.value(inner, scope))
        return _together(parts, self.origin(node))

    def _operation(self, node: ast.BinOp, scope: Scope) -> CodeValue:
        # Long sums nest to the left: each term would take a level of its own.
        terms: list[ast.expr] = []
        current: ast.expr = node
        while isinstance(current, ast.BinOp) and type(current.op) is type(node.op):
            terms.append(current.right)
            current = current.left
        values = [self.value(term, scope) for term in (current, *reversed(terms))]
        origin = self.origin(node)
        if isinstance(node.op, ast.Add):
            if all(isinstance(value, Items) for value in values):
                items = [item for value in values if isinstance(value, Items) for item in value.items]
                return Items(tuple(items), origin)
            return _together(values, origin)
        if isinstance(node.op, ast.Mult) and len(values) == 2:
            return _repeated(values[0], values[1], origin)
        if (
            isinstance(node.op, ast.Mod)
            and isinstance(values[0], Literal)
            and isinstance(values[0].value, (str, bytes))
        ):
            inside = values[1].items if isinstance(values[1], Items) else (values[1],)
            return Formatted((values[0], *inside), origin)
        if isinstance(node.op, ast.BitOr):
            return Merged(origin, tuple(values))
        return Untold(origin)

    def _either(self, node: ast.BoolOp, scope: Scope) -> CodeValue:
        options = [self.value(value, scope) for value in node.values]
        # `a and b` is b where it is anything to speak of.
        return either(options, self.origin(node)) if isinstance(node.op, ast.Or) else options[-1]

    def _conditional(self, node: ast.IfExp, scope: Scope) -> CodeValue:
        self.value(node.test, scope)
        return either([self.value(node.body, scope), self.value(node.orelse, scope)], self.origin(node))

    def _dictionary(self, node: ast.Dict, scope: Scope) -> CodeValue:
        parts: list[CodeValue] = []
        entries: dict[str, CodeValue] = {}
        places: dict[str, Origin] = {}
        is_complete = True
        origin = self.origin(node)
        for key, written in zip(node.keys, node.values, strict=True):
            value = self.value(written, scope)
            if key is None:
                parts.extend((Entries(entries, origin, is_complete, places), value))
                entries, places, is_complete = {}, {}, True
                continue
            name = self.value(key, scope)
            if isinstance(name, Literal) and isinstance(name.value, str):
                entries[name.value] = value
                places[name.value] = self.origin(written)
                self.note_named(name.value, written, value)
            else:
                is_complete = False
        last = Entries(entries, origin, is_complete, places)
        return Merged(origin, (*parts, last)) if parts else last

    def _items(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> CodeValue:
        values = [self.value(item, scope) for item in node.elts if not isinstance(item, ast.Starred)]
        starred = [self.value(item.value, scope) for item in node.elts if isinstance(item, ast.Starred)]
        return Items(tuple(values), self.origin(node), is_complete=not starred)

    def _inner(self, node: ast.Await | ast.Starred, scope: Scope) -> CodeValue:
        return self.value(node.value, scope)

    def _yield(self, node: ast.Yield, scope: Scope) -> CodeValue:
        if node.value is not None:
            self.gives(self.value(node.value, scope), node, scope)
        return Untold(self.origin(node))

    def _yield_from(self, node: ast.YieldFrom, scope: Scope) -> CodeValue:
        self.gives(element_of(self.value(node.value, scope), self.origin(node)), node, scope)
        return Untold(self.origin(node))

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> CodeValue:
        value = self.value(node.value, scope)
        if scope.environment is not None:
            scope.environment[node.target.id] = value
        self.note_named(node.target.id, node.value, value)
        return value

    def _negative(self, node: ast.UnaryOp, scope: Scope) -> CodeValue:
        value = self.value(node.operand, scope)
        if isinstance(value, Literal):
            if isinstance(node.op, ast.Not):
                return Literal(not value.value, value.origin)
            if isinstance(node.op, ast.USub) and isinstance(value.value, (int, float)):
                return Literal(-value.value, value.origin)
        return Untold(self.origin(node))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> CodeValue:
        inner = self._inside(node.generators, scope)
        element = self.value(node.elt, inner)
        return Items((element,), self.origin(node), is_complete=False)

    def _dictionary_comprehension(self, node: ast.DictComp, scope: Scope) -> CodeValue:
        inner = self._inside(node.generators, scope)
        self.value(node.key, inner)
        self.value(node.value, inner)
        return Entries({}, self.origin(node), is_complete=False)

    def _inside(self, generators: Sequence[ast.comprehension], scope: Scope) -> Scope:
        inner = self.nested(scope)
        for generator in generators:
            over = self.value(generator.iter, inner)
            self.bind(generator.target, element_of(over, self.origin(generator.target)), inner)
            for condition in generator.ifs:
                self.value(condition, inner)
        return inner

    def _lambda(self, node: ast.Lambda, scope: Scope) -> CodeValue:
        inner = self.nested(scope)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for argument in arguments:
            self.bind(ast.Name(argument.arg, ast.Store()), Untold(self.origin(argument)), inner)
        self.value(node.body, inner)
        return Untold(self.origin(node))

    def nested(self, scope: Scope) -> Scope:
        """Return a scope that reads what another one holds, and keeps its own names to itself."""
        inner = Scope(scope.name, scope.parent, scope.owner)
        inner.environment = dict(scope.environment or {})
        inner.own, inner.globals, inner.guards = scope.own, scope.globals, scope.guards
        return inner

    def bind(self, target: ast.expr, value: CodeValue, scope: Scope) -> None:
        """Bind the names of a target to a value or its parts."""
        if isinstance(target, ast.Name):
            if scope.environment is not None:
                scope.environment[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            for index, part in enumerate(target.elts):
                if isinstance(part, ast.Starred):
                    self.bind(part.value, Untold(self.origin(target)), scope)
                elif isinstance(value, Items) and value.is_complete and index < len(value.items):
                    self.bind(part, value.items[index], scope)
                else:
                    self.bind(part, Member(value, index, self.origin(target), is_item=True), scope)

    _METHODS: ClassVar[dict[type[ast.expr], Callable[[Any, Any, Scope], CodeValue]]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Call: _call,
        ast.JoinedStr: _formatted,
        ast.BinOp: _operation,
        ast.BoolOp: _either,
        ast.IfExp: _conditional,
        ast.Dict: _dictionary,
        ast.List: _items,
        ast.Tuple: _items,
        ast.Set: _items,
        ast.Await: _inner,
        ast.Yield: _yield,
        ast.YieldFrom: _yield_from,
        ast.NamedExpr: _walrus,
        ast.UnaryOp: _negative,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _dictionary_comprehension,
        ast.Lambda: _lambda,
    }


def either(options: Sequence[CodeValue], origin: Origin) -> CodeValue:
    """Return one of several values; the same one, or too many of them, are not told apart."""
    flat: dict[int, CodeValue] = {}
    for option in options:
        for one in option.options if isinstance(option, Either) else (option,):
            flat[id(one)] = one
    if len(flat) == 1:
        return next(iter(flat.values()))
    return Either(tuple(flat.values())[:MOST_OPTIONS], origin)


def element_of(value: CodeValue, origin: Origin) -> CodeValue:
    """Return one of the items of a value."""
    if isinstance(value, Items) and value.items:
        return either(value.items, origin)
    return Element(origin, of=value)


def _together(parts: Sequence[CodeValue], origin: Origin) -> CodeValue:
    """Return texts one behind another: a constant where all are, which stands where the first does."""
    plain = [part.value for part in parts if isinstance(part, Literal)]
    if len(plain) == len(parts) and plain:
        if all(isinstance(one, bytes) for one in plain):
            joined: str | bytes = b"".join(one for one in plain if isinstance(one, bytes))
        elif any(isinstance(one, bytes) for one in plain) or all(isinstance(one, (int, float)) for one in plain):
            return Untold(origin)
        else:
            joined = "".join(str(one) for one in plain)
        first = next((part.origin for part in parts if isinstance(part, Literal) and part.value), origin)
        return Literal(joined, first) if len(joined) <= LONGEST_CONSTANT else Untold(origin)
    return Formatted(tuple(parts), origin) if parts else Literal("", origin)


def _repeated(left: CodeValue, right: CodeValue, origin: Origin) -> CodeValue:
    text, times = (left, right) if isinstance(right, Literal) and isinstance(right.value, int) else (right, left)
    if not isinstance(times, Literal) or not isinstance(times.value, int):
        return Untold(origin)
    if isinstance(text, Literal) and isinstance(text.value, (str, bytes)):
        if len(text.value) * max(times.value, 0) > LONGEST_CONSTANT:
            return Untold(origin)
        return Literal(text.value * times.value, text.origin)
    return Items((text,), origin, is_complete=False) if isinstance(text, Items) else Untold(origin)


def _constant_in(value: CodeValue) -> Literal | None:
    """Return the constant that a value is, or that is decoded or encoded into it."""
    for _ in range(4):
        if not isinstance(value, Result):
            break
        callee = value.call.callee
        of_constant = isinstance(callee, Member) and isinstance(callee.of, (Literal, Result))
        if of_constant and isinstance(callee, Member):
            value = callee.of
        elif value.call.arguments:
            value = value.call.arguments[0]
        else:
            break
    return value if isinstance(value, Literal) else None


def instance_of(owner: str, origin: Origin) -> CodeValue:
    """Return an instance of a class of the module, such as ``self``."""
    return Result(Call(site=0, callee=Function(owner, origin), arguments=(), origin=origin), origin)


def _class_of(value: CodeValue, facts: Facts) -> str:
    """Return the class of the module that a value is an instance of, or is itself."""
    if isinstance(value, Function) and value.name in facts.classes:
        return value.name
    if isinstance(value, Result) and isinstance(value.call.callee, Function):
        return value.call.callee.name if value.call.callee.name in facts.classes else ""
    return ""


def _place(node: ast.AST) -> tuple[int, int, int, int]:
    return (
        getattr(node, "lineno", 0),
        getattr(node, "col_offset", 0),
        getattr(node, "end_lineno", 0) or 0,
        getattr(node, "end_col_offset", 0) or 0,
    )
