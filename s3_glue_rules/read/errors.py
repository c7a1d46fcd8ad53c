"""What every reader raises, and the bounds that all of them keep."""

from __future__ import annotations

MOST_BYTES = 16 * 1024 * 1024
MOST_NODES = 500_000
MOST_DEPTH = 200


class ReadError(Exception):
    """A file that cannot be read: the line (from 1) and what is wrong."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
