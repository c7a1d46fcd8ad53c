"""Statements in their order: what names are bound to, branch by branch, and what functions return and store."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from s3_glue_rules.model.code.values import (
    Attribute,
    CodeValue,
    Entries,
    Function,
    Imported,
    Items,
    Literal,
    Member,
    Parameter,
    Untold,
)
from s3_glue_rules.read.python_code.expressions import (
    MOST_OPTIONS,
    Environment,
    Expressions,
    Scope,
    either,
    element_of,
    instance_of,
)
from s3_glue_rules.read.python_code.facts import ClassFacts, Facts, FunctionFacts, Merged, Source

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_GUARDS = {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException"}
_ASKING = {"hasattr", "getattr"}
# Loops in loops are gone through twice each: deeper ones once, or time would double with each level.
MOST_REPEATED_LOOPS = 3


class Statements(Expressions):
    """Reads a whole module: first its own statements, then functions, each in the scope that it was defined in."""

    def __init__(self, source: Source, facts: Facts) -> None:
        super().__init__(source, facts)
        self._waiting: deque[tuple[_FunctionNode, Scope, FunctionFacts]] = deque()
        self._queued: set[ast.AST] = set()
        self._loops = 0

    def read(self) -> None:
        """Read the module."""
        tree = self.source.tree
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                self.shared.update(node.names)
            elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and node.module and not node.level:
                self.stars.append(node.module)
        scope = Scope("", None)
        self.block(tree.body, scope)
        self._close(scope)
        for name, value in (scope.environment or {}).items():
            self.facts.variables.setdefault(name, []).append(value)
        while self._waiting:
            node, inner, function = self._waiting.popleft()
            self._function_body(node, inner, function)
        self.finish()

    def block(self, statements: Sequence[ast.stmt], scope: Scope) -> None:
        """Read statements one after another. What stands behind a return is read as well, but binds nothing."""
        is_over = False
        for statement in statements:
            if scope.environment is None:
                is_over, scope.environment = True, {}
            self._statement(statement, scope)
        if is_over:
            scope.environment = None

    def _statement(self, node: ast.stmt, scope: Scope) -> None:
        # Python 3.10 has no class for `try` with `except*`, which reads like the other one here.
        kind = ast.Try if type(node).__name__ == "TryStar" else type(node)
        method = self._STATEMENTS.get(kind)
        if method is not None:
            method(self, node, scope)
            return
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.value(inner, scope)

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            self.note_name(alias.name, alias, scope)
            name = alias.name if alias.asname else alias.name.split(".")[0]
            self._set(alias.asname or name, Imported(name, self.origin(node)), scope)

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            if alias.name == "*":
                continue
            dotted = f"{node.module}.{alias.name}"
            if node.level or not node.module:
                self._set(alias.asname or alias.name, Untold(self.origin(alias)), scope)
                continue
            self.note_name(dotted, alias, scope)
            self._set(alias.asname or alias.name, Imported(dotted, self.origin(alias)), scope)

    def _set(self, name: str, value: CodeValue, scope: Scope) -> None:
        if scope.environment is not None:
            scope.environment[name] = value
        if scope.is_class:
            self.facts.classes[scope.name].attributes.setdefault(name, []).append(value)
        if name in scope.globals:
            self.facts.variables.setdefault(name, []).append(value)

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self._store(target, value, node.value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self._store(node.target, self.value(node.value, scope), node.value, scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        operation = ast.BinOp(_loaded(node.target), node.op, node.value)
        ast.copy_location(operation, node)
        self._store(node.target, self.value(operation, scope), node.value, scope)

    def _store(self, target: ast.expr, value: CodeValue, written: ast.expr, scope: Scope) -> None:
        origin = self.origin(target)
        if isinstance(target, ast.Name):
            self._set(target.id, value, scope)
            self.note_named(target.id, written, value)
            if target.id in scope.globals or target.id in scope.nonlocals:
                self.keeps(f"the variable {target.id} of another scope", value, target, scope)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for index, part in enumerate(target.elts):
                if isinstance(part, ast.Starred):
                    self._store(part.value, Untold(origin), written, scope)
                elif isinstance(value, Items) and value.is_complete and index < len(value.items):
                    self._store(part, value.items[index], written, scope)
                else:
                    self._store(part, Member(value, index, origin, is_item=True), written, scope)
        elif isinstance(target, ast.Attribute):
            base = self.value(target.value, scope)
            kept = self.attribute(base, target.attr, target, scope)
            if isinstance(kept, Attribute):
                self.facts.classes[kept.owner].attributes.setdefault(kept.name, []).append(value)
            self.note_named(target.attr, written, value)
            self.keeps(f"the attribute {target.attr}", value, target, scope)
        elif isinstance(target, ast.Subscript):
            self._store_item(target, value, written, scope)

    def _store_item(self, target: ast.Subscript, value: CodeValue, written: ast.expr, scope: Scope) -> None:
        key = self.value(target.slice, scope) if not isinstance(target.slice, ast.Slice) else None
        base = self.value(target.value, scope)
        name = key.value if isinstance(key, Literal) and isinstance(key.value, str) else None
        if name is not None:
            self.note_named(name, written, value)
        variable = target.value.id if isinstance(target.value, ast.Name) else None
        if variable is not None and isinstance(base, (Entries, Merged, Parameter)):
            places = {name: self.origin(written)} if name is not None else {}
            added = Entries({name: value} if name is not None else {}, self.origin(target), name is not None, places)
            self._set(variable, Merged(base.origin, (base, added)), scope)
            if name is not None and variable not in scope.globals and not isinstance(base, Parameter):
                return
        self.keeps("an item" if name is None else f"the item '{name}'", value, target, scope)

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        self.value(node.value, scope)
        called = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(called, ast.Call):
            self._change(called, scope)

    def _change(self, node: ast.Call, scope: Scope) -> None:
        """Follow calls that change what a name holds: update() and setdefault() of dictionaries, append() of lists."""
        function = node.func
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            return
        base = self.variable(function.value.id, scope, self.origin(function.value))
        origin = self.origin(node)
        if function.attr == "update" and isinstance(base, (Entries, Merged)):
            keywords = [keyword for keyword in node.keywords if keyword.arg]
            named = Entries(
                {str(keyword.arg): self.value(keyword.value, scope) for keyword in keywords},
                origin,
                places={str(keyword.arg): self.origin(keyword.value) for keyword in keywords},
            )
            parts = [self.value(argument, scope) for argument in node.args]
            parts += [self.value(keyword.value, scope) for keyword in node.keywords if keyword.arg is None]
            self._set(function.value.id, Merged(base.origin, (base, *parts, named)), scope)
        elif function.attr == "setdefault" and isinstance(base, (Entries, Merged)) and len(node.args) == 2:
            key = self.value(node.args[0], scope)
            if isinstance(key, Literal) and isinstance(key.value, str):
                places = {key.value: self.origin(node.args[1])}
                added = Entries({key.value: self.value(node.args[1], scope)}, origin, places=places)
                self._set(function.value.id, Merged(base.origin, (added, base)), scope)
        elif function.attr == "append" and isinstance(base, Items) and node.args:
            self._set(function.value.id, Items((*base.items, self.value(node.args[0], scope)), base.origin), scope)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        if node.value is not None:
            self.gives(self.value(node.value, scope), node, scope)
        self._leave(scope)

    def _leave(self, scope: Scope) -> None:
        if scope.environment is not None:
            scope.exits.append(scope.environment)
        scope.environment = None

    def _raise(self, node: ast.Raise, scope: Scope) -> None:
        for inner in (node.exc, node.cause):
            if inner is not None:
                self.value(inner, scope)
        self._leave(scope)

    def _if(self, node: ast.If, scope: Scope) -> None:
        self.value(node.test, scope)
        asks = any(isinstance(inner, ast.Name) and inner.id in _ASKING for inner in ast.walk(node.test))
        scope.guards += asks
        self._branches(scope, [lambda: self.block(node.body, scope), lambda: self.block(node.orelse, scope)])
        scope.guards -= asks

    def _branches(self, scope: Scope, branches: Iterable[Callable[[], None]]) -> None:
        """Read branches, each from what is known before them, and join what they leave."""
        before = scope.environment
        left: list[Environment] = []
        for branch in branches:
            scope.environment = dict(before) if before is not None else None
            branch()
            if scope.environment is not None:
                left.append(scope.environment)
        scope.environment = self._joined(left, scope)

    def _joined(self, environments: list[Environment], scope: Scope) -> Environment | None:
        del scope
        if not environments:
            return None
        first, *others = environments
        if not others:
            return first
        joined: Environment = {}
        for name in dict.fromkeys(name for environment in environments for name in environment):
            found = [environment[name] for environment in environments if name in environment]
            joined[name] = found[0] if len(found) == 1 else either(found, found[0].origin)
        return joined

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        over = self.value(node.iter, scope)

        def once() -> None:
            self._store(node.target, element_of(over, self.origin(node.target)), node.iter, scope)
            self.block(node.body, scope)

        self._loop(scope, once)
        self.block(node.orelse, scope)

    def _while(self, node: ast.While, scope: Scope) -> None:
        self.value(node.test, scope)
        self._loop(scope, lambda: self.block(node.body, scope))
        self.block(node.orelse, scope)

    def _loop(self, scope: Scope, once: Callable[[], None]) -> None:
        """Go through a loop: not at all, once, and again with what the first time left."""
        self._loops += 1
        for _ in range(2 if self._loops <= MOST_REPEATED_LOOPS else 1):
            self._branches(scope, [once, _nothing])
        self._loops -= 1

    def _try(self, node: ast.Try, scope: Scope) -> None:
        guards = any(
            isinstance(inner, (ast.Name, ast.Attribute))
            and (inner.id if isinstance(inner, ast.Name) else inner.attr) in _GUARDS
            for handler in node.handlers
            for inner in ast.walk(handler.type or ast.Name("BaseException", ast.Load()))
        )
        before = dict(scope.environment or {})
        scope.guards += guards
        self.block(node.body, scope)
        scope.guards -= guards
        after = scope.environment

        def body() -> None:
            scope.environment = after
            self.block(node.orelse, scope)

        def handled(handler: ast.ExceptHandler) -> Callable[[], None]:
            def read() -> None:
                # It may have come to any statement of the body.
                scope.environment = self._joined([before, after] if after is not None else [before], scope)
                if handler.name and scope.environment is not None:
                    scope.environment[handler.name] = Untold(self.origin(handler))
                self.block(handler.body, scope)

            return read

        self._branches(scope, [body, *(handled(handler) for handler in node.handlers)])
        self.block(node.finalbody, scope)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self._store(item.optional_vars, value, item.context_expr, scope)
        self.block(node.body, scope)

    def _match(self, node: ast.Match, scope: Scope) -> None:
        subject = self.value(node.subject, scope)

        def case(one: ast.match_case) -> Callable[[], None]:
            def read() -> None:
                for inner in ast.walk(one.pattern):
                    name = getattr(inner, "name", None) or getattr(inner, "rest", None)
                    if isinstance(name, str):
                        self._set(name, Member(subject, name, self.origin(inner)), scope)
                if one.guard is not None:
                    self.value(one.guard, scope)
                self.block(one.body, scope)

            return read

        self._branches(scope, [*(case(one) for one in node.cases), _nothing])

    def _delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name) and scope.environment is not None:
                scope.environment.pop(target.id, None)

    def _global(self, node: ast.Global, scope: Scope) -> None:
        scope.globals.update(node.names)

    def _nonlocal(self, node: ast.Nonlocal, scope: Scope) -> None:
        scope.nonlocals.update(node.names)

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        for decorator in node.decorator_list:
            self.value(decorator, scope)
        bases = tuple(self.value(base, scope) for base in node.bases)
        name = f"{scope.name}.{node.name}" if scope.name else node.name
        facts = self.facts.classes.setdefault(name, ClassFacts(name))
        facts.bases = bases
        self._set(node.name, Function(name, self.origin(node)), scope)
        inner = Scope(name, scope, owner=name)
        inner.is_class = True
        self.block(node.body, inner)

    def _function(self, node: _FunctionNode, scope: Scope) -> None:
        decorators = [self.value(decorator, scope) for decorator in node.decorator_list]
        name = f"{scope.name}.{node.name}" if scope.name else node.name
        owner = scope.owner if scope.is_class else ""
        names = {decorator.name for decorator in decorators if isinstance(decorator, Imported)}
        function = FunctionFacts(name, owner)
        function.is_bound = bool(owner) and "staticmethod" not in names
        function.is_property = bool(names & {"property", "functools.cached_property"})
        arguments = node.args
        positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
        function.parameters = tuple(positional)
        function.keyword_only = tuple(argument.arg for argument in arguments.kwonlyargs)
        function.rest = arguments.vararg.arg if arguments.vararg else ""
        function.mapping = arguments.kwarg.arg if arguments.kwarg else ""
        defaults: dict[str, CodeValue] = {}
        written = list(zip(positional[::-1], arguments.defaults[::-1], strict=False))
        written += [
            (argument.arg, default)
            for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default is not None
        ]
        for parameter, default in written:
            value = self.value(default, scope)
            defaults[parameter] = value
            self.note_named(parameter, default, value)
        function.defaults = defaults
        if owner:
            self.facts.classes[owner].methods.add(node.name)
        if scope.environment is not None:
            scope.environment[node.name] = Function(name, self.origin(node))
        if node not in self._queued:
            # A loop or a branch may define it again: it is read once.
            self._queued.add(node)
            self.facts.functions[name] = function
            self._waiting.append((node, scope, function))

    def _function_body(self, node: _FunctionNode, outer: Scope, function: FunctionFacts) -> None:
        scope = Scope(function.name, outer)
        environment: Environment = {}
        origin = self.origin(node)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        for argument in arguments:
            if argument is not None:
                name = argument.arg
                environment[name] = Parameter(function.name, name, self.origin(argument), function.defaults.get(name))
        if function.is_bound and function.parameters:
            environment[function.parameters[0]] = instance_of(function.owner, origin)
        scope.environment = environment
        scope.own = set(environment) | _assigned(node)
        self.block(node.body, scope)
        self._close(scope)

    def _close(self, scope: Scope) -> None:
        """Join what names are bound to wherever a scope is left: functions inside of it read that."""
        left = [*scope.exits, *([scope.environment] if scope.environment is not None else [])]
        scope.environment = self._joined(left[:MOST_OPTIONS], scope) or {}

    _STATEMENTS: ClassVar[dict[type[ast.stmt], Callable[..., None]]] = {
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.Expr: _expression,
        ast.Return: _return,
        ast.Raise: _raise,
        ast.If: _if,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.Try: _try,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Match: _match,
        ast.Delete: _delete,
        ast.Global: _global,
        ast.Nonlocal: _nonlocal,
        ast.ClassDef: _class,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
    }


def _assigned(function: _FunctionNode) -> set[str]:
    """Return the names that a function assigns itself, those of functions inside of it left out."""
    found: set[str] = set()
    shared: set[str] = set()
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            shared.update(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        if not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return found - shared


def _nothing() -> None:
    """Leave everything as it is."""


def _loaded(target: ast.expr) -> ast.expr:
    """Return a target as an expression that reads it."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    return target
