"""Questions of many items, some of which may be open: an answer that is known decides, whatever is open elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from s3_glue_rules.model.values import UndecidableError

T = TypeVar("T")
R = TypeVar("R")


def all_of(items: Iterable[T], is_true: Callable[[T], bool]) -> bool:
    """Return whether something is true of all items: one of which it is not decides, whatever is open in the others."""
    return not any_of(items, lambda item: not is_true(item))


def any_of(items: Iterable[T], is_true: Callable[[T], bool]) -> bool:
    """Return whether something is true of one item: such a one decides, whatever is open in the others."""
    return first_known(items, lambda item: True if is_true(item) else None) is not None


def first_known(items: Iterable[T], read: Callable[[T], R | None]) -> R | None:
    """Return the first thing that is read of an item, or None. What is not known counts where nothing is read.

    Raises UndecidableError then.
    """
    unknown: UndecidableError | None = None
    for item in items:
        try:
            found = read(item)
        except UndecidableError as error:
            unknown = unknown or error
            continue
        if found is not None:
            return found
    if unknown is not None:
        raise unknown
    return None


def all_true(*questions: Callable[[], bool]) -> bool:
    """Return whether all questions are answered with yes: a no decides, whatever is open in the others."""
    return all_of(questions, lambda question: question())


def certainly(question: Callable[[], bool]) -> bool:
    """Return whether a question is answered with yes; what is open does not count as one."""
    try:
        return question()
    except UndecidableError:
        return False
