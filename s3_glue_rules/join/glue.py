"""Glue components, the security configurations that they name, and Data Catalog settings."""

from __future__ import annotations

from functools import cached_property

from s3_glue_rules.join.glue_locations import destinations
from s3_glue_rules.join.iam_roles import role_use
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.names import named_by
from s3_glue_rules.join.view import ANYTHING, EstateView, Joined, possible_at
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.resources import (
    CatalogSettings,
    Component,
    Crawler,
    Destination,
    DevelopmentEndpoint,
    EncryptionPart,
    Job,
    RoleKind,
    RoleUse,
    Run,
    SecurityConfiguration,
    SecurityConfigurationUse,
)
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Value

SECURITY_CONFIGURATION_TYPES = ("AWS::Glue::SecurityConfiguration", "aws_glue_security_configuration")

_JOB_TYPES = ("AWS::Glue::Job", "aws_glue_job")
_PROPERTY = {
    "AWS::Glue::Job": "SecurityConfiguration",
    "AWS::Glue::Crawler": "CrawlerSecurityConfiguration",
    "AWS::Glue::DevEndpoint": "SecurityConfiguration",
    "AWS::Glue::Session": "SecurityConfiguration",
    "aws_glue_job": "SecurityConfiguration",
    "aws_glue_crawler": "CrawlerSecurityConfiguration",
    "aws_glue_dev_endpoint": "SecurityConfiguration",
}
_KIND = {
    "AWS::Glue::Job": "Glue job",
    "AWS::Glue::Crawler": "Glue crawler",
    "AWS::Glue::DevEndpoint": "Glue development endpoint",
    "AWS::Glue::Session": "Glue interactive session",
    "AWS::Glue::Trigger": "Glue trigger",
    "aws_glue_job": "Glue job",
    "aws_glue_crawler": "Glue crawler",
    "aws_glue_dev_endpoint": "Glue development endpoint",
    "aws_glue_trigger": "Glue trigger",
}
_ROLE = {
    "AWS::Glue::Job": "Role",
    "AWS::Glue::Crawler": "Role",
    "AWS::Glue::DevEndpoint": "RoleArn",
    "AWS::Glue::Session": "Role",
    "aws_glue_job": "role_arn",
    "aws_glue_crawler": "role",
    "aws_glue_dev_endpoint": "role_arn",
}


class JoinedSecurityConfiguration(Joined, SecurityConfiguration):
    """A security configuration."""

    @cached_property
    def s3(self) -> tuple[EncryptionPart, ...]:
        """The S3 parts."""
        listed = self.at("EncryptionConfiguration", "S3Encryptions")
        return tuple(self._part("S3", item, "S3EncryptionMode") for item in self.view.reader.items(listed))

    @cached_property
    def logs(self) -> EncryptionPart:
        """The CloudWatch Logs part."""
        part = self.at("EncryptionConfiguration", "CloudWatchEncryption")
        return self._part("CloudWatch Logs", part, "CloudWatchEncryptionMode")

    @cached_property
    def bookmarks(self) -> EncryptionPart:
        """The job bookmark part."""
        part = self.at("EncryptionConfiguration", "JobBookmarksEncryption")
        return self._part("job bookmarks", part, "JobBookmarksEncryptionMode")

    @cached_property
    def users(self) -> tuple[Component, ...]:
        """The components of the estate that use this configuration."""
        names = {f"ref:{self.declaration.address}"} | possible_at(self.declaration, "Name")
        found: list[Component] = []
        for kind, name in _PROPERTY.items():
            for declaration in self.view.estate.by_type.get(kind, ()):
                candidates = possible_at(declaration, name)
                if not (candidates & names or ANYTHING in candidates) or not self.view.exists(declaration):
                    continue
                component = component_of(self.view, declaration)
                configuration = component.use.configuration
                if isinstance(configuration, JoinedSecurityConfiguration) and (
                    configuration.declaration is self.declaration
                ):
                    found.append(component)
        return tuple(found)

    def _part(self, part: str, value: Value, mode: str) -> EncryptionPart:
        return EncryptionPart(
            part,
            self.below(value, mode),
            lambda: key_use(self.view, self.below(value, "KmsKeyArn")),
            value.origin,
        )


