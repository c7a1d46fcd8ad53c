"""CDK cloud assemblies: the stacks that a ``cdk.out`` lists, and what it knows about their constructs.

Read are the manifest (stacks, nested assemblies of Stages), and the metadata of each stack, which newer versions of
the CDK write to ``<Stack>.metadata.json`` and older ones into the manifest
(https://docs.aws.amazon.com/cdk/api/v2/docs/cloud-assembly-schema-readme.html).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s3_glue_rules.read.errors import ReadError

PLUGIN = "s3-glue-rules"

_FRAME = re.compile(r"\(?((?:[A-Za-z]:)?[^()\s:]+\.[A-Za-z]+:\d+(?::\d+)?)\)?\s*$")
_FOREIGN = re.compile(r"node_modules|jsii|site-packages|^node:|<anonymous>|internal/")


@dataclass(eq=False)
class AssemblyStack:
    """A top-level stack of an assembly: id, template file, CloudFormation stack name, environment, metadata."""

    identifier: str
    template: Path
    stack_name: str
    environment: dict[str, str]
    metadata: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def entries(self, kind: str) -> dict[str, Any]:
        """Return the data of the metadata entries of a kind, by construct path (without the leading slash)."""
        return {
            path.lstrip("/"): entry.get("data")
            for path, items in self.metadata.items()
            for entry in items
            if isinstance(entry, dict) and entry.get("type") == kind
        }


def read_assembly(folder: Path) -> list[AssemblyStack]:
    """Return all stacks of an assembly, those of its Stages included. Raises ReadError for a broken manifest."""
    return _read(folder, set())


def _read(folder: Path, seen: set[Path]) -> list[AssemblyStack]:
    seen.add(folder.resolve())
    manifest = _load(folder / "manifest.json")
    artifacts = manifest.get("artifacts", {}) if isinstance(manifest, dict) else None
    if not isinstance(artifacts, dict):
        raise ReadError(1, f"{folder / 'manifest.json'}: artifacts is not a mapping; synthesize the app again")
    stacks: list[AssemblyStack] = []
    for identifier, artifact in artifacts.items():
        if not isinstance(artifact, dict):
            continue
        properties = artifact.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        if artifact.get("type") == "aws:cloudformation:stack":
            stacks.append(_stack(folder, identifier, artifact, properties))
        elif artifact.get("type") == "cdk:cloud-assembly":
            inner = folder / str(properties.get("directoryName", ""))
            if inner.resolve() not in seen:
                stacks.extend(_read(inner, seen))
    return stacks


def _stack(folder: Path, identifier: str, artifact: dict[str, Any], properties: dict[str, Any]) -> AssemblyStack:
    template = properties.get("templateFile")
    if not isinstance(template, str):
        raise ReadError(1, f"{folder / 'manifest.json'}: the stack {identifier} names no template")
    environment: dict[str, str] = {}
    match = re.fullmatch(r"aws://([^/]+)/(.+)", str(artifact.get("environment", "")))
    if match:
        if match.group(1) != "unknown-account":
            environment["AWS::AccountId"] = match.group(1)
        if match.group(2) != "unknown-region":
            environment["AWS::Region"] = match.group(2)
    metadata = artifact.get("metadata")
    extra = properties.get("additionalMetadataFile", artifact.get("additionalMetadataFile"))
    merged: dict[str, list[dict[str, Any]]] = {}
    if isinstance(metadata, dict):
        merged = {path: entries for path, entries in metadata.items() if isinstance(entries, list)}
    if isinstance(extra, str) and (folder / extra).is_file():
        loaded = _load(folder / extra)
        if isinstance(loaded, dict):
            for path, entries in loaded.items():
                if isinstance(entries, list):
                    merged[path] = [*merged.get(path, []), *entries]
    name = properties.get("stackName") or artifact.get("displayName") or identifier
    return AssemblyStack(identifier, folder / template, str(name).split(" ")[0], environment, merged)


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ReadError(error.lineno, f"{path}: it is not valid JSON: {error.msg}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ReadError(1, f"{path}: it cannot be read: {error}") from None


class AssemblyHints:
    """Acknowledgements, source lines and construct paths of one top-level stack and its nested stacks."""

    def __init__(self, stack: AssemblyStack) -> None:
        self._acknowledged = stack.entries("aws:cdk:acknowledged-rules")
        self._stacks = stack.entries("aws:cdk:creationStack")
        self._traces: dict[str, list[str]] = {}
        self._paths: dict[str, list[str]] = {}
        for path, items in stack.metadata.items():
            for entry in items:
                if isinstance(entry, dict) and entry.get("type") == "aws:cdk:logicalId":
                    self._paths.setdefault(str(entry.get("data")), []).append(path.lstrip("/"))
                    if isinstance(entry.get("trace"), list):
                        self._traces[path.lstrip("/")] = entry["trace"]

    def suppressions(self, construct_path: str, logical_id: str) -> tuple[tuple[str, str], ...]:
        """Return what ``Validations.of(construct).acknowledge()`` accepts at the construct and those above it."""
        del logical_id
        found: list[tuple[str, str]] = []
        parts = construct_path.split("/")
        for length in range(len(parts), 0, -1):
            rules = self._acknowledged.get("/".join(parts[:length]))
            for rule, reason in rules.items() if isinstance(rules, dict) else ():
                plugin, _, policy = str(rule).rpartition("::")
                if plugin in {PLUGIN, "Annotation"}:
                    found.append((policy, str(reason)))
        return tuple(found)

    def source_line(self, construct_path: str, logical_id: str) -> str | None:
        """Return the first frame of the creation stack that is the author's."""
        del logical_id
        parts = construct_path.split("/")
        for length in range(len(parts), 0, -1):
            path = "/".join(parts[:length])
            frames = self._stacks.get(path) or self._traces.get(path)
            for frame in frames if isinstance(frames, list) else ():
                match = _FRAME.search(str(frame))
                if match and not _FOREIGN.search(str(frame)):
                    return match.group(1)
        return None

    def construct_path(self, template_file: str, logical_id: str) -> str | None:
        """Return the construct path that belongs to a logical id, where just one does."""
        del template_file
        paths = self._paths.get(logical_id, [])
        return paths[0] if len(paths) == 1 else None
