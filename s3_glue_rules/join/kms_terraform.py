"""Terraform's KMS keys: four resource types, and key policies that may stand in a resource of their own."""

from __future__ import annotations

from functools import cached_property

from s3_glue_rules.join.documents import policies_of
from s3_glue_rules.join.kms import JoinedKey
from s3_glue_rules.join.naming import modules_mentioning, naming
from s3_glue_rules.join.terraform import followed, with_open_principals
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.documents import Policies, together
from s3_glue_rules.model.resources import DeletionGuard
from s3_glue_rules.model.values import Absent, Known, Open, Reference, UndecidableError, Unknown, Value

PLAIN_KEY = "aws_kms_key"
EXTERNAL_KEY = "aws_kms_external_key"
REPLICA_TYPES = ("aws_kms_replica_key", "aws_kms_replica_external_key")
TERRAFORM_KEY_TYPES = (PLAIN_KEY, EXTERNAL_KEY, *REPLICA_TYPES)
POLICY_TYPE = "aws_kms_key_policy"


class TerraformKey(JoinedKey):
    """A key, a key with imported material, or a multi-Region replica of one of them."""

    def term(self, name: str) -> str:
        """Return the name in Terraform; two arguments are called differently in different types."""
        if name == "Enabled" and self.declaration.type == PLAIN_KEY:
            return "is_enabled"
        if name == "KeySpec" and self.declaration.type != PLAIN_KEY:
            return "key_spec"
        return super().term(name)

    @property
    def is_replica(self) -> bool:
        """Whether it is a multi-Region replica."""
        return self.declaration.type in REPLICA_TYPES

    @cached_property
    def spec(self) -> Value:
        """The key spec as written. A replica has that of its primary."""
        return Absent(self.header) if self.is_replica else self.at(self.term("KeySpec"))

    @cached_property
    def enabled(self) -> Value:
        """Whether the key is enabled."""
        return self.at(self.term("Enabled"))

    @cached_property
    def material(self) -> Value:
        """Where the key material comes from, which the type and two arguments tell."""
        if self.declaration.type == EXTERNAL_KEY:
            return Known("EXTERNAL", self.header)
        for name, origin in (("xks_key_id", "EXTERNAL_KEY_STORE"), ("custom_key_store_id", "AWS_CLOUDHSM")):
            written = self.at(name)
            if isinstance(written, (Unknown, Open)):
                return written
            if not written.is_empty:
                return Known(origin, written.origin)
        return Absent(self.header)

    @property
    def awaits_material(self) -> bool:
        """Material may come by another way, too: a key without any can only be disabled."""
        return "external" in self.declaration.type and self.at("key_material_base64").is_absent

    @property
    def policies(self) -> Policies:
        """All that the policy in the key and those in resources of their own say."""
        return together(self.possible_policies)

    @cached_property
    def possible_policies(self) -> tuple[Policies, ...]:
        """The policy in the key and those in resources of their own: any of them may be the one that holds."""
        doubts, separate = self._separate
        documents = [self.at("policy"), *(self.view.at(declaration, "policy") for declaration in separate)]
        read = (policies_of(self.view.reader, document) for document in documents if not document.is_empty)
        found = tuple(with_open_principals(self.view, policies) for policies in read)
        return found or (Policies((), written=False, unreadable=doubts[-1] if doubts else None),)

    @cached_property
    def lockout_check_bypasses(self) -> tuple[Value, ...]:
        """Whether to accept a policy that shuts its author out, in the key and in policies of their own."""
        name = "BypassPolicyLockoutSafetyCheck"
        return (self.at(name), *(self.view.at(declaration, self.term(name)) for declaration in self._separate[1]))

    @cached_property
    def _separate(self) -> tuple[list[UndecidableError], list[Declaration]]:
        """The policies in resources of their own that are for this key, and why others may be."""
        doubts: list[UndecidableError] = []
        found: list[Declaration] = []
        for declaration in self._separate_policies():
            named = followed(self.view, self.view.at(declaration, "key_id"))
            if isinstance(named, Reference) and named.target == self.declaration.address:
                found.append(declaration)
            elif isinstance(named, Unknown):
                reason = f"whether '{declaration.address}' is for it cannot be told"
                doubts.append(UndecidableError(reason, named.origin))
        return doubts, found

    @cached_property
    def possible_user(self) -> Link | None:
        """The module that is given the key and cannot be read, if there is one."""
        for module in modules_mentioning(self.view.estate, self.declaration.address):
            if self.view.exists(module):
                reason = f"the module '{module.name}' is given the key, and what it does with it is not read"
                return Link(module.origin, reason)
        return None

    def _separate_policies(self) -> list[Declaration]:
        names = frozenset({f"ref:{self.declaration.address}"})
        found = naming(self.view.estate, POLICY_TYPE, ("key_id",), names)
        return [declaration for declaration in found if self.view.exists(declaration)]

    @cached_property
    def guards(self) -> tuple[DeletionGuard, ...]:
        """``prevent_destroy`` holds for removal and for replacement."""
        written = self.view.reader.read(self.declaration.attribute("prevent_destroy"))
        name = "prevent_destroy in its lifecycle block"
        return (DeletionGuard(name, written, ("true",), "destroying or replacing the resource"),)
