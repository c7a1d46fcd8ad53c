"""SGR320: CloudWatch Logs may use the key of Glue's logs, and the roles of Glue may associate it."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes
from s3_glue_rules.model.glue_keys import (
    ASSOCIATE,
    actions_refused_to_logs,
    counts,
    declared_key,
    encrypts_logs,
    may_associate_key,
    role_of,
    runs_with,
)
from s3_glue_rules.model.resources import Component, LogEncryption, SecurityConfiguration
from s3_glue_rules.model.values import UndecidableError

SUBJECT = LogEncryption


def check(subject: LogEncryption) -> Answer:
    """Fail a security configuration whose key refuses the service, and a component whose role cannot associate it."""
    if isinstance(subject, SecurityConfiguration):
        return _key_admits_logs(subject)
    if isinstance(subject, Component):
        return _role_associates(subject)
    return not_applicable("it takes no part in the encryption of logs")


def _key_admits_logs(configuration: SecurityConfiguration) -> Answer:
    part = configuration.logs
    if not encrypts_logs(configuration):
        return not_applicable("it does not encrypt logs with a key")
    if not counts(part):
        return not_applicable("the key of its logs is no customer managed key")
    key = declared_key(part)
    refused = actions_refused_to_logs(key, configuration.region)
    if not refused:
        return passes("the key policy admits CloudWatch Logs")
    why = "does not let the service call " + ", ".join(refused)
    if not key.policies.written:
        why = "is the default one, which admits the own account only"
    return fails(
        f"security configuration {configuration.label} encrypts logs with key {key.label}, whose policy {why}: "
        "CloudWatch Logs cannot use the key. Allow kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey* "
        "and kms:Describe* to the service principal logs.REGION.amazonaws.com in the key policy",
        at=part.key.value.origin,
        chain=part.key.chain,
    )


def _role_associates(component: Component) -> Answer:
    if component.ignores_security_configurations:
        return not_applicable("Ray jobs do not support security configurations")
    judged = False
    unknown: UndecidableError | None = None
    for run, configuration, runner in runs_with(component):
        try:
            if not runner.writes_logs or not encrypts_logs(configuration):
                continue
            judged = True
            role = role_of(run)
            if may_associate_key(role):
                continue
        except UndecidableError as error:
            unknown = error
            continue
        return fails(
            f"{component.kind} {component.label} runs as role {role.label}, which may not call {ASSOCIATE}, while "
            f"security configuration {configuration.label} encrypts its logs: it runs without continuous logging. "
            f"Allow {ASSOCIATE} on the log groups /aws-glue/* in a policy of the role",
            at=run.role.value.origin,
            chain=(
                *run.use.chain,
                Link(configuration.logs.mode.origin, "its logs are encrypted with a key"),
                *run.role.chain,
            ),
        )
    if unknown is not None:
        raise unknown
    return passes("the role may associate the key") if judged else not_applicable("it writes no logs under a key")
