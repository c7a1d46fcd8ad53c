"""Locations in Amazon S3 (``s3://bucket/prefix``) → the bucket, where the estate declares it."""

from __future__ import annotations

import re

from s3_glue_rules.join.s3 import BUCKET_TYPE, JoinedBucket
from s3_glue_rules.join.s3_terraform import TERRAFORM_BUCKET, TerraformBucket
from s3_glue_rules.join.terraform import followed, opened
from s3_glue_rules.join.view import EstateView, possible
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.resources import Bucket
from s3_glue_rules.model.values import Absent, Known, Reference, Text, UndecidableError, Unknown, Value, text_of

_SCHEME = re.compile(r"s3[an]?://")


def bucket_at(view: EstateView, location: Value) -> Bucket | None:
    """Return the bucket that a location leads to, None where the estate does not declare it.

    Raises UndecidableError where the location is known only at deployment.
    """
    location = followed(view, location)
    parts = location.parts if isinstance(location, Text) else (location,)
    head, *tail = parts
    if not isinstance(head, Known):
        return bucket_called(view, location)
    name: list[Value] = []
    for part in (Known(_SCHEME.sub("", head.text(), count=1), head.origin), *tail):
        text = part.text() if isinstance(part, Known) else ""
        if "/" in text:
            name.append(Known(text.split("/", 1)[0], part.origin))
            break
        name.append(part)
    return bucket_called(view, text_of(tuple(name), location.origin))


def bucket_called(view: EstateView, name: Value) -> Bucket | None:
    """Return the bucket of a name, None where the estate does not declare it.

    Raises UndecidableError where the name is known only at deployment.
    """
    name = opened(view, followed(view, name))
    if isinstance(name, Absent):
        return None
    if isinstance(name, Unknown):
        raise UndecidableError(name.reason, name.origin)
    if isinstance(name, Reference):
        # A world in which the bucket is not created is none.
        view.declaration(name.target)
    wanted = possible(name)
    for declaration in view.estate.of_types((BUCKET_TYPE, TERRAFORM_BUCKET)):
        bucket = _typed(view, declaration)
        if bucket.candidates & wanted and view.exists(declaration) and bucket.is_named_by(name):
            return bucket
    return None


def _typed(view: EstateView, declaration: Declaration) -> JoinedBucket | TerraformBucket:
    if declaration.type == BUCKET_TYPE:
        return view.typed(JoinedBucket, declaration)
    return view.typed(TerraformBucket, declaration)
