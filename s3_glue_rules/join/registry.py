"""Which declared types make which typed resources."""

from __future__ import annotations

from functools import cache

from s3_glue_rules.join.glue import (
    COMPONENTS,
    SECURITY_CONFIGURATION_TYPES,
    JoinedCatalogSettings,
    JoinedSecurityConfiguration,
)
from s3_glue_rules.join.keys import KEY_MAKERS
from s3_glue_rules.join.objects_terraform import OBJECT_TYPES, TerraformObject
from s3_glue_rules.join.s3 import BUCKET_TYPE, JoinedBucket
from s3_glue_rules.join.s3_terraform import TERRAFORM_BUCKET, TerraformBucket
from s3_glue_rules.join.texts import TEXT_TYPES, JoinedTextHolder
from s3_glue_rules.join.texts_terraform import TERRAFORM_TEXT_TYPES, TerraformTextHolder
from s3_glue_rules.join.view import EstateView, Joined
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.resources import Resource

_MAKERS: dict[str, type[Joined]] = {
    BUCKET_TYPE: JoinedBucket,
    TERRAFORM_BUCKET: TerraformBucket,
    **KEY_MAKERS,
    **dict.fromkeys(SECURITY_CONFIGURATION_TYPES, JoinedSecurityConfiguration),
    **COMPONENTS,
    "AWS::Glue::DataCatalogEncryptionSettings": JoinedCatalogSettings,
    "aws_glue_data_catalog_encryption_settings": JoinedCatalogSettings,
    **dict.fromkeys(OBJECT_TYPES, TerraformObject),
}
# Some of these types make a typed resource of another kind, too.
_TEXT_MAKERS: dict[str, type[Joined]] = {
    **dict.fromkeys(TEXT_TYPES, JoinedTextHolder),
    **dict.fromkeys(TERRAFORM_TEXT_TYPES, TerraformTextHolder),
}


@cache
def declared_types(subject: type[Resource]) -> tuple[str, ...]:
    """Return the declared types that make a typed resource of a class."""
    found = (kind for makers in (_MAKERS, _TEXT_MAKERS) for kind, maker in makers.items() if issubclass(maker, subject))
    return tuple(dict.fromkeys(found))


def view_of(view: EstateView, declaration: Declaration, subject: type[Resource]) -> Resource:
    """Return the typed resource of a class that a declaration makes, in the world of the view."""
    known = view.remembered(declaration.address)
    if known is not None and isinstance(known, subject):
        return known
    maker = _MAKERS.get(declaration.type)
    if maker is None or not issubclass(maker, subject):
        return _TEXT_MAKERS[declaration.type](view, declaration)
    made = maker(view, declaration)
    view.remember(declaration.address, made)
    return made
