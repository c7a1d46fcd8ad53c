"""IAM policies that give permissions: managed policies, inline policies, and what carries inline policies."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.documents import policies_of
from s3_glue_rules.join.naming import naming
from s3_glue_rules.join.terraform import opened
from s3_glue_rules.join.view import EstateView, Joined, possible_at
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.documents import Policies, Statement, together
from s3_glue_rules.model.resources import IdentityPolicy
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Known, Mapping, Text, Unknown, Value

_KINDS = {
    "AWS::IAM::Group": "group",
    "AWS::IAM::GroupPolicy": "inline policy",
    "AWS::IAM::ManagedPolicy": "managed policy",
    "AWS::IAM::Policy": "inline policy",
    "AWS::IAM::Role": "role",
    "AWS::IAM::RolePolicy": "inline policy",
    "AWS::IAM::User": "user",
    "AWS::IAM::UserPolicy": "inline policy",
    "AWS::SSO::PermissionSet": "permission set",
    "AWS::Serverless::Function": "function",
    "AWS::Serverless::StateMachine": "state machine",
    "aws_iam_group_policy": "inline policy",
    "aws_iam_policy": "managed policy",
    "aws_iam_role": "role",
    "aws_iam_role_policy": "inline policy",
    "aws_iam_user_policy": "inline policy",
    "aws_ssoadmin_permission_set_inline_policy": "inline policy",
}
MANAGED_POLICY_TYPES = ("AWS::IAM::ManagedPolicy", "aws_iam_policy")

_BOUNDED: tuple[tuple[str, str], ...] = (
    ("AWS::IAM::Role", "PermissionsBoundary"),
    ("AWS::IAM::User", "PermissionsBoundary"),
    ("aws_iam_role", "permissions_boundary"),
    ("aws_iam_user", "permissions_boundary"),
)
_ATTACHING: tuple[tuple[str, str], ...] = (
    ("AWS::IAM::Group", "ManagedPolicyArns"),
    ("AWS::IAM::Role", "ManagedPolicyArns"),
    ("AWS::IAM::User", "ManagedPolicyArns"),
    ("aws_iam_role", "managed_policy_arns"),
    ("aws_iam_group_policy_attachment", "policy_arn"),
    ("aws_iam_policy_attachment", "policy_arn"),
    ("aws_iam_role_policy_attachment", "policy_arn"),
    ("aws_iam_role_policy_attachments_exclusive", "policy_arns"),
    ("aws_iam_user_policy_attachment", "policy_arn"),
)


class JoinedIdentityPolicy(Joined, IdentityPolicy):
    """A managed policy, or an inline policy that stands in a resource of its own."""

    NAMES: ClassVar[MappingType[str, str]] = {
        "InlinePolicy": "inline_policy",
        "Policies": "inline_policy",
        "PolicyDocument": "policy",
    }
    DOCUMENT: ClassVar[str] = "PolicyDocument"

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return _KINDS[self.declaration.type]

    def documents(self) -> list[Value]:
        """Return the policy documents that it writes."""
        return [self.at(self.DOCUMENT)]

    @cached_property
    def policies(self) -> Policies:
        """The policies that it writes."""
        return policies_in(self.view, self.documents())

    @cached_property
    def only_bounds(self) -> Link | None:
        """The role or user that a managed policy is a boundary of, where it is attached to nobody."""
        if self.declaration.type not in MANAGED_POLICY_TYPES or self._is_attached:
            return None
        for kind, path in _BOUNDED:
            for declaration in _precisely_naming(self.view.estate, kind, (path,), self.declaration):
                if self.view.exists(declaration):
                    return Link(declaration.origin, f"it is the permissions boundary of '{declaration.name}'")
        return None

    @property
    def _is_attached(self) -> bool:
        if any(not self.at(name).is_absent for name in ("Roles", "Users", "Groups")):
            return True
        return any(
            self.view.exists(declaration)
            for kind, path in _ATTACHING
            for declaration in _precisely_naming(self.view.estate, kind, (path,), self.declaration)
        )


class JoinedPermissionSet(JoinedIdentityPolicy):
    """The inline policy of a permission set of IAM Identity Center, which becomes one of the roles that it makes."""

    DOCUMENT = "InlinePolicy"


class JoinedIdentity(JoinedIdentityPolicy):
    """A role, user or group with its inline policies."""

    def documents(self) -> list[Value]:
        """Return the documents of its inline policies."""
        # A block without arguments says that there are none.
        return [
            item if not isinstance(item, Mapping) else self.below(item, self.DOCUMENT)
            for item in self.view.reader.items(self.at("Policies"))
        ]


class JoinedServerless(JoinedIdentityPolicy):
    """A SAM function or state machine with the policies of the role that SAM makes for it.

    Source: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
    """

    def documents(self) -> list[Value]:
        """Return the documents among its policies. Names, ARNs and policy templates of SAM are none."""
        if not self.at("Role").is_absent:
            return []
        return [item for item in self.view.reader.items(self.at("Policies")) if _may_be_document(item)]


def _may_be_document(item: Value) -> bool:
    return "Statement" in item.entries if isinstance(item, Mapping) else isinstance(item, Unknown)


def policies_in(view: EstateView, documents: Iterable[Value]) -> Policies:
    """Return the statements of policy documents of an identity, with what makes some of them unreadable."""
    written = (document for document in documents if not document.is_empty)
    found = together(policies_of(view.reader, document, open_conditions=True) for document in written)
    return replace(found, statements=tuple(_opened(view, statement) for statement in found.statements))


def _opened(view: EstateView, statement: Statement) -> Statement:
    """Return the statement with resources unknown that other systems give: they may be patterns."""
    return replace(
        statement,
        resources=tuple(_resource(view, item) for item in statement.resources),
        not_resources=tuple(_resource(view, item) for item in statement.not_resources),
    )


def _resource(view: EstateView, value: Value) -> Value:
    if isinstance(value, Unknown) and value.among and all(_is_of_key(view, address) for address in value.among):
        # A plan does not tell what is put around the identifier of a key: it is one key at most.
        return Text((Known("arn:"), value), value.origin)
    return opened(view, value)


def _is_of_key(view: EstateView, address: str) -> bool:
    declaration = view.estate.declarations.get(address)
    return declaration is not None and declaration.type.startswith("aws_kms_")


def _precisely_naming(estate: Estate, kind: str, path: tuple[Step, ...], policy: Declaration) -> list[Declaration]:
    """Return the resources of a type that refer to a managed policy itself."""
    name = f"ref:{policy.address}"
    return [
        declaration
        for declaration in naming(estate, kind, path, frozenset({name}))
        if name in possible_at(declaration, *path)
    ]


MAKERS: dict[str, type[Joined]] = {
    **dict.fromkeys(
        (
            "AWS::IAM::GroupPolicy",
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::Policy",
            "AWS::IAM::RolePolicy",
            "AWS::IAM::UserPolicy",
            "aws_iam_group_policy",
            "aws_iam_policy",
            "aws_iam_role_policy",
            "aws_iam_user_policy",
        ),
        JoinedIdentityPolicy,
    ),
    **dict.fromkeys(("AWS::SSO::PermissionSet", "aws_ssoadmin_permission_set_inline_policy"), JoinedPermissionSet),
    **dict.fromkeys(("AWS::IAM::Group", "AWS::IAM::User"), JoinedIdentity),
    **dict.fromkeys(("AWS::Serverless::Function", "AWS::Serverless::StateMachine"), JoinedServerless),
}
