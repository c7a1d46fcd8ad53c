"""Where something stands in a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Union

Step = Union[str, int]
Path = tuple[Step, ...]


@dataclass(frozen=True)
class Span:
    """A region of a file: lines and columns count from 1, the end column is exclusive (as in SARIF).

    ``part`` names a part of the file that counts lines of its own, such as a cell of a notebook with the line in it.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    part: str = ""


class Locator(Protocol):
    """A text that can tell where the value at a path stands."""

    def locate(self, path: Path) -> Span:
        """Return the span of the key (or list item) at the path, or of its nearest ancestor that has one."""
        ...


@dataclass(frozen=True)
class Origin:
    """A place in a text that is turned into a span only when a finding needs it: positions cost time.

    ``written`` is where a value stands that comes from elsewhere: a caller's argument, a file of variables, a default.
    """

    source: Locator
    path: Path
    written: Origin | None = None

    def span(self) -> Span:
        """Return lines and columns of this place."""
        return self.source.locate(self.path)

    def at(self, *steps: Step) -> Origin:
        """Return the place below this one."""
        return Origin(self.source, (*self.path, *steps))


class Nowhere:
    """The locator of values that no text declares, such as those built by tests."""

    def locate(self, path: Path) -> Span:
        """Return an empty span; the path is ignored."""
        del path
        return Span("", 1, 1, 1, 1)


NOWHERE = Origin(Nowhere(), ())
