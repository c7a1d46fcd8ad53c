"""The facts of a file with everything replaced that stands for something else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cached_property
from itertools import islice, product

from s3_glue_rules.model.code.apis import api_of, canonical
from s3_glue_rules.model.code.module import LibraryName, Module, Named, Stored
from s3_glue_rules.model.code.values import (
    Attribute,
    Call,
    CodeValue,
    Either,
    Entries,
    Function,
    Given,
    GivenBy,
    Global,
    Imported,
    Items,
    Literal,
    Member,
    Parameter,
    Result,
    Untold,
)
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.python_code.expressions import MOST_OPTIONS
from s3_glue_rules.read.python_code.facts import Element, Facts, FunctionFacts, Merged, RawCall, Source
from s3_glue_rules.read.python_code.statements import Statements
from s3_glue_rules.read.python_code.substitution import parameters_of, substituted, substituted_call

# How far a value is followed, how many ways a call is made, and through how many callers.
DEEPEST = 120
MOST_STEPS = 500_000
MOST_WAYS = 16
MOST_CALLERS = 4
_JOB_ARGUMENTS = "awsglue.getResolvedOptions"


def read_module(source: Source) -> Module:
    """Return the facts of a file."""
    facts = Facts()
    Statements(source, facts).read()
    return ReadModule(source, facts)


class _Again(Untold):
    """What a function gives that calls itself: nothing beyond what its other results are."""


class ReadModule(Module):
    """One Python file (or notebook) that was read."""

    def __init__(self, source: Source, facts: Facts) -> None:
        self._source = source
        self._facts = facts
        # The value itself is kept beside its options: an id is only its own while it lives.
        self._options: dict[int, tuple[CodeValue, tuple[CodeValue, ...]]] = {}
        # What is being followed, by the depth at which that began, and the least depth that something came round to.
        self._open: dict[int, int] = {}
        self._following: dict[str, int] = {}
        self._circle = DEEPEST + 1
        self._passing: list[int] = []
        self._steps = 0

    @property
    def file(self) -> str:
        """The name under which the file is reported."""
        return self._source.file

    @property
    def is_example(self) -> bool:
        """Whether the file is a test, an example or part of a documentation, by its path."""
        return self._source.is_example

    @property
    def names(self) -> tuple[LibraryName, ...]:
        """All names of other modules, in the order of the text."""
        return tuple(self._facts.names)

    @property
    def named(self) -> tuple[Named, ...]:
        """All constant texts and bytes that stand under a name."""
        return tuple(self._facts.named)

    @property
    def session_arguments(self) -> tuple[tuple[str, str, Origin], ...]:
        """The arguments that a notebook gives to its session, with their values: none in other files."""
        return self._source.session_arguments

    @property
    def attributes_read(self) -> frozenset[str]:
        """The names of all attributes that are read of anything."""
        return frozenset(self._facts.attributes_read)

    @property
    def has_functions(self) -> bool:
        """Whether the module defines functions or classes, so that others may import it."""
        return bool(self._facts.functions or self._facts.classes)

    @property
    def returned(self) -> tuple[Stored, ...]:
        """What functions return or yield."""
        return tuple(self._facts.returned)

    @property
    def stored(self) -> tuple[Stored, ...]:
        """What is stored into attributes, items and variables of the module."""
        return tuple(self._facts.stored)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """All calls with what they may be: one for each way that the module itself leads to them."""
        return tuple(made for raw in self._facts.calls for made in self._made(raw))

    def options(self, value: CodeValue) -> tuple[CodeValue, ...]:
        """Return what a value may be: at least one value, none of which stands for others."""
        known = self._options.get(id(value))
        if known is not None:
            return known[1]
        depth = len(self._open)
        if id(value) in self._open:
            self._circles_to(self._open[id(value)])
            return (Untold(value.origin),)
        if depth > DEEPEST:
            return (Untold(value.origin),)
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise ReadError(1, "its values lead through one another in more ways than are followed; judge it by hand")
        self._open[id(value)] = depth
        outer, self._circle = self._circle, DEEPEST + 1
        try:
            found: dict[object, CodeValue] = {}
            for option in islice(self._followed(value), MOST_OPTIONS):
                # A loop is gone through twice, and makes a constant of its own each time.
                key = (
                    (type(option.value), option.value, option.origin.path)
                    if isinstance(option, Literal)
                    else id(option)
                )
                found.setdefault(key, option)
        finally:
            del self._open[id(value)]
            circle, self._circle = self._circle, outer
        options = tuple(found.values()) or (Untold(value.origin),)
        self._options[id(value)] = (value, options)
        if circle < depth:
            # It came round to something that is still being followed: the answer holds as long as that is so.
            self._circles_to(circle)
            self._passing.append(id(value))
        elif not self._open:
            for passing in self._passing:
                self._options.pop(passing, None)
            self._passing.clear()
        return options

    def _circles_to(self, depth: int) -> None:
        self._circle = min(self._circle, depth)

    def _followed(self, value: CodeValue) -> Iterator[CodeValue]:
        if isinstance(value, Either):
            for option in value.options:
                yield from self.options(option)
        elif isinstance(value, Parameter):
            yield from self._of_parameter(value)
        elif isinstance(value, Attribute):
            yield from self._of_attribute(value.owner, value)
        elif isinstance(value, Global):
            for option in self._facts.variables.get(value.name, ()):
                yield from self.options(option)
        elif isinstance(value, Result):
            yield from self._of_result(value)
        elif isinstance(value, Member):
            yield from self._of_member(value)
        elif isinstance(value, Merged):
            yield from self._of_merged(value)
        elif isinstance(value, Element):
            yield from self._of_element(value)
        else:
            yield value

    def _of_parameter(self, value: Parameter) -> Iterator[CodeValue]:
        function = self._facts.functions.get(value.function)
        callers = self._callers.get(value.function, ()) if function is not None else ()
        for call in callers:
            bound = self._bound(function, call).get((value.function, value.name)) if function is not None else None
            if bound is not None:
                yield from self.options(bound)
        if value.default is not None and not (callers and _is_nothing(value.default)):
            yield from self.options(value.default)
        if not callers:
            yield dataclasses.replace(value, default=None) if value.default is not None else value

    def _of_attribute(self, owner: str, value: Attribute, depth: int = 0) -> Iterator[CodeValue]:
        facts = self._facts.classes.get(owner)
        if facts is None or depth > MOST_CALLERS:
            yield value
            return
        if value.name in facts.methods:
            name = f"{owner}.{value.name}"
            function = self._facts.functions.get(name)
            if function is not None and function.is_property:
                for returned in function.returned:
                    yield from self.options(returned)
            else:
                yield Function(name, value.origin)
            return
        found = facts.attributes.get(value.name)
        if found:
            for option in found:
                yield from self.options(option)
            return
        for base in facts.bases:
            if isinstance(base, Function):
                yield from self._of_attribute(base.name, value, depth + 1)
                return
        yield value

    def _of_result(self, value: Result) -> Iterator[CodeValue]:
        followed = False
        for callee in self.options(value.call.callee):
            function = self._facts.functions.get(callee.name) if isinstance(callee, Function) else None
            if function is None or len(self._following) >= MOST_CALLERS:
                continue
            if function.name in self._following:
                # What it gives by itself is found where it was asked for first.
                self._circles_to(self._following[function.name])
                followed = True
                yield _Again(value.origin)
                continue
            bound = self._bound(function, value.call)
            self._following[function.name] = len(self._open) - 1
            try:
                given = [option for one in function.returned for option in self.options(substituted(one, bound))]
            finally:
                del self._following[function.name]
            followed = followed or bool(given)
            yield from [option for option in given if not isinstance(option, _Again)]
        if not followed:
            yield value

    def _of_member(self, value: Member) -> Iterator[CodeValue]:
        for base in self.options(value.of):
            if isinstance(base, Entries) and value.is_item:
                found = base.entries.get(str(value.name)) if isinstance(value.name, str) else None
                if found is not None:
                    yield from self.options(found)
                elif not base.is_complete:
                    yield Untold(value.origin)
            elif isinstance(base, Items) and value.is_item and isinstance(value.name, int):
                if base.is_complete and -len(base.items) <= value.name < len(base.items):
                    yield from self.options(base.items[value.name])
                else:
                    yield Untold(value.origin)
            elif isinstance(base, Imported) and isinstance(value.name, str) and not value.is_item:
                yield Imported(f"{base.name}.{value.name}", value.origin)
            elif isinstance(base, Result) and value.is_item and self._are_job_arguments(base):
                yield Given(GivenBy.JOB_ARGUMENT, str(value.name), value.origin)
            elif (owner := self._class_of(base)) and isinstance(value.name, str) and not value.is_item:
                yield from self._of_attribute(owner, Attribute(owner, value.name, value.origin))
            else:
                yield value if base is value.of else dataclasses.replace(value, of=base)

    def _are_job_arguments(self, value: Result) -> bool:
        return any(
            isinstance(callee, Imported) and canonical(callee.name) == _JOB_ARGUMENTS
            for callee in self.options(value.call.callee)
        )

    def _class_of(self, value: CodeValue) -> str:
        callee = value.call.callee if isinstance(value, Result) else value
        for option in self.options(callee) if isinstance(value, Result) else (callee,):
            if isinstance(option, Function) and option.name in self._facts.classes:
                return option.name
        return ""

    def _of_merged(self, value: Merged) -> Iterator[CodeValue]:
        for parts in islice(product(*(self.options(part) for part in value.parts)), MOST_OPTIONS):
            entries: dict[str, CodeValue] = {}
            places: dict[str, Origin] = {}
            is_complete = True
            for part in parts:
                if isinstance(part, Entries):
                    entries.update(part.entries)
                    places.update(part.places)
                    is_complete = is_complete and part.is_complete
                else:
                    is_complete = False
            yield Entries(entries, value.origin, is_complete, places)

    def _of_element(self, value: Element) -> Iterator[CodeValue]:
        for whole in self.options(value.of):
            if isinstance(whole, Items):
                for item in whole.items:
                    yield from self.options(item)
                if whole.items:
                    continue
            yield Untold(value.origin)

    @cached_property
    def _callers(self) -> dict[str, list[RawCall]]:
        """The calls of each function of the module. What is called through parameters is not followed."""
        found: dict[str, list[RawCall]] = {}
        for call in self._facts.calls:
            for name in self._called(call.callee):
                found.setdefault(name, []).append(call)
        return found

    def _called(self, callee: CodeValue) -> Iterator[str]:
        if isinstance(callee, Function):
            name = callee.name
            yield f"{name}.__init__" if name in self._facts.classes else name
        elif isinstance(callee, Attribute):
            owner: str | None = callee.owner
            for _ in range(MOST_CALLERS):
                facts = self._facts.classes.get(owner) if owner else None
                if facts is None:
                    return
                if callee.name in facts.methods:
                    yield f"{owner}.{callee.name}"
                    return
                owner = next((base.name for base in facts.bases if isinstance(base, Function)), None)
        elif isinstance(callee, Member) and isinstance(callee.name, str):
            # Not more than is known without parameters: who calls whom must be known to know them.
            for base in _without_following(callee.of, self._facts):
                owner = (
                    base.call.callee.name if isinstance(base, Result) and isinstance(base.call.callee, Function) else ""
                )
                if owner in self._facts.classes and callee.name in self._facts.classes[owner].methods:
                    yield f"{owner}.{callee.name}"

    def _bound(self, function: FunctionFacts, call: Call) -> dict[tuple[str, str], CodeValue]:
        """Return what a call hands over for each parameter of a function."""
        names = list(function.parameters)
        if function.is_bound and names:
            names = names[1:]
        bound: dict[str, CodeValue] = dict(function.defaults)
        bound.update(zip(names, call.arguments, strict=False))
        keywords = dict(call.keywords)
        for spread in call.spreads if isinstance(call, RawCall) else ():
            for option in self.options(spread):
                if isinstance(option, Entries):
                    keywords.update(option.entries)
        own = {*names, *function.keyword_only}
        bound.update({name: value for name, value in keywords.items() if name in own})
        if function.mapping:
            rest = {name: value for name, value in keywords.items() if name not in own}
            bound[function.mapping] = Entries(rest, call.origin, call.is_complete, call.places)
        if function.rest:
            bound[function.rest] = Items(call.arguments[len(names) :], call.origin, call.is_complete)
        return {(function.name, name): value for name, value in bound.items()}

    def _made(self, raw: RawCall) -> Iterator[Call]:
        """Yield what a call may be: for each caller, each callee and each mapping behind ``**``."""
        ways = 0
        for way in self._ways(raw, 0):
            spreads = [self.options(spread) for spread in way.spreads]
            callees = self.options(way.callee)
            for callee in [callee for callee in callees if not _is_of_nothing(callee)] or callees:
                for parts in product(*spreads):
                    keywords = dict(way.keywords)
                    places = dict(way.places)
                    is_complete = way.is_complete
                    for part in parts:
                        if isinstance(part, Entries):
                            keywords = {**part.entries, **keywords}
                            places = {**part.places, **places}
                            is_complete = is_complete and part.is_complete
                        else:
                            is_complete = False
                    call = Call(
                        site=raw.site,
                        callee=callee,
                        arguments=way.arguments,
                        origin=raw.origin,
                        keywords=keywords,
                        function=raw.function,
                        is_complete=is_complete,
                        places=places,
                    )
                    yield dataclasses.replace(call, api=self._api(call))
                    ways += 1
                    if ways >= MOST_WAYS:
                        return

    def _api(self, call: Call) -> str:
        callee = call.callee
        if isinstance(callee, Member):
            return api_of(dataclasses.replace(call, callee=self._resolved(callee)))
        return api_of(call)

    def _resolved(self, value: CodeValue, depth: int = 0) -> CodeValue:
        """Return a member with all that leads to it followed, as far as there is one way only."""
        if depth > DEEPEST:
            return value
        value = self._single(value)
        if isinstance(value, Member):
            return dataclasses.replace(value, of=self._resolved(value.of, depth + 1))
        if isinstance(value, Result):
            call = value.call
            inner = dataclasses.replace(call, callee=self._resolved(call.callee, depth + 1))
            arguments = tuple(self._single(argument) for argument in call.arguments)
            keywords = {name: self._single(argument) for name, argument in call.keywords.items()}
            return Result(dataclasses.replace(inner, arguments=arguments, keywords=keywords), value.origin)
        return value

    def _single(self, value: CodeValue) -> CodeValue:
        """Return the only thing that a value may be, besides nothing: a default of None is replaced in the function."""
        options = [option for option in self.options(value) if not _is_nothing(option)]
        return options[0] if len(options) == 1 else value

    def _ways(self, raw: RawCall, depth: int) -> Iterator[RawCall]:
        """Yield a call with its function's parameters replaced, for each caller of the function."""
        functions = {parameter.function for parameter in parameters_of(raw)}
        name = next((name for name in self._enclosing(raw.function) if name in functions), "")
        callers = self._callers.get(name, ()) if name else ()
        function = self._facts.functions.get(name)
        if not callers or function is None or depth >= MOST_CALLERS:
            yield raw
            return
        for caller in callers[:MOST_WAYS]:
            bound = self._bound(function, caller)
            way = substituted_call(raw, bound)
            if way is raw or not isinstance(way, RawCall):
                yield raw
                return
            yield from self._ways(dataclasses.replace(way, function=caller.function), depth + 1)

    def _enclosing(self, name: str) -> Iterator[str]:
        while name:
            yield name
            name = name.rpartition(".")[0]


def _is_nothing(value: CodeValue) -> bool:
    return isinstance(value, Literal) and value.value is None


def _is_of_nothing(callee: CodeValue) -> bool:
    return isinstance(callee, Member) and _is_nothing(callee.of)


def _without_following(value: CodeValue, facts: Facts, depth: int = 0) -> Iterator[CodeValue]:
    """Yield what a value may be without looking at parameters."""
    if depth > MOST_CALLERS:
        return
    inner: tuple[CodeValue, ...] | list[CodeValue] = ()
    if isinstance(value, Either):
        inner = value.options
    elif isinstance(value, Attribute):
        inner = facts.classes[value.owner].attributes.get(value.name, ()) if value.owner in facts.classes else ()
    elif isinstance(value, Global):
        inner = facts.variables.get(value.name, ())
    else:
        yield value
    for option in inner:
        yield from _without_following(option, facts, depth + 1)
