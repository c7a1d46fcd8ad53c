"""Who may name whom in an estate, in any world and any language: nothing is decided to find that out."""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass, field

from s3_glue_rules.join.terraform import MOST_STEPS
from s3_glue_rules.join.view import ANYTHING, possible_at, walk
from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Reference, Text, Value


@dataclass(eq=False)
class _Index:
    """Who may name whom in an estate, so that no resource has to look at all others."""

    size: int
    naming: dict[tuple[str, tuple[Step, ...]], dict[str, list[Declaration]]] = field(default_factory=dict)
    modules: dict[str, list[Declaration]] | None = None


_indexes: weakref.WeakKeyDictionary[Estate, _Index] = weakref.WeakKeyDictionary()


def _index(estate: Estate) -> _Index:
    known = _indexes.get(estate)
    if known is None or known.size != len(estate.declarations):
        known = _indexes[estate] = _Index(len(estate.declarations))
    return known


def naming(
    estate: Estate, kind: str, path: tuple[Step, ...], names: frozenset[str], *, or_anything: bool = True
) -> list[Declaration]:
    """Return the resources of a type whose property at a path may name one of the names, in their order.

    Those where it may name anything are among them, unless ``or_anything`` is turned off. The ARN of a bucket stands
    for the bucket's name, too.
    """
    index = _index(estate).naming
    known = index.get((kind, path))
    if known is None:
        known = index[kind, path] = {}
        for declaration in estate.by_type.get(kind, ()):
            for candidate in with_bucket_names(_with_owners(estate, possible_at(declaration, *path))):
                known.setdefault(candidate, []).append(declaration)
    wanted = (*names, ANYTHING) if or_anything else names
    found = {id(item): item for name in wanted for item in known.get(name, ())}
    if len(found) < 2:
        return list(found.values())
    return [declaration for declaration in estate.by_type.get(kind, ()) if id(declaration) in found]


# Open parts stand between marks.
_BUCKET_ARN = re.compile("text:arn:(?:\0[^\0]*\0|[^:\0]*):s3:::((?:\0[^\0]*\0|[^/\0])+)")


def with_bucket_names(candidates: frozenset[str]) -> frozenset[str]:
    """Add the names of the buckets in ARNs of buckets and of places in them."""
    names = (match.group(1) for match in map(_BUCKET_ARN.match, candidates) if match is not None)
    return candidates | {f"text:{name}" for name in names}


def _with_owners(estate: Estate, candidates: frozenset[str]) -> frozenset[str]:
    """Add what settings of a bucket belong to: their bucket is often referred to through them."""
    found = candidates
    for _ in range(MOST_STEPS):
        more: set[str] = set()
        for candidate in found:
            target = estate.declarations.get(candidate.removeprefix("ref:"))
            if target is not None and target.type.startswith("aws_s3_bucket_"):
                more |= possible_at(target, "bucket")
        if more <= found:
            break
        found |= more
    return found


def modules_given(estate: Estate, address: str, attributes: frozenset[str]) -> list[Declaration]:
    """Return the calls of modules that are not at hand to which an argument hands one of these attributes."""
    return [
        declaration
        for declaration in modules_mentioning(estate, address)
        if any(
            isinstance(leaf, Reference) and leaf.target == address and leaf.attribute in attributes
            for _, leaf in walk(declaration.properties)
        )
    ]


def modules_mentioning(estate: Estate, address: str) -> list[Declaration]:
    """Return the calls of modules that are not at hand whose arguments refer to a resource."""
    index = _index(estate)
    if index.modules is None:
        index.modules = {}
        for declaration in estate.by_type.get("module", ()):
            for target in _mentioned(declaration.properties):
                index.modules.setdefault(target, []).append(declaration)
    return index.modules.get(address, [])


def _mentioned(value: Value) -> set[str]:
    leaves = [leaf for _, leaf in walk(value)]
    parts = [part for leaf in leaves for part in (leaf.parts if isinstance(leaf, Text) else (leaf,))]
    return {part.target for part in parts if isinstance(part, Reference)}
