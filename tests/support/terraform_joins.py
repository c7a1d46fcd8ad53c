"""Declarations made by hand, and what a policy says of one of them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from s3_glue_rules.catalogue import load_catalogue
from s3_glue_rules.judge import Check, Views, judge_resource
from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.findings import Finding
from s3_glue_rules.model.spans import Origin, Path, Span
from s3_glue_rules.model.values import (
    Absent,
    Always,
    Condition,
    Encoded,
    Equal,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Unknown,
    Value,
    Variable,
)
from s3_glue_rules.scan import load_checks

SSE = "aws_s3_bucket_server_side_encryption_configuration"
DEFAULT = "apply_server_side_encryption_by_default"
LATER = Unknown("terraform_data.later.output is known after apply")


class Place:
    """A text in which every path is a place of its own."""

    def __init__(self, address: str) -> None:
        self.address = address

    def locate(self, path: Path) -> Span:
        """Return a span that names the resource and the path."""
        return Span(f"{self.address}:{'.'.join(map(str, path))}", 1, 1, 1, 1)


def value(written: Any, origin: Origin) -> Value:
    """Return a value of the model for what a test writes."""
    if isinstance(written, Value):
        return written
    if written is None:
        return Absent(origin)
    if isinstance(written, dict):
        return Mapping({name: value(inner, origin.at(name)) for name, inner in written.items()}, origin)
    if isinstance(written, (list, tuple)):
        return Sequence(tuple(value(item, origin.at(index)) for index, item in enumerate(written)), origin)
    return Known(written, origin)


def declared(
    address: str,
    exists: Condition | None = None,
    attributes: dict[str, Value] | None = None,
    region: str | None = None,
    **arguments: Any,
) -> Declaration:
    logical_id = re.sub(r"^(module\.[^.]+\.)*|\[.*?\]$", "", address)
    kind = logical_id.split(".")[0].replace("var", "variable")
    origin = Origin(Place(address), ("block",))
    return Declaration(
        address,
        logical_id,
        kind,
        "terraform",
        origin,
        lambda: value(arguments, origin),
        exists=exists or Always(holds=True),
        attributes=attributes or {},
        region=region,
    )


def estate(*declarations: Declaration, gaps: tuple[str, ...] = ()) -> Estate:
    made = Estate("root")
    for declaration in declarations:
        made.add(declaration)
    made.gaps.extend(gaps)
    return made


def ref(path: str) -> Reference:
    target, _, attribute = path.rpartition(".")
    return Reference(target, attribute)


def is_set(name: str, *allowed: str, default: str | None = None) -> Condition:
    return Equal(Open(Variable(f"var.{name}", f"var.{name}", default, allowed or None)), Known("true"))


def rule(algorithm: Any, key: Any = None, **more: Any) -> list[Any]:
    return [{DEFAULT: [{"sse_algorithm": algorithm, "kms_master_key_id": key}], **more}]


@lru_cache(maxsize=1)
def checks() -> dict[str, Check]:
    problems: list[Any] = []
    made = {check.policy.id: check for check in load_checks(load_catalogue(), problems)}
    assert problems == []
    return made


def judge(policy: str, address: str, *declarations: Declaration, gaps: tuple[str, ...] = ()) -> Finding:
    whole = estate(*declarations, gaps=gaps)
    return judge_resource(Views(whole), whole.declarations[address], checks()[policy])


def verdict(policy: str, address: str, *declarations: Declaration, gaps: tuple[str, ...] = ()) -> str:
    return judge(policy, address, *declarations, gaps=gaps).verdict.value


BUCKET = "aws_s3_bucket.lake"
KEY = "aws_kms_key.lake"
ARN = ref(f"{BUCKET}.arn")
ALIAS = declared("aws_kms_alias.lake", name="alias/lake", target_key_id=ref(f"{KEY}.key_id"))
CONFIGURATION = "aws_glue_security_configuration.lake"
COMPONENTS = ("aws_glue_job", "aws_glue_crawler", "aws_glue_dev_endpoint")


def encoded(document: dict[str, Any]) -> Encoded:
    return Encoded(value(document, Origin(Place("document"), ("document",))))


def bucket_under(key: Any, algorithm: Any = "aws:kms") -> tuple[Declaration, Declaration]:
    return declared(BUCKET), declared(f"{SSE}.x", bucket=ref(f"{BUCKET}.id"), rule=rule(algorithm, key))
