"""Blocks → mappings: arguments by name, nested blocks as lists, ``dynamic`` blocks unfolded."""

from __future__ import annotations

from dataclasses import replace

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Choice,
    Impossible,
    Known,
    Mapping,
    Reference,
    Sequence,
    Undetermined,
    Unknown,
    Value,
)
from s3_glue_rules.read.hcl_syntax import Block, Body
from s3_glue_rules.resolve.conditions import every
from s3_glue_rules.resolve.terraform.expressions import Frame, evaluate, pairs_of
from s3_glue_rules.resolve.terraform.lifting import FunctionError
from s3_glue_rules.resolve.terraform.objects import branches, plain

META_ARGUMENTS = {"count", "for_each", "provider", "providers", "depends_on"}
META_BLOCKS = {"lifecycle", "connection", "provisioner"}


def body_value(body: Body, frame: Frame, origin: Origin, *, is_resource: bool = True) -> Mapping:
    """Return the arguments and nested blocks of a body. What fails to evaluate is unknown."""
    entries: dict[str, Value] = {}
    for name, argument in body.arguments.items():
        if not (is_resource and name in META_ARGUMENTS):
            value = placed(evaluate(argument.expression, frame), argument.origin)
            entries[name] = plain(value)
    lists: dict[str, list[Value]] = {}
    places: dict[str, Origin] = {}
    for block in body.blocks:
        if is_resource and block.type in META_BLOCKS:
            continue
        if block.type == "dynamic" and block.labels:
            name = block.labels[0]
            items = _dynamic(block, name, frame)
        else:
            name = block.type
            items = [body_value(block.body, frame, block.origin, is_resource=False)]
        lists.setdefault(name, []).extend(items)
        places.setdefault(name, block.origin)
    for name, items in lists.items():
        entries[name] = Sequence(tuple(items), places[name])
    return Mapping(entries, origin)


def placed(value: Value, origin: Origin) -> Value:
    """Return the value of an argument with the argument's place: a finding points at what its author wrote there.

    Structures keep their own places. A value that no deployment can have is unknown: Terraform would refuse it, but
    the resource must not vanish from the judgement.
    """
    if isinstance(value, Impossible):
        return Unknown(f"it cannot be evaluated: {value.reason}", origin)
    if isinstance(value, (Mapping, Sequence)):
        return value
    if isinstance(value, Choice):
        then = value.then if isinstance(value.then, Impossible) else placed(value.then, origin)
        otherwise = value.otherwise if isinstance(value.otherwise, Impossible) else placed(value.otherwise, origin)
        if isinstance(then, Impossible) and isinstance(otherwise, Impossible):
            return Unknown(f"it cannot be evaluated: {then.reason}", origin)
        return Choice(value.condition, then, otherwise, origin)
    if hasattr(value, "origin"):
        if isinstance(value, Known) and value.origin.path and not _inside(value.origin, origin):
            origin = replace(origin, written=value.origin)
        return replace(value, origin=origin)  # type: ignore[type-var] # all values are dataclasses with an origin
    return value


def _inside(inner: Origin, outer: Origin) -> bool:
    """Return whether a place of an HCL file lies in another one; in JSON both have the same path."""
    if inner.source is not outer.source:
        return False
    if inner.path == outer.path or len(inner.path) != len(outer.path):
        return True
    pairs = [*inner.path, *outer.path]
    if not all(isinstance(step, int) for step in pairs):
        return True
    start, end, outer_start, outer_end = (int(step) for step in pairs)
    return outer_start <= start and end <= outer_end


def _dynamic(block: Block, name: str, frame: Frame) -> list[Value]:
    body = block.body
    content = next(iter(body.of_type("content")), None)
    argument = body.arguments.get("for_each")
    if argument is None or content is None:
        return [Unknown(f"the dynamic block {name} lacks its for_each or its content", block.origin)]
    iterator = name
    named = body.arguments.get("iterator")
    if named is not None:
        iterator = getattr(named.expression, "name", None) or str(getattr(named.expression, "value", name))
    collection = evaluate(argument.expression, frame)
    if isinstance(collection, Reference):
        followed = frame.names.followed(collection)
        collection = followed if isinstance(followed, (Mapping, Sequence)) else collection
    leaves: list[tuple[tuple[object, ...], list[Value]]] = []
    most = 0
    for path, leaf in branches(collection):
        try:
            pairs = pairs_of(leaf, argument.origin)
        except FunctionError as error:
            pairs = Impossible(str(error), argument.origin)
        if isinstance(pairs, Impossible):
            items: list[Value] = [pairs]
        elif isinstance(pairs, Value):
            items = [_standing(content, iterator, frame, pairs)]
        else:
            items = [_content(content, iterator, frame, key, value) for key, value in pairs]
        leaves.append((path, items))
        most = max(most, len(items))
    failed = [items[0] for _, items in leaves if items and isinstance(items[0], Impossible)]
    if len(failed) == len(leaves):
        return [placed(failed[0], block.origin)]
    return [_item(leaves, position, block.origin) for position in range(most)]


def _item(leaves: list[tuple[tuple[object, ...], list[Value]]], position: int, origin: Origin) -> Value:
    """Return one of the blocks: where only some branches of the for_each have it, it is a choice."""
    result: Value | None = None
    for path, items in reversed(leaves):
        value: Value = items[position] if position < len(items) else Absent(origin)
        if isinstance(items[0] if items else None, Impossible):
            value = items[0]
        result = value if result is None or not path else Choice(every(path), value, result, origin)  # type: ignore[arg-type] # paths hold conditions
    return result if result is not None else Absent(origin)


def _content(content: Block, iterator: str, frame: Frame, key: Value, value: Value) -> Value:
    symbol = Mapping({"key": key, "value": value}, content.origin)
    return body_value(content.body, frame.having(**{iterator: symbol}), content.origin, is_resource=False)


def _standing(content: Block, iterator: str, frame: Frame, why: Value) -> Value:
    """Return the block that stands for all, where the items are not known: it may be there or not."""
    unknown = Unknown(why.why_unknown(), why.origin)
    inner = _content(content, iterator, frame, unknown, unknown)
    key = f"{id(content)}:{sorted(name for name, _ in frame.symbols)}"
    return Choice(
        Undetermined(key, f"{iterator} has items ({why.why_unknown()})"), inner, Absent(content.origin), content.origin
    )
