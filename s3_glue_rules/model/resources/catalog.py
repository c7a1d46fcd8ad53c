"""What else a Glue Data Catalog holds: connections, databases, machine learning transforms."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from s3_glue_rules.model.documents import Policies, patterns_overlap
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.values import Known, Value

# What a statement that lists only what it leaves out may well allow.
_ANY_ACTIONS = ("glue:GetTable", "glue:GetDatabase", "glue:GetConnection", "glue:UpdateTable", "glue:DeleteTable")


@dataclass(frozen=True)
class Credential:
    """A credential that a connection holds: where it stands, and its value (or the text that it is a part of)."""

    place: str
    value: Value


class CatalogMember(Resource):
    """A database or a connection: something that the catalog's encryption settings protect."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is, for people."""

    @property
    @abstractmethod
    def is_first(self) -> bool:
        """Whether it is the first one of the estate that is created: it speaks for all of them."""

    @property
    @abstractmethod
    def has_settings(self) -> bool:
        """Whether the estate declares encryption settings of a catalog.

        Raises UndecidableError where something that cannot be read may declare them.
        """


class Connection(Resource):
    """A Glue connection.

    Properties and their defaults: https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html and
    https://docs.aws.amazon.com/glue/latest/webapi/API_Connection.html.
    """

    @property
    @abstractmethod
    def type(self) -> Value:
        """The connection type, such as JDBC, KAFKA or MYSQL."""

    @abstractmethod
    def setting(self, name: str) -> Value:
        """Return a connection property by its name, such as JDBC_ENFORCE_SSL."""

    @property
    @abstractmethod
    def url(self) -> Value:
        """The URL that the connection opens, whatever the property is called; Absent where none is written."""

    @property
    @abstractmethod
    def credentials(self) -> tuple[Credential, ...]:
        """The credentials that are written into it: properties, and what its authentication configuration holds."""

    @property
    @abstractmethod
    def is_stored_encrypted(self) -> bool:
        """Whether settings of the estate keep the catalog's connection passwords encrypted."""


class MachineLearningTransform(Resource):
    """A Glue machine learning transform (https://docs.aws.amazon.com/glue/latest/webapi/API_TransformEncryption.html)."""

    @property
    @abstractmethod
    def mode(self) -> Value:
        """The mode of encryption of user data: DISABLED or SSE-KMS; absent is DISABLED."""


class CatalogPolicy(Resource):
    """The resource policy of an account's Data Catalog in a Region. There is at most one.

    https://docs.aws.amazon.com/glue/latest/webapi/API_PutResourcePolicy.html
    """

    @property
    @abstractmethod
    def policies(self) -> Policies:
        """What it says."""

    @property
    def actions(self) -> tuple[str, ...]:
        """Actions to ask about: those that statements list, and some for statements that list what they leave out.

        A lone ``*`` stands for all actions of the catalog.
        """
        values = (value for statement in self.policies.statements for value in statement.actions)
        written = [value.text() for value in values if isinstance(value, Known)]
        listed = ["glue:*" if text == "*" else text for text in written if patterns_overlap(text.lower(), "glue:*")]
        return tuple(dict.fromkeys((*_ANY_ACTIONS, *listed)))
