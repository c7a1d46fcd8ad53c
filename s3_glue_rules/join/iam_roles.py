"""IAM roles with all policies that apply to them, and names and ARNs followed to the role that they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from dataclasses import replace
from functools import cached_property, partial
from typing import ClassVar

from s3_glue_rules.join.aws_managed_policies import AWS_MANAGED_POLICIES
from s3_glue_rules.join.iam import MANAGED_POLICY_TYPES, JoinedIdentity, JoinedIdentityPolicy
from s3_glue_rules.join.key_access import covers_key, grants_to
from s3_glue_rules.join.naming import modules_mentioning, naming
from s3_glue_rules.join.terraform import followed
from s3_glue_rules.join.view import EstateView, Joined, possible_at
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.documents import Policies, Statement, together
from s3_glue_rules.model.logic import any_of
from s3_glue_rules.model.reader import describe, symbol
from s3_glue_rules.model.resources import Key, KeyAccess, Role, RoleKind, RoleUse
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Known, Open, Reference, Text, UndecidableError, Unknown, Value, text_of

ROLE_TYPES = ("AWS::IAM::Role", "aws_iam_role")

_AWS_MANAGED = re.compile(":iam::aws:policy/(.+)$")

# Policies that name the roles that they are for: the type, and where the roles stand.
_NAMING_ROLES: tuple[tuple[str, str], ...] = (
    ("AWS::IAM::ManagedPolicy", "Roles"),
    ("AWS::IAM::Policy", "Roles"),
    ("AWS::IAM::RolePolicy", "RoleName"),
    ("aws_iam_role_policy", "role"),
)
# What attaches managed policies to roles: the type, where the roles stand, and where the policies stand.
_ATTACHMENTS: tuple[tuple[str, str, str], ...] = (
    ("aws_iam_policy_attachment", "roles", "policy_arn"),
    ("aws_iam_role_policy_attachment", "role", "policy_arn"),
    ("aws_iam_role_policy_attachments_exclusive", "role_name", "policy_arns"),
)


class JoinedRole(JoinedIdentity, Role):
    """A role."""

    NAMES: ClassVar[MappingType[str, str]] = {
        **JoinedIdentity.NAMES,
        "ManagedPolicyArns": "managed_policy_arns",
        "PermissionsBoundary": "permissions_boundary",
        "RoleName": "name",
    }

    @cached_property
    def permissions(self) -> Policies:
        """All policies that give the role permissions."""
        found = together((self.policies, *self._applied()))
        return replace(found, written=True, unreadable=found.unreadable or self._outside)

    @cached_property
    def bounds(self) -> UndecidableError | None:
        """The permissions boundary, whatever it allows."""
        boundary = self.at("PermissionsBoundary")
        if boundary.is_empty:
            return None
        reason = f"what the permissions boundary of role {self.label} leaves of its permissions is not worked out"
        return UndecidableError(reason, boundary.origin)

    def access_to(self, key: Key) -> KeyAccess:
        """Return what tells whether the role may use a key of the estate."""
        return KeyAccess(
            self,
            key,
            is_role=self.is_named_by,
            covers_key=partial(covers_key, self.view, key),
            grants=grants_to(self.view, key, self.is_named_by),
        )

    def is_named_by(self, value: Value) -> bool:
        """Return whether a name or an ARN is that of this role. Raises UndecidableError where it cannot be told."""
        value = followed(self.view, value)
        if isinstance(value, Unknown) and value.among is not None and self.declaration.address not in value.among:
            return False
        if not isinstance(value, (Known, Text, Open, Reference)):
            raise UndecidableError(f"which role it is cannot be told: {value.why_unknown()}", value.origin)
        if symbol(value).startswith("arn:") and ":role/" not in symbol(value):
            return False
        named = _name_in(self.view, value)
        if isinstance(named, Reference):
            return named.target == self.declaration.address
        own = self._name
        if own.is_absent or symbol(own) == symbol(named) or (isinstance(own, Known) and isinstance(named, Known)):
            return symbol(own) == symbol(named)
        raise UndecidableError(f"whether it is role {self.label} is decided at deployment", value.origin)

    @property
    def _name(self) -> Value:
        return self.view.reader.peek(self.at("RoleName"))

    @cached_property
    def _names(self) -> frozenset[str]:
        """What may name this role in any world."""
        return frozenset({f"ref:{self.declaration.address}"}) | possible_at(self.declaration, self.term("RoleName"))

    def _applied(self) -> Iterator[Policies]:
        """Yield the policies that others give it; unreadable ones where it cannot be told whether they are for it."""
        for kind, path in _NAMING_ROLES:
            for declaration, unknown in self._for_this_role(kind, path):
                yield _given(self.view, declaration) if unknown is None else _unreadable(unknown)
        for value in self.view.reader.items(self.at("ManagedPolicyArns")):
            yield managed_policies(self.view, value)
        for kind, path, arns in _ATTACHMENTS:
            for declaration, unknown in self._for_this_role(kind, path):
                if unknown is not None:
                    yield _unreadable(unknown)
                    continue
                for value in self.view.reader.items(self.view.at(declaration, arns)):
                    yield managed_policies(self.view, value)

    def _for_this_role(self, kind: str, path: str) -> Iterator[tuple[Declaration, UndecidableError | None]]:
        """Yield the resources of a type that name this role, with what is open where it cannot be told."""
        for declaration in naming(self.view.estate, kind, (path,), self._names):
            if not self.view.exists(declaration):
                continue
            try:
                if any_of(self.view.reader.items(self.view.at(declaration, path)), self.is_named_by):
                    yield declaration, None
            except UndecidableError as unknown:
                reason = f"whether '{declaration.name}' is for role {self.label} cannot be told"
                yield declaration, UndecidableError(reason, unknown.origin)

    @cached_property
    def _outside(self) -> UndecidableError | None:
        """Why something that cannot be seen may give the role permissions."""
        for module in modules_mentioning(self.view.estate, self.declaration.address):
            if self.view.exists(module):
                return UndecidableError(f"the module '{module.name}' is given role {self.label} and cannot be read")
        if self.view.estate.gaps:
            return UndecidableError(f"{self.view.estate.gaps[0]}, a policy of role {self.label} perhaps")
        return None


MAKERS: dict[str, type[Joined]] = dict.fromkeys(ROLE_TYPES, JoinedRole)


def role_use(view: EstateView, value: Value) -> RoleUse:
    """Follow the name or the ARN of a role."""
    value = followed(view, value)
    if value.is_empty:
        return RoleUse(RoleKind.ABSENT, value, reason="it names no role")
    if not isinstance(value, (Known, Text, Open, Reference)):
        return RoleUse(RoleKind.UNRESOLVED, value, reason=f"its role is open: {value.why_unknown()}")
    named = _name_in(view, value)
    if isinstance(named, Reference):
        declaration = view.declaration(named.target)
    else:
        declared = _called(view, ROLE_TYPES, "RoleName", named)
        if declared is None:
            reason = f"its role {describe(value)} is not declared here, so what it may do cannot be told"
            return RoleUse(RoleKind.UNRESOLVED, value, reason=reason)
        declaration = declared
    name = declaration.name
    link = Link(declaration.origin, f"'{name}' is the {declaration.type}")
    if declaration.type not in ROLE_TYPES:
        return RoleUse(RoleKind.UNRESOLVED, value, reason=f"'{name}' gives its role at deployment", chain=(link,))
    return RoleUse(RoleKind.DECLARED, value, view.typed(JoinedRole, declaration), chain=(link,))


def managed_policies(view: EstateView, value: Value) -> Policies:
    """Return the policies behind the ARN of a managed policy: one of the estate, or one of AWS that is known here."""
    value = followed(view, value)
    if value.is_absent:
        return Policies((), written=False)
    named = _name_in(view, value)
    of_aws = _AWS_MANAGED.search(symbol(value))
    if isinstance(named, Reference):
        declaration: Declaration | None = view.declaration(named.target)
    else:
        declaration = None if of_aws else _called(view, MANAGED_POLICY_TYPES, "ManagedPolicyName", named)
    if declaration is not None and declaration.type in MANAGED_POLICY_TYPES:
        return _given(view, declaration)
    allowed = AWS_MANAGED_POLICIES.get(of_aws.group(1)) if of_aws else None
    if allowed is None:
        what = f"the AWS managed policy {of_aws.group(1)}" if of_aws else f"the managed policy {describe(value)}"
        return _unreadable(UndecidableError(f"what {what} allows is not known here", value.origin))
    return Policies((_allowing(allowed, value.origin),), written=True)


def _given(view: EstateView, declaration: Declaration) -> Policies:
    return view.typed(JoinedIdentityPolicy, declaration).policies


def _unreadable(unknown: UndecidableError) -> Policies:
    return Policies((), written=True, unreadable=unknown)


def _allowing(actions: tuple[str, ...], origin: Origin) -> Statement:
    return Statement(
        effect=Known("Allow", origin),
        principals=(),
        not_principals=(),
        actions=tuple(Known(action, origin) for action in actions),
        not_actions=(),
        resources=(Known("*", origin),),
        not_resources=(),
        tests=(),
        origin=origin,
    )


def _name_in(view: EstateView, value: Value) -> Value:
    """Return the name in an ARN of a role or policy: what follows the last slash. Names are returned as they are."""
    if not isinstance(value, (Known, Text)) or not symbol(value).startswith("arn:"):
        return value
    parts = value.parts if isinstance(value, Text) else (value,)
    last: list[Value] = []
    for part in reversed(parts):
        text = part.text() if isinstance(part, Known) else ""
        if "/" in text:
            last.insert(0, Known(text.rpartition("/")[2]))
            break
        last.insert(0, followed(view, part) if isinstance(part, Reference) else part)
    return text_of(tuple(last), value.origin)


def _called(view: EstateView, types: tuple[str, ...], property_name: str, named: Value) -> Declaration | None:
    """Return the resource of the estate that has a name."""
    wanted = symbol(named)
    for declaration in view.estate.of_types(types):
        path = property_name if declaration.type.startswith("AWS::") else "name"
        if f"text:{wanted}" not in possible_at(declaration, path) or not view.exists(declaration):
            continue
        if symbol(view.reader.peek(view.at(declaration, path))) == wanted:
            return declaration
    return None
