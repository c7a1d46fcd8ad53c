"""The literal texts that a value may be, without deciding anything: for policies that judge the text itself."""

from __future__ import annotations

import re

from s3_glue_rules.model.key_material import describe_key_material
from s3_glue_rules.model.urls import OPEN
from s3_glue_rules.model.values import Absent, Choice, Known, Open, Text, Value


def texts_of(leaf: Value) -> list[str | None]:
    """Return the texts that a value may be, those of every branch and variable included.

    None stands for what is no literal; in a text with other parts it is a mark.
    """
    if isinstance(leaf, Known):
        return [leaf.text()]
    if isinstance(leaf, Absent):
        return []
    if isinstance(leaf, Choice):
        return [*texts_of(leaf.then), *texts_of(leaf.otherwise)]
    if isinstance(leaf, Open):
        variable = leaf.variable
        listed = ([] if variable.default is None else [variable.default]) + list(variable.allowed or ())
        return [_unless_told(variable.name, text) for text in dict.fromkeys(listed)] or [None]
    if isinstance(leaf, Text):
        return _joined([[OPEN if text is None else text for text in texts_of(part)] or [""] for part in leaf.parts])
    return [None]


def _joined(parts: list[list[str]]) -> list[str | None]:
    """Put the first alternatives of all parts together, and then each other one in its place among the first."""
    first = [part[0] for part in parts]
    others = [[*first[:index], other, *first[index + 1 :]] for index, part in enumerate(parts) for other in part[1:]]
    return ["".join(pieces) for pieces in (first, *others)]


def _unless_told(name: str, default: str) -> str:
    """Return the default of a variable, without a key that is told of where the variable is declared."""
    name = re.sub(r"^.*\.", "", name)
    return "" if describe_key_material(name, default) is not None else default
