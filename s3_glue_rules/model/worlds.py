"""Worlds: consistent combinations of what a deployment may choose.

A world holds, for each variable that a decision has touched, the values it may still take, and the comparisons
between variables that were decided. Narrowing a world gives a new one, or None where no deployment fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from s3_glue_rules.model.values import Variable


@dataclass(frozen=True)
class Domain:
    """The values that a variable may take: those listed, or (``listed`` is None) any but those excluded."""

    listed: frozenset[str] | None
    excluded: frozenset[str] = frozenset()

    @classmethod
    def of(cls, variable: Variable) -> Domain:
        """Return the domain that the declaration of a variable allows."""
        if variable.allowed is None:
            return cls(None)
        allowed = set(variable.allowed)
        if variable.default is not None:
            allowed.add(variable.default)
        return cls(frozenset(allowed))

    def admits(self, value: str) -> bool:
        """Return whether the value is possible."""
        if self.listed is None:
            return value not in self.excluded
        return value in self.listed

    def only(self, value: str) -> Domain | None:
        """Return the domain narrowed to one value, or None."""
        return Domain(frozenset({value})) if self.admits(value) else None

    def without(self, value: str) -> Domain | None:
        """Return the domain less one value, or None where nothing is left."""
        if self.listed is None:
            return Domain(None, self.excluded | {value})
        rest = self.listed - {value}
        return Domain(rest) if rest else None

    @property
    def single(self) -> str | None:
        """The only value that is left, if there is just one."""
        if self.listed is not None and len(self.listed) == 1:
            return next(iter(self.listed))
        return None


@dataclass(frozen=True)
class Comparison:
    """Two variables that are equal, or that differ."""

    left: Variable
    right: Variable
    equal: bool


@dataclass(frozen=True)
class World:
    """What has been decided so far. Immutable."""

    domains: tuple[tuple[Variable, Domain], ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    facts: tuple[tuple[str, bool, str], ...] = ()

    def domain(self, variable: Variable) -> Domain:
        """Return the values that the variable may still take."""
        for known, domain in self.domains:
            if known == variable:
                return domain
        return Domain.of(variable)

    def fact(self, key: str) -> bool | None:
        """Return how an undetermined condition was decided, or None where it was not yet."""
        for known, holds, _ in self.facts:
            if known == key:
                return holds
        return None

    def narrowed(self, variable: Variable, domain: Domain | None) -> World | None:
        """Return the world in which the variable has this domain, or None where that contradicts the rest."""
        if domain is None:
            return None
        rest = tuple(item for item in self.domains if item[0] != variable)
        world = World((*rest, (variable, domain)), self.comparisons, self.facts)
        return world if world.is_possible() else None

    def compared(self, left: Variable, right: Variable, *, equal: bool) -> World | None:
        """Return the world in which the two variables are equal (or differ), or None where they cannot be."""
        world = World(self.domains, (*self.comparisons, Comparison(left, right, equal)), self.facts)
        return world if world.is_possible() else None

    def with_fact(self, key: str, *, holds: bool, phrase: str) -> World:
        """Return the world in which an undetermined condition is decided."""
        return World(self.domains, self.comparisons, (*self.facts, (key, holds, phrase)))

    def is_possible(self) -> bool:
        """Return whether values for all variables exist that fit the domains and the comparisons."""
        if not self.comparisons:
            return True
        return next(_assignments(self, {}), None) is not None

    def allows_defaults(self) -> bool:
        """Return whether the deployment that sets nothing against a default can be in this world."""
        pinned: dict[Variable, str] = {}
        for variable in self.variables():
            if variable.default is not None:
                if not self.domain(variable).admits(variable.default):
                    return False
                pinned[variable] = variable.default
        if not self.comparisons:
            return True
        return next(_assignments(self, pinned), None) is not None

    def variables(self) -> tuple[Variable, ...]:
        """Return the variables that a decision has touched, in the order in which they were."""
        seen: dict[Variable, None] = {variable: None for variable, _ in self.domains}
        for comparison in self.comparisons:
            seen.setdefault(comparison.left)
            seen.setdefault(comparison.right)
        return tuple(seen)

    def phrases(self) -> tuple[str, ...]:
        """Return the decisions as phrases for people, such as ``Environment is not 'prod'``."""
        said: list[str] = []
        for variable, domain in sorted(self.domains, key=lambda item: item[0].name):
            said.extend(_domain_phrases(variable, domain))
        for comparison in self.comparisons:
            verb = "equals" if comparison.equal else "differs from"
            said.append(f"{comparison.left.name} {verb} {comparison.right.name}")
        for _, holds, phrase in self.facts:
            said.append(phrase if holds else f"not ({phrase})")
        return tuple(said)


def _domain_phrases(variable: Variable, domain: Domain) -> Iterator[str]:
    full = Domain.of(variable)
    if domain == full:
        return
    if domain.single is not None:
        yield f"{variable.name} is '{domain.single}'"
        return
    if domain.listed is None:
        left_out: Iterable[str] = domain.excluded
        kept: frozenset[str] | None = None
    else:
        kept = domain.listed
        left_out = (full.listed or frozenset()) - kept
    left_out = sorted(left_out)
    if kept is not None and len(kept) <= len(left_out):
        yield f"{variable.name} is " + " or ".join(f"'{value}'" for value in sorted(kept))
    else:
        yield f"{variable.name} is not " + " or ".join(f"'{value}'" for value in left_out)


def _assignments(world: World, pinned: dict[Variable, str]) -> Iterator[dict[Variable, str]]:
    """Yield assignments to the compared variables that satisfy the world (backtracking, smallest domains first)."""
    compared = sorted(
        {v for c in world.comparisons for v in (c.left, c.right)} | set(pinned),
        key=lambda v: (len(world.domain(v).listed or ()) or 1_000_000, v.key),
    )
    mentioned = {value for v in compared for value in _mentioned(world.domain(v))} | set(pinned.values())

    def candidates(variable: Variable) -> list[str]:
        if variable in pinned:
            return [pinned[variable]]
        domain = world.domain(variable)
        if domain.listed is not None:
            return sorted(domain.listed)
        # Any other value will do: one of those spoken of, or a fresh one for each variable.
        fresh = [f"\0{v.key}" for v in compared]
        return [value for value in [*sorted(mentioned), *fresh] if domain.admits(value)]

    def extend(index: int, chosen: dict[Variable, str]) -> Iterator[dict[Variable, str]]:
        if index == len(compared):
            yield dict(chosen)
            return
        variable = compared[index]
        for value in candidates(variable):
            chosen[variable] = value
            if all(
                (chosen[c.left] == chosen[c.right]) == c.equal
                for c in world.comparisons
                if c.left in chosen and c.right in chosen
            ):
                yield from extend(index + 1, chosen)
            del chosen[variable]

    yield from extend(0, {})


def _mentioned(domain: Domain) -> frozenset[str]:
    return domain.excluded if domain.listed is None else domain.listed
