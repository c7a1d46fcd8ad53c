"""Compares the evaluator of Terraform's expressions with Terraform itself.

``python tools/terraform_oracle.py`` evaluates some hundred expressions (a list that was collected, and others that
are made up from a fixed seed) with both. Each must come out the same, or be unknown to the evaluator; differences
are listed, and the exit status is 1 where there is one. Two runs of ``terraform`` take all expressions; no provider
is needed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import (
    Absent,
    Encoded,
    Impossible,
    Known,
    Mapping,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
)
from s3_glue_rules.read.errors import ReadError
from s3_glue_rules.read.hcl import parse_expression
from s3_glue_rules.resolve.terraform.expressions import Frame, evaluate
from s3_glue_rules.resolve.terraform.functions import NAMES, Files, SetSequence, encoded_text
from s3_glue_rules.resolve.terraform.functions.scalars import text as scalar_text

# Expressions that were collected, one a line; and what others are made of: literals by kind (a letter), the kinds of
# arguments that each function is tried with, and calls that give a value of a kind.
COLLECTED = Path(__file__).with_name("terraform_oracle.txt")
PARTS: dict[str, dict[str, list[str]]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
POOLS, SHAPES, NESTED = PARTS["literals"], PARTS["arguments"], PARTS["calls"]
ANY = "snblm"

FILES = {
    "data.txt": "some text\n",
    "sub/a.json": '{"a": [1, 2.5, null]}',
    "sub/b.txt": "ümlaut",
    "sub/deep/c.json": "[]",
    "table.csv": 'a,b\n1,"x, y"\n',
}


@dataclass(frozen=True)
class Outcome:
    """One expression: what Terraform says (JSON text, None for an error, "unknown"), and what the evaluator says."""

    expression: str
    terraform: str | None
    ours: Value
    verdict: str


class ConstantNames:
    """A module that declares nothing."""

    def __init__(self, folder: Path) -> None:
        self.files = Files(folder, folder)

    def name(self, word: str, origin: Origin) -> Value:
        """Return nothing that is known."""
        return Unknown(f"{word} is not declared", origin)

    def followed(self, reference: Reference) -> Value:
        """Return nothing that is known."""
        return Unknown(reference.why_unknown(), reference.origin)

    def stands_for_all(self, reference: Reference) -> bool:
        """Return that there are no instances."""
        del reference
        return False

    def spend(self, origin: Origin) -> None:
        """Set no bound."""


def evaluated(text: str, folder: Path) -> Value:
    """Return what the evaluator says of an expression that refers to nothing."""
    try:
        return evaluate(parse_expression(text), Frame(ConstantNames(folder)))
    except ReadError as error:
        return Unknown(error.message)


def expressions(count: int, seed: int = 20240229) -> list[str]:
    """Return the collected expressions, and ``count`` that are made up for each function."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    found = [line for line in COLLECTED.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    for name in sorted(SHAPES):
        for index in range(count if SHAPES[name] else 0):
            shape = SHAPES[name][index % len(SHAPES[name])]
            found.append(f"{name}({', '.join(_argument(chance, kind, index) for kind in shape)})")
    return list(dict.fromkeys(found))


def _argument(chance: random.Random, kind: str, index: int) -> str:
    if index > 2 and chance.random() < 0.08:
        return "null"
    if index > 2 and chance.random() < 0.1:
        kind = chance.choice(ANY)
    if kind in NESTED and chance.random() < 0.25:
        return _nested(chance, kind)
    return chance.choice(POOLS[kind])


def _nested(chance: random.Random, kind: str) -> str:
    shape = chance.choice(NESTED[kind])
    out: list[str] = []
    for position, letter in enumerate(shape):
        around = shape[position - 1 : position] + shape[position + 1 : position + 2]
        alone = letter in "snbltmi" and not any(sign.isalnum() or sign in '"=%' for sign in around)
        out.append(chance.choice(POOLS[letter]) if alone and " for " not in f" {shape}" else letter)
    text = "".join(out)
    return text.replace("in l", f"in {chance.choice(POOLS['l'])}").replace("in m", f"in {chance.choice(POOLS['m'])}")


