"""Who may do what with a key: the callers that a key policy can let in, and the actions that there are.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html and
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from s3_glue_rules.model.authorization import Caller, Request
from s3_glue_rules.model.conditions import ContextValue, Present, Special
from s3_glue_rules.model.documents import Policies, Principal, may_match
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.strangers import NO_SERVICE, PRINCIPAL_ARN
from s3_glue_rules.model.values import Known, Open, Reference, Text, UndecidableError, Value

# What a key policy can permit: the actions whose resource is a key.
KEY_ACTIONS = (
    "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:CreateGrant", "kms:Decrypt", "kms:DeleteAlias",
    "kms:DeleteImportedKeyMaterial", "kms:DeriveSharedSecret", "kms:DescribeKey", "kms:DisableKey",
    "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:Encrypt", "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext", "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:GetParametersForImport",
    "kms:GetPublicKey", "kms:ImportKeyMaterial", "kms:ListGrants", "kms:ListKeyPolicies",
    "kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ReEncryptFrom", "kms:ReEncryptTo",
    "kms:ReplicateKey", "kms:RetireGrant", "kms:RevokeGrant", "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion", "kms:Sign", "kms:SynchronizeMultiRegionKey", "kms:TagResource",
    "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription", "kms:UpdatePrimaryRegion", "kms:Verify",
    "kms:VerifyMac",
)  # fmt: skip

# ARNs that are read at deployment: those that IAM gives name one identity, others whatever their author put there.
_LOOKED_UP = re.compile("arn:\0([^\0]*)\0")
_GIVEN_BY_IAM = re.compile(r"(.*\.)?data\.aws_(iam_.*|caller_identity\..*)")


def is_open(principal: Principal) -> bool:
    """Return whether it cannot be told whom an AWS principal names, an account perhaps."""
    if isinstance(principal.value, Text):
        found = _LOOKED_UP.fullmatch(symbol(principal.value))
        return found is not None and _GIVEN_BY_IAM.fullmatch(found[1]) is None
    return principal.is_open


class UnnamedUser(Caller):
    """Any identity of the key's account that no statement names: its IAM policies let it do what the account may."""

    def is_named_by(self, principal: Principal) -> bool:
        """Return whether a principal is the account, or everyone. Raises UndecidableError where that is open."""
        if principal.is_everyone or principal.is_account:
            return True
        if principal.kind == "AWS" and is_open(principal):
            raise _open(principal.value)
        return False


class Anyone(Caller):
    """Anyone whom the key policy lets in without a name, and without a word of IAM policies."""

    def is_named_by(self, principal: Principal) -> bool:
        """Return whether a principal is everyone."""
        return principal.is_everyone


@dataclass(frozen=True)
class NamedUser(Caller):
    """An identity that a key policy names, as a principal or in a condition on ``aws:PrincipalArn``.

    ``by_account``: what the policy leaves to the IAM policies of the account is left to this identity as well.
    """

    value: Value
    by_account: bool = False

    @property
    def label(self) -> str:
        """The name for people."""
        parts = self.value.parts if isinstance(self.value, Text) else (self.value,)
        if _LOOKED_UP.fullmatch(symbol(self.value)):
            # The rest of the ARN is what stands there.
            parts = parts[1:]
        if len(parts) == 1:
            return f"'{_shown(parts[0])}'"
        return f"'{''.join(_shown(part) if part.is_known else f'${{{_shown(part)}}}' for part in parts)}'"

    @property
    def stands_for_many(self) -> bool:
        """Whether more than one identity may be meant: a pattern, or the root user, who is always there."""
        if Principal("AWS", self.value).is_account:
            return True
        return isinstance(self.value, (Known, Text)) and any(sign in symbol(self.value) for sign in "*?")

    @property
    def key(self) -> str:
        """What is equal for the same identity, however it is written: as an attribute, or by its name in an ARN."""
        last = self.value.parts[-1] if isinstance(self.value, Text) else self.value
        return f"ref:{last.target}" if isinstance(last, Reference) else symbol(self.value)

    @property
    def is_open(self) -> bool:
        """Whether it cannot be told who it is, an account perhaps."""
        return is_open(Principal("AWS", self.value))

    @property
    def doubt(self) -> UndecidableError:
        """Why it cannot be told who it is."""
        return _open(self.value)

    def is_named_by(self, principal: Principal) -> bool:
        """Return whether a principal is this identity, or everyone. Raises UndecidableError where that is open."""
        if principal.is_everyone:
            return True
        if principal.kind != "AWS":
            return False
        if principal.is_account:
            return self.by_account
        other = NamedUser(principal.value)
        if other.key == self.key:
            return True
        if self.is_open or other.is_open:
            raise _open(principal.value)
        pair = (self.value, principal.value)
        # An attribute and a text name the same identity only where the text ends in its name.
        is_of_texts = not any(isinstance(value, Reference) for value in pair)
        if is_of_texts and any(isinstance(value, Text) for value in pair) and may_match(*pair):
            raise _open(principal.value)
        return False


def _shown(value: Value) -> str:
    if isinstance(value, Known):
        return value.text()
    if isinstance(value, Reference):
        return value.target
    return value.variable.name if isinstance(value, Open) else "..."


def _open(value: Value) -> UndecidableError:
    return UndecidableError(f"a principal of the key policy is open: {value.why_unknown()}", value.origin)


def named_users(policies: Policies, *, by_account: bool = False) -> list[NamedUser]:
    """Return the identities that key policies name, each once; ``by_account`` also root users that conditions name."""
    principals = (item for statement in policies.statements for item in statement.principals if item.kind == "AWS")
    named = [item.value for item in principals if not item.is_account]
    tests = (test for statement in policies.statements for test in statement.tests if test.key == PRINCIPAL_ARN)
    held = (value for test in tests for value in test.values)
    named.extend(value for value in held if by_account or not Principal("AWS", value).is_account)
    users = (NamedUser(value, by_account) for value in named if not Principal("AWS", value).is_everyone)
    return list({user.key: user for user in users}.values())


def request_of(caller: Caller, action: str) -> Request:
    """Return a request of an identity of the account: it meets all conditions that do not tell it from others."""
    known: ContextValue = Present((caller.value,)) if isinstance(caller, NamedUser) else Special.FOREIGN
    return Request(action, caller, None, {PRINCIPAL_ARN: known, **NO_SERVICE}, Special.CHOSEN)
