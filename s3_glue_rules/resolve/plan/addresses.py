"""Addresses and references of Terraform as a plan writes them, such as ``module.a["x"].aws_s3_bucket.this[0].id``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Union

Key = Union[str, int, None]
Steps = tuple[Union[str, int], ...]

_STEP = re.compile(r'\.?([^.\[\]"]+)|\[("(?:[^"\\]|\\.)*"|\d+)\]')


def steps_of(text: str) -> tuple[tuple[str, Key], ...]:
    """Split an address or reference into names, each with the key in brackets behind it (None without one).

    A second pair of brackets is a step without a name. What cannot be read ends the address.
    """
    found: list[tuple[str, Key]] = []
    position = 0
    while (match := _STEP.match(text, position)) is not None:
        position = match.end()
        name, key = match.groups()
        if name is not None:
            found.append((name, None))
        elif found and found[-1][1] is None and found[-1][0]:
            found[-1] = (found[-1][0], _key(key))
        else:
            found.append(("", _key(key)))
    return tuple(found)


def flat(steps: Iterable[tuple[str, Key]]) -> Steps:
    """Return steps as one path of names and keys."""
    path: list[str | int] = []
    for name, key in steps:
        if name:
            path.append(name)
        if key is not None:
            path.append(key)
    return tuple(path)


def module_of(address: str) -> str:
    """Return the module part of the address of a resource (empty for the root module)."""
    return next(reversed([module for module, _, _ in module_parts(address)]), "")


_MODULE = re.compile(r'module\.[^.\[\]"]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.?')


def module_parts(address: str) -> Iterator[tuple[str, str, Key]]:
    """Yield (address of the module instance, name of its call, its key) for each module on an address's way."""
    position = 0
    while (match := _MODULE.match(address, position)) is not None:
        position = match.end()
        _, (name, key) = steps_of(match.group().removesuffix("."))
        yield address[:position].removesuffix("."), name, key


def heads(references: Iterable[object]) -> list[str]:
    """Return the references themselves: a plan writes behind each one its shorter prefixes."""
    found: list[str] = []
    last = ""
    for reference in references:
        if not isinstance(reference, str):
            continue
        if not (len(reference) < len(last) and last.startswith((f"{reference}.", f"{reference}["))):
            found.append(reference)
            last = reference
    return list(dict.fromkeys(found))


def _key(written: str) -> str | int:
    if not written.startswith('"'):
        return int(written) if len(written) < 18 else written  # longer ones are no index of anything
    try:
        text = str(json.loads(written, strict=False))
    except ValueError:
        text = written[1:-1]
    return text.replace("$${", "${").replace("%%{", "%{")
