"""Expectations that stand in the fixtures: ``# expect: SGR101`` on the line that opens the resource.

``expect`` (fails), ``conditional``, ``unsure`` (undecided) and ``exempt`` name verdicts; in JSON they are entries of
the resource's Metadata. ``# at: SGR101`` stands on the line where a finding's primary location must be.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from s3_glue_rules.model.answers import Verdict

VERDICTS = {
    "expect": Verdict.FAIL,
    "conditional": Verdict.CONDITIONAL,
    "unsure": Verdict.UNDECIDED,
    "exempt": Verdict.EXEMPT,
}

_HEADER = re.compile(r"""^\s+(?:-\s+)?["']?([^\s"'#]+?)["']?:\s*(?:&\w+\s*)?#""")
_MARKER = re.compile(r"#\s*(expect|conditional|unsure|exempt):\s*(SGR\d{3}.*?)\s*(?=$|#)")
_AT = re.compile(r"#\s*at:\s*(SGR\d{3}(?:\s*,\s*SGR\d{3})*)")
_ITEM = re.compile(r"(SGR\d{3})(?:\s*\((\w+)\))?")


@dataclass(frozen=True, order=True)
class Marker:
    """An expectation: policy, verdict and the logical id of the resource (or the name of the parameter)."""

    policy: str
    verdict: str
    logical_id: str


def read_markers(path: Path) -> set[Marker]:
    """Read the expectations of a template. A marker on a line that opens no resource is an error."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return _json_markers(text)
    found: set[Marker] = set()
    for number, line in enumerate(text.splitlines(), 1):
        for marker in _MARKER.finditer(line):
            header = _HEADER.match(line)
            if header is None:
                raise ValueError(f"{path}:{number}: a marker stands on the line that opens the resource")
            for policy, named in _ITEM.findall(marker.group(2)):
                found.add(Marker(policy, VERDICTS[marker.group(1)].value, named or header.group(1)))
    return found


def read_lines(path: Path) -> set[tuple[str, int]]:
    """Read ``# at:`` markers: policy and line of the primary location."""
    found: set[tuple[str, int]] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = _AT.search(line)
        if match:
            found.update((policy.strip(), number) for policy in match.group(1).split(","))
    return found


def _json_markers(text: str) -> set[Marker]:
    document = json.loads(text)
    found: set[Marker] = set()
    entries = {**document.get("Parameters", {}), **document.get("Resources", {})}
    for logical_id, body in entries.items():
        metadata = body.get("Metadata", {}) if isinstance(body, dict) else {}
        for word, verdict in VERDICTS.items():
            written = metadata.get(word, ())
            for policy in [written] if isinstance(written, str) else written:
                found.add(Marker(policy, verdict.value, logical_id))
    return found