def terraform_says(texts: list[str], folder: Path) -> list[str | None]:
    """Return the JSON text of each expression's value, None for an error and ``unknown`` where Terraform waits."""
    blocks = (
        f'output "o{i}" {{\n  value = try(jsonencode({{ ok = {text} }}), null)\n}}\n' for i, text in enumerate(texts)
    )
    (folder / "main.tf").write_text("".join(blocks), encoding="utf-8")
    config = folder / "terraform.rc"
    config.write_text("", encoding="utf-8")
    environment = os.environ | {
        "TF_CLI_CONFIG_FILE": str(config),
        "CHECKPOINT_DISABLE": "1",
        "TF_DATA_DIR": str(folder / ".tf"),
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"terraform {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    run("plan", "-no-color", "-input=false", "-out=plan")
    plan = json.loads(run("show", "-json", "plan"))
    outputs, changes = plan["planned_values"]["outputs"], plan.get("output_changes", {})
    found: list[str | None] = []
    for index in range(len(texts)):
        name = f"o{index}"
        unknown = changes.get(name, {}).get("after_unknown") is True
        found.append("unknown" if unknown else outputs.get(name, {}).get("value"))
    return found


def matches(ours: Value, theirs: Any) -> bool:
    """Return whether a value of ours is one of Terraform's, given as JSON. What is unknown fits anything."""
    if isinstance(ours, Encoded):
        text = encoded_text(ours)
        return text is None or text == theirs
    if isinstance(ours, Known):
        if isinstance(ours.value, str) or isinstance(theirs, (str, bool)) or theirs is None:
            return type(ours.value) is type(theirs) and ours.value == theirs
        return (
            not isinstance(ours.value, bool)
            and isinstance(theirs, Decimal)
            and Decimal(scalar_text(ours.value)) == theirs
        )
    if isinstance(ours, Absent):
        return theirs is None
    if isinstance(ours, Text):
        parts = (re.escape(scalar_text(part.value)) if isinstance(part, Known) else ".*" for part in ours.parts)
        return isinstance(theirs, str) and re.fullmatch("".join(parts), theirs, re.DOTALL) is not None
    if isinstance(ours, Sequence):
        if isinstance(ours, SetSequence) and not ours.has_sure_items:
            # Items that are not known may be equal to others, and stand anywhere.
            fitting = all(any(matches(item, other) for other in theirs) for item in ours.items)
            return fitting and len(ours.items) >= len(theirs)
        if not isinstance(theirs, list) or len(ours.items) != len(theirs):
            return False
        return all(matches(item, other) for item, other in zip(ours.items, theirs, strict=True))
    if isinstance(ours, Mapping):
        if not isinstance(theirs, dict) or (ours.complete and ours.entries.keys() != theirs.keys()):
            return False
        return all(name in theirs and matches(value, theirs[name]) for name, value in ours.entries.items())
    return isinstance(ours, Unknown)


def partly_unknown(value: Value) -> bool:
    """Return whether something in a value is unknown: it may be what Terraform refuses."""
    if isinstance(value, Encoded):
        return partly_unknown(value.content)
    if isinstance(value, Sequence):
        return any(partly_unknown(item) for item in value.items)
    if isinstance(value, Mapping):
        return not value.complete or any(partly_unknown(entry) for entry in value.entries.values())
    return isinstance(value, (Unknown, Text))


def judged(ours: Value, theirs: str | None) -> str:
    """Return ``same``, ``unknown``, ``error on both``, ``not comparable`` or ``different``."""
    if isinstance(ours, Unknown):
        return "unknown"
    if theirs == "unknown":
        return "not comparable"
    if theirs is None and partly_unknown(ours):
        return "unknown"
    if theirs is None or isinstance(ours, Impossible):
        return "error on both" if theirs is None and isinstance(ours, Impossible) else "different"
    value = json.loads(theirs, parse_float=Decimal, parse_int=Decimal)["ok"]
    return "same" if matches(ours, value) else "different"


def outcomes(count: int) -> list[Outcome]:
    """Evaluate all expressions with both."""
    texts = expressions(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for path, content in FILES.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content, encoding="utf-8")
        ours = [evaluated(text, folder) for text in texts]
        theirs = terraform_says(texts, folder)
    rows = zip(texts, theirs, ours, strict=True)
    return [Outcome(text, said, value, judged(value, said)) for text, said, value in rows]


def main() -> int:
    """Run the comparison and print the counts and the differences."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=12, help="expressions that are made up for each function")
    parser.add_argument("--unknown", action="store_true", help="list what is unknown to the evaluator, too")
    options = parser.parse_args()
    found = outcomes(options.count)
    counts = Counter(outcome.verdict for outcome in found)
    print(
        f"{len(found)} expressions: " + ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    )
    untried = sorted(NAMES - {name for name in NAMES if any(f"{name}(" in outcome.expression for outcome in found)})
    print(f"functions that are not tried: {', '.join(untried)}")
    for outcome in found:
        if outcome.verdict == "different" or (options.unknown and outcome.verdict == "unknown"):
            print(f"{outcome.verdict}: {outcome.expression}")
            print(f"  terraform: {outcome.terraform}\n  evaluator: {outcome.ours}")
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
