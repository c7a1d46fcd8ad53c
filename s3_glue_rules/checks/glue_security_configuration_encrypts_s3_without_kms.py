"""SGR306: the security configuration encrypts what jobs write to S3 with KMS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import SecurityConfiguration

SUBJECT = SecurityConfiguration


def check(configuration: SecurityConfiguration) -> Answer:
    """Fail the S3 mode SSE-S3. A part in the clear is another policy's."""
    modes = [(part, part.mode.text(default="DISABLED")) for part in configuration.s3]
    if not modes or any(mode not in {"SSE-KMS", "SSE-S3"} for _, mode in modes):
        return not_applicable("the S3 part does not encrypt")
    for part, mode in modes:
        if mode == "SSE-S3":
            return fails(
                f"security configuration {configuration.label} writes to S3 with SSE-S3, which no key policy guards. "
                f"Set {configuration.term('S3EncryptionMode')} to SSE-KMS and {configuration.term('KmsKeyArn')} to a "
                "customer managed key",
                at=part.mode.origin,
            )
    return passes("S3 output is encrypted with KMS")
