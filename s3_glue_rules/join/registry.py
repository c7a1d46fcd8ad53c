"""Which declared types make which typed resource."""

from __future__ import annotations

from s3_glue_rules.join.glue import (
    SECURITY_CONFIGURATION_TYPE,
    JoinedCatalogSettings,
    JoinedCrawler,
    JoinedDevelopmentEndpoint,
    JoinedJob,
    JoinedSecurityConfiguration,
    JoinedTrigger,
)
from s3_glue_rules.join.kms import KEY_TYPES, JoinedKey
from s3_glue_rules.join.s3 import BUCKET_TYPE, JoinedBucket
from s3_glue_rules.join.texts import TEXT_TYPES, JoinedTextHolder
from s3_glue_rules.join.view import EstateView, Joined
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.resources import Resource

_MAKERS: dict[str, type[Joined]] = {
    BUCKET_TYPE: JoinedBucket,
    **dict.fromkeys(KEY_TYPES, JoinedKey),
    SECURITY_CONFIGURATION_TYPE: JoinedSecurityConfiguration,
    "AWS::Glue::Job": JoinedJob,
    "AWS::Glue::Crawler": JoinedCrawler,
    "AWS::Glue::DevEndpoint": JoinedDevelopmentEndpoint,
    "AWS::Glue::Session": JoinedDevelopmentEndpoint,
    "AWS::Glue::Trigger": JoinedTrigger,
    "AWS::Glue::DataCatalogEncryptionSettings": JoinedCatalogSettings,
    **dict.fromkeys(TEXT_TYPES, JoinedTextHolder),
}


def declared_types(subject: type[Resource]) -> tuple[str, ...]:
    """Return the declared types that make a typed resource of a class."""
    return tuple(kind for kind, maker in _MAKERS.items() if issubclass(maker, subject))


def view_of(view: EstateView, declaration: Declaration) -> Resource:
    """Return the typed resource of a declaration, in the world of the view."""
    known = view.remembered(declaration.address)
    if known is None:
        known = _MAKERS[declaration.type](view, declaration)
        view.remember(declaration.address, known)
    return known
