"""Which settings of Spark and Hadoop hold a key for Amazon S3, and what a literal value of one is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from s3_glue_rules.model.key_material import describe_key_material, is_placeholder
from s3_glue_rules.model.resources import SparkSetting
from s3_glue_rules.model.spark_settings import hadoop_name

# Names as Hadoop's S3A writes and wrote them, and those of the file systems before it
# (https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/encryption.html).
ENCRYPTION_KEYS = {
    "fs.s3a.encryption.key",
    "fs.s3a.server-side-encryption.key",
    "fs.s3a.server-side-encryption-key",
}
ALGORITHMS = {
    "fs.s3a.encryption.algorithm",
    "fs.s3a.server-side-encryption-algorithm",
    "fs.s3a.server-side-encryption.algorithm",
}
_SECRETS = {"fs.s3a.secret.key", "fs.s3a.awsSecretAccessKey", "fs.s3n.awsSecretAccessKey", "fs.s3.awsSecretAccessKey"}
_ACCESS_KEY_IDS = {"fs.s3a.access.key", "fs.s3a.awsAccessKeyId", "fs.s3n.awsAccessKeyId", "fs.s3.awsAccessKeyId"}
# Master keys of Parquet's encryption, for a key service that only exists for tests: name:key, name:key
# (https://spark.apache.org/docs/latest/sql-data-sources-parquet.html#columnar-encryption).
_KEY_LIST = "parquet.encryption.key.list"

# Amazon EMR reads such a setting from Secrets Manager: the mark is part of the name, on EMR Serverless of the value
# (https://docs.aws.amazon.com/emr/latest/ReleaseGuide/storing-sensitive-data.html).
_SECRET_MARK = "EMR.secret@"  # noqa: S105 - the name of a mark
_NAMES_A_KMS_KEY = re.compile(r"(?i)arn:|alias/|mrk-[0-9a-f]{32}$|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
# Variables of shells and templates, and places left to be filled in.
_STANDS_FOR_ANOTHER = re.compile(r"\$\{.*\}|\$\w+|\{\{.*\}\}|<.*>|%.*%|\(.*\)")


def uses_customer_keys(setting: SparkSetting, settings: Iterable[SparkSetting]) -> bool:
    """Return whether the key of a setting is one for SSE-C, by the algorithm of its bucket or else the general one."""
    scope = scope_of(setting.name)
    algorithms = {
        other_scope: (other.value or "").upper()
        for other in settings
        if hadoop_name(other.name) in ALGORITHMS and (other_scope := scope_of(other.name)) in {scope, ""}
    }
    return algorithms.get(scope, algorithms.get("", "")) == "SSE-C"


def scope_of(name: str) -> str:
    """Return the name of the bucket that a setting is for, with what stands around it, or an empty text."""
    name = name.removeprefix("spark.hadoop.")
    general = hadoop_name(name)
    return "" if general == name else name.removesuffix(re.sub(r"^fs\.s3a?\.", "", general))


def must_hold_a_key(setting: SparkSetting, settings: Iterable[SparkSetting]) -> bool:
    """Return whether any value of a setting is a key, so that it is one also where it is not known."""
    if setting.name.startswith(_SECRET_MARK):
        return False
    name = hadoop_name(setting.name)
    return name in _SECRETS or (name in ENCRYPTION_KEYS and uses_customer_keys(setting, settings))


def describe_carried_key(setting: SparkSetting, settings: Iterable[SparkSetting]) -> str | None:
    """Return what key the literal value of a setting is, or None. Nothing of the value is in the answer."""
    text = (setting.value or "").strip()
    if not text or setting.name.startswith(_SECRET_MARK) or text.startswith(_SECRET_MARK):
        return None
    if _STANDS_FOR_ANOTHER.fullmatch(text) or is_placeholder(text):
        return None
    name = hadoop_name(setting.name)
    if name in _SECRETS:
        return f"an AWS secret access key ({len(text)} characters)"
    if name in _ACCESS_KEY_IDS:
        return f"the id of an AWS access key ({len(text)} characters)"
    if name.endswith(_KEY_LIST):
        kinds = (describe_key_material("encryption_key", piece) for piece in re.split(r"[,:\s]+", text))
        return next((kind for kind in kinds if kind is not None), None)
    if _NAMES_A_KMS_KEY.match(text):
        return None
    kind = describe_key_material(name.replace(".", "_"), text)
    if kind is None and must_hold_a_key(setting, settings):
        return f"a customer-provided key ({len(text)} characters)"
    return kind
