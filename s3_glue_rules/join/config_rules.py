"""Rules of AWS Config in both languages: single ones, those of an organization, and conformance packs."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.view import Joined, walk
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import ConfigRule
from s3_glue_rules.model.values import Encoded, Known, Text, UndecidableError, Value

_COMMENT = re.compile(r"(?m)^[ \t]*#.*$")
_SOURCE = re.compile(r"""\b(Owner|SourceIdentifier)["']?\s*:\s*["']?([^\s"',}]*)""")
_MANAGED = re.compile(r"[A-Z0-9_]+")


class _Rule(Joined, ConfigRule):
    """Something that declares rules."""

    @property
    def exists(self) -> bool:
        """Whether it exists in this world."""
        return self.view.exists(self.declaration)


class JoinedRule(_Rule):
    """A rule."""

    NAMES: ClassVar[MappingType[str, str]] = {
        "Owner": "owner",
        "Source": "source",
        "SourceIdentifier": "source_identifier",
    }

    @property
    def own_logic(self) -> str | None:
        """Rules of another owner than AWS run a function or a policy."""
        owner = self.at("Source", "Owner").text(default="")
        return None if owner == "AWS" else f"rule {self.label} is of owner {owner or 'nobody'}, and may check anything"

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The identifier of the managed rule."""
        if self.own_logic is not None:
            return ()
        return (self.at("Source", "SourceIdentifier").text(default=""),)


class JoinedOrganizationRule(_Rule):
    """A rule for all accounts of an organization. In Terraform those with logic of their own have other types."""

    NAMES: ClassVar[MappingType[str, str]] = {"RuleIdentifier": "rule_identifier"}

    @cached_property
    def _identifier(self) -> Value:
        above = () if self.declaration.type.startswith("aws_") else ("OrganizationManagedRuleMetadata",)
        return self.at(*above, "RuleIdentifier")

    @property
    def own_logic(self) -> str | None:
        """Without an identifier it runs a function or a policy."""
        return f"rule {self.label} may check anything" if self._identifier.is_absent else None

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The identifier of the managed rule."""
        return () if self._identifier.is_absent else (self._identifier.text(),)


class JoinedConformancePack(_Rule):
    """A conformance pack: its template is a text of CloudFormation, or stands elsewhere."""

    NAMES: ClassVar[MappingType[str, str]] = {"TemplateBody": "template_body"}

    @cached_property
    def _written(self) -> list[tuple[str, str]] | None:
        """Return the owners and identifiers in the template. None where it stands elsewhere."""
        body = self.at("TemplateBody")
        if body.is_absent:
            return None
        if isinstance(body, Encoded):
            leaves = [(str(path[-1]), symbol(leaf)) for path, leaf in walk(body) if path]
            return [(name, value) for name, value in leaves if name in {"Owner", "SourceIdentifier"}]
        if isinstance(body, (Known, Text)):
            return _SOURCE.findall(_COMMENT.sub("", symbol(body)))
        raise UndecidableError(body.why_unknown(), body.origin)

    @property
    def own_logic(self) -> str | None:
        """A template that is not at hand, or one with rules of other owners than AWS."""
        if self._written is None:
            return f"the template of conformance pack {self.label} is not at hand"
        if all(value == "AWS" if name == "Owner" else _MANAGED.fullmatch(value) for name, value in self._written):
            return None
        return f"conformance pack {self.label} has rules that may check anything"

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The identifiers of the managed rules in the template."""
        return tuple(value for name, value in self._written or () if name == "SourceIdentifier")


RULES: dict[str, type[_Rule]] = {
    "AWS::Config::ConfigRule": JoinedRule,
    "AWS::Config::ConformancePack": JoinedConformancePack,
    "AWS::Config::OrganizationConfigRule": JoinedOrganizationRule,
    "AWS::Config::OrganizationConformancePack": JoinedConformancePack,
    "aws_config_config_rule": JoinedRule,
    "aws_config_conformance_pack": JoinedConformancePack,
    "aws_config_organization_conformance_pack": JoinedConformancePack,
    "aws_config_organization_custom_policy_rule": JoinedOrganizationRule,
    "aws_config_organization_custom_rule": JoinedOrganizationRule,
    "aws_config_organization_managed_rule": JoinedOrganizationRule,
}
