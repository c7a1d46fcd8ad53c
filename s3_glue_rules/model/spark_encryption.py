"""What settings of Spark and Hadoop do to the encryption of what a job writes to Amazon S3.

Sources: https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/encryption.html (S3A),
https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-emrfs-encryption-sse-kms.html (EMRFS), and
https://iceberg.apache.org/docs/latest/aws/ (Iceberg's own access to Amazon S3).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.protection import Protection, Strength, asked_by, exactly, given_by, not_known, wording_of
from s3_glue_rules.model.resources import JobRun, Naming, SparkSetting
from s3_glue_rules.model.spark_keys import ALGORITHMS, ENCRYPTION_KEYS, describe_carried_key, scope_of
from s3_glue_rules.model.spark_settings import hadoop_name


class Effect(enum.Enum):
    """What a setting does."""

    PLAIN = "it sends requests to Amazon S3 without TLS"
    CUSTOMER_KEY = "it encrypts with a key that the job carries (SSE-C), which no key policy protects"
    SSE_S3 = "it asks for SSE-S3"
    AWS_MANAGED_KEY = "it asks for SSE-KMS without a key of yours, and so for the AWS managed key aws/s3"
    NOT_ASKED = "it asks for no encryption, and leaves it to the default of the bucket"


_GIVEN = {
    Effect.SSE_S3: exactly(Strength.SSE_S3),
    Effect.NOT_ASKED: exactly(Strength.SSE_S3),
    Effect.AWS_MANAGED_KEY: exactly(Strength.AWS_MANAGED_KEY),
}


@dataclass(frozen=True)
class Demand:
    """An encryption that somebody asked for: what it is, who asked, and where."""

    asked: Protection
    says: str
    chain: tuple[Link, ...] = ()


@dataclass(frozen=True)
class SettingEffect:
    """A setting with what it does; ``unknown`` says why it is not known whether it does that."""

    setting: SparkSetting
    effect: Effect
    unknown: str = ""

    @property
    def given(self) -> Protection | None:
        """The encryption at rest that the setting gives at least; None where that is not what it is about."""
        return _GIVEN.get(self.effect)

    @property
    def bucket(self) -> str:
        """The name of the bucket that it is for, empty where it is for all."""
        return re.sub(r"^fs\.s3a?\.bucket\.", "", scope_of(self.setting.name)).rstrip(".")

    @property
    def shown(self) -> str:
        """The setting for people: a value that is a word of an option is shown, and nothing else of it."""
        name = _MARK.sub("...", self.setting.name)
        value = self.setting.value or ""
        return f"{name}={value}" if re.fullmatch(r"[A-Za-z0-9-]{1,8}", value) else name


def demands_on(run: JobRun, effect: SettingEffect) -> list[Demand]:
    """Return what was asked for what a setting is about: by the security configuration, and by its bucket's default."""
    found: list[Demand] = []
    configuration = run.use.configuration
    if configuration is not None:
        asked = asked_by(configuration)
        says = f"security configuration {configuration.label} asks for {wording_of(asked)}"
        found.append(Demand(asked, says, (configuration.link(says),)))
    elif run.use.naming is Naming.UNRESOLVED:
        found.append(Demand(not_known(f"what the security configuration asks for: {run.use.reason}"), ""))
    bucket = run.find_bucket(effect.bucket).bucket if effect.bucket else None
    if bucket is not None:
        default = given_by(bucket)
        says = f"the default encryption of bucket {bucket.label} is {wording_of(default)}"
        found.append(Demand(default, says, (bucket.link(says),)))
    return found


_TLS = {"fs.s3a.connection.ssl.enabled", "fs.s3n.ssl.enabled"}
_ENDPOINT = "fs.s3a.endpoint"
_EMRFS_SWITCH = "fs.s3.enableServerSideEncryption"
_EMRFS_KEY = "fs.s3.serverSideEncryption.kms.keyId"
_ICEBERG = re.compile(r"spark\.sql\.catalog\.[^.]+\.s3\.sse\.(?:type|key)")
_MARK = re.compile("\ue000\\d+\ue001")
_AWS_MANAGED = re.compile(r"(?:arn:[^:]*:kms:[^:]*:[^:]*:)?alias/aws/.*")


