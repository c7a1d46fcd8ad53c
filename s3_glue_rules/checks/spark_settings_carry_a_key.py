"""SGR407: settings of Spark and Hadoop hold no key."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes, undecided
from s3_glue_rules.model.resources import SparkSetting, SparkSettings
from s3_glue_rules.model.spark_keys import describe_carried_key, must_hold_a_key

SUBJECT = SparkSettings

# A key in a branch or resource that no deployment takes is leaked all the same.
IN_EVERY_WORLD = True


def check(holder: SparkSettings) -> Answer:
    """Fail a literal key of SSE-C, of client-side encryption or of an AWS account. Nothing of the value is told."""
    settings = holder.settings
    found = [
        (setting, kind)
        for setting in settings
        if (kind := describe_carried_key(setting, settings)) is not None and not _is_told(holder, setting)
    ]
    if found:
        setting, kind = found[0]
        return fails(
            f"the setting {setting.name} of {holder.kind} {holder.label} holds {kind}: whoever reads the configuration "
            "has it. Replace it, and use SSE-KMS with the ARN of a KMS key and the credentials of the role",
            at=setting.origin,
            chain=tuple(Link(other.origin, f"{other.name} holds {what}") for other, what in found[1:6]),
        )
    for setting in settings if not holder.told else ():
        if setting.value is None and must_hold_a_key(setting, settings):
            return undecided(
                f"{setting.name} holds a key that is put in at deployment, where whoever may read the settings of "
                f"{holder.kind} {holder.label} reads it: {setting.unknown}",
                at=setting.origin,
            )
    return passes("no setting holds a key") if settings else not_applicable("it holds no settings of Spark or Hadoop")


def _is_told(holder: SparkSettings, setting: SparkSetting) -> bool:
    """Return whether the settings that a setting stands among show its key by themselves, where they are judged."""
    return any(setting in group and describe_carried_key(setting, group) is not None for group in holder.told)
