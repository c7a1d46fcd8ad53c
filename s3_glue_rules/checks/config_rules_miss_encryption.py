"""SGR613: where AWS Config is set up with rules, some of them check encryption in this area."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, undecided
from s3_glue_rules.model.logic import any_of, first_known
from s3_glue_rules.model.resources import ConfigRule, ConfigurationRecorder
from s3_glue_rules.model.values import UndecidableError

SUBJECT = ConfigurationRecorder

# Managed rules by their identifiers, which are not always the names of their pages in capitals. There is none for
# Glue security configurations, connections or the Data Catalog.
# Source: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html
ENCRYPTION = {
    "ATHENA_WORKGROUP_ENCRYPTED_AT_REST",
    "CLOUDWATCH_LOG_GROUP_ENCRYPTED",
    "CLOUD_TRAIL_ENCRYPTION_ENABLED",
    "CMK_BACKING_KEY_ROTATION_ENABLED",
    "EMR_SECURITY_CONFIGURATION_ENCRYPTION_REST",
    "EMR_SECURITY_CONFIGURATION_ENCRYPTION_TRANSIT",
    "EVENT_DATA_STORE_CMK_ENCRYPTION_ENABLED",
    "GLUE_ML_TRANSFORM_ENCRYPTED_AT_REST",
    "IAM_CUSTOMER_POLICY_BLOCKED_KMS_ACTIONS",
    "IAM_INLINE_POLICY_BLOCKED_KMS_ACTIONS",
    "KMS_CMK_NOT_SCHEDULED_FOR_DELETION",
    "KMS_KEY_POLICY_NO_PUBLIC_ACCESS",
    "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
    "S3_BUCKET_SSL_REQUESTS_ONLY",
    "S3_DEFAULT_ENCRYPTION_KMS",
    "SECRETSMANAGER_USING_CMK",
}


def check(recorder: ConfigurationRecorder) -> Answer:
    """Fail where rules stand beside the recorder, and none of them is about encryption or keys."""
    if not recorder.is_first:
        return not_applicable("it is judged together with the first recorder")
    unknown: UndecidableError | None = None
    try:
        if any_of(recorder.rules, _checks_encryption):
            return passes("a rule checks encryption")
    except UndecidableError as error:
        unknown = error
    if not any(rule.exists for rule in recorder.rules):
        return not_applicable("no rule stands beside the recorder: rules may be set up elsewhere")
    if recorder.other_rules is not None:
        return not_applicable(recorder.other_rules.says)
    if unknown is not None:
        raise unknown
    own = first_known(recorder.rules, lambda rule: rule.own_logic if rule.exists else None)
    if own is not None:
        return undecided(own)
    if recorder.unseen is not None:
        return undecided(f"whether a rule checks encryption cannot be told: {recorder.unseen}")
    return fails(
        f"no rule beside recorder {recorder.label} checks encryption or keys of the data lake. Add managed rules such "
        "as S3_DEFAULT_ENCRYPTION_KMS, CMK_BACKING_KEY_ROTATION_ENABLED and CLOUD_TRAIL_ENCRYPTION_ENABLED",
    )


def _checks_encryption(rule: ConfigRule) -> bool:
    try:
        return not ENCRYPTION.isdisjoint(rule.identifiers) and rule.exists
    except UndecidableError:
        if rule.exists:
            raise
        return False