def says_how_to_encrypt(name: str) -> bool:
    """Return whether a setting is one of those that are judged here, or the key for one of them."""
    general = hadoop_name(name)
    return (
        general in _TLS | ALGORITHMS | ENCRYPTION_KEYS | {_ENDPOINT, _EMRFS_SWITCH, _EMRFS_KEY}
        or _ICEBERG.fullmatch(name) is not None
    )


def effects_of(settings: Iterable[SparkSetting]) -> list[SettingEffect]:
    """Return what the settings of a run do that may be weaker than what was asked for, in their order.

    Spark passes on what starts with ``spark.`` alone, and of two settings of one name the last one counts.
    """
    counting = {setting.name: setting for setting in settings if setting.name.startswith("spark.")}
    found = (_effect(setting, counting) for setting in counting.values())
    return [effect for effect in found if effect is not None]


def _effect(setting: SparkSetting, counting: dict[str, SparkSetting]) -> SettingEffect | None:
    name = hadoop_name(setting.name)
    if name in _TLS or name == _EMRFS_SWITCH:
        effect = Effect.NOT_ASKED if name == _EMRFS_SWITCH else Effect.PLAIN
        return _if_value(setting, {"false": effect})
    if name == _ENDPOINT:
        is_plain = (setting.value or "").lower().startswith("http://")
        return SettingEffect(setting, Effect.PLAIN) if is_plain else None
    if name == _EMRFS_KEY:
        is_managed = _AWS_MANAGED.fullmatch(setting.value or "") is not None
        return SettingEffect(setting, Effect.AWS_MANAGED_KEY) if is_managed else None
    if name in ALGORITHMS:
        keys = [other for other in counting.values() if hadoop_name(other.name) in ENCRYPTION_KEYS]
        return _by_algorithm(setting, keys, counting)
    if _ICEBERG.fullmatch(setting.name) and setting.name.endswith(".type"):
        return _by_iceberg_type(setting, counting)
    return None


def _by_algorithm(
    setting: SparkSetting, keys: list[SparkSetting], counting: dict[str, SparkSetting]
) -> SettingEffect | None:
    """Return what an algorithm of S3A does with the key of its bucket, or else the one for all buckets."""
    scope = scope_of(setting.name)
    scoped = {scope_of(key.name): key for key in keys}
    key = scoped.get(scope, scoped.get(""))
    if key is not None and describe_carried_key(key, list(counting.values())) is not None:
        # The key stands there: another policy tells of it.
        return None
    return _if_value(setting, {"aes256": Effect.SSE_S3, "sse-c": Effect.CUSTOMER_KEY, "sse-kms": _of_key(key)})


def _by_iceberg_type(setting: SparkSetting, counting: dict[str, SparkSetting]) -> SettingEffect | None:
    key = counting.get(setting.name.removesuffix("type") + "key")
    if key is not None and describe_carried_key(key, list(counting.values())) is not None:
        return None
    managed = _of_key(key)
    return _if_value(
        setting,
        {"s3": Effect.SSE_S3, "custom": Effect.CUSTOMER_KEY, "kms": managed, "dsse-kms": managed},
    )


def _of_key(key: SparkSetting | None) -> Effect | None:
    """Return what SSE-KMS with a key does: nothing that is weaker, unless the key is not the author's own."""
    if key is not None and key.value is None:
        return None
    is_managed = key is None or not key.value or _AWS_MANAGED.fullmatch(key.value) is not None
    return Effect.AWS_MANAGED_KEY if is_managed else None


def _if_value(setting: SparkSetting, effects: dict[str, Effect | None]) -> SettingEffect | None:
    """Return what a value does; one that is not known may do the first thing that is listed."""
    if setting.value is None:
        effect = next(iter(effects.values()))
        return SettingEffect(setting, effect, setting.unknown) if effect is not None else None
    effect = effects.get(setting.value.lower())
    return SettingEffect(setting, effect) if effect is not None else None
