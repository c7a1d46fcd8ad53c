"""Terraform's grants on KMS keys. CloudFormation has no such resource."""

from __future__ import annotations

import re
from functools import cached_property

from s3_glue_rules.join.terraform import followed, opened
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Grant, Grantee
from s3_glue_rules.model.values import Known, Mapping, Reference, Text, UndecidableError, Unknown, Value

GRANT_TYPE = "aws_kms_grant"

# A whole account is written as the ARN of its root, or as its number. Open parts of a text stand between marks.
_ACCOUNT = re.compile(r"arn:.*:root|[0-9]{12}", re.DOTALL)
_SERVICE_ROLE = re.compile(r"arn:.*:role/aws-service-role/.*", re.DOTALL)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_NAMED = re.compile(r"arn:.*:(role|user|assumed-role|federated-user)/.*", re.DOTALL)
_ACCOUNT_OF_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):.*")
_PRINCIPALS = {
    "aws_iam_role": Grantee.PRINCIPAL,
    "aws_iam_user": Grantee.PRINCIPAL,
    "aws_iam_service_linked_role": Grantee.SERVICE,
}
_CONTEXTS = ("encryption_context_equals", "encryption_context_subset")


class TerraformGrant(Joined, Grant):
    """A grant."""

    @cached_property
    def operations(self) -> tuple[Value, ...]:
        """The operations that it permits."""
        return tuple(self.view.reader.items(self.at("operations")))

    @cached_property
    def principal(self) -> Value:
        """The ARN of the principal that gets it."""
        return opened(self.view, followed(self.view, self.at("grantee_principal")))

    @cached_property
    def grantee(self) -> Grantee:
        """Whom it is for."""
        principal = self.principal
        if isinstance(principal, Reference) and principal.attribute == "arn":
            found = _PRINCIPALS.get(self.view.declaration(principal.target).type)
            if found is not None:
                return found
        written = symbol(principal) if isinstance(principal, (Known, Text)) else ""
        if _ACCOUNT.fullmatch(written):
            return Grantee.ACCOUNT
        if _SERVICE_ROLE.fullmatch(written) or _SERVICE.fullmatch(written):
            return Grantee.SERVICE
        if not _NAMED.fullmatch(written):
            raise UndecidableError(f"whom the grant is for cannot be told: {principal.why_unknown()}", principal.origin)
        return Grantee.FOREIGN if self._is_foreign(written) else Grantee.PRINCIPAL

    def _is_foreign(self, principal: str) -> bool:
        key = followed(self.view, self.at("key_id"))
        accounts = [_ACCOUNT_OF_ARN.fullmatch(arn) for arn in (symbol(key), principal)]
        known = {account[1] for account in accounts if account is not None}
        return len(known) == len(accounts)

    @cached_property
    def constrained(self) -> Value:
        """Whether a block of constraints names an encryption context. An empty one constrains nothing."""
        answer: Value = Known(value=False, origin=self.header)
        blocks = self.view.reader.at(self.declaration.properties, "constraints")
        for block in self.view.reader.items(blocks):
            for name in _CONTEXTS:
                context = self.view.reader.at(block, name)
                if isinstance(context, Mapping) and context.entries:
                    return Known(value=True, origin=context.origin)
                if not context.is_absent and not (isinstance(context, Mapping) and context.complete):
                    answer = Unknown(context.why_unknown(), context.origin)
        return answer


MAKERS: dict[str, type[Joined]] = {GRANT_TYPE: TerraformGrant}
