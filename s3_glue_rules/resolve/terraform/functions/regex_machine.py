"""Matching regular expressions as Go does: leftmost, first alternative first, in time linear in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from s3_glue_rules.model.values import UndecidableError
from s3_glue_rules.resolve.terraform.functions.regex_syntax import (
    Alternatives,
    Assertion,
    Concat,
    Group,
    Letter,
    Node,
    Pattern,
    Ranges,
    Repeat,
    parse,
)

MOST_INSTRUCTIONS = 1_000
MOST_STEPS = 500_000
MOST_TEXT = 10_000

# Where groups start and end: the whole match first, None for a group that took no part.
Spans = tuple[int | None, ...]


@dataclass
class _Threads:
    """Places in the program that wait for the next character, the preferred ones first."""

    seen: set[int] = field(default_factory=set)
    waiting: list[tuple[int, Spans]] = field(default_factory=list)


class Machine:
    """A program made from a pattern, and the search with it."""

    def __init__(self, pattern: str) -> None:
        self.pattern: Pattern = parse(pattern)
        self._code: list[tuple[str, int, int]] = []
        self._letters: list[Ranges] = []
        self._assertions: list[str] = []
        self._emit("save", 0)
        self._compile(self.pattern.node)
        self._emit("save", 1)
        self._emit("match")
        self._slots = 2 * (len(self.pattern.names) + 1)
        self._steps = 0

    def _emit(self, name: str, first: int = 0, second: int = 0) -> int:
        if len(self._code) >= MOST_INSTRUCTIONS:
            raise UndecidableError("the pattern is too large")
        self._code.append((name, first, second))
        return len(self._code) - 1

    def _compile(self, node: Node) -> None:
        if isinstance(node, Letter):
            self._letters.append(node.ranges)
            self._emit("letter", len(self._letters) - 1)
        elif isinstance(node, Assertion):
            self._assertions.append(node.kind)
            self._emit("assert", len(self._assertions) - 1)
        elif isinstance(node, Group):
            self._emit("save", 2 * node.number)
            self._compile(node.inner)
            self._emit("save", 2 * node.number + 1)
        elif isinstance(node, Concat):
            for part in node.parts:
                self._compile(part)
        elif isinstance(node, Alternatives):
            self._alternatives(node)
        else:
            self._repeat(node)

    def _alternatives(self, node: Alternatives) -> None:
        ends: list[int] = []
        for option in node.options[:-1]:
            split = self._emit("split")
            self._compile(option)
            ends.append(self._emit("jump"))
            self._code[split] = ("split", split + 1, len(self._code))
        self._compile(node.options[-1])
        for end in ends:
            self._code[end] = ("jump", len(self._code), 0)

    def _repeat(self, node: Repeat) -> None:
        if node.most is None:
            for _ in range(node.least - 1):
                self._compile(node.inner)
            if node.least or _nullable(node.inner):
                # The star of something that may be empty is (x+)?, for the order of the alternatives.
                skip = None if node.least else self._emit("split")
                start = len(self._code)
                self._compile(node.inner)
                self._split(self._emit("split"), start, len(self._code), greedy=node.greedy)
                if skip is not None:
                    self._split(skip, skip + 1, len(self._code), greedy=node.greedy)
                return
            start = self._emit("split")
            self._compile(node.inner)
            self._emit("jump", start)
            self._split(start, start + 1, len(self._code), greedy=node.greedy)
            return
        for _ in range(node.least):
            self._compile(node.inner)
        splits: list[int] = []
        for _ in range(node.most - node.least):
            splits.append(self._emit("split"))
            self._compile(node.inner)
        for split in splits:
            self._split(split, split + 1, len(self._code), greedy=node.greedy)

    def _split(self, at: int, inside: int, outside: int, *, greedy: bool) -> None:
        self._code[at] = ("split", inside, outside) if greedy else ("split", outside, inside)

    def search(self, text: str, start: int = 0) -> Spans | None:
        """Return the spans of the first match at or after a position, or None."""
        if len(text) > MOST_TEXT:
            raise UndecidableError("the text is too long to be searched")
        if self.pattern.folds and not text.isascii():
            raise UndecidableError("the pattern ignores the case of letters outside of ASCII")
        found: Spans | None = None
        empty: Spans = (None,) * self._slots
        threads = _Threads()
        for position in range(start, len(text) + 1):
            if found is None:
                self._add(threads, 0, empty, text, position)
            elif not threads.waiting:
                break
            following = _Threads()
            code = ord(text[position]) if position < len(text) else -1
            for at, spans in threads.waiting:
                name, argument, _ = self._code[at]
                if name == "match":
                    found = spans
                    break
                if any(low <= code <= high for low, high in self._letters[argument]):
                    self._add(following, at + 1, spans, text, position + 1)
            threads = following
        return found

    def _add(self, threads: _Threads, at: int, spans: Spans, text: str, position: int) -> None:
        """Add a thread and what it leads to without reading a character, in the order of preference."""
        pending = [(at, spans)]
        while pending:
            at, spans = pending.pop()
            if at in threads.seen:
                continue
            threads.seen.add(at)
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise UndecidableError("the search takes too long")
            name, first, second = self._code[at]
            if name == "jump":
                pending.append((first, spans))
            elif name == "split":
                pending.extend(((second, spans), (first, spans)))
            elif name == "save":
                pending.append((at + 1, (*spans[:first], position, *spans[first + 1 :])))
            elif name == "assert":
                if _holds(self._assertions[first], text, position):
                    pending.append((at + 1, spans))
            else:
                threads.waiting.append((at, spans))

    def all(self, text: str) -> Iterator[Spans]:
        """Yield the spans of all matches that do not overlap, without empty ones right after another match."""
        position, last = 0, -1
        while position <= len(text):
            found = self.search(text, position)
            if found is None:
                return
            begin, end = found[0] or 0, found[1] or 0
            accepted = True
            if end == position:
                accepted = begin != last
                position += 1
            else:
                position = end
            last = end
            if accepted:
                yield found


def _nullable(node: Node) -> bool:
    if isinstance(node, Letter):
        return False
    if isinstance(node, Group):
        return _nullable(node.inner)
    if isinstance(node, Concat):
        return all(_nullable(part) for part in node.parts)
    if isinstance(node, Alternatives):
        return any(_nullable(option) for option in node.options)
    if isinstance(node, Repeat):
        return node.least == 0 or _nullable(node.inner)
    return True


def _holds(kind: str, text: str, position: int) -> bool:
    if kind == "start":
        return position == 0
    if kind == "end":
        return position == len(text)
    if kind == "line start":
        return position == 0 or text[position - 1] == "\n"
    if kind == "line end":
        return position == len(text) or text[position] == "\n"
    before = position > 0 and _is_word(text[position - 1])
    after = position < len(text) and _is_word(text[position])
    return (before != after) == (kind == "word")


def _is_word(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter == "_")
