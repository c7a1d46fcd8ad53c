"""Connections, databases and machine learning transforms of a Data Catalog, and whether its settings are declared."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.documents import structure
from s3_glue_rules.join.glue import JoinedCatalogSettings
from s3_glue_rules.join.terraform_names import TERRAFORM
from s3_glue_rules.join.view import EstateView, Joined
from s3_glue_rules.model.resources import CatalogMember, Connection, Credential, MachineLearningTransform
from s3_glue_rules.model.values import Absent, Known, Mapping, UndecidableError, Unknown, Value

_CONNECTIONS = ("AWS::Glue::Connection", "aws_glue_connection")
_DATABASES = ("AWS::Glue::Database", "aws_glue_catalog_database")
_MEMBERS = (*_DATABASES, *_CONNECTIONS)
_SETTINGS = ("AWS::Glue::DataCatalogEncryptionSettings", "aws_glue_data_catalog_encryption_settings")

# Properties that hold a credential itself. ENCRYPTED_* are what the service makes of them.
# Source: https://docs.aws.amazon.com/glue/latest/webapi/API_ConnectionInput.html
_SECRET_PROPERTIES = (
    "PASSWORD",
    "KAFKA_CLIENT_KEYSTORE_PASSWORD",
    "KAFKA_CLIENT_KEY_PASSWORD",
    "KAFKA_SASL_PLAIN_PASSWORD",
    "KAFKA_SASL_SCRAM_PASSWORD",
)
_URLS = ("JDBC_CONNECTION_URL", "CONNECTION_URL")
_AUTHENTICATION = (
    ("BasicAuthenticationCredentials", "Password"),
    ("OAuth2Properties", "OAuth2Credentials", "AccessToken"),
    ("OAuth2Properties", "OAuth2Credentials", "RefreshToken"),
    ("OAuth2Properties", "OAuth2Credentials", "JwtToken"),
    ("OAuth2Properties", "OAuth2Credentials", "UserManagedClientApplicationClientSecret"),
)


class JoinedConnection(Joined, Connection):
    """A connection."""

    NAMES: ClassVar[MappingType[str, str]] = {
        "ConnectionType": "connection_type",
        "ConnectionProperties": "connection_properties",
        "AuthenticationConfiguration": "authentication_configuration",
        "BasicAuthenticationCredentials": "basic_authentication_credentials",
        "CustomAuthenticationCredentials": "custom_authentication_credentials",
        "OAuth2Properties": "oauth2_properties",
        "OAuth2Credentials": "oauth2_credentials",
        "AccessToken": "access_token",
        "RefreshToken": "refresh_token",
        "JwtToken": "jwt_token",
        "UserManagedClientApplicationClientSecret": "user_managed_client_application_client_secret",
        "Password": "password",
    }

    @cached_property
    def type(self) -> Value:
        """The connection type; the Terraform provider takes JDBC for one that is not written."""
        written = self._input("ConnectionType")
        if written.is_absent and self.declaration.language == TERRAFORM:
            return Known("JDBC", self.header)
        return written

    def setting(self, name: str) -> Value:
        """Return a connection property by its name."""
        properties = self._properties
        if isinstance(properties, Mapping):
            return self.view.reader.read(properties.get(name))
        return Absent(self.header) if properties.is_absent else properties

    @cached_property
    def url(self) -> Value:
        """The URL that the connection opens."""
        for name in _URLS:
            written = self.setting(name)
            if not written.is_absent:
                return written
        return Absent(self.header)

    @cached_property
    def credentials(self) -> tuple[Credential, ...]:
        """The credentials that are written into it."""
        return tuple(found for found in self._credentials() if not found.value.is_empty)

    def _credentials(self) -> Iterator[Credential]:
        if isinstance(self._properties, Unknown):
            yield Credential(self.term("ConnectionProperties"), self._properties)
        else:
            yield from (Credential(name, self.setting(name)) for name in _SECRET_PROPERTIES)
        for path in _AUTHENTICATION:
            value = self._input("AuthenticationConfiguration", *path)
            yield Credential(self.term(path[-1]), value)
        custom = self._input("AuthenticationConfiguration", "CustomAuthenticationCredentials")
        for name in custom.entries if isinstance(custom, Mapping) else ():
            yield Credential(f"{self.term('CustomAuthenticationCredentials')}.{name}", self.below(custom, name))

    @property
    def is_stored_encrypted(self) -> bool:
        """Whether settings of the estate keep the catalog's connection passwords encrypted."""
        return any(settings.passwords_encrypted.flag(default=False) for settings in _settings(self.view))

    @cached_property
    def _properties(self) -> Value:
        return structure(self.view.reader, self._input("ConnectionProperties"))

    def _input(self, *path: str) -> Value:
        if self.declaration.language == TERRAFORM:
            return self.at(*path)
        return self.at("ConnectionInput", *path)


class JoinedCatalogMember(Joined, CatalogMember):
    """A database or a connection."""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "Glue database" if self.declaration.type in _DATABASES else "Glue connection"

    @cached_property
    def is_first(self) -> bool:
        """Whether it is the first one of the estate that is created."""
        return next(self.view.existing(_MEMBERS)) is self.declaration

    @cached_property
    def has_settings(self) -> bool:
        """Whether the estate declares encryption settings of a catalog."""
        if any(True for _ in _settings(self.view)):
            return True
        if self.view.estate.gaps:
            raise UndecidableError(f"{self.view.estate.gaps[0]}, encryption settings perhaps", self.header)
        for module in self.view.existing(("module",)):
            reason = f"the module '{module.name}' cannot be read and may declare encryption settings"
            raise UndecidableError(reason, self.header)
        return False


class JoinedTransform(Joined, MachineLearningTransform):
    """A machine learning transform. The Terraform provider cannot encrypt one."""

    @cached_property
    def mode(self) -> Value:
        """The mode of encryption of user data."""
        return self.at("TransformEncryption", "MLUserDataEncryption", "MLUserDataEncryptionMode")


def _settings(view: EstateView) -> Iterator[JoinedCatalogSettings]:
    for declaration in view.existing(_SETTINGS):
        yield view.typed(JoinedCatalogSettings, declaration)


MAKERS: dict[str, type[Joined]] = dict.fromkeys(_CONNECTIONS, JoinedConnection)
MEMBER_MAKERS: dict[str, type[Joined]] = dict.fromkeys(_MEMBERS, JoinedCatalogMember)
TRANSFORM_MAKERS: dict[str, type[Joined]] = {"AWS::Glue::MLTransform": JoinedTransform}
