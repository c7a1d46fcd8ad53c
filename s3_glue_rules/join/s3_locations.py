"""Names of buckets and S3 URIs → the bucket of the estate that they lead to, or why there is none.

Shared by whatever names a place in S3: scripts, targets and event logs of jobs, results of queries, logs of clusters.
"""

from __future__ import annotations

import re

from s3_glue_rules.join.declared_buckets import MAKERS
from s3_glue_rules.join.naming import naming
from s3_glue_rules.join.terraform import followed, opened
from s3_glue_rules.join.view import ANYTHING, EstateView, possible, possible_at
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Bucket, BucketKind, BucketUse
from s3_glue_rules.model.values import Absent, Known, Open, Reference, Text, UndecidableError, Unknown, Value, text_of

_DIRECTORY_BUCKETS = {"AWS::S3Express::DirectoryBucket", "aws_s3_directory_bucket"}
# Names and ARNs of these stand beside places in S3, and are none.
_NEVER_IN_S3 = (
    "aws_cloudwatch_log_group",
    "aws_dynamodb_table",
    "aws_glue_",
    "aws_iam_",
    "aws_kms_",
    "aws_secretsmanager_secret",
    "aws_sns_topic",
    "aws_sqs_queue",
)
# The connectors of Hadoop differ in the scheme only; AWS Glue and Amazon EMR take each of them.
_SCHEME = re.compile(r"s3[an]?://", re.IGNORECASE)


def location_use(view: EstateView, value: Value, *, bare: bool = False) -> BucketUse:
    """Follow an S3 URI (``s3://``, ``s3a://`` or ``s3n://``) to its bucket.

    A bucket that is referred to where a URI should stand is that bucket. With ``bare``, a name may stand without a
    scheme.
    """
    value = written_out(view, value)
    if isinstance(value, Known) and value.text() == "":
        return BucketUse(BucketKind.ABSENT, value)
    if not isinstance(value, (Known, Text)):
        return bucket_use(view, value)
    parts = value.parts if isinstance(value, Text) else (value,)
    first = parts[0]
    scheme = _SCHEME.match(first.text()) if isinstance(first, Known) else None
    if scheme is not None:
        parts = (Known(first.text()[scheme.end() :]), *parts[1:])
    elif not bare and isinstance(first, Known):
        return BucketUse(BucketKind.NOT_S3, value, reason="it is no S3 URI")
    elif not bare and not isinstance(first, Reference):
        return BucketUse(BucketKind.UNRESOLVED, value, reason=value.why_unknown())
    name = _before_slash(parts, value)
    if isinstance(name, Known) and name.text() == "":
        return BucketUse(BucketKind.NOT_S3, value, reason="it names no bucket")
    return bucket_use(view, name)


def bucket_use(view: EstateView, value: Value) -> BucketUse:
    """Follow what names a bucket: a reference, or its name."""
    value = followed(view, value)
    if isinstance(value, Absent):
        return BucketUse(BucketKind.ABSENT, value)
    if isinstance(value, Reference):
        return _referred(view, value)
    if isinstance(value, Unknown):
        return BucketUse(BucketKind.UNRESOLVED, value, reason=value.reason, among=_among(view, value))
    found = _named(view, value)
    if found is None and isinstance(value, Open):
        # What it is by default may be the name of a bucket.
        value = view.reader.read(value)
        found = _named(view, value)
    if found is not None:
        return BucketUse(BucketKind.DECLARED, value, found)
    if isinstance(value, (Open, Text)) and _may_be_declared(view, symbol(value)):
        return BucketUse(BucketKind.UNRESOLVED, value, reason=value.why_unknown())
    return BucketUse(BucketKind.ELSEWHERE, value, reason="the bucket is not declared here")


def bucket_behind(view: EstateView, use: BucketUse) -> Bucket | None:
    """Return the bucket that something names, None where the estate does not declare it.

    What a parameter names that no bucket here is called by counts as not declared. Raises UndecidableError where a
    name is read or made at deployment.
    """
    if use.kind is BucketKind.UNRESOLVED and isinstance(opened(view, use.value), Unknown):
        raise UndecidableError(use.reason, use.value.origin)
    return use.bucket


def written_out(view: EstateView, value: Value) -> Value:
    """Follow the references in a text to what is written for them."""
    value = followed(view, value)
    while isinstance(value, Text):
        parts = tuple(followed(view, part) if isinstance(part, Reference) else part for part in value.parts)
        if parts == value.parts:
            break
        value = text_of(parts, value.origin)
    return value


def _before_slash(parts: tuple[Value, ...], whole: Value) -> Value:
    """Return what stands before the first slash of a text."""
    name: list[Value] = []
    for part in parts:
        before, slash, _ = part.text().partition("/") if isinstance(part, Known) else ("", "", "")
        name.append(Known(before) if isinstance(part, Known) else part)
        if slash:
            break
    return text_of(tuple(name), whole.origin)


def _referred(view: EstateView, value: Reference) -> BucketUse:
    declaration = view.declaration(value.target)
    maker = MAKERS.get(declaration.type)
    if maker is not None:
        bucket = view.typed(maker, declaration)
        if bucket.is_named_by(value):
            return BucketUse(BucketKind.DECLARED, value, bucket)
    if declaration.type in _DIRECTORY_BUCKETS:
        return BucketUse(BucketKind.ELSEWHERE, value, reason="it is a directory bucket")
    return BucketUse(BucketKind.UNRESOLVED, value, reason=value.why_unknown())


def _named(view: EstateView, value: Value) -> Bucket | None:
    """Return the bucket of the estate that has a name."""
    for kind, maker in MAKERS.items():
        for declaration in naming(view.estate, kind, ("BucketName",), possible(value)):
            if not view.exists(declaration):
                continue
            bucket = view.typed(maker, declaration)
            if bucket.is_named_by(value):
                return bucket
    return None


def _among(view: EstateView, value: Unknown) -> tuple[Bucket, ...]:
    """Return the buckets of which an unknown one must be one, or nothing where it may be another."""
    found: list[Bucket] = []
    for address in sorted(value.among or ()):
        declaration = view.estate.declarations.get(address)
        if declaration is None or not view.exists(declaration):
            return ()
        if declaration.type.startswith(_NEVER_IN_S3):
            continue
        # An object stands for the bucket that it is in.
        named = Reference(address, "id") if declaration.type in MAKERS else view.at(declaration, "bucket")
        bucket = bucket_use(view, named).bucket if isinstance(named, (Reference, Known)) else None
        if bucket is None:
            return ()
        found.append(bucket)
    return tuple(found)


def _may_be_declared(view: EstateView, wanted: str) -> bool:
    """Return whether a name with open parts may turn out to be that of a bucket of the estate.

    Names that S3 or Terraform makes up are known to nobody beforehand.
    """
    for declaration in view.estate.of_types(tuple(MAKERS)):
        for candidate in possible_at(declaration, "BucketName"):
            if candidate == ANYTHING:
                return True
            if candidate.startswith("text:") and _fit(candidate.removeprefix("text:"), wanted):
                return True
    return False


def _fit(left: str, right: str) -> bool:
    """Return whether two names with open parts (between NUL signs) may be the same: what is known must agree."""
    starts = left.split("\0", 1)[0], right.split("\0", 1)[0]
    ends = left.rsplit("\0", 1)[-1], right.rsplit("\0", 1)[-1]
    return (starts[0].startswith(starts[1]) or starts[1].startswith(starts[0])) and (
        ends[0].endswith(ends[1]) or ends[1].endswith(ends[0])
    )
