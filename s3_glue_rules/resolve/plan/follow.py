"""Expressions of a plan's configuration → what they refer to, in the instance that they stand in.

A plan does not tell expressions, only which things an expression refers to. What an expression means is therefore
only said where one reference alone can be the reason that a value is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from typing import Any, TypeVar

from s3_glue_rules.model.spans import NOWHERE, Origin
from s3_glue_rules.model.values import Absent, Encoded, Known, Reference, Unknown, Value
from s3_glue_rules.resolve.plan.addresses import Key, Steps, flat, heads, steps_of
from s3_glue_rules.resolve.plan.index import Item, PlanIndex, Scope, block_address, mapping
from s3_glue_rules.resolve.terraform.policy_document import plain_json

T = TypeVar("T")

MOST_DEPTH = 60
MOST_STEPS = 5_000

_ALIAS_DATA = {"aws_kms_alias": "name", "aws_kms_key": "key_id"}
_ALIAS_ATTRIBUTES = {"arn", "id", "key_id", "name", "target_key_arn", "target_key_id"}

# What an attribute is taken for where a plan leaves it out (behind an index that is an expression).
_IDENTIFIERS = ("id", "arn", "name", "bucket", "key_id")


@dataclass(frozen=True)
class Found:
    """A thing that an expression refers to.

    ``pending`` says that its value is known after apply only; ``guessed`` that the plan does not tell the attribute;
    ``hidden`` that it may be any resource which the module can name, such as a local value;
    ``is_alias`` that it is the alias by which a data source looks up a key.
    """

    value: Value
    pending: bool = False
    guessed: bool = False
    hidden: bool = False
    is_alias: bool = False


@dataclass(frozen=True)
class Context:
    """Where an expression stands: the module instance, the key of the resource or call, and its for_each."""

    scope: Scope
    key: Key = None
    for_each: Any = None


@dataclass(frozen=True)
class Wanted:
    """What a place can hold: resources whose type starts so, by the attribute that is usual there."""

    type: str = ""
    attribute: str = "id"

    def admits(self, item: Item, attribute: str) -> bool:
        """Return whether an attribute of a resource can be what stands in the place."""
        return item.type.startswith(self.type) and (attribute == self.attribute or attribute in _IDENTIFIERS)


@dataclass(frozen=True)
class _Where:
    """Where a reference to an object stands: the path that goes on below it, and known keys that stand beside it."""

    scope: Scope
    path: Steps
    beside: list[Key]
    depth: int


@dataclass
class _Trail:
    """How much one question has followed so far, and what for."""

    origin: Origin
    wanted: Wanted
    steps: int = 0


class Follower:
    """Follows references. ``document_of`` gives the policy document of a data source that is read during apply."""

    def __init__(self, index: PlanIndex, document_of: Callable[[Item], Value]) -> None:
        self._index = index
        self._document_of = document_of
        self._documents: dict[str, Value] = {}

    def found(self, expression: Any, context: Context, origin: Origin, wanted: Wanted) -> list[Found]:
        """Return what an expression refers to. What is wanted counts where the plan leaves out an attribute."""
        return _distinct(self._expression(expression, context, (), _Trail(origin, wanted), 0))

    def reach(self, found: Iterable[Found], scope: Scope) -> frozenset[str] | None:
        """Return the addresses of the resources that an expression in a module may refer to, or None for any."""
        reached: set[str] = set()
        for item in found:
            if isinstance(item.value, Reference):
                reached.add(item.value.target)
            elif item.hidden:
                inside = self._within(scope)
                if inside is None:
                    return None
                reached |= inside
        return frozenset(reached)

    def _within(self, scope: Scope) -> frozenset[str] | None:
        """Return what a module instance can name: its own resources, those of its modules, and what it is given."""
        if scope.parent is None:
            return None
        own = {address for address in self._index.managed if address.startswith(f"{scope.address}.")}
        outside = Context(scope.parent, scope.key, scope.call.get("for_each_expression"))
        for expression in mapping(scope.call.get("expressions")).values():
            given = self.reach(self.found(expression, outside, NOWHERE, Wanted()), scope.parent)
            if given is None:
                return None
            own |= given
        return frozenset(own)

    def _expression(self, expression: Any, context: Context, path: Steps, trail: _Trail, depth: int) -> list[Found]:
        trail.steps += 1
        if depth > MOST_DEPTH or trail.steps > MOST_STEPS:
            why = Unknown("its references are followed no further", trail.origin)
            return [Found(why, pending=True, hidden=True)]
        if not isinstance(expression, dict):
            return []
        if "constant_value" in expression:
            return [Found(_plain(expression["constant_value"], path, trail.origin))]
        references = expression.get("references")
        written = heads(references if isinstance(references, list) else ())
        found: list[Found] = []
        repeated: list[tuple[tuple[str, Key], ...]] = []
        beside: list[Key] = []
        is_clear = True
        for text in written:
            steps = steps_of(text)
            if not _is_object(steps):
                inner = self._name(steps, context, path, trail, depth)
                found += inner
                for item in inner:
                    if isinstance(item.value, Known):
                        if text in {"each.key", "count.index"}:
                            beside.insert(0, context.key)
                        elif isinstance(item.value.value, (str, int)):
                            beside.append(item.value.value)
                    elif not isinstance(item.value, (Absent, Reference)):
                        is_clear = False
            else:
                repeated.append(steps)
        for steps in repeated:
            found += self._object(steps, _Where(context.scope, path, beside if is_clear else [], depth), trail)
        return found

    def _name(
        self, steps: tuple[tuple[str, Key], ...], context: Context, path: Steps, trail: _Trail, depth: int
    ) -> list[Found]:
        """Follow var.x, local.x, each.x and count.index."""
        if len(steps) < 2:
            return [Found(Unknown("one of its references cannot be read", trail.origin), pending=True)]
        kind, name = steps[0][0], steps[1][0]
        below = flat([("", steps[1][1]), *steps[2:]]) + path
        if kind == "var":
            return self._variable(name, context, below, trail, depth)
        if kind == "local":
            return [Found(Unknown(f"the plan does not tell local.{name}", trail.origin), pending=True, hidden=True)]
        if kind == "count" or (kind == "each" and name == "key"):
            return [] if context.key is None else [Found(Known(context.key, trail.origin))]
        if kind == "each":
            outside = Context(context.scope)
            selected = (context.key, *below) if context.key is not None else below
            return self._expression(context.for_each, outside, selected, trail, depth + 1)
        return []  # path, terraform, self: known when the plan is made

    def _variable(self, name: str, context: Context, path: Steps, trail: _Trail, depth: int) -> list[Found]:
        scope = context.scope
        declared = mapping(mapping(scope.module.get("variables")).get(name))
        if scope.parent is None:
            given = mapping(self._index.document.data.get("variables")).get(name)
            if isinstance(given, dict):
                return [Found(_plain(given.get("value"), path, trail.origin))]
        else:
            expressions = mapping(scope.call.get("expressions"))
            if name in expressions:
                outside = Context(scope.parent, scope.key, scope.call.get("for_each_expression"))
                return self._expression(expressions[name], outside, path, trail, depth + 1)
        if "default" in declared:
            return [Found(_plain(declared["default"], path, trail.origin))]
        return [Found(Unknown(f"the plan does not tell var.{name}", trail.origin), pending=True)]

    def _object(self, steps: tuple[tuple[str, Key], ...], where: _Where, trail: _Trail) -> list[Found]:
        """Follow a reference to a resource, a data source or a module."""
        scope, path, beside = where.scope, where.path, where.beside
        if steps[0][0] == "module":
            name, key = steps[1]
            modules = self._index.module_instances(scope, name)
            address, below = _instance(modules, key, flat(steps[2:]) + path, beside)
            if address is None:
                return [] if key is not None else [_ambiguous(f"module.{name}", trail)]
            return self._output(self._index.scope(address), below, trail, where.depth)
        mode = "data" if steps[0][0] == "data" else "managed"
        start = 1 if mode == "data" else 0
        kind, (name, key) = steps[start][0], steps[start + 1]
        rest = steps[start + 2 :]
        shown = block_address(mode, kind, name)
        items = self._index.instances(scope.address, mode, kind, name)
        if not items:
            if shown in self._index.blocks(scope) and mode == "managed":
                return []  # count is 0 or for_each is empty
            return [Found(Unknown(f"{shown} is read at deployment", trail.origin), pending=True)]
        item, below = _instance(items, key, flat(rest) + path, beside)
        if item is None:
            return [] if key is not None else [_ambiguous(shown, trail)]
        attribute = rest[0][0] if rest else next((s for s in reversed(below) if _is_attribute(item, s)), None)
        if mode == "data":
            return [self._data(item, str(attribute or trail.wanted.attribute), trail)]
        if attribute is None:
            return [Found(Reference(item.address, trail.wanted.attribute, trail.origin), pending=True, guessed=True)]
        reference = Reference(item.address, str(attribute), trail.origin)
        return [Found(reference, pending=not item.knows(str(attribute)))]

    def _output(self, inner: Scope, path: Steps, trail: _Trail, depth: int) -> list[Found]:
        name = path[0] if path else None
        expression = inner.output(name) if isinstance(name, str) else None
        if expression is not None:
            return self._expression(expression, Context(inner), path[1:], trail, depth + 1)
        # The plan does not tell the output: it must be one that leads to what can be wanted here.
        found: list[Found] = []
        for other in mapping(inner.module.get("outputs")):
            for item in self._expression(inner.output(other), Context(inner), (), trail, depth + 1):
                value = item.value
                target = self._index.managed.get(value.target) if isinstance(value, Reference) else None
                if isinstance(value, Reference) and target and trail.wanted.admits(target, value.attribute):
                    found.append(Found(value, pending=True, guessed=True))
        found.sort(key=lambda item: getattr(item.value, "attribute", "") != trail.wanted.attribute)
        distinct = _distinct(found)
        if len(distinct) == 1:
            return distinct
        return [_ambiguous(inner.address, trail)]

    def _data(self, item: Item, attribute: str, trail: _Trail) -> Found:
        is_pending = not item.knows(attribute)
        name = item.values.get(_ALIAS_DATA.get(item.type, ""))
        if isinstance(name, str) and "alias/" in name and attribute in _ALIAS_ATTRIBUTES:
            # The alias says who manages the key, whichever identifier of the key is asked for.
            alias = "alias/" + name.rpartition("alias/")[2]
            known = Known(f"arn:aws:kms:::{alias}" if attribute.endswith("arn") else alias, trail.origin)
            return Found(known, pending=is_pending, is_alias=True)
        if not is_pending:
            return Found(_plain(item.values.get(attribute), (), trail.origin))
        if item.type == "aws_iam_policy_document" and attribute in {"json", "minified_json"}:
            return Found(self._document(item), pending=True)
        return Found(Unknown(f"{item.address} is read at deployment", trail.origin), pending=True)

    def _document(self, item: Item) -> Value:
        known = self._documents.get(item.address)
        if known is None:
            # Set first: documents that are made of each other cannot be.
            self._documents[item.address] = Unknown("known after apply", self._index.document.origin(*item.path))
            known = self._documents[item.address] = self._document_of(item)
        return known


def same_value(index: PlanIndex, reference: Reference, text: str, *, guessed: bool) -> str | None:
    """Return the attribute of a referenced resource that has this known value, or None."""
    item = index.managed.get(reference.target)
    names = (reference.attribute, *_IDENTIFIERS) if guessed else (reference.attribute,)
    return next((name for name in names if item is not None and item.values.get(name) == text), None)


def _instance(instances: MappingType[Key, T], key: Key, path: Steps, beside: list[Key]) -> tuple[T | None, Steps]:
    """Choose an instance: by the key that is written, by one that the path goes through, by one that stands beside."""
    if key is not None:
        return instances.get(key), path
    if None in instances:
        return instances[None], path
    if path and path[0] in instances:
        return instances[path[0]], path[1:]
    for other in beside:
        if other in instances:
            return instances[other], path
    return (next(iter(instances.values())) if len(instances) == 1 else None), path


def _ambiguous(what: str, trail: _Trail) -> Found:
    why = Unknown(f"the plan does not tell which instance of {what} is meant", trail.origin)
    return Found(why, pending=True, hidden=True)


def _is_object(steps: tuple[tuple[str, Key], ...]) -> bool:
    if len(steps) < 2 or (steps[0][0] == "data" and len(steps) < 3):
        return False
    return steps[0][0] not in {"var", "local", "each", "count", "path", "terraform", "self"}


def _is_attribute(item: Item, name: str | int) -> bool:
    return isinstance(name, str) and (name in item.values or name in item.unknown)


def _plain(data: Any, path: Steps, origin: Origin) -> Value:
    for step in path:
        if isinstance(data, dict):
            data = data.get(str(step))
        elif isinstance(data, list):
            # A set of texts has its texts as keys.
            inside = isinstance(step, int) and step < len(data)
            data = data[step] if inside and isinstance(step, int) else step if step in data else None
    return plain_json(data, origin)


def _distinct(found: Iterable[Found]) -> list[Found]:
    kept: list[Found] = []
    for item in found:
        value = item.value
        if isinstance(value, Reference):
            twins = [
                number
                for number, other in enumerate(kept)
                if isinstance(other.value, Reference)
                and other.value.target == value.target
                and (item.guessed or other.guessed or other.value.attribute == value.attribute)
            ]
            if twins:
                if kept[twins[0]].guessed and not item.guessed:
                    kept[twins[0]] = item
                continue
        elif isinstance(value, Encoded) and any(other.value is value for other in kept):
            continue
        kept.append(item)
    return kept
