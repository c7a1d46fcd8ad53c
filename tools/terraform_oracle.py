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
from s3_glue_rules.read.hcl import parse_expression
from s3_glue_rules.read.source import ReadError
from s3_glue_rules.resolve.terraform.evaluate import Frame, evaluate
from s3_glue_rules.resolve.terraform.functions import NAMES, Files, SetSequence, encoded_text
from s3_glue_rules.resolve.terraform.functions.scalars import text as scalar_text

COLLECTED = Path(__file__).with_name("terraform_oracle.txt")

FILES = {
    "data.txt": "some text\n",
    "sub/a.json": '{"a": [1, 2.5, null]}',
    "sub/b.txt": "ümlaut",
    "sub/deep/c.json": "[]",
    "table.csv": 'a,b\n1,"x, y"\n',
}

STRINGS = (
    '""', '"a"', '"b"', '"Hello World"', '"añb"', '"a,b,,c"', '"  x "', '"10"', '"true"', '"a.b.c"', '"line1\\nline2\\n"',
    '"arn:aws:s3:::bucket/key"', '"<&>"', '"ÀÉ"', '"abc123"', '"-5"', '"1.50"', '"日本"', '"a-b_c"', '"\\"q\\\\"',
    '"foo"', '"1"', '"x\\ty\\r\\n"', '"YWJj"', '"10.0.0.0/16"', '"$${x}"',
)  # fmt: skip
NUMBERS = ("0", "1", "-1", "2", "3", "2.5", "10", "1000000", "0.1", "-2.5", "255", "1e3", "16", "0.001", "1e21")
BOOLEANS = ("true", "false")
LISTS = (
    "[]", '["a"]', '["a", "b", "a"]', "[1, 2, 3]", '["b", "", "a", null]', '[1, "a", true]', '[["a"], ["b", "c"]]',
    '["x", "y"]', "[true, false]", "[null]", "[0.1, 0.2]", '[{ a = 1 }, { a = "x" }]', '[{ a = 1 }, { b = 2 }]',
    '["1", 1]', 'tolist(["a", 1])', "tolist([])", '["a", ["b", []], null]',
)  # fmt: skip
SETS = ('toset(["b", "a", "b"])', "toset([])", "toset([2, 10, 1])", "toset([true, false])", 'toset(["x", null])')
MAPS = (
    "{}", "{ a = 1 }", '{ b = "x", a = "y" }', "{ a = null, b = true }", "{ a = { b = 1 } }", '{ a = ["x"], b = ["x", "y"] }',
    'tomap({ a = 1, b = "x" })', "tomap({})", '{ "k-1" = [1], ab = false }', "{ a = 1, b = 2, c = 3 }",
)  # fmt: skip
PATTERNS = (
    '"[a-z]+"', '"([a-z])([0-9])?"', '"(?P<x>a)(?P<y>b)?"', '"^a"', '"$"', '"a*"', '"(a|ab)(c|bcd)?"', '"\\\\d+"', '"(?i)hello"',
    '"[^,]*"', '"(?=a)"', '"["', '"\\\\bWorld\\\\b"', '".*?o"', '"(?s)1.l"', '"[[:alpha:]]{2,3}"', '"(b*)*"', '"x|"', '"\\\\w-\\\\w"',
)  # fmt: skip
FORMATS = (
    '"%s"', '"%s-%s"', '"%d"', '"%5.1f|"', '"%v"', '"%#v"', '"%q"', '"%%"', '"%05d"', '"%-6s|"', '"%x"', '"%[2]s%[1]s"', '"a"', '"%e"',
    '"%t"', '"%6s"', '"%b"', '"%+d"', '"%g"', '"%.2s"', '"%z"', '"100%"',
)  # fmt: skip
CIDRS = (
    '"10.0.0.0/8"',
    '"10.1.2.3/16"',
    '"192.168.0.0/24"',
    '"fd00:1::/48"',
    '"10.0.0.0"',
    '"300.0.0.0/8"',
    '"0.0.0.0/0"',
)
PATHS = ('"data.txt"', '"sub/a.json"', '"missing.txt"', '"./sub/b.txt"', '"table.csv"', '"sub"', '"../x"')
JSONS = (
    '"{\\"a\\":[1,2.50,null,true]}"',
    '"[]"',
    '"\\"x\\""',
    '"{"',
    '"nul"',
    '" 1e2 "',
    '"[1,]"',
    '"{\\"b\\":{\\"c\\":\\"\\\\u00e9\\"}}"',
)
YAMLS = (
    '"a: 1\\nb: [x, yes, ~]"', '"- 0x1f\\n- 010\\n- \\"1\\"\\n- 1.50"', '"x"', '"a: |\\n  t\\n  u\\n"', '"no: on"', '"{a: {b: c}}"', '"1_000"',
    '"- 0o17\\n- .5\\n- +3\\n- 1e3\\n- nope\\n- 1.2.3"', '"a:\\n- b\\n- c: d"', '"[1, 2"',
)  # fmt: skip
CSVS = (
    '"a,b\\n1,2\\n"',
    '"a\\n\\"x,\\"\\"y\\"\\n"',
    '"a,b\\n1\\n"',
    '"a,a\\n"',
    '""',
    '"a,b\\n1,\\n,2"',
    '"a\\n\\"x"',
    '"a\\nx\\"y"',
)
POOLS: dict[str, tuple[str, ...]] = {
    "s": STRINGS,
    "n": NUMBERS,
    "b": BOOLEANS,
    "l": LISTS,
    "t": SETS,
    "m": MAPS,
    "r": PATTERNS,
    "f": FORMATS,
    "c": CIDRS,
    "p": PATHS,
    "j": JSONS,
    "y": YAMLS,
    "v": CSVS,
    "i": ("0", "1", "2", "-1", "3", "5"),
    "8": ('"UTF-8"', '"UTF-16LE"', '"UTF-16BE"'),
    "k": ('"a"', '"b"', '"zz"', '"k-1"'),
    "e": ('""', '"YWJj"', '"YQ=="', '"YQ"', '"/w=="', '"w6k="', '"YQ==\\n"'),
    "g": ('"*"', '"**"', '"**/*.json"', '"sub/*.{json,txt}"', '"*.?sv"', '"nothing*"'),
    "w": ('"/[ab]/"', '"/(b)/"', '"/\\\\./"', '"a"', '""', '","', '"//"', '"/(?P<x>l+)/"'),
    "z": ('"$1"', '"[$0]"', '""', '"-"', '"$${x}y"', '"$$"', '"$1x"'),
}
ANY = "snblm"

