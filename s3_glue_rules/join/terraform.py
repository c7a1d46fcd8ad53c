"""What Terraform's joins share: attributes followed to what is written for them, and an index of who names whom."""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass, field, replace

from s3_glue_rules.join.terraform_names import TERRAFORM
from s3_glue_rules.join.view import ANYTHING, EstateView, possible_at, walk
from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import (
    Absent,
    Known,
    Mapping,
    Open,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
)

MOST_STEPS = 8

# Attributes that stand for the resource itself: they are the end of the way, whatever literal is written for them.
_IDENTITIES: dict[str, frozenset[str]] = {
    "aws_s3_bucket": frozenset({"id", "bucket", "arn"}),
    "aws_s3_directory_bucket": frozenset({"id", "bucket", "arn"}),
    "aws_kms_key": frozenset({"id", "key_id", "arn"}),
    "aws_kms_replica_key": frozenset({"id", "key_id", "arn"}),
    "aws_kms_external_key": frozenset({"id", "key_id", "arn"}),
    "aws_kms_replica_external_key": frozenset({"id", "key_id", "arn"}),
    "aws_kms_alias": frozenset({"id", "name", "name_prefix", "arn", "target_key_id", "target_key_arn"}),
    "aws_config_configuration_recorder": frozenset({"id", "name"}),
    "aws_emr_security_configuration": frozenset({"id", "name"}),
    "aws_glue_job": frozenset({"id", "name", "arn"}),
    "aws_glue_security_configuration": frozenset({"id", "name", "arn"}),
    "aws_iam_policy": frozenset({"id", "arn"}),
    "aws_iam_role": frozenset({"id", "name", "arn"}),
}
# Resources that are settings of another one: their id is the other's.
_ID_IS = {
    "aws_kms_key_policy": "key_id",
    **dict.fromkeys(
        (
            "aws_s3_bucket_accelerate_configuration",
            "aws_s3_bucket_acl",
            "aws_s3_bucket_cors_configuration",
            "aws_s3_bucket_lifecycle_configuration",
            "aws_s3_bucket_logging",
            "aws_s3_bucket_notification",
            "aws_s3_bucket_object_lock_configuration",
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_policy",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_replication_configuration",
            "aws_s3_bucket_request_payment_configuration",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_versioning",
            "aws_s3_bucket_website_configuration",
        ),
        "bucket",
    ),
}


def followed(view: EstateView, value: Value) -> Value:
    """Follow an attribute of a Terraform resource to what its configuration writes there, with the place of the use.

    ``aws_s3_bucket_versioning.lake.bucket`` gives ``aws_s3_bucket.lake``'s id. What stands for a resource itself, and
    what only deployment knows, is returned as it is; so are CloudFormation's references.
    """
    value = view.reader.read(value)
    for _ in range(MOST_STEPS):
        if not isinstance(value, Reference):
            break
        declaration = view.estate.declarations.get(value.target)
        if declaration is None or declaration.language != TERRAFORM:
            break
        if value.attribute in _IDENTITIES.get(declaration.type, ()):
            break
        written = _written(view, declaration, value.attribute)
        if not isinstance(written, (Known, Reference, Text, Open)):
            break
        value = replace(written, origin=value.origin)
    return value


def _written(view: EstateView, declaration: Declaration, attribute: str) -> Value:
    if attribute == "id":
        attribute = _ID_IS.get(declaration.type, "id")
    value = view.reader.read(declaration.properties)
    for step in attribute.split("."):
        if isinstance(value, Mapping):
            value = view.reader.read(value.get(step))
        elif isinstance(value, Sequence) and step.isdigit() and int(step) < len(value.items):
            value = view.reader.read(value.items[int(step)])
        else:
            return Absent(value.origin)
    return value


def is_given(document: Value) -> bool:
    """Return whether a policy is given: the AWS provider takes an empty text for none."""
    return not document.is_absent and not (isinstance(document, Known) and document.text() == "")


def opened(view: EstateView, value: Value) -> Value:
    """Return a value as unknown where it is an attribute of a resource that carries whatever is put there."""
    if not isinstance(value, Reference):
        return value
    declaration = view.estate.declarations.get(value.target)
    if declaration is None or declaration.language != TERRAFORM or not is_open_ended(declaration):
        return value
    return Unknown(value.why_unknown(), value.origin)


