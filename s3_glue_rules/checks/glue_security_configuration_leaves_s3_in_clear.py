"""SGR305: the security configuration encrypts what jobs write to S3."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.resources import SecurityConfiguration
from s3_glue_rules.model.values import UndecidableError

SUBJECT = SecurityConfiguration


def check(configuration: SecurityConfiguration) -> Answer:
    """Fail an S3 part that is missing, DISABLED or of an unknown mode."""
    mode_name, key_name = configuration.term("S3EncryptionMode"), configuration.term("KmsKeyArn")
    remedy = f"Set {mode_name} to SSE-KMS and {key_name} to a customer managed key"
    if not configuration.s3:
        return fails(
            f"security configuration {configuration.label} has no {configuration.term('S3Encryptions')}, so job output "
            f"relies on the default of the bucket it goes to. {remedy}"
        )
    unknown: UndecidableError | None = None
    for part in configuration.s3:
        try:
            mode = part.mode.text(default="DISABLED")
        except UndecidableError as error:
            unknown = error
            continue
        if mode not in {"SSE-KMS", "SSE-S3"}:
            said = "is DISABLED" if mode == "DISABLED" else f"is '{mode}', which Glue does not know"
            return fails(
                f"the S3 mode of security configuration {configuration.label} {said}, so job output relies on the "
                f"default of the bucket it goes to. {remedy}",
                at=part.mode.origin,
            )
    if unknown is not None:
        raise unknown
    return passes("S3 output is encrypted")
