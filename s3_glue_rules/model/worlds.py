"""Worlds: consistent combinations of what a deployment may choose.

A world holds, for each variable that a decision has touched, the values it may still take, and the comparisons
between variables that were decided. Narrowing a world gives a new one, or None where no deployment fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from s3_glue_rules.model.values import MARKERS, Variable


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

    def both(self, other: Domain) -> Domain:
        """Return the values that two domains share."""
        if self.listed is None and other.listed is None:
            return Domain(None, self.excluded | other.excluded)
        listed = (other if self.listed is None else self).listed or frozenset()
        return Domain(frozenset(value for value in listed if self.admits(value) and other.admits(value)))

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

    @property
    def decides_nothing(self) -> bool:
        """Whether nothing was decided, so that this world stands for all."""
        return not (self.domains or self.comparisons or self.facts)

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
        for known in self.comparisons:
            if {known.left, known.right} == {left, right}:
                return self if known.equal == equal else None
        world = World(self.domains, (*self.comparisons, Comparison(left, right, equal)), self.facts)
        return world if world.is_possible() else None

    def with_fact(self, key: str, *, holds: bool, phrase: str) -> World:
        """Return the world in which an undetermined condition is decided."""
        return World(self.domains, self.comparisons, (*self.facts, (key, holds, phrase)))

    def is_possible(self) -> bool:
        """Return whether values for all variables exist that fit the domains and the comparisons."""
        return _fits(self, {})

    def allows_defaults(self) -> bool:
        """Return whether the deployment that sets nothing against a default can be in this world."""
        pinned: dict[Variable, str] = {}
        for variable in self.variables():
            if variable.default is not None:
                if not self.domain(variable).admits(variable.default):
                    return False
                pinned[variable] = variable.default
        return _fits(self, pinned)

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


def _quoted(value: str) -> str:
    return value if value in MARKERS else f"'{value}'"


def _domain_phrases(variable: Variable, domain: Domain) -> Iterator[str]:
    full = Domain.of(variable)
    if domain == full:
        return
    if domain.single is not None:
        yield f"{variable.name} is {_quoted(domain.single)}"
        return
    if domain.listed is None:
        left_out: Iterable[str] = domain.excluded
        kept: frozenset[str] | None = None
    else:
        kept = domain.listed
        left_out = (full.listed or frozenset()) - kept
    left_out = sorted(left_out)
    if kept is not None and len(kept) <= len(left_out):
        yield f"{variable.name} is " + " or ".join(_quoted(value) for value in sorted(kept))
    else:
        yield f"{variable.name} is not " + " or ".join(_quoted(value) for value in left_out)


def _fits(world: World, pinned: dict[Variable, str]) -> bool:
    """Return whether values for the compared variables exist that satisfy domains, comparisons and pinned values."""
    group: dict[Variable, Variable] = {}

    def leader(variable: Variable) -> Variable:
        while (above := group.setdefault(variable, variable)) != variable:
            variable = above
        return variable

    for comparison in world.comparisons:
        first, second = leader(comparison.left), leader(comparison.right)
        if comparison.equal:
            group[first] = second
    domains: dict[Variable, Domain] = {}
    for variable in group:
        domain: Domain | None = world.domain(variable)
        if variable in pinned and domain is not None:
            domain = domain.only(pinned[variable])
        if domain is None:
            return False
        first = leader(variable)
        domains[first] = domain.both(domains[first]) if first in domains else domain
        if domains[first].listed == frozenset():
            return False
    differs: dict[Variable, set[Variable]] = {first: set() for first in domains}
    for comparison in world.comparisons:
        if not comparison.equal:
            first, second = leader(comparison.left), leader(comparison.right)
            if first == second:
                return False
            differs[first].add(second)
            differs[second].add(first)
    return _tells_apart({first: domain.listed for first, domain in domains.items()}, differs)


def _tells_apart(listed: dict[Variable, frozenset[str] | None], differs: dict[Variable, set[Variable]]) -> bool:
    """Return whether each variable can have a value of its list (None: any) that its neighbours do not have."""
    left = dict(listed)
    reduced = True
    while reduced:
        # A variable with more values than neighbours always finds one, whatever those take.
        reduced = False
        for variable, values in list(left.items()):
            if values is None or len(values) > len(differs[variable] & left.keys()):
                del left[variable]
                reduced = True

    def extend(rest: Sequence[Variable], chosen: dict[Variable, str]) -> bool:
        if not rest:
            return True
        taken = {chosen[other] for other in differs[rest[0]] if other in chosen}
        return any(
            extend(rest[1:], {**chosen, rest[0]: value}) for value in sorted(left[rest[0]] or ()) if value not in taken
        )

    return extend(sorted(left, key=lambda variable: len(left[variable] or ())), {})
