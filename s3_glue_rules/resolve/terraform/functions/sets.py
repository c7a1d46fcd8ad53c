"""Collections whose Terraform type is known to be list, set or map.

A plain Sequence is a tuple (what ``[...]`` writes) and a plain Mapping an object (what ``{...}`` writes), as far as
the difference matters: a list has items of one type, and converts what is put into it.
"""

from __future__ import annotations

from dataclasses import dataclass

from s3_glue_rules.model.values import Absent, Known, Mapping, Sequence, UndecidableError, Value


@dataclass(frozen=True, eq=False)
class ListSequence(Sequence):
    """A list: its items have one type."""


@dataclass(frozen=True, eq=False)
class SetSequence(Sequence):
    """A set: its known items are sorted and unique. Items that are not known may turn out to be equal to others."""

    @property
    def has_sure_items(self) -> bool:
        """Whether number and order of the items are certain."""
        return len(self.items) < 2 or all(isinstance(item, (Known, Absent)) for item in self.items)


@dataclass(frozen=True, eq=False)
class MapMapping(Mapping):
    """A map: its values have one type."""


def ordered(sequence: Sequence) -> tuple[Value, ...]:
    """Return the items in Terraform's order.

    Raises UndecidableError for a set whose number or order of items is not known.
    """
    if isinstance(sequence, SetSequence) and not sequence.has_sure_items:
        raise UndecidableError("the order of the set is not known", sequence.origin)
    return sequence.items
