"""Domains and worlds against a brute-force enumeration."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3_glue_rules.model.values import Variable
from s3_glue_rules.model.worlds import Domain, World

LETTERS = "abc"
OPEN = Variable("open", "Open")
DEFAULTED = Variable("defaulted", "Defaulted", default="a")
LISTED = Variable("listed", "Listed", default="a", allowed=("a", "b", "c"))
LISTED_WITHOUT_DEFAULT = Variable("bare", "Bare", allowed=("b", "c"))


def test_a_domain_is_what_the_declaration_allows() -> None:
    assert Domain.of(OPEN) == Domain(None)
    assert Domain.of(LISTED).listed == frozenset("abc")
    assert Domain.of(LISTED_WITHOUT_DEFAULT).listed == frozenset("bc")


def test_a_default_counts_even_where_allowed_values_leave_it_out() -> None:
    assert Domain.of(Variable("k", "n", default="z", allowed=("a",))).listed == frozenset("az")


def test_narrowing_to_nothing_is_no_world() -> None:
    listed = Domain.of(LISTED)
    assert listed.only("z") is None
    alone = listed.only("a")
    assert alone is not None
    assert alone.without("a") is None
    assert World().narrowed(LISTED, None) is None


def test_an_open_domain_never_runs_out() -> None:
    rest = Domain(None).without("a")
    assert rest is not None
    assert not rest.admits("a")
    assert rest.only("a") is None
    assert rest.admits("b")
    assert rest.single is None


domains = st.one_of(
    st.builds(Domain, st.frozensets(st.sampled_from(LETTERS))),
    st.builds(Domain, st.none(), st.frozensets(st.sampled_from(LETTERS))),
)


@given(domains, domains, st.sampled_from("abcd"))
def test_both_is_the_intersection(first: Domain, second: Domain, value: str) -> None:
    assert first.both(second).admits(value) == (first.admits(value) and second.admits(value))


def test_equal_variables_share_their_values() -> None:
    world = World().compared(LISTED, LISTED_WITHOUT_DEFAULT, equal=True)
    assert world is not None
    assert world.narrowed(LISTED, Domain(frozenset({"a"}))) is None
    assert world.narrowed(LISTED, Domain(frozenset({"b"}))) is not None
    # Both may be b or c, but LISTED then is not its default.
    assert not world.allows_defaults()


def test_a_comparison_is_decided_once() -> None:
    world = World().compared(OPEN, LISTED, equal=True)
    assert world is not None
    assert world.compared(LISTED, OPEN, equal=True) is world
    assert world.compared(LISTED, OPEN, equal=False) is None


def test_equality_is_passed_on() -> None:
    first, second, third = (Variable(name, name) for name in "xyz")
    world = World().compared(first, second, equal=True)
    assert world is not None
    world = world.compared(second, third, equal=True)
    assert world is not None
    assert world.compared(first, third, equal=True) is not None
    assert world.compared(first, third, equal=False) is None
    assert world.compared(third, first, equal=False) is None


def test_more_variables_than_values_cannot_all_differ() -> None:
    variables = [Variable(str(n), str(n), allowed=("a", "b", "c")) for n in range(4)]
    world: World | None = World()
    for index, left in enumerate(variables):
        for right in variables[:index]:
            assert world is not None
            world = world.compared(left, right, equal=False)
    assert world is None


def test_worlds_are_told_in_words() -> None:
    world = World().with_fact("key", holds=False, phrase="the moon is full")
    for variable, domain in (
        (LISTED, Domain(frozenset({"b", "c"}))),
        (OPEN, Domain(frozenset({"x"}))),
        (DEFAULTED, Domain(None, frozenset({"a", "b"}))),
    ):
        narrowed = world.narrowed(variable, domain)
        assert narrowed is not None
        world = narrowed
    compared = world.compared(LISTED, LISTED_WITHOUT_DEFAULT, equal=True)
    assert compared is not None
    assert compared.phrases() == (
        "Defaulted is not 'a' or 'b'",
        "Listed is not 'a'",
        "Open is 'x'",
        "Listed equals Bare",
        "not (the moon is full)",
    )


def test_what_was_not_narrowed_is_not_told() -> None:
    world = World().narrowed(LISTED, Domain.of(LISTED))
    assert world is not None
    assert world.phrases() == ()


@st.composite
def variables(draw: st.DrawFn) -> tuple[Variable, ...]:
    made = []
    for number in range(draw(st.integers(2, 4))):
        allowed = draw(st.none() | st.lists(st.sampled_from(LETTERS), min_size=1, max_size=3, unique=True).map(tuple))
        default = draw(st.none() | st.sampled_from(LETTERS))
        made.append(Variable(str(number), f"V{number}", default, allowed))
    return tuple(made)


@st.composite
def decisions(draw: st.DrawFn) -> tuple[tuple[Variable, ...], list[tuple[int, int | str, bool]]]:
    made = draw(variables())
    index = st.integers(0, len(made) - 1)
    compared = st.tuples(index, index, st.booleans()).filter(lambda pair: pair[0] != pair[1])
    narrowed = st.tuples(index, st.sampled_from(LETTERS), st.booleans())
    return made, draw(st.lists(st.one_of(compared, narrowed), max_size=8))


@settings(max_examples=300, deadline=None)
@given(decisions())
def test_worlds_agree_with_enumeration(case: tuple[tuple[Variable, ...], list[tuple[int, int | str, bool]]]) -> None:
    made, taken = case
    # As many values that nothing speaks of as there are variables stand for all the others.
    spare = tuple(f"spare{n}" for n in range(len(made)))
    choices = [sorted(Domain.of(v).listed or (*LETTERS, *spare)) for v in made]
    left = list(product(*choices))
    world: World | None = World()
    for index, other, holds in taken:
        assert world is not None
        if isinstance(other, int):
            left = [values for values in left if (values[index] == values[other]) == holds]
            world = world.compared(made[index], made[other], equal=holds)
        else:
            left = [values for values in left if (values[index] == other) == holds]
            domain = world.domain(made[index])
            world = world.narrowed(made[index], domain.only(other) if holds else domain.without(other))
        assert (world is not None) == bool(left)
        if world is None:
            return
        by_default = [
            values for values in left if all(v.default in {None, value} for v, value in zip(made, values, strict=True))
        ]
        assert world.allows_defaults() == bool(by_default)


@pytest.mark.parametrize("size", [2, 30])
def test_many_equal_variables_cost_little(size: int) -> None:
    values = tuple(str(n) for n in range(200))
    world: World | None = World()
    for number in range(size):
        assert world is not None
        world = world.compared(Variable("a", "a", allowed=values), Variable(str(number), "", None, values), equal=True)
    assert world is not None
    assert world.allows_defaults()
