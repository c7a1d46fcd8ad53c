"""The syntax of regular expressions in Go, which Terraform's functions use (RE2, read like Perl).

Python's own engine is not used: it reads patterns differently, and takes forever for some of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union

from s3_glue_rules.model.values import UndecidableError
from s3_glue_rules.resolve.terraform.lifting import FunctionError

LAST = 0x10FFFF
MOST_REPEATS = 1000

Ranges = tuple[tuple[int, int], ...]

_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = ((9, 10), (12, 13), (32, 32))
_PERL = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_POSIX: dict[str, Ranges] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": _DIGIT,
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": _WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
_CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


@dataclass(frozen=True)
class Letter:
    """One character out of some ranges."""

    ranges: Ranges


@dataclass(frozen=True)
class Assertion:
    """A place between characters: ``start``, ``end``, ``line start``, ``line end``, ``word`` or ``no word``."""

    kind: str


@dataclass(frozen=True)
class Group:
    """A capture group."""

    number: int
    inner: Node


@dataclass(frozen=True)
class Concat:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Alternatives:
    """One of several, the first that fits."""

    options: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    """Some number of times (``most`` is None for any number), as often or as seldom as possible."""

    inner: Node
    least: int
    most: int | None
    greedy: bool


Node = Union[Letter, Assertion, Group, Concat, Alternatives, Repeat]


@dataclass(frozen=True)
class Pattern:
    """A pattern that was read: its groups' names (None for groups without), and whether it ignores the case."""

    node: Node
    names: tuple[str | None, ...]
    folds: bool


def parse(text: str) -> Pattern:
    """Read a pattern. Raises FunctionError for one that Go refuses, UndecidableError for one that is not read here."""
    parser = _Parser(text)
    node = parser.alternatives(0)
    if parser.position < len(text):
        raise FunctionError("invalid regexp pattern: unexpected )")
    return Pattern(node, tuple(parser.names), parser.folds)


