"""SGR313: a Glue machine learning transform encrypts its user data."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.resources import MachineLearningTransform

SUBJECT = MachineLearningTransform


def check(transform: MachineLearningTransform) -> Answer:
    """Fail a transform whose mode is DISABLED or not written. Which key it uses is not asked here."""
    mode = transform.mode
    if mode.text(default="DISABLED") == "SSE-KMS":
        return passes("user data is encrypted with KMS")
    return fails(
        f"machine learning transform {transform.label} keeps its user data without a key of yours "
        f"(MLUserDataEncryptionMode is {mode.text(default='not set')}). Set TransformEncryption.MLUserDataEncryption."
        "MLUserDataEncryptionMode to SSE-KMS and name a key in KmsKeyId",
        at=None if mode.is_absent else mode.origin,
    )
