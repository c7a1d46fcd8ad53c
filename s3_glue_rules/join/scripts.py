"""Glue jobs → the Python files that are their scripts, and what a script's names of buckets lead to.

A script is a file of the same repository that the configuration uploads to where the job looks for it: an object of
Terraform, an asset of the CDK, or a path that ``aws cloudformation package`` uploads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from s3_glue_rules.join.glue_arguments import argument
from s3_glue_rules.join.s3_locations import bucket_use, location_use, written_out
from s3_glue_rules.join.view import EstateView, Joined
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.uploads import place_of_uri
from s3_glue_rules.model.code.values import CodeValue, Given, GivenBy, Literal
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import BucketKind, BucketUse, Job, ScriptRun
from s3_glue_rules.model.values import Absent, Known, Mapping, Sequence, Text, Value

JOB_TYPES = ("aws_glue_job", "AWS::Glue::Job")
_OBJECTS = ("aws_s3_object", "aws_s3_bucket_object")
_DEPLOYMENT = "Custom::CDKBucketDeployment"


@dataclass(frozen=True)
class Script:
    """A script as the configuration uploads it: a file, or its text."""

    path: Path | None = None
    text: str | None = None


def script_of(job: Joined) -> Script | None:
    """Return the script of a job in one world, None where its location leads to nothing that is uploaded here.

    Raises UndecidableError.
    """
    view = job.view
    location = argument(job, "--scriptLocation")
    folder = Path(job.declaration.origin.span().file).resolve().parent
    if isinstance(location, Absent):
        asset = job.declaration.attribute("aws:asset:path")
        if isinstance(asset, Known):
            return _existing(folder / asset.text())
        location = job.at("Command", "ScriptLocation")
    location = written_out(view, location)
    if isinstance(location, Known) and "://" not in location.text():
        return _existing(folder / location.text()) if location.text() else None
    place = _place(view, location)
    if place is None:
        return None
    return _uploaded(view, place) or _asset(view, folder, place)


def _existing(path: Path) -> Script | None:
    return Script(path.resolve()) if path.is_file() else None


def _place(view: EstateView, location: Value) -> tuple[str, str] | None:
    """Return bucket and key of a place in S3, as far as they are written: equal for places that are written alike."""
    key = _key(location)
    use = location_use(view, location)
    return (_bucket(use), key) if key and use.kind is not BucketKind.NOT_S3 else None


def _key(location: Value) -> str:
    """Return what stands behind the bucket of an S3 URI. Slashes in the names of what is open are none of its own."""
    parts = location.parts if isinstance(location, Text) else (location,)
    found: list[str] | None = None
    for index, part in enumerate(parts):
        text = symbol(part)
        if index == 0:
            text = text.partition("://")[2]
        if found is not None:
            found.append(text)
        elif isinstance(part, Known) and "/" in text:
            found = [text.partition("/")[2]]
    return "".join(found or ())


def _bucket(use: BucketUse) -> str:
    return use.bucket.label if use.bucket is not None else symbol(use.value)


def _uploaded(view: EstateView, place: tuple[str, str]) -> Script | None:
    """Return what an object of Terraform uploads to a place."""
    for declaration in view.existing(_OBJECTS):
        key = symbol(written_out(view, view.at(declaration, "key")))
        if key != place[1] or _bucket(bucket_use(view, view.at(declaration, "bucket"))) != place[0]:
            continue
        source = view.at(declaration, "source")
        if isinstance(source, Known) and source.text():
            return _existing(Path(source.text()))
        content = view.at(declaration, "content")
        return Script(text=content.text()) if isinstance(content, Known) else None
    return None


def _asset(view: EstateView, folder: Path, place: tuple[str, str]) -> Script | None:
    """Return the file of a cloud assembly that is uploaded to a place: an asset, or a file of one that is deployed."""
    assets = _assets(folder)
    source = assets.get(place[1])
    if source is not None:
        return _existing(folder / source)
    for declaration in view.existing((_DEPLOYMENT,)):
        if _bucket(bucket_use(view, view.at(declaration, "DestinationBucketName"))) != place[0]:
            continue
        prefix = view.at(declaration, "DestinationBucketKeyPrefix")
        start = f"{prefix.text().strip('/')}/" if isinstance(prefix, Known) and prefix.text() else ""
        if not place[1].startswith(start):
            continue
        for key in _texts(view, view.at(declaration, "SourceObjectKeys")):
            found = _existing(folder / assets[key] / place[1].removeprefix(start)) if key in assets else None
            if found is not None:
                return found
    return None


def _texts(view: EstateView, value: Value) -> Iterator[str]:
    for item in view.reader.items(value) if isinstance(value, Sequence) else ():
        read = view.reader.read(item)
        if isinstance(read, Known):
            yield read.text()


@cache
def _assets(folder: Path) -> dict[str, str]:
    """Return the assets of a cloud assembly: the paths of their sources by the keys that they are uploaded under."""
    found: dict[str, str] = {}
    for manifest in sorted(folder.glob("*.assets.json")):
        try:
            files = json.loads(manifest.read_bytes()).get("files", {})
        except (ValueError, OSError, AttributeError):
            continue
        for asset in files.values() if isinstance(files, dict) else ():
            source, keys = _asset_of(asset)
            found.update(dict.fromkeys(keys, source))
    return found


def _asset_of(asset: Any) -> tuple[str, list[str]]:
    source = asset.get("source") if isinstance(asset, dict) else None
    path = source.get("path") if isinstance(source, dict) else None
    destinations = asset.get("destinations") if isinstance(asset, dict) else None
    keys = [
        str(destination["objectKey"])
        for destination in (destinations.values() if isinstance(destinations, dict) else ())
        if isinstance(destination, dict) and "objectKey" in destination
    ]
    return (path, keys) if isinstance(path, str) else ("", [])


class JoinedScriptRun(ScriptRun):
    """A job that runs a script."""

    def __init__(self, job: Joined, typed: Job, module: Module) -> None:
        self._joined = job
        self._typed = typed
        self._module = module

    @property
    def job(self) -> Job:
        """The job."""
        return self._typed

    def argument(self, name: str) -> Value:
        """Return an argument that the job gives to its script, by its name without hyphens."""
        return argument(self._joined, f"--{name}")

    def buckets(self, named: CodeValue) -> Iterator[BucketUse]:
        """Yield the buckets that a name of a bucket in the code leads to, those that are not followed left out."""
        view = self._joined.view
        for option in self._module.options(named):
            uri = place_of_uri(self._module, option)
            for value in self._module.options(uri) if uri is not None else (option,):
                if isinstance(value, Literal) and isinstance(value.value, str) and value.value:
                    yield location_use(view, Known(value.value, value.origin), bare=True)
                elif isinstance(value, Given) and value.by is GivenBy.JOB_ARGUMENT:
                    given = self.argument(value.name)
                    if not isinstance(given, Absent):
                        yield location_use(view, given, bare=True)


def is_job(declaration: Declaration) -> bool:
    """Return whether a resource is a Glue job that says something of its script."""
    return declaration.type in JOB_TYPES and isinstance(declaration.properties, Mapping)
