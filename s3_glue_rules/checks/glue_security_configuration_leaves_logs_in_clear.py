"""SGR307: the security configuration encrypts logs with KMS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.resources import SecurityConfiguration

SUBJECT = SecurityConfiguration


def check(configuration: SecurityConfiguration) -> Answer:
    """Fail a CloudWatch mode that is missing or not SSE-KMS."""
    mode = configuration.logs.mode
    if mode.text(default="DISABLED") == "SSE-KMS":
        return passes("logs are encrypted with KMS")
    said = "is not set" if mode.is_absent else f"is {mode.text()}"
    return fails(
        f"{configuration.term('CloudWatchEncryptionMode')} of security configuration {configuration.label} {said}, so "
        f"job and crawler logs get no key of yours. Set it to SSE-KMS, with {configuration.term('KmsKeyArn')}",
        at=mode.origin,
    )
