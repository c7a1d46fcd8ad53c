"""SGR403: the keys of an EMR security configuration are customer managed keys of KMS."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Verdict, fails, not_applicable, passes
from s3_glue_rules.model.customer_keys import remedy, unsuitable
from s3_glue_rules.model.resources import EmrSecurityConfiguration, KeyKind, StoredDataEncryption
from s3_glue_rules.model.values import UndecidableError

SUBJECT = EmrSecurityConfiguration

KMS_MODES = {"SSE-KMS", "CSE-KMS", "AwsKms"}
CUSTOM_MODES = {"CSE-Custom", "Custom"}


def check(configuration: EmrSecurityConfiguration) -> Answer:
    """Fail a custom provider of keys, and a KMS mode without a customer managed key that can encrypt."""
    answers: list[Answer] = []
    unknown: UndecidableError | None = None
    for part in (configuration.s3, *configuration.s3_overrides, configuration.local_disks):
        try:
            answers.append(_judged(configuration, part))
        except UndecidableError as error:
            unknown = error
    problems = [answer for answer in answers if answer.verdict is Verdict.FAIL]
    doubts = [answer for answer in answers if answer.verdict is Verdict.UNDECIDED]
    if (problems or doubts or unknown) and not configuration.encrypts_at_rest:
        return not_applicable("encryption at rest is switched off")
    for answer in (*problems, *doubts):
        return answer
    if unknown is not None:
        raise unknown
    if any(answer.verdict is Verdict.PASS for answer in answers):
        return passes("every key is customer managed")
    return not_applicable("no part uses a key of yours")


def _judged(configuration: EmrSecurityConfiguration, part: StoredDataEncryption) -> Answer:
    mode = part.mode.text(default="")
    if mode in CUSTOM_MODES:
        return fails(
            f"EMR security configuration {configuration.label} encrypts {part.part} with keys of a custom provider "
            f"({mode}): nothing here says where they are kept, who may use them, or whether they are in the code. "
            f"Review the provider's class, or set {part.mode_name} to a mode with KMS and {part.key_name} to a "
            "customer managed key",
            at=part.mode.origin,
        )
    if mode not in KMS_MODES:
        return not_applicable("no key is named")
    use = part.key
    if use.kind is KeyKind.ABSENT:
        return fails(
            f"EMR security configuration {configuration.label} encrypts {part.part} with {mode} and names no key. "
            f"{remedy(part.key_name)}",
            at=part.mode.origin if use.value.is_absent else use.value.origin,
        )
    subject = f"the encryption of {part.part} in EMR security configuration {configuration.label}"
    return unsuitable(use, subject, part.key_name) or passes("the key is customer managed")
