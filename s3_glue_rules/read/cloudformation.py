"""CloudFormation templates: which files are templates, and what their sections say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s3_glue_rules.model.declarations import Suppression
from s3_glue_rules.model.findings import Problem
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.read.errors import MOST_BYTES, ReadError
from s3_glue_rules.read.source import Source
from s3_glue_rules.read.suppressions import suppression_comments

# A key Resources at the margin (of YAML), or anywhere behind a brace or in quotes.
_LOOKS = re.compile(
    rb"""AWSTemplateFormatVersion|^["']?Resources["']?\s*:"""
    rb"""|[{,]\s*["']?Resources["']?\s*:|^\s*"Resources"\s*:""",
    re.MULTILINE,
)
# First bytes of byte order marks.
_MARKS = (b"\xef", b"\xbb", b"\xbf", b"\xff", b"\xfe")
# YAML whose first line is indented may be so as a whole.
_INDENTED = re.compile(rb"\A(?:[ \t]*(?:\#.*)?\r?\n|---[^\n]*\n)*[ ]+[^\s#]")
_INDENTED_LOOKS = re.compile(rb"""^[ ]+["']?Resources["']?\s*:""", re.MULTILINE)
_SECTIONS = ("Parameters", "Mappings", "Conditions", "Metadata", "Outputs", "Globals", "Rules")

# Transforms that add no resource of the kinds judged here and change no property of them.
_KNOWN_TRANSFORMS = {
    "AWS::Serverless-2016-10-31",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
    "AWS::CodeDeployBlueGreen",
}


@dataclass(eq=False)
class Template:
    """A template that was read. All sections are mappings, empty where the text has none."""

    source: Source
    resources: dict[str, Any]
    sections: dict[str, dict[str, Any]]
    transforms: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    comments: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file, as it was given."""
        return self.source.file

    @property
    def unknown_transforms(self) -> tuple[str, ...]:
        """The macros that may add or change anything at deployment."""
        return tuple(name for name in self.transforms if name not in _KNOWN_TRANSFORMS)

    def origin(self, *steps: str | int) -> Origin:
        """Return the place at a path of the template."""
        return Origin(self.source, steps)


def looks_like_a_template(data: bytes) -> bool:
    """Take a cheap look at a file's bytes: False means that it is certainly no template of ours."""
    if b"\0" in data[:512]:
        data = data.replace(b"\0", b"")
    if data[:1] in _MARKS:
        data = data.lstrip(b"".join(_MARKS))
    if b"AWS::" not in data and b"AWSTemplateFormatVersion" not in data:
        return False
    if _LOOKS.search(data) is not None:
        return True
    return _INDENTED_LOOKS.search(data) is not None and _INDENTED.search(data) is not None


def load_template(path: Path, name: str | None = None, *, certain: bool = False) -> Template | None:
    """Read a file as a template; None where it is something else.

    Where it is certain that the file is meant to be a template, it is read however little it looks like one.

    Raises ReadError for a file that looks like a template and cannot be read as one, and OSError.
    """
    name = name or str(path)
    size = path.stat().st_size
    if size > MOST_BYTES:
        if certain or _huge_looks_like_a_template(path):
            raise ReadError(1, f"it has {size:,} bytes; files above {MOST_BYTES:,} bytes are not read")
        return None
    with path.open("rb") as stream:
        # What has no size, such as a pipe or a device, may have no end either.
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ReadError(1, f"it has more than {MOST_BYTES:,} bytes; it is not read")
    if not certain and not looks_like_a_template(data):
        return None
    return parse_template(decode(data), name)


def _huge_looks_like_a_template(path: Path) -> bool:
    tail = b""
    seen = b""
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            window = tail + chunk
            if _LOOKS.search(window):
                seen += b"R"
            if b"AWS::" in window or b"AWSTemplateFormatVersion" in window:
                seen += b"A"
            if b"R" in seen and b"A" in seen:
                return True
            tail = chunk[-64:]
    return False


