"""Questions of many items, some of which may be open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from s3_glue_rules.model.values import UndecidableError

T = TypeVar("T")


def all_of(items: Iterable[T], is_true: Callable[[T], bool]) -> bool:
    """Return whether something is true of all items: one of which it is not decides, whatever is open in the others."""
    return not any_of(items, lambda item: not is_true(item))


def any_of(items: Iterable[T], is_true: Callable[[T], bool]) -> bool:
    """Return whether something is true of one item: such a one decides, whatever is open in the others."""
    unknown: UndecidableError | None = None
    for item in items:
        try:
            if is_true(item):
                return True
        except UndecidableError as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown
    return False
