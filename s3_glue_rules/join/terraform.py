"""What Terraform's attributes stand for: they are followed to what the configuration writes for them."""

from __future__ import annotations

from dataclasses import replace

from s3_glue_rules.join.open_ended import is_open_ended
from s3_glue_rules.join.terraform_names import TERRAFORM
from s3_glue_rules.join.view import EstateView
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.documents import Policies, Statement
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

# References of references are followed this far: nobody writes longer chains, and a circle has to end.
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


def opened(view: EstateView, value: Value) -> Value:
    """Return a value as unknown where it is an attribute of a resource that carries whatever is put there."""
    if not isinstance(value, Reference):
        return value
    declaration = view.estate.declarations.get(value.target)
    if declaration is None or declaration.language != TERRAFORM or not is_open_ended(declaration):
        return value
    return Unknown(value.why_unknown(), value.origin)


def with_open_principals(view: EstateView, policies: Policies) -> Policies:
    """Return policies with principals unknown that other systems give."""

    def of(statement: Statement) -> Statement:
        principals = (replace(item, value=opened(view, item.value)) for item in statement.principals)
        return replace(statement, principals=tuple(principals))

    return replace(policies, statements=tuple(map(of, policies.statements)))
