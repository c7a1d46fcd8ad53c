"""What Glue needs of keys and roles to encrypt as a security configuration says.

Sources: https://docs.aws.amazon.com/glue/latest/dg/set-up-encryption.html and
https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.arns import OPEN, fields_of, is_wild, pattern_of
from s3_glue_rules.model.authorization import ServiceCaller
from s3_glue_rules.model.conditions import ContextValue, Special
from s3_glue_rules.model.documents import wildcard_matches
from s3_glue_rules.model.key_permissions import Refusal, Use, admits_service, is_permitted, refusal
from s3_glue_rules.model.logic import all_true
from s3_glue_rules.model.resources import (
    Component,
    EncryptionPart,
    Key,
    KeyKind,
    Role,
    Run,
    SecurityConfiguration,
)
from s3_glue_rules.model.values import Reference, UndecidableError, Value

KMS_ACTIONS_OF_LOGS = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
ASSOCIATE = "logs:AssociateKmsKey"

_S3_ACTIONS = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")
_BOOKMARK_ACTIONS = ("kms:Decrypt", "kms:Encrypt")


@dataclass(frozen=True)
class KeyNeed:
    """A part of a security configuration that a run uses, with the actions on its key that the role needs."""

    run: Run
    configuration: SecurityConfiguration
    part: EncryptionPart
    mode: str
    actions: tuple[str, ...]
    service: str | None
    is_used: Callable[[], bool]

    @property
    def arises(self) -> bool:
        """Whether the part is encrypted with a key of the estate. Raises UndecidableError where that is open."""
        return all_true(self._is_on, self.is_used, self._has_key)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """The actions that the role may not do. Raises UndecidableError where that is open."""
        access = self.role.access_to(self.key)
        found = [refusal(access, Use(action, self.service)) for action in self.actions]
        return tuple(item for item in found if item is not None)

    @property
    def role(self) -> Role:
        """The role."""
        return role_of(self.run)

    @property
    def key(self) -> Key:
        """The key."""
        return declared_key(self.part)

    @property
    def chain(self) -> tuple[Link, ...]:
        """The way from the component to its configuration, the key and the role."""
        mode = Link(self.part.mode.origin, f"its {self.part.part} part is {self.mode}")
        return (*self.run.use.chain, mode, *self.part.key.chain, *self.run.role.chain)

    def _is_on(self) -> bool:
        return self.part.mode.text(default="DISABLED") == self.mode

    def _has_key(self) -> bool:
        return counts(self.part)


def encrypts_logs(configuration: SecurityConfiguration) -> bool:
    """Return whether a security configuration encrypts logs with a key."""
    return configuration.logs.mode.text(default="DISABLED") == "SSE-KMS"


def counts(part: EncryptionPart) -> bool:
    """Return whether a part has a key whose policies matter. What is no customer managed key is another question.

    Raises UndecidableError for a key that the estate does not declare.
    """
    use = part.key
    if use.kind in {KeyKind.UNRESOLVED, KeyKind.CUSTOMER_ALIAS}:
        raise UndecidableError(f"the policy of its key is not in the estate: {use.reason}", use.value.origin)
    return use.kind is KeyKind.DECLARED


def declared_key(part: EncryptionPart) -> Key:
    """Return the key of a part that counts."""
    key = part.key.key
    if key is None:
        raise UndecidableError(part.key.reason, part.key.value.origin)
    return key


def role_of(run: Run) -> Role:
    """Return the role of a run. Raises UndecidableError where the estate does not declare it."""
    if run.role.role is None:
        raise UndecidableError(run.role.reason, run.role.value.origin)
    return run.role.role


def runs_with(component: Component) -> Iterator[tuple[Run, SecurityConfiguration, Component]]:
    """Yield the runs whose security configuration and component are known.

    A trigger that names the configuration that the job names itself adds nothing.
    """
    for run in component.runs:
        configuration, runner = run.use.configuration, run.component
        if configuration is None or runner is None or runner.ignores_security_configurations:
            continue
        if runner is component or runner.use.configuration is not configuration:
            yield run, configuration, runner


def key_needs(component: Component) -> Iterator[KeyNeed]:
    """Yield what the roles of a component need of keys.

    CloudWatch Logs uses its key itself: the role needs nothing of it, and that service is admitted by the key policy.
    """
    for run, configuration, runner in runs_with(component):
        for part in configuration.s3:
            yield KeyNeed(run, configuration, part, "SSE-KMS", _S3_ACTIONS, "s3", _writes(runner))
        bookmarks = configuration.bookmarks
        yield KeyNeed(run, configuration, bookmarks, "CSE-KMS", _BOOKMARK_ACTIONS, None, _keeps_bookmarks(runner))


def _writes(component: Component) -> Callable[[], bool]:
    return lambda: component.writes_data


def _keeps_bookmarks(component: Component) -> Callable[[], bool]:
    return lambda: component.switches_bookmarks_on


def actions_refused_to_logs(key: Key, region: str | None) -> tuple[str, ...]:
    """Return the actions that a key policy does not let CloudWatch Logs call. The default policy lets it call none.

    Raises UndecidableError where that is open.
    """
    # The encryption context is the ARN of the log group, which is what conditions on it are about.
    context: dict[str, ContextValue] = {"kms:encryptioncontext:aws:logs:arn": Special.CHOSEN}
    caller = ServiceCaller(lambda value: _is_logs(value, region))
    return tuple(action for action in KMS_ACTIONS_OF_LOGS if not admits_service(key.policies, action, caller, context))


def _is_logs(value: Value, region: str | None) -> bool:
    """Return whether a service principal is CloudWatch Logs, in the Region (None: whichever).

    The name without a Region stood for the service in all of them.
    """
    name = pattern_of(value)
    if name == "logs.amazonaws.com":
        return True
    match = re.fullmatch(r"logs\.([^.]+)\.(.+)", name)
    if match is None:
        return False
    return region is None or match.group(1) in {region, OPEN}


def may_associate_key(role: Role) -> bool:
    """Return whether a role may associate a key with log groups. Raises UndecidableError where that is open.

    The documentation shows the key as the Resource, the service takes a log group: either will do here.
    """
    return is_permitted(role, ASSOCIATE, _may_be_log_group, _is_every_log_group)


def _may_be_log_group(resource: Value) -> bool:
    if isinstance(resource, Reference):
        return True
    service = fields_of(pattern_of(resource))[2]
    return any(wildcard_matches(service, name) for name in ("logs", "kms"))


def _is_every_log_group(resource: Value) -> bool:
    if isinstance(resource, Reference):
        return False
    fields = fields_of(pattern_of(resource))
    return wildcard_matches(fields[2], "logs") and is_wild(fields[5])
