"""Reading and exploring against a brute-force enumeration of what a deployment may set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Union

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3_glue_rules.model.reader import MOST_COMPARISONS, Exploration, ImpossibleWorldError, Reader, explore, symbol
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.values import (
    MOST_PARTS,
    Absent,
    Always,
    Choice,
    Condition,
    Equal,
    Every,
    Impossible,
    Known,
    Mapping,
    Not,
    Open,
    Reference,
    Sequence,
    Some,
    Text,
    UndecidableError,
    Undetermined,
    Unknown,
    Value,
    Variable,
    scalar_text,
    text_of,
)
from s3_glue_rules.model.worlds import Domain, World

A = Variable("a", "A", allowed=("x", "y", "z"))
B = Variable("b", "B", default="x", allowed=("x", "y"))
FREE = Variable("free", "Free")
WITH_DEFAULT = Variable("d", "D", default="x")

ALL_VALUES: tuple[Value, ...] = (
    Known("true"),
    Known(""),
    Absent(),
    Unknown("why"),
    Reference("Bucket", "Arn"),
    Open(A),
    Text((Known("a-"), Open(FREE))),
    Choice(Always(holds=True), Known("a"), Known("b")),
    Impossible("why"),
    Mapping({}),
    Sequence(()),
)


# Values


@pytest.mark.parametrize("value", ALL_VALUES, ids=lambda value: type(value).__name__)
def test_no_value_is_true_or_false(value: Value) -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(value)
    with pytest.raises(TypeError):
        _ = value and value
    with pytest.raises(TypeError):
        _ = not value


@pytest.mark.parametrize("value", ALL_VALUES[2:], ids=lambda value: type(value).__name__)
def test_what_is_not_known_gives_no_text_and_no_flag(value: Value) -> None:
    with pytest.raises(UndecidableError):
        value.text()
    if not value.is_absent:
        with pytest.raises(UndecidableError):
            value.text(default="a")
        for default in (True, False):
            with pytest.raises(UndecidableError):
                value.flag(default=default)


def test_absent_takes_the_default_of_the_service() -> None:
    assert Absent().text(default="DISABLED") == "DISABLED"
    assert Absent().flag(default=True) is True
    assert Absent().flag(default=False) is False


@pytest.mark.parametrize(
    ("written", "flag"), [(True, True), (False, False), ("true", True), ("False", False), ("TRUE", True)]
)
def test_booleans_may_be_written_as_texts(written: str | bool, flag: bool) -> None:  # noqa: FBT001 - a case
    assert Known(written).flag(default=not flag) is flag


@pytest.mark.parametrize("written", ["yes", "", 1, 0, "on"])
def test_other_texts_are_no_booleans(written: str | int) -> None:
    with pytest.raises(UndecidableError, match="not a boolean"):
        Known(written).flag(default=True)


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (3, "3"), (2.0, "2"), (2.5, "2.5"), ("a", "a")]
)
def test_scalars_as_text(value: str | float | bool, text: str) -> None:  # noqa: FBT001 - a case
    assert scalar_text(value) == text


def test_a_name_that_may_be_added_at_deployment_is_not_absent() -> None:
    assert Mapping({}).get("a").is_absent
    assert isinstance(Mapping({}, complete=False).get("a"), Unknown)
    assert Mapping({"a": Known(1)}, complete=False).get("a") == Known(1)


def test_texts_are_joined_and_flattened() -> None:
    assert text_of((), NOWHERE) == Known("")
    assert text_of((Known("a"), Known(1), Known(value=True)), NOWHERE) == Known("a1true")
    inner = text_of((Known("a"), Open(FREE), Known("b")), NOWHERE)
    assert text_of((Known("x"), inner, Known("y")), NOWHERE) == Text((Known("xa"), Open(FREE), Known("by")))


@pytest.mark.parametrize("part", [Open(FREE), Reference("Key", "Arn"), Unknown("why")])
def test_a_single_part_is_the_text(part: Value) -> None:
    assert text_of((Known(""), part, Known("")), NOWHERE) is part


def test_texts_past_the_bound_are_unknown() -> None:
    assert isinstance(text_of((Open(FREE), Known("a")) * MOST_PARTS, NOWHERE), Unknown)
    assert isinstance(text_of((Known("a" * 1024 * 1024),) * 17, NOWHERE), Unknown)


# Reading in one world


def test_a_path_through_what_is_absent_or_unknown() -> None:
    tree = Mapping({"a": Mapping({"b": Sequence((Known("x"),))}), "u": Unknown("why"), "t": Known("text")})
    reader = Reader()
    assert reader.at(tree, "a", "b", 0) == Known("x")
    assert reader.at(tree, "a", "b", 1).is_absent
    assert reader.at(tree, "a", "c", "d").is_absent
    assert reader.at(tree, "u", "d") == Unknown("why")
    assert isinstance(reader.at(tree, "t", "d"), Unknown)
    assert isinstance(reader.at(tree, "a", 0), Unknown)


def test_items_leave_out_what_is_absent() -> None:
    reader = Reader()
    assert reader.items(Sequence((Known("a"), Absent(), Known("b")))) == [Known("a"), Known("b")]
    assert reader.items(Absent()) == []
    assert reader.items(Known("a")) == [Known("a")]
    # A list that is unknown is not an empty one.
    assert reader.items(Unknown("why")) == [Unknown("why")]


def test_peeking_decides_nothing() -> None:
    reader = Reader()
    assert reader.peek(Open(A)) == Open(A)
    assert reader.world == World()
    assert reader.left == []


def test_peeking_sees_what_was_decided() -> None:
    reader = Reader()
    first = reader.read(Open(A))
    assert reader.peek(Open(A)) == first
    assert reader.peek(Text((Known("p-"), Open(A)))) == Known("p-x")


def test_what_was_decided_stays_decided() -> None:
    def compute(reader: Reader) -> tuple[str, str, bool]:
        return reader.read(Open(A)).text(), reader.read(Open(A)).text(), reader.holds(Equal(Open(A), Known("y")))

    runs = explore(compute).runs
    assert sorted(run.result for run in runs) == [("x", "x", False), ("y", "y", True), ("z", "z", False)]


def test_the_default_comes_first() -> None:
    late = Variable("k", "K", default="z", allowed=("a", "z", "b"))
    assert [run.result for run in explore(lambda reader: reader.read(Open(late)).text()).runs] == ["z", "a", "b"]


def test_an_open_variable_with_a_default_is_its_default_or_anything() -> None:
    runs = explore(lambda reader: reader.read(Open(WITH_DEFAULT))).runs
    assert [run.result for run in runs] == [Known("x"), Open(WITH_DEFAULT)]
    assert [run.world.allows_defaults() for run in runs] == [True, False]


def test_a_branch_that_no_deployment_takes_is_no_run() -> None:
    value = Choice(Equal(Open(A), Known("x")), Impossible("why"), Known("fine"))
    runs = explore(lambda reader: reader.read(value)).runs
    assert [run.result for run in runs] == [Known("fine")]
    assert not runs[0].world.domain(A).admits("x")


def test_impossible_conditions_are_never_entered() -> None:
    both = Every((Equal(Open(A), Known("x")), Equal(Open(A), Known("y"))))
    assert {run.result for run in explore(lambda reader: reader.holds(both)).runs} == {False}
    assert {run.result for run in explore(lambda reader: reader.holds(Equal(Open(A), Known("q")))).runs} == {False}
    one = Variable("one", "One", allowed=("x",))
    assert {run.result for run in explore(lambda reader: reader.holds(Equal(Open(one), Known("x")))).runs} == {True}


def test_undetermined_conditions_are_decided_alike() -> None:
    def compute(reader: Reader) -> tuple[bool, bool, bool]:
        return (
            reader.holds(Undetermined("k", "it rains")),
            reader.holds(Not(Undetermined("k", "it rains"))),
            reader.holds(Undetermined("other", "it snows")),
        )

    results = sorted(run.result for run in explore(compute).runs)
    assert results == [(False, True, False), (False, True, True), (True, False, False), (True, False, True)]


@pytest.mark.parametrize(
    ("text", "wanted", "results"),
    [
        ((Known("p-"), Open(A)), "p-x", {True, False}),
        ((Known("p-"), Open(A)), "q-x", {False}),
        ((Known("p-"), Open(A)), "p-q", {False}),
        ((Open(FREE), Known("-s")), "a-s", {True, False}),
        ((Open(FREE), Known("-s")), "a-t", {False}),
        # What stands before and behind may not overlap in the text it is compared with.
        ((Known("ab"), Open(FREE), Known("ba")), "aba", {False}),
        ((Known("ab"), Open(FREE), Known("ba")), "abba", {True, False}),
        ((Open(A), Known("-"), Open(B)), "z-y", {True, False}),
        ((Open(A), Known("-"), Open(B)), "x-z", {False}),
        ((Open(FREE), Known("-"), Open(WITH_DEFAULT)), "x-y", {True, False}),
        ((Known("p"), Open(FREE), Open(FREE)), "q", {False}),
        ((Known("p-"), Reference("Bucket", "Ref")), "p-x", {True, False}),
        ((Known("p-"), Reference("Bucket", "Ref")), "x", {False}),
    ],
)
def test_texts_with_open_parts_are_compared_by_their_parts(
    text: tuple[Value, ...], wanted: str, results: set[bool]
) -> None:
    for pair in (Equal(Text(text), Known(wanted)), Equal(Known(wanted), Text(text))):
        assert outcomes(pair) == results


def outcomes(condition: Condition) -> set[bool]:
    return {run.result for run in explore(lambda reader: reader.holds(condition)).runs}


def test_a_text_that_was_found_equal_reads_so() -> None:
    def compute(reader: Reader) -> str:
        same = reader.holds(Equal(Text((Known("p-"), Open(FREE))), Known("p-x")))
        return reader.read(Text((Open(FREE), Known("!")))).text() if same else "other"

    assert [run.result for run in explore(compute).runs] == ["x!", "other"]


def test_values_that_are_written_alike_are_equal() -> None:
    twice = Text((Known("a-"), Reference("Bucket", "Arn")))
    again = Text((Known("a-"), Reference("Bucket", "Arn")))
    assert {run.result for run in explore(lambda reader: reader.holds(Equal(twice, again))).runs} == {True}
    assert symbol(twice) == symbol(again)


@pytest.mark.parametrize("other", [Reference("Key", "Arn"), Unknown("why"), Text((Open(FREE), Open(A)))])
def test_a_variable_may_equal_what_deployment_decides(other: Value) -> None:
    for variable in (Open(FREE), Open(A)):
        assert outcomes(Equal(variable, other)) == {True, False}
        assert outcomes(Equal(other, variable)) == {True, False}


def test_two_unknowns_are_not_taken_for_equal() -> None:
    pair = Equal(Unknown("why"), Unknown("why"))
    assert {run.result for run in explore(lambda reader: reader.holds(pair)).runs} == {True, False}


def test_shared_conditions_cost_no_more_than_their_parts() -> None:
    condition: Condition = Equal(Open(FREE), Known("x"))
    for _ in range(60):
        condition = Every((condition, condition))
        condition = Not(Some((Not(condition), Not(condition))))
    assert [run.result for run in explore(lambda reader: reader.holds(condition)).runs] == [True, False]


# Bounds


@pytest.mark.parametrize("most", [1, 7, 256])
def test_exploring_is_bounded(most: int) -> None:
    calls = 0

    def compute(reader: Reader) -> None:
        nonlocal calls
        calls += 1
        for number in range(12):
            reader.holds(Undetermined(str(number), "it rains"))

    exploration = explore(compute, most)
    assert not exploration.complete
    assert calls == most
    assert len(exploration.runs) == most
    assert len({run.world for run in exploration.runs}) == most


def test_impossible_worlds_count_for_the_bound() -> None:
    def compute(reader: Reader) -> None:
        for number in range(12):
            reader.holds(Undetermined(str(number), "it rains"))
        raise ImpossibleWorldError

    assert explore(compute, 10) == Exploration((), complete=False)


def test_a_computation_that_just_fits_is_complete() -> None:
    def compute(reader: Reader) -> tuple[bool, ...]:
        return tuple(reader.holds(Undetermined(str(number), "it rains")) for number in range(3))

    assert explore(compute, 8).complete
    assert not explore(compute, 7).complete


def test_too_many_comparisons_are_undecided() -> None:
    variables = [Variable(str(n), str(n)) for n in range(MOST_COMPARISONS + 2)]

    def compute(reader: Reader) -> None:
        for other in variables[1:]:
            reader.holds(Equal(Open(variables[0]), Open(other)))

    with pytest.raises(UndecidableError, match="compared"):
        explore(compute)


# Everything at once, against enumeration

LETTERS = ("a", "b", "c")
TEXTS = ("a", "b", "d", "p-a", "p-z")
# Fresh values stand for all that no condition speaks of: one for each variable, so that all may differ.
SPARE = ("f0", "f1", "f2")
UNIVERSE = tuple(dict.fromkeys((*LETTERS, *TEXTS, "z", *SPARE)))


@dataclass(frozen=True)
class Leaf:
    """The end of a program."""


@dataclass(frozen=True)
class Ask:
    condition: Condition
    then: Program
    otherwise: Program


@dataclass(frozen=True)
class Look:
    value: Value
    rest: Program


Program = Union[Leaf, Ask, Look]
Step = Union[bool, str]
Assignment = dict[Variable, str]


def run_program(program: Program, holds: Callable[[Condition], bool], look: Callable[[Value], str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    while not isinstance(program, Leaf):
        if isinstance(program, Ask):
            answer = holds(program.condition)
            steps.append(answer)
            program = program.then if answer else program.otherwise
        else:
            steps.append(look(program.value))
            program = program.rest
    return tuple(steps)


def said(value: Value) -> str:
    """What a careful check says of a value: never more than is known."""
    try:
        return f"text {value.text(default='(default)')}"
    except UndecidableError:
        return "undecided"


class UnreachableError(Exception):
    """The assignment is one that no deployment can have."""


def concrete(value: Value, assignment: Assignment) -> Value:
    if isinstance(value, Open):
        return Known(assignment[value.variable])
    if isinstance(value, Text):
        return text_of(tuple(concrete(part, assignment) for part in value.parts), NOWHERE)
    if isinstance(value, Choice):
        return concrete(value.then if true(value.condition, assignment) else value.otherwise, assignment)
    if isinstance(value, Impossible):
        raise UnreachableError
    return value


def true(condition: Condition, assignment: Assignment) -> bool:
    if isinstance(condition, Always):
        return condition.holds
    if isinstance(condition, Equal):
        left, right = concrete(condition.left, assignment), concrete(condition.right, assignment)
        return left.text() == right.text()
    if isinstance(condition, Not):
        return not true(condition.operand, assignment)
    if isinstance(condition, Every):
        return all(true(operand, assignment) for operand in condition.operands)
    assert isinstance(condition, Some)
    return any(true(operand, assignment) for operand in condition.operands)


def concretely(program: Program, assignment: Assignment) -> tuple[Step, ...]:
    return run_program(
        program,
        lambda condition: true(condition, assignment),
        lambda value: said(concrete(value, assignment)),
    )


def admits(world: World, assignment: Assignment) -> bool:
    assert world.facts == ()
    return all(world.domain(variable).admits(value) for variable, value in assignment.items()) and all(
        (assignment[c.left] == assignment[c.right]) == c.equal for c in world.comparisons
    )


@st.composite
def declared(draw: st.DrawFn) -> tuple[Variable, ...]:
    made = []
    for number in range(draw(st.integers(1, 3))):
        allowed = draw(st.none() | st.lists(st.sampled_from(LETTERS), min_size=1, max_size=3, unique=True).map(tuple))
        default = draw(st.none() | st.sampled_from(LETTERS))
        made.append(Variable(str(number), f"V{number}", default, allowed))
    return tuple(made)


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[Variable, ...], Program]:
    made = draw(declared())
    variable = st.sampled_from(made).map(Open)
    literal = st.sampled_from(TEXTS).map(Known)
    prefixed = variable.map(lambda part: Text((Known("p-"), part)))

    # Texts of several open variables are left out: whether they are equal is a fact of its own.
    operand = st.one_of(variable, literal)
    equal = st.one_of(
        st.builds(Equal, operand, operand),
        st.builds(Equal, prefixed, literal),
    )
    condition: st.SearchStrategy[Condition] = st.recursive(
        equal | st.booleans().map(lambda holds: Always(holds=holds)),
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(Every, st.lists(inner, min_size=1, max_size=3).map(tuple)),
            st.builds(Some, st.lists(inner, min_size=1, max_size=3).map(tuple)),
            st.builds(
                Equal,
                st.builds(Choice, inner, operand, operand),
                operand,
            ),
        ),
        max_leaves=5,
    )
    leaf: st.SearchStrategy[Value] = st.one_of(
        variable,
        prefixed,
        literal,
        st.just(Absent()),
        st.just(Unknown("why")),
        st.just(Reference("Key", "Arn")),
        st.just(Impossible("why")),
    )
    value: st.SearchStrategy[Value] = st.recursive(
        leaf, lambda inner: st.builds(Choice, condition, inner, inner), max_leaves=4
    )
    program: st.SearchStrategy[Program] = st.recursive(
        st.just(Leaf()),
        lambda inner: st.one_of(st.builds(Ask, condition, inner, inner), st.builds(Look, value, inner)),
        max_leaves=6,
    )
    return made, draw(program)


@settings(max_examples=400, deadline=None)
@given(cases())
def test_every_deployment_is_covered_by_just_one_run(case: tuple[tuple[Variable, ...], Program]) -> None:
    made, program = case
    exploration = explore(
        lambda reader: run_program(program, reader.holds, lambda value: said(reader.read(value))), 2_000
    )
    assert exploration.complete
    covered = [0] * len(exploration.runs)
    by_default = [False] * len(exploration.runs)
    for values in product(*(sorted(Domain.of(v).listed or UNIVERSE) for v in made)):
        assignment = dict(zip(made, values, strict=True))
        fitting = [index for index, run in enumerate(exploration.runs) if admits(run.world, assignment)]
        try:
            wanted = concretely(program, assignment)
        except UnreachableError:
            assert fitting == []
            continue
        assert len(fitting) == 1
        for step, meant in zip(exploration.runs[fitting[0]].result, wanted, strict=True):
            # A value that is still open is undecided, whatever a deployment sets; nothing else may differ.
            assert step in {meant, "undecided"}
            if meant == "undecided":
                assert step == "undecided"
        covered[fitting[0]] += 1
        by_default[fitting[0]] |= all(v.default in {None, value} for v, value in assignment.items())
    assert all(covered), "a run stands for a combination that no deployment has"
    for run, expected in zip(exploration.runs, by_default, strict=True):
        assert run.world.allows_defaults() == expected
    assert len({run.world for run in exploration.runs}) == len(exploration.runs)


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(1, 5))
def test_the_bound_holds_for_every_computation(case: tuple[tuple[Variable, ...], Program], most: int) -> None:
    _, program = case

    def compute(reader: Reader) -> tuple[Step, ...]:
        return run_program(program, reader.holds, lambda value: said(reader.read(value)))

    whole, bounded = explore(compute, 2_000), explore(compute, most)
    assert len(bounded.runs) <= most
    assert bounded.runs == whole.runs[: len(bounded.runs)]
    if bounded.complete:
        assert bounded.runs == whole.runs