def is_open_ended(declaration: Declaration) -> bool:
    """Return whether attributes of a Terraform resource carry whatever its author or another system puts there."""
    return not declaration.type.startswith("aws_") or declaration.type.startswith(_OPEN_ENDED)


_OPEN_ENDED = (
    "aws_cloudformation_",
    "aws_lambda_invocation",
    "aws_secretsmanager_secret_version",
    "aws_serverlessapplicationrepository_",
    "aws_ssm_parameter",
)


@dataclass(eq=False)
class _Index:
    """Who may name whom in an estate, so that no resource has to look at all others."""

    size: int
    naming: dict[tuple[str, tuple[Step, ...]], dict[str, list[Declaration]]] = field(default_factory=dict)
    modules: dict[str, list[Declaration]] | None = None


_indexes: weakref.WeakKeyDictionary[Estate, _Index] = weakref.WeakKeyDictionary()


def _index(estate: Estate) -> _Index:
    known = _indexes.get(estate)
    if known is None or known.size != len(estate.declarations):
        known = _indexes[estate] = _Index(len(estate.declarations))
    return known


def naming(
    estate: Estate, kind: str, path: tuple[Step, ...], names: frozenset[str], *, or_anything: bool = True
) -> list[Declaration]:
    """Return the resources of a type whose property at a path may name one of the names, in their order.

    Those where it may name anything are among them, unless ``or_anything`` is turned off. The ARN of a bucket stands
    for the bucket's name, too.
    """
    index = _index(estate).naming
    known = index.get((kind, path))
    if known is None:
        known = index[kind, path] = {}
        for declaration in estate.by_type.get(kind, ()):
            for candidate in with_bucket_names(_with_owners(estate, possible_at(declaration, *path))):
                known.setdefault(candidate, []).append(declaration)
    wanted = (*names, ANYTHING) if or_anything else names
    found = {id(item): item for name in wanted for item in known.get(name, ())}
    if len(found) < 2:
        return list(found.values())
    return [declaration for declaration in estate.by_type.get(kind, ()) if id(declaration) in found]


# Open parts stand between marks.
_BUCKET_ARN = re.compile("text:arn:(?:\0[^\0]*\0|[^:\0]*):s3:::((?:\0[^\0]*\0|[^/\0])+)")


def with_bucket_names(candidates: frozenset[str]) -> frozenset[str]:
    """Add the names of the buckets in ARNs of buckets and of places in them."""
    names = (match.group(1) for match in map(_BUCKET_ARN.match, candidates) if match is not None)
    return candidates | {f"text:{name}" for name in names}


def _with_owners(estate: Estate, candidates: frozenset[str]) -> frozenset[str]:
    """Add what settings of a bucket belong to: their bucket is often referred to through them."""
    found = candidates
    for _ in range(MOST_STEPS):
        more: set[str] = set()
        for candidate in found:
            target = estate.declarations.get(candidate.removeprefix("ref:"))
            if target is not None and target.type.startswith("aws_s3_bucket_"):
                more |= possible_at(target, "bucket")
        if more <= found:
            break
        found |= more
    return found


def modules_given(estate: Estate, address: str, attributes: frozenset[str]) -> list[Declaration]:
    """Return the calls of modules that are not at hand to which an argument hands one of these attributes."""
    return [
        declaration
        for declaration in modules_mentioning(estate, address)
        if any(
            isinstance(leaf, Reference) and leaf.target == address and leaf.attribute in attributes
            for _, leaf in walk(declaration.properties)
        )
    ]


def modules_mentioning(estate: Estate, address: str) -> list[Declaration]:
    """Return the calls of modules that are not at hand whose arguments refer to a resource."""
    index = _index(estate)
    if index.modules is None:
        index.modules = {}
        for declaration in estate.by_type.get("module", ()):
            for target in _mentioned(declaration.properties):
                index.modules.setdefault(target, []).append(declaration)
    return index.modules.get(address, [])


def _mentioned(value: Value) -> set[str]:
    leaves = [leaf for _, leaf in walk(value)]
    parts = [part for leaf in leaves for part in (leaf.parts if isinstance(leaf, Text) else (leaf,))]
    return {part.target for part in parts if isinstance(part, Reference)}
