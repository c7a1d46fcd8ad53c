"""Buckets found by what names them: a name, an ARN, or a reference."""

from __future__ import annotations

from s3_glue_rules.join.naming import naming, with_bucket_names
from s3_glue_rules.join.s3 import BUCKET_TYPE, JoinedBucket
from s3_glue_rules.join.s3_terraform import TERRAFORM_BUCKET, TerraformBucket
from s3_glue_rules.join.terraform import followed
from s3_glue_rules.join.view import EstateView, possible
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.resources import Bucket
from s3_glue_rules.model.values import Known, Open, Reference, Text, UndecidableError, Value

MAKERS: dict[str, type[JoinedBucket | TerraformBucket]] = {
    BUCKET_TYPE: JoinedBucket,
    TERRAFORM_BUCKET: TerraformBucket,
}


def declared_bucket(view: EstateView, value: Value) -> Bucket | None:
    """Return the general purpose bucket that a name or an ARN leads to, or None where the estate declares none.

    Raises UndecidableError where the value does not tell.
    """
    value = followed(view, value)
    if not isinstance(value, (Known, Open, Reference, Text)):
        raise UndecidableError(value.why_unknown(), value.origin)
    for declaration in _candidates(view, value):
        bucket = view.typed(MAKERS[declaration.type], declaration)
        if view.exists(declaration) and bucket.holds(value):
            return bucket
    if not isinstance(value, Known):
        raise UndecidableError(value.why_unknown(), value.origin)
    return None


def _candidates(view: EstateView, value: Value) -> list[Declaration]:
    """Return the declared buckets that the value may lead to."""
    names = with_bucket_names(possible(value))
    targets = (view.estate.declarations.get(name.removeprefix("ref:")) for name in sorted(names))
    found = [target for target in targets if target is not None and target.type in MAKERS]
    for kind in MAKERS:
        found += naming(view.estate, kind, ("BucketName",), names)
    return found
