"""Terraform plans as JSON (``terraform show -json PLAN``): which files are plans, and whether they can be judged.

Source: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s3_glue_rules.model.spans import Origin, Step
from s3_glue_rules.read.errors import MOST_BYTES, ReadError
from s3_glue_rules.read.source import Source, _check_size

# Versions 0.1 and 0.2 (Terraform 0.12 to 1.0) have the same parts; OpenTofu writes the same format.
_MAJOR_VERSIONS = {"0", "1"}

_VERSION = re.compile(rb'"format_version"\s*:')
_PARTS = re.compile(rb'"(?:planned_values|resource_changes|terraform_version)"\s*:')
# What a plan has at the top and a state, the schema of providers and other JSON output do not.
_PLAN_KEYS = {"planned_values", "resource_changes", "configuration", "prior_state", "output_changes", "errored"}

_AGAIN = "make a plan with `terraform plan -out=FILE` and write it with `terraform show -json FILE`"


@dataclass(eq=False)
class PlanDocument:
    """A plan that was read and has what judging it needs."""

    source: Source

    @property
    def file(self) -> str:
        """The file, as it was given."""
        return self.source.file

    @property
    def data(self) -> dict[str, Any]:
        """The plan as JSON data."""
        data: dict[str, Any] = self.source.data
        return data

    def origin(self, *steps: Step) -> Origin:
        """Return the place at a path of the plan."""
        return Origin(self.source, steps)


class _JsonSource(Source):
    """A text that is JSON or is not well formed, whatever the name of its file."""

    def _read_yaml(self) -> None:
        try:
            json.loads(self.text.lstrip("\ufeff"))
        except json.JSONDecodeError as error:
            raise ReadError(error.lineno, f"it is not valid JSON: {error.msg}; {_AGAIN}") from None
        raise ReadError(1, f"it is not valid JSON; {_AGAIN}")


def looks_like_a_plan(data: bytes) -> bool:
    """Take a cheap look at a file's bytes: False means that it is certainly no plan."""
    if b"\0" in data[:512]:
        data = data.replace(b"\0", b"")
    start = data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"{") and _VERSION.search(data) is not None and _PARTS.search(data) is not None


def load_plan(path: Path, shown: str) -> PlanDocument | None:
    """Read a file as a plan; None where it is something else. ``shown`` is the file's name in reports.

    Raises ReadError for a plan that cannot be judged, and OSError.
    """
    with path.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    if data.startswith(b"PK\x03\x04") and b"tfplan" in data[:4096]:
        raise ReadError(1, f"it is a plan in Terraform's own format: {_AGAIN}")
    if not looks_like_a_plan(data):
        return None
    if len(data) > MOST_BYTES:
        raise ReadError(1, f"the plan has more than {MOST_BYTES:,} bytes; judge the configuration itself instead")
    return parse_plan(_decode(data), shown)


def parse_plan(text: str, shown: str) -> PlanDocument | None:
    """Read a text as a plan; None where it is something else. Raises ReadError for one that cannot be judged."""
    source = _JsonSource(shown, text)
    data = source.data
    if not isinstance(data, dict) or "format_version" not in data or not _PLAN_KEYS & data.keys():
        return None
    if "values" in data and not {"planned_values", "resource_changes"} & data.keys():
        return None
    _check_size(data)
    _check_version(source)
    if data.get("errored") is True:
        line = source.locate(("errored",)).line
        raise ReadError(line, f"the plan errored and is not complete: correct what Terraform reports, then {_AGAIN}")
    _check_parts(data)
    return PlanDocument(source)


def _check_version(source: Source) -> None:
    version = str(source.data["format_version"])
    if version.partition(".")[0] not in _MAJOR_VERSIONS:
        line = source.locate(("format_version",)).line
        raise ReadError(line, f"the plan has format_version {version}; versions 0 and 1 are read")


def _check_parts(data: dict[str, Any]) -> None:
    planned = data.get("planned_values")
    if not isinstance(planned, dict) or not isinstance(planned.get("root_module"), dict):
        raise ReadError(1, f"the plan has no planned_values: {_AGAIN}")
    configuration = data.get("configuration")
    if not isinstance(configuration, dict) or not isinstance(configuration.get("root_module"), dict):
        raise ReadError(1, f"the plan has no configuration, which tells what refers to what: {_AGAIN}")
    if isinstance(data.get("resource_changes"), list):
        return
    if planned["root_module"]:
        raise ReadError(1, f"the plan has no resource_changes, which tell what is known after apply only: {_AGAIN}")
    prior = data.get("prior_state")
    values = prior.get("values") if isinstance(prior, dict) else None
    if isinstance(values, dict) and values.get("root_module"):
        raise ReadError(
            1, f"the plan only refreshes the state and plans no resource: {_AGAIN}, both without -refresh-only"
        )


def _decode(data: bytes) -> str:
    """Decode a file's bytes: UTF-8, or what PowerShell writes when output is redirected (UTF-16)."""
    encoding = "utf-16" if data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReadError(
            line, f"it is not {encoding.upper()} (byte {error.start}); Terraform writes plans as UTF-8"
        ) from None
