"""Where a value goes: arguments of calls, results of functions, and what is stored.

A value goes along in what is made of it and still holds it (encoded, joined, put into a list). It does not go along in
what is computed from it and hides it: a hash, a ciphertext, a length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from s3_glue_rules.model.code.apis import api_of
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import (
    Call,
    CodeValue,
    Entries,
    Formatted,
    Imported,
    Items,
    Member,
    Result,
)
from s3_glue_rules.model.spans import Origin

_DEEPEST = 10

# Functions whose results hold what they are handed.
_FORMS = {
    "str", "bytes", "bytearray", "memoryview", "repr", "ascii", "list", "tuple", "set", "dict", "sorted", "reversed",
    "base64.b64encode", "base64.urlsafe_b64encode", "base64.standard_b64encode", "base64.b32encode", "base64.b16encode",
    "base64.b85encode", "base64.a85encode", "base64.encodebytes", "binascii.hexlify", "binascii.b2a_hex",
    "binascii.b2a_base64", "codecs.encode", "codecs.decode", "json.dumps", "pickle.dumps", "yaml.dump",
    "yaml.safe_dump", "io.BytesIO", "io.StringIO", "struct.pack", "copy.copy", "copy.deepcopy",
}  # fmt: skip
# Methods of texts, bytes and numbers whose results hold what they are called on, or what they are handed.
_METHODS = {
    "hex", "decode", "encode", "strip", "rstrip", "lstrip", "upper", "lower", "ljust", "rjust", "zfill", "replace",
    "join", "format", "tobytes", "split", "values", "items", "copy", "getvalue", "read",
}  # fmt: skip

# Attributes of ciphers that are no keys.
_BESIDE = {"nonce", "iv", "tag", "block_size", "key_size", "name", "closed"}

Source = Callable[[CodeValue], bool]
Form = Callable[[Call], bool]


@dataclass(frozen=True, eq=False)
class Use:
    """A place where a value goes: an argument of a call (by name, empty by position), else a result or a store.

    ``on`` says that the call is a method of the value.
    """

    origin: Origin
    call: Call | None = None
    argument: str = ""
    on: bool = False


class Flow:
    """Follows one source through a module. ``more`` are further calls whose results hold what they are handed."""

    def __init__(self, module: Module, source: Source, more: Form | None = None) -> None:
        self._module = module
        self._source = source
        self._more = more
        self._known: dict[int, tuple[CodeValue, bool]] = {}

    def holds(self, value: CodeValue, depth: int = 0) -> bool:
        """Return whether a value holds the source."""
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        if depth > _DEEPEST:
            return False
        self._known[id(value)] = (value, False)
        found = any(self._is_held_by(option, depth + 1) for option in self._module.options(value))
        self._known[id(value)] = (value, found)
        return found

    def _is_held_by(self, value: CodeValue, depth: int) -> bool:
        if self._source(value):
            return True
        if isinstance(value, Formatted):
            return any(self.holds(part, depth) for part in value.parts)
        if isinstance(value, Items):
            return any(self.holds(item, depth) for item in value.items)
        if isinstance(value, Entries):
            return any(self.holds(entry, depth) for entry in value.entries.values())
        if isinstance(value, Member):
            # An item or attribute of what holds it: of a list that was not followed, of a stream.
            return value.name not in _BESIDE and self._is_part_of_held(value, depth)
        return isinstance(value, Result) and self.is_form(value.call) and self._is_handed(value.call, depth)

    def _is_part_of_held(self, value: Member, depth: int) -> bool:
        return any(
            isinstance(option, (Result, Formatted)) and not self._source(option) and self._is_held_by(option, depth + 1)
            for option in self._module.options(value.of)
        )

    def _is_handed(self, call: Call, depth: int) -> bool:
        if isinstance(call.callee, Member) and self.holds(call.callee.of, depth):
            return True
        return any(self.holds(given, depth) for _, given in call.given)

    def is_form(self, call: Call) -> bool:
        """Return whether the result of a call holds what the call is handed, or is called on."""
        if self._more is not None and self._more(call):
            return True
        for callee in self._module.options(call.callee):
            if isinstance(callee, Member) and callee.name in _METHODS and not callee.is_item:
                return True
            if isinstance(callee, Imported) and callee.name in _FORMS:
                return True
        return False

    def uses(self) -> Iterator[Use]:
        """Yield the places where the source goes, those where it only takes another form left out."""
        for call in self._module.calls:
            is_form = self.is_form(call)
            if isinstance(call.callee, Member) and not is_form and self.holds(call.callee.of):
                yield Use(call.origin, call, on=True)
            for name, given in call.given:
                if not is_form and self.holds(given):
                    yield Use(call.origin, call, name)
        for stored in (*self._module.returned, *self._module.stored):
            if self.holds(stored.value):
                yield Use(stored.origin)


def name_called(module: Module, call: Call) -> str:
    """Return the one name of what a call calls, its callee followed where it was not."""
    if call.api:
        return call.api
    for callee in module.options(call.callee):
        if isinstance(callee, (Imported, Member)):
            return api_of(Call(call.site, callee, call.arguments, call.origin, call.keywords))
    return ""
