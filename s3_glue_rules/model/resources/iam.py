"""IAM: policies that give permissions, the roles that have them, and uses of roles by other resources."""

from __future__ import annotations

import enum
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.documents import Policies
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.kms import Key
from s3_glue_rules.model.values import UndecidableError, Value


class IdentityPolicy(Resource):
    """Whatever writes policy documents that give an identity permissions.

    A managed policy, an inline policy, a role, user or group with inline policies. Policies of resources (of keys,
    buckets) and trust policies are none of these.
    """

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is, for people: managed policy, inline policy, role, ..."""

    @property
    @abstractmethod
    def policies(self) -> Policies:
        """The policies that the declaration itself writes."""

    @property
    def only_bounds(self) -> Link | None:
        """The role or user whose permissions it bounds, where it gives none to anyone.

        Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        """
        return None


class Role(IdentityPolicy):
    """A role."""

    @property
    @abstractmethod
    def permissions(self) -> Policies:
        """All policies that give the role permissions, those attached to it by others included.

        ``unreadable`` says why there may be more, such as a policy that the estate does not declare.
        """

    @property
    @abstractmethod
    def bounds(self) -> UndecidableError | None:
        """Why what its policies allow may be denied all the same: a permissions boundary. None without one."""

    @abstractmethod
    def access_to(self, key: Key) -> KeyAccess:
        """Return what tells whether the role may use a key of the estate."""


@dataclass(frozen=True)
class KeyAccess:
    """A role and a key of one estate, and who and what is meant in policies about them.

    ``is_role`` tells whether a principal is the role, ``covers_key`` whether a Resource is the key, ``grants`` whether
    a grant allows the role an action on it. All raise UndecidableError where that is open.
    """

    role: Role
    key: Key
    is_role: Callable[[Value], bool]
    covers_key: Callable[[Value], bool]
    grants: Callable[[str], bool]


class RoleKind(enum.Enum):
    """What the name or ARN of a role leads to."""

    ABSENT = "absent"
    DECLARED = "role of this estate"
    UNRESOLVED = "a role that this estate does not declare"


@dataclass(frozen=True)
class RoleUse:
    """The name or ARN of a role as a resource writes it, followed as far as the estate goes."""

    kind: RoleKind
    value: Value
    role: Role | None = None
    reason: str = ""
    chain: tuple[Link, ...] = ()
