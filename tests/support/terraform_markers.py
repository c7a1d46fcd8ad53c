"""Expectations in Terraform fixtures: comments on the line that opens a resource, for all of its instances or some.

``# expect: SGR101`` speaks of every instance, ``# expect: SGR101 (["a"])`` of those with the key, and
``# expect: SGR101 (module.weak)`` of those in a module. In JSON they stand in the comment property ``//``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from s3_glue_rules.model.answers import Verdict
from s3_glue_rules.model.findings import Finding
from tests.support.markers import VERDICTS

SPOKEN = {Verdict.FAIL, Verdict.CONDITIONAL, Verdict.UNDECIDED, Verdict.EXEMPT}

_MARKER = re.compile(r"#\s*(expect|conditional|unsure|exempt):\s*(SGR\d{3}.*?)\s*(?=$|#)")
_ITEM = re.compile(r"(SGR\d{3})(?:\s*\(((?:[^()\"]|\"[^\"]*\")*)\))?")
_AT = re.compile(r"#\s*at:\s*(SGR\d{3}(?:\s*,\s*SGR\d{3})*)")
_HEADER = re.compile(r"^\s*(resource|variable)\s")


@dataclass(frozen=True, order=True)
class Expectation:
    """What a marker says. ``logical_id`` is only known in JSON, ``line`` only in HCL."""

    policy: str
    verdict: str
    file: str
    line: int
    selector: str
    logical_id: str = ""


Said = tuple[str, str, str]


def files_of(folder: Path) -> list[Path]:
    """Return the configuration files of a fixture, those of its modules included."""
    found = [path for pattern in ("*.tf", "*.tf.json", "*.tofu") for path in folder.rglob(pattern)]
    return sorted(path for path in found if ".terraform" not in path.parts)


def expectations(folder: Path) -> set[Expectation]:
    """Return all markers of a fixture. A marker on a line that opens no block is an error."""
    found: set[Expectation] = set()
    for path in files_of(folder):
        text = path.read_text(encoding="utf-8")
        found |= _in_json(path, text) if path.name.endswith(".json") else _in_hcl(path, text)
    return found


def _in_hcl(path: Path, text: str) -> set[Expectation]:
    found: set[Expectation] = set()
    for number, line in enumerate(text.splitlines(), 1):
        for marker in _MARKER.finditer(line):
            if _HEADER.match(line) is None:
                raise ValueError(f"{path}:{number}: a marker stands on the line that opens the block")
            verdict = VERDICTS[marker.group(1)].value
            for policy, selector in _ITEM.findall(marker.group(2)):
                found.add(Expectation(policy, verdict, str(path), number, selector))
    return found


def _in_json(path: Path, text: str) -> set[Expectation]:
    found: set[Expectation] = set()
    for kind, named in json.loads(text).get("resource", {}).items():
        for name, body in named.items():
            for word, items in re.findall(r"(\w+):\s*(SGR\d{3}.*)", str(body.get("//", ""))):
                for policy, selector in _ITEM.findall(items):
                    verdict = VERDICTS[word].value
                    found.add(Expectation(policy, verdict, str(path), 0, selector, f"{kind}.{name}"))
    return found


def lines_of(folder: Path) -> set[tuple[str, str, int]]:
    """Return ``# at:`` markers: policy, file and line of a primary location."""
    return {
        (policy.strip(), str(path), number)
        for path in files_of(folder)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in _AT.finditer(line)
        for policy in match.group(1).split(",")
    }


def wanted(folder: Path, findings: list[Finding]) -> set[Said]:
    """Return what the markers want to be said of which address. One that fits no resource wants something odd."""
    said: set[Said] = set()
    for expectation in expectations(folder):
        fitting = [finding.address for finding in findings if _fits(expectation, finding)]
        odd = f"{expectation.file}:{expectation.line}:{expectation.logical_id}:{expectation.selector}"
        said.update((expectation.policy, expectation.verdict, address) for address in fitting or [odd])
    return said


def _fits(expectation: Expectation, finding: Finding) -> bool:
    if finding.policy != expectation.policy or str(Path(finding.header.file).resolve()) != expectation.file:
        return False
    if expectation.logical_id:
        if finding.logical_id != expectation.logical_id:
            return False
    elif finding.header.line != expectation.line:
        return False
    selector = expectation.selector
    if selector.startswith("["):
        return finding.address.endswith(selector)
    return not selector or finding.address.startswith(f"{selector}.")


def spoken(findings: list[Finding]) -> set[Said]:
    """Return what findings say of which address."""
    return {
        (finding.policy, finding.verdict.value, finding.address) for finding in findings if finding.verdict in SPOKEN
    }