# The kinds of arguments that each function is tried with.
SHAPES: dict[str, tuple[str, ...]] = {
    "abs": ("n",), "alltrue": ("l",), "anytrue": ("l",), "base64decode": ("e", "s"), "base64encode": ("s",),
    "base64sha256": ("s",), "base64sha512": ("s",), "basename": ("s", "p"), "ceil": ("n",), "chomp": ("s",),
    "chunklist": ("li",), "cidrhost": ("ci",), "cidrnetmask": ("c",), "cidrsubnet": ("cii",), "cidrsubnets": ("cii", "ciii"),
    "coalesce": ("ss", "sns", "ll", "mm", "sb"), "coalescelist": ("ll", "lll"), "compact": ("l", "t"),
    "concat": ("ll", "lll", "lt"), "contains": ("ls", "ln", "ts", "ll"), "csvdecode": ("v",), "dirname": ("s", "p"),
    "distinct": ("l", "t"), "element": ("li", "ti"), "endswith": ("ss", "sk"), "file": ("p",), "filebase64": ("p",),
    "filebase64sha256": ("p",), "filebase64sha512": ("p",), "fileexists": ("p",), "filemd5": ("p",), "fileset": ("pg",),
    "filesha1": ("p",), "filesha256": ("p",), "filesha512": ("p",), "flatten": ("l", "t"), "floor": ("n",),
    "format": ("f", "fs", "fn", "fss", "fb", "fl", "fm"), "formatlist": ("fl", "fls", "fll", "ft"), "indent": ("is",),
    "index": ("ls", "ln"), "join": ("sl", "sll", "st"), "jsondecode": ("j",), "jsonencode": ("s", "n", "l", "m", "t", "b"),
    "keys": ("m",), "length": ("l", "m", "s", "t"), "log": ("nn",), "lookup": ("mk", "mks", "mkn", "mkl"), "lower": ("s",),
    "matchkeys": ("lll",), "max": ("nn", "nnn", "ns"), "md5": ("s",), "merge": ("mm", "mmm", "m"), "min": ("nn", "nnn"),
    "nonsensitive": ("s", "l"), "one": ("l", "t"), "parseint": ("sn", "si"), "pathexpand": ("p",), "pow": ("nn", "ii"),
    "range": ("n", "ii", "iin"), "regex": ("rs",), "regexall": ("rs",), "replace": ("sss", "swz"), "reverse": ("l", "t"),
    "sensitive": (), "setintersection": ("ll", "tl", "tt"), "setproduct": ("ll", "lt", "lll"), "setsubtract": ("ll", "tt"),
    "setunion": ("ll", "tl", "l"), "sha1": ("s",), "sha256": ("s",), "sha512": ("s",), "signum": ("n",), "slice": ("lii",),
    "sort": ("l", "t"), "split": ("ss", "ks"), "startswith": ("ss", "sk"), "strcontains": ("ss", "sk"), "strrev": ("s",),
    "substr": ("sii",), "sum": ("l", "t"), "textdecodebase64": ("e8",), "textencodebase64": ("s8",), "title": ("s",),
    "tobool": ("s", "b", "n"), "tolist": ("l", "t"), "tomap": ("m",), "tonumber": ("s", "n", "b"), "toset": ("l", "t"),
    "tostring": ("s", "n", "b"), "transpose": ("m",), "trim": ("ss", "sk"), "trimprefix": ("ss", "sk"), "trimspace": ("s",),
    "trimsuffix": ("ss", "sk"), "upper": ("s",), "urlencode": ("s",), "uuidv5": ("ks",), "values": ("m",),
    "yamldecode": ("y",), "yamlencode": ("s", "l", "m", "n"), "zipmap": ("ll",),
}  # fmt: skip

# Functions that give a value of a kind, to be nested.
NESTED = {
    "s": (
        "lower(s)",
        "join(s, l)",
        "tostring(n)",
        'replace(s, "a", s)',
        "substr(s, i, i)",
        "jsonencode(m)",
        'format("%s", s)',
    ),
    "n": ("length(l)", "max(n, n)", "abs(n)", "ceil(n)", "tonumber(s)"),
    "b": ("contains(l, s)", "startswith(s, s)", "tobool(s)", "n > n"),
    "l": (
        "concat(l, l)",
        "split(s, s)",
        "keys(m)",
        "values(m)",
        "reverse(l)",
        "tolist(t)",
        "[s, n]",
        "[for x in l : x]",
    ),
    "t": ("toset(l)", "setunion(t, t)"),
    "m": ("merge(m, m)", "zipmap(l, l)", "{ a = s, b = n }", "{ for k, v in m : k => v }"),
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
    return text.replace("in l", f"in {chance.choice(LISTS)}").replace("in m", f"in {chance.choice(MAPS)}")


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
            print(
                f"{outcome.verdict}: {outcome.expression}\n  terraform: {outcome.terraform}\n  evaluator: {outcome.ours}"
            )
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