def complement(ranges: Ranges) -> Ranges:
    """Return all characters that are not in some ranges."""
    rest: list[tuple[int, int]] = []
    following = 0
    for low, high in sorted(ranges):
        if low > following:
            rest.append((following, low - 1))
        following = max(following, high + 1)
    if following <= LAST:
        rest.append((following, LAST))
    return tuple(rest)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.names: list[str | None] = []
        self.folds = False
        self._flags = frozenset[str]()

    def _peek(self, count: int = 1) -> str:
        return self.text[self.position : self.position + count]

    def alternatives(self, depth: int) -> Node:
        if depth > 50:
            raise UndecidableError("the pattern is nested too deeply")
        flags = self._flags
        options = [self._concat(depth)]
        while self._peek() == "|":
            self.position += 1
            options.append(self._concat(depth))
        self._flags = flags
        return options[0] if len(options) == 1 else Alternatives(tuple(options))

    def _concat(self, depth: int) -> Node:
        parts: list[Node] = []
        can_repeat = repeated = False
        while self.position < len(self.text) and self._peek() not in {"|", ")"}:
            repeat = self._repetition()
            if repeat is not None:
                if repeated:
                    raise FunctionError("invalid regexp pattern: invalid nested repetition operator")
                if not can_repeat:
                    raise FunctionError("invalid regexp pattern: missing argument to repetition operator")
                inner = parts.pop()
                if isinstance(inner, Assertion):
                    raise UndecidableError("the pattern repeats a place")
                parts.append(Repeat(inner, repeat[0], repeat[1], repeat[2]))
                repeated = True
                continue
            atom = self._atom(depth)
            can_repeat = can_repeat if atom is None else True
            repeated = False
            if atom is not None:
                parts.append(atom)
            elif self._peek() in {"*", "+", "?", "{"}:
                raise UndecidableError("the pattern repeats a flag")
        return parts[0] if len(parts) == 1 else Concat(tuple(parts))

    def _repetition(self) -> tuple[int, int | None, bool] | None:
        match = re.compile(r"([*+?]|\{([0-9]+)(?:(,)([0-9]*))?\})(\??)").match(self.text, self.position)
        if match is None:
            return None
        sign, low, comma, high, lazy = match.groups()
        least: int
        most: int | None
        if low is None:
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        else:
            if max(len(low), len(high or "")) > 4 or (len(low) > 1 and low[0] == "0"):
                raise UndecidableError("the pattern repeats too often")
            least = int(low)
            most = least if comma is None else int(high) if high else None
            if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
                raise FunctionError("invalid regexp pattern: invalid repeat count")
        self.position = match.end()
        return least, most, (lazy == "") != ("U" in self._flags)

    def _atom(self, depth: int) -> Node | None:
        letter = self._peek()
        if letter == "(":
            return self._group(depth)
        if letter == "[":
            return self._class()
        if letter == "\\":
            return self._escaped()
        self.position += 1
        if letter == ".":
            return Letter(((0, LAST),) if "s" in self._flags else complement(((10, 10),)))
        if letter == "^":
            return Assertion("line start" if "m" in self._flags else "start")
        if letter == "$":
            return Assertion("line end" if "m" in self._flags else "end")
        return self._letter(((ord(letter), ord(letter)),))

    def _letter(self, ranges: Ranges) -> Letter:
        return Letter(self._folded(ranges))

    def _folded(self, ranges: Ranges) -> Ranges:
        if "i" not in self._flags:
            return ranges
        self.folds = True
        if any(high > 127 and (low, high) != (128, LAST) for low, high in ranges):
            raise UndecidableError("the pattern ignores the case of letters outside of ASCII")
        more = [(code ^ 32, code ^ 32) for code in (*range(65, 91), *range(97, 123)) if _within(code, ranges)]
        return (*ranges, *more)

    def _group(self, depth: int) -> Node | None:
        self.position += 1
        flags = self._flags
        number: int | None = None
        if self._peek() == "?":
            match = re.compile(r"\?P?<([^<>=!)]*)>").match(self.text, self.position)
            if match is not None:
                number = self._named(match.group(1))
                self.position = match.end()
            elif self._set_flags():
                return None
        else:
            self.names.append(None)
            number = len(self.names)
        inner = self.alternatives(depth + 1)
        if self._peek() != ")":
            raise FunctionError("invalid regexp pattern: missing closing )")
        self.position += 1
        self._flags = flags
        return Concat((inner,)) if number is None else Group(number, inner)

    def _named(self, name: str) -> int:
        if not re.fullmatch("[A-Za-z0-9_]+", name):
            raise UndecidableError("the name of the group is not read")
        if name in self.names:
            raise UndecidableError("two groups have the same name")
        self.names.append(name)
        return len(self.names)

    def _set_flags(self) -> bool:
        """Read ``?flags)`` or ``?flags:`` and return whether the group ends with them."""
        match = re.compile(r"\?([imsU]*)(?:(-)([imsU]+))?([:)])").match(self.text, self.position)
        if match is None or (match.group(4) == ")" and not match.group(1) and not match.group(3)):
            if self._peek(2) in {"?=", "?!", "?#", "?>"} or self._peek(3) in {"?<=", "?<!"}:
                raise FunctionError("invalid regexp pattern: invalid or unsupported Perl syntax")
            raise UndecidableError("the pattern has flags that are not read")
        self._flags = (self._flags | set(match.group(1))) - set(match.group(3) or "")
        self.position = match.end()
        return match.group(4) == ")"

    def _class(self) -> Letter:
        self.position += 1
        negated = self._peek() == "^"
        self.position += negated
        ranges: list[tuple[int, int]] = []
        first = True
        while first or self._peek() != "]":
            first = False
            if self.position >= len(self.text):
                raise FunctionError("invalid regexp pattern: missing closing ]")
            ranges.extend(self._class_item())
        self.position += 1
        folded = self._folded(tuple(ranges))
        return Letter(complement(folded) if negated else folded)

    def _class_item(self) -> Ranges:
        if self._peek(2) == "[:":
            match = re.compile(r"\[:(\^?)([a-z]+):\]").match(self.text, self.position)
            if match is not None:
                if match.group(2) not in _POSIX:
                    raise FunctionError("invalid regexp pattern: invalid character class range")
                self.position = match.end()
                ranges = _POSIX[match.group(2)]
                return complement(ranges) if match.group(1) else ranges
            if ":]" in self.text[self.position + 2 :]:
                raise UndecidableError("the pattern has a class that is not read")
        perl = self._perl_class()
        if perl is not None:
            return perl
        low = self._class_letter()
        high = low
        if self._peek() == "-" and self._peek(2) not in {"-]", "-"}:
            self.position += 1
            high = self._class_letter()
            if high < low:
                raise FunctionError("invalid regexp pattern: invalid character class range")
        return ((low, high),)

    def _class_letter(self) -> int:
        if self.position >= len(self.text):
            raise FunctionError("invalid regexp pattern: missing closing ]")
        if self._peek() == "\\":
            return self._escape()
        self.position += 1
        return ord(self.text[self.position - 1])

    def _perl_class(self) -> Ranges | None:
        letter = self._peek(2)[1:]
        if self._peek() != "\\" or letter.lower() not in {*_PERL, "p"} or not letter:
            return None
        if letter in "pP":
            raise UndecidableError("the pattern has classes of Unicode")
        self.position += 2
        ranges = _PERL[letter.lower()]
        return complement(ranges) if letter.isupper() else ranges

    def _escaped(self) -> Node:
        perl = self._perl_class()
        if perl is not None:
            # Their letters have both cases, but for two signs outside of ASCII that stand for k and s.
            self.folds = self.folds or "i" in self._flags
            return Letter(perl)
        letter = self._peek(2)[1:]
        places = {"A": "start", "z": "end", "b": "word", "B": "no word"}
        if letter in places and letter:
            self.position += 2
            return Assertion(places[letter])
        if letter in {"Q", "C"}:
            raise UndecidableError("the pattern has escapes that are not read")
        code = self._escape()
        return self._letter(((code, code),))

    def _escape(self) -> int:
        match = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|([\s\S]))").match(self.text, self.position)
        if match is None:
            raise FunctionError("invalid regexp pattern: trailing backslash at end of expression")
        digits, braced, letter = match.groups()
        self.position = match.end()
        if letter is None:
            code = int(digits or braced, 16)
            if code > LAST:
                raise FunctionError("invalid regexp pattern: invalid escape sequence")
            return code
        if letter.isascii() and not letter.isalnum():
            return ord(letter)
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter.isascii() and letter.isdigit() and letter not in "89":
            raise UndecidableError("the pattern has octal escapes or back references")
        raise FunctionError("invalid regexp pattern: invalid escape sequence")


def _within(code: int, ranges: Ranges) -> bool:
    return any(low <= code <= high for low, high in ranges)
