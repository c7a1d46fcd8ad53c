"""Which declared types make which typed resources."""

from __future__ import annotations

from functools import cache

from s3_glue_rules.join import (
    athena,
    catalog,
    catalog_policy_terraform,
    cloudtrail,
    code,
    config,
    emr,
    glue,
    glue_arguments,
    glue_runs,
    grants_terraform,
    iam,
    iam_roles,
    inventories,
    keys,
    logs,
    objects_terraform,
    replication,
    s3,
    s3_terraform,
    spark,
    stores,
    texts,
    texts_terraform,
)
from s3_glue_rules.join.view import EstateView, Joined
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.resources import Resource

# A declared type may make typed resources of several kinds: each module says which of its own.
_MAKERS: tuple[dict[str, type[Joined]], ...] = (
    s3.MAKERS,
    s3_terraform.MAKERS,
    inventories.MAKERS,
    objects_terraform.MAKERS,
    replication.MAKERS,
    stores.MAKERS,
    dict(keys.KEY_MAKERS),
    grants_terraform.MAKERS,
    glue.MAKERS,
    glue_arguments.MAKERS,
    glue_runs.MAKERS,
    logs.MAKERS,
    iam.MAKERS,
    iam_roles.MAKERS,
    catalog.MAKERS,
    catalog_policy_terraform.MAKERS,
    catalog.MEMBER_MAKERS,
    catalog.TRANSFORM_MAKERS,
    emr.MAKERS,
    athena.MAKERS,
    spark.MAKERS,
    texts.MAKERS,
    texts_terraform.MAKERS,
    cloudtrail.MAKERS,
    config.MAKERS,
    code.MAKERS,
)


@cache
def declared_types(subject: type[Resource]) -> tuple[str, ...]:
    """Return the declared types that make a typed resource of a class."""
    found = (kind for makers in _MAKERS for kind, maker in makers.items() if issubclass(maker, subject))
    return tuple(dict.fromkeys(found))


@cache
def _maker(kind: str, subject: type[Resource]) -> type[Joined]:
    return next(makers[kind] for makers in _MAKERS if kind in makers and issubclass(makers[kind], subject))


def view_of(view: EstateView, declaration: Declaration, subject: type[Resource]) -> Resource:
    """Return the typed resource of a class that a declaration makes, in the world of the view."""
    return view.typed(_maker(declaration.type, subject), declaration)
