"""Functions that search texts with regular expressions."""

from __future__ import annotations

from s3_glue_rules.model.values import Absent, Mapping, Sequence, UndecidableError, Value
from s3_glue_rules.resolve.terraform.functions import scalars
from s3_glue_rules.resolve.terraform.functions.calls import Call, function
from s3_glue_rules.resolve.terraform.functions.regex_machine import Machine, Spans
from s3_glue_rules.resolve.terraform.functions.sets import ListSequence
from s3_glue_rules.resolve.terraform.lifting import FunctionError


def _machine(call: Call) -> Machine:
    machine = Machine(call.string(0))
    names = machine.pattern.names
    if None in names and any(name is not None for name in names):
        raise FunctionError("invalid regexp pattern: cannot mix both named and unnamed capture groups")
    return machine


def _group(spans: Spans, number: int, text: str) -> str | None:
    start, end = spans[2 * number], spans[2 * number + 1]
    return None if start is None or end is None else text[start:end]


def _result(call: Call, machine: Machine, spans: Spans, text: str) -> Value:
    names = machine.pattern.names
    if not names:
        return call.known(_group(spans, 0, text) or "")
    found = [_group(spans, number + 1, text) for number in range(len(names))]
    values = tuple(Absent(call.origin) if part is None else call.known(part) for part in found)
    if None in names:
        return Sequence(values, call.origin)
    return Mapping({name or "": value for name, value in zip(names, values, strict=True)}, call.origin)


@function("regex", 2)
def _regex(call: Call) -> Value:
    machine, text = _machine(call), call.string(1)
    spans = machine.search(text)
    if spans is None:
        raise FunctionError("pattern did not match any part of the given string")
    return _result(call, machine, spans, text)


@function("regexall", 2)
def _regexall(call: Call) -> Value:
    machine, text = _machine(call), call.string(1)
    return ListSequence(tuple(_result(call, machine, spans, text) for spans in machine.all(text)), call.origin)


@function("replace", 3)
def _replace(call: Call) -> Value:
    wanted = call.string(1)
    if len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/"):
        return _replace_pattern(call, wanted[1:-1])
    text, new = call.string(0), call.string(2)
    count = text.count(wanted) if wanted else len(text) + 1
    if len(text) + count * len(new) > scalars.MOST_CHARACTERS:
        raise UndecidableError("the text is too long to be put together", call.origin)
    return call.known(text.replace(wanted, new))


def _replace_pattern(call: Call, pattern: str) -> Value:
    machine = Machine(pattern)
    text, template = call.string(0), call.string(2)
    pieces: list[str] = []
    position = last = length = 0
    while position <= len(text):
        spans = machine.search(text, position)
        if spans is None:
            break
        start, end = spans[0] or 0, spans[1] or 0
        pieces.append(text[last:start])
        if end > last or start == 0:
            pieces.append(_expanded(template, machine, spans, text))
            length += len(pieces[-1])
            if length > scalars.MOST_CHARACTERS:
                raise UndecidableError("the text is too long to be put together", call.origin)
        last = end
        position = max(end, position + 1)
    return call.known("".join(pieces) + text[last:])


def _expanded(template: str, machine: Machine, spans: Spans, text: str) -> str:
    """Put what the groups matched into a replacement."""
    pieces: list[str] = []
    length = 0
    while True:
        before, dollar, template = template.partition("$")
        pieces.append(before)
        if not dollar:
            return "".join(pieces)
        if template.startswith("$"):
            pieces.append("$")
            template = template[1:]
            continue
        name, rest = _name(template)
        if name is None:
            pieces.append("$")
            continue
        template = rest
        pieces.append(_named(name, machine, spans, text))
        length += len(pieces[-1])
        if length > scalars.MOST_CHARACTERS:
            raise UndecidableError("the text is too long to be put together")


def _name(template: str) -> tuple[str | None, str]:
    """Return the name of a group at the start of a template (``x`` or ``{x}``) and what follows it."""
    braced = template.startswith("{")
    end = start = int(braced)
    while end < len(template) and (template[end].isalnum() or template[end] == "_"):
        end += 1
    if end == start or (braced and template[end : end + 1] != "}"):
        return None, template
    return template[start:end], template[end + braced :]


def _named(name: str, machine: Machine, spans: Spans, text: str) -> str:
    if name.isascii() and name.isdigit():
        number = int(name) if len(name) < 9 and (name == "0" or name[0] != "0") else len(spans)
        return _group(spans, number, text) or "" if 2 * number + 1 < len(spans) else ""
    names = machine.pattern.names
    return _group(spans, names.index(name) + 1, text) or "" if name in names else ""
