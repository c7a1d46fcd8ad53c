"""Comments by which an author accepts findings."""

from __future__ import annotations

import re

_OURS = re.compile(r"(?:#|//)\s*sgr:\s*ignore\[([A-Z0-9, ]+)\]\s*(.*)")
_CHECKOV = re.compile(r"(?:#|//)\s*checkov:skip=\s*(SGR\d{3}(?:,SGR\d{3})*)(?::\s*(.*))?")


def suppression_comments(text: str) -> dict[int, list[tuple[str, str]]]:
    """Return (policy id, reason) pairs by line (from 1): ``# sgr: ignore[ID] reason``, ``# checkov:skip=ID:reason``.

    The reason of our own form is empty where none is written.
    """
    found: dict[int, list[tuple[str, str]]] = {}
    if "sgr:" not in text and "checkov:skip" not in text:
        return found
    for number, line in enumerate(text.splitlines(), 1):
        match = _OURS.search(line)
        if match:
            reason = match.group(2).strip().removesuffix("*/").strip()
            found.setdefault(number, []).extend((policy.strip(), reason) for policy in match.group(1).split(","))
        match = _CHECKOV.search(line)
        if match:
            reason = (match.group(2) or "").strip() or "checkov:skip"
            found.setdefault(number, []).extend((policy, reason) for policy in match.group(1).split(","))
    return found