def decode(data: bytes) -> str:
    """Decode a file's bytes. Raises ReadError where they are not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReadError(
            line, f"it is not UTF-8 (byte {error.start}); CloudFormation reads UTF-8: save it as that"
        ) from None


def parse_template(text: str, name: str) -> Template | None:
    """Read a text as a template; None where it is something else. Raises ReadError."""
    source = Source(name, text)
    data = source.data
    if not isinstance(data, dict):
        if data is None or isinstance(data, list):
            return None
        raise ReadError(1, "a template is a mapping with the key Resources; this is not")
    if "Resources" not in data:
        if "AWSTemplateFormatVersion" in data:
            raise ReadError(1, "the template has no Resources section")
        return None
    resources = data["Resources"]
    if isinstance(resources, list) and "version" in data and "AWSTemplateFormatVersion" not in data:
        # AWS CodeDeploy lists resources in its own files
        # (https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file.html).
        return None
    if not isinstance(resources, dict):
        line = source.locate(("Resources",)).line
        raise ReadError(line, f"Resources must be a mapping of logical ids to resources; it is {_kind(resources)}")
    template = Template(source, resources, {}, _transforms(data.get("Transform")))
    for section in _SECTIONS:
        content = data.get(section, {})
        if not isinstance(content, dict):
            template.problems.append(
                Problem(
                    name,
                    source.locate((section,)).line,
                    f"{section} must be a mapping; it is {_kind(content)}, which CloudFormation refuses: "
                    "remove it or fill it in",
                )
            )
            content = {}
        template.sections[section] = content
    template.comments = suppression_comments(text)
    return template


def _kind(value: Any) -> str:
    if value is None:
        return "empty (null)"
    return "a list" if isinstance(value, list) else f"{type(value).__name__} {value!r}"[:60]


def _transforms(written: Any) -> tuple[str, ...]:
    items = written if isinstance(written, list) else [written]
    names: list[str] = []
    for item in items:
        if isinstance(item, str):
            names.append(item)
        elif isinstance(item, dict):
            inner = item.get("Fn::Transform", item)
            names.append(str(inner.get("Name", "a transform")) if isinstance(inner, dict) else "a transform")
    return tuple(names)


def suppressions_of(template: Template, logical_id: str, metadata: Any) -> tuple[Suppression, ...]:
    """Return what the author accepts at a resource: comments inside of it, and entries of its Metadata.

    Read are ``# sgr: ignore[SGR101] reason``, ``# checkov:skip=SGR101:reason``, and in Metadata
    ``s3-glue-rules: {ignore: [{id, reason}]}``, ``checkov: {skip: [{id, comment}]}`` and
    ``cfn-lint: {config: {ignore_checks: [...]}}``. A comment of our own form without a reason does not count.
    """
    found: list[Suppression] = []
    origin = template.origin("Resources", logical_id)
    if isinstance(metadata, dict):
        for policy, reason in _metadata_entries(metadata):
            found.append(Suppression(policy, reason, origin))
    if template.comments:
        start, end = _extent(template, logical_id)
        for line, entries in template.comments.items():
            if start <= line < end:
                found.extend(Suppression(policy, reason, origin) for policy, reason in entries if reason)
    return tuple(found)


def _metadata_entries(metadata: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    ours = metadata.get("s3-glue-rules")
    found.extend(
        (str(entry["id"]), str(entry["reason"]))
        for entry in (_list(ours.get("ignore")) if isinstance(ours, dict) else [])
        if isinstance(entry, dict) and entry.get("id") and entry.get("reason")
    )
    checkov = metadata.get("checkov")
    found.extend(
        (str(entry["id"]), str(entry.get("comment") or "Metadata.checkov.skip"))
        for entry in (_list(checkov.get("skip")) if isinstance(checkov, dict) else [])
        if isinstance(entry, dict) and entry.get("id")
    )
    lint = metadata.get("cfn-lint")
    config = lint.get("config") if isinstance(lint, dict) else None
    for entry in _list(config.get("ignore_checks")) if isinstance(config, dict) else []:
        match = re.fullmatch(r"[EW](SGR\d{3})", str(entry))
        if match:
            found.append((match.group(1), "Metadata.cfn-lint ignores it"))
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _extent(template: Template, logical_id: str) -> tuple[int, int]:
    start = template.source.locate(("Resources", logical_id)).line
    ids = list(template.resources)
    index = ids.index(logical_id)
    if index + 1 < len(ids):
        return start, template.source.locate(("Resources", ids[index + 1])).line
    following = [line for name in template.source.data if (line := template.source.locate((name,)).line) > start]
    return start, min(following, default=1 << 60)