class _JoinedComponent(Joined, Component):
    """A component that names one security configuration."""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return _KIND[self.declaration.type]

    @property
    def property_name(self) -> str:
        """The property that names the security configuration."""
        return self.term(_PROPERTY[self.declaration.type])

    @cached_property
    def uses(self) -> tuple[SecurityConfigurationUse, ...]:
        """The security configuration that it names."""
        return (security_configuration_use(self.view, self.at(self.property_name)),)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Its own security configuration and role."""
        return (Run(self.use, role_use(self.view, self.at(_ROLE[self.declaration.type])), self),)


class JoinedJob(_JoinedComponent, Job):
    """A job."""

    @property
    def ignores_security_configurations(self) -> bool:
        """Ray jobs do not support security configurations.

        Source: https://docs.aws.amazon.com/glue/latest/dg/console-security-configurations.html
        """
        return self.at("Command", "Name").text(default="") == "glueray"

    @property
    def keeps_bookmarks(self) -> bool:
        """Bookmarks are on with ``job-bookmark-enable`` and ``job-bookmark-pause``; the default is disabled."""
        if self.ignores_security_configurations:
            return False
        # A run may still switch bookmarks on: only a job that says so itself keeps none.
        return self._bookmark_option.text(default="") != "job-bookmark-disable"

    @property
    def switches_bookmarks_on(self) -> bool:
        """Bookmarks are on with ``job-bookmark-enable`` and ``job-bookmark-pause`` in its arguments."""
        return self._bookmark_option.text(default="job-bookmark-disable") != "job-bookmark-disable"

    @property
    def _bookmark_option(self) -> Value:
        option = self.at("NonOverridableArguments", "--job-bookmark-option")
        return self.at("DefaultArguments", "--job-bookmark-option") if option.is_absent else option

    @property
    def writes_data(self) -> bool:
        """Whether its security configuration encrypts what it writes to S3.

        That is documented of Spark jobs. A Python shell job writes with clients of its own.
        """
        return self.at("Command", "Name").text(default="") != "pythonshell"

    @cached_property
    def destinations(self) -> tuple[Destination, ...]:
        """Its script, its event logs, and what its arguments say it writes to."""
        return destinations(self)


class JoinedCrawler(_JoinedComponent, Crawler):
    """A crawler."""


class JoinedDevelopmentEndpoint(_JoinedComponent, DevelopmentEndpoint):
    """A development endpoint or an interactive session."""


class JoinedTrigger(Joined, Component):
    """A trigger: each of its actions may name a security configuration for the runs that it starts."""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return _KIND[self.declaration.type]

    @property
    def property_name(self) -> str:
        """The property that names the security configuration."""
        return self.term("SecurityConfiguration")

    @cached_property
    def uses(self) -> tuple[SecurityConfigurationUse, ...]:
        """The security configurations that its actions name."""
        return tuple(use for _, use in self._actions)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The jobs that its actions start, with their roles."""
        return tuple(self._run(action, use) for action, use in self._actions)

    @cached_property
    def _actions(self) -> list[tuple[Value, SecurityConfigurationUse]]:
        actions = self.view.reader.items(self.at("Actions"))
        named = [self.below(action, "SecurityConfiguration") for action in actions]
        uses = [security_configuration_use(self.view, value) for value in named]
        return list(zip(actions, uses, strict=True))

    def _run(self, action: Value, use: SecurityConfigurationUse) -> Run:
        named = named_by(self.view, self.below(action, "JobName"), _JOB_TYPES, "job")
        if named.declaration is None:
            reason = "the job that it starts is not declared here"
            return Run(use, RoleUse(RoleKind.UNRESOLVED, named.value, reason=reason), None)
        job = self.view.typed(JoinedJob, named.declaration)
        return Run(use, job.runs[0].role, job)


class JoinedCatalogSettings(Joined, CatalogSettings):
    """Data Catalog encryption settings."""

    _SETTINGS: tuple[Step, ...] = ("DataCatalogEncryptionSettings",)

    @cached_property
    def mode(self) -> Value:
        """The mode of encryption at rest."""
        return self.at(*self._SETTINGS, "EncryptionAtRest", "CatalogEncryptionMode")

    @cached_property
    def service_role(self) -> Value:
        """The role of the mode SSE-KMS-WITH-SERVICE-ROLE."""
        return self.at(*self._SETTINGS, "EncryptionAtRest", "CatalogEncryptionServiceRole")

    @cached_property
    def passwords_encrypted(self) -> Value:
        """Whether connection passwords are kept encrypted."""
        return self.at(*self._SETTINGS, "ConnectionPasswordEncryption", "ReturnConnectionPasswordEncrypted")


COMPONENTS: dict[str, type[_JoinedComponent | JoinedTrigger]] = {
    "AWS::Glue::Job": JoinedJob,
    "AWS::Glue::Crawler": JoinedCrawler,
    "AWS::Glue::DevEndpoint": JoinedDevelopmentEndpoint,
    "AWS::Glue::Session": JoinedDevelopmentEndpoint,
    "AWS::Glue::Trigger": JoinedTrigger,
    "aws_glue_job": JoinedJob,
    "aws_glue_crawler": JoinedCrawler,
    "aws_glue_dev_endpoint": JoinedDevelopmentEndpoint,
    "aws_glue_trigger": JoinedTrigger,
}


MAKERS: dict[str, type[Joined]] = {
    **dict.fromkeys(SECURITY_CONFIGURATION_TYPES, JoinedSecurityConfiguration),
    **COMPONENTS,
    "AWS::Glue::DataCatalogEncryptionSettings": JoinedCatalogSettings,
    "aws_glue_data_catalog_encryption_settings": JoinedCatalogSettings,
}


def component_of(view: EstateView, declaration: Declaration) -> _JoinedComponent | JoinedTrigger:
    """Return the typed component of a declaration."""
    return view.typed(COMPONENTS[declaration.type], declaration)


def security_configuration_use(view: EstateView, value: Value) -> SecurityConfigurationUse:
    """Follow the name of a security configuration."""
    named = named_by(view, value, SECURITY_CONFIGURATION_TYPES, "security configuration")
    found = named.declaration
    configuration = view.typed(JoinedSecurityConfiguration, found) if found is not None else None
    return SecurityConfigurationUse(named.naming, named.value, configuration, named.reason, named.chain)
