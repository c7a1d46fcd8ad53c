"""What secret an argument of a Glue job holds: in its value, in an assignment, in a setting, or from a secret store."""

from __future__ import annotations

import re

from s3_glue_rules.model.credentials import (
    credential_named,
    describe_credential,
    is_certainly_a_credential,
    is_no_secret,
)
from s3_glue_rules.model.resources import SparkSetting, WrittenArgument
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.spark_keys import describe_carried_key, must_hold_a_key
from s3_glue_rules.model.spark_settings import settings_in
from s3_glue_rules.model.urls import OPEN, password_in

# ``name=value`` in free text: environment variables, properties of a connection, options of a command.
_ASSIGNMENT = re.compile(r"""(?<![\w.-])([A-Za-z_][\w.-]{0,127})\s?=(?!=)\s?("[^"]*"|'[^']*'|[^\s,;&"'=]+)""")


def secret_in(argument: WrittenArgument) -> str | None:
    """Return what secret an argument holds, or is given by a secret store at deployment; None where it holds none.

    Nothing of a value is in the answer. Keys in settings of Spark and Hadoop are not told: another policy is about
    them.
    """
    if argument.text is None:
        return _from_store(argument, argument.name)
    text = _without_spark_keys(argument.text)
    found = describe_credential(argument.name, text)
    for name, value in _assignments(text):
        found = found or describe_credential(name, value)
    if found is not None or OPEN not in text:
        return found
    names = [argument.name, *(name for name, value in _assignments(text) if OPEN in value)]
    return next((told for name in names if (told := _from_store(argument, name)) is not None), None)


def _from_store(argument: WrittenArgument, name: str) -> str | None:
    if argument.secret and (argument.is_certain or credential_named(name) is not None):
        return f"the secret that {argument.secret} gives at deployment"
    return None


def may_be_given_a_secret(argument: WrittenArgument) -> bool:
    """Return whether an argument is given something at deployment that is a credential by its name."""
    if not argument.unknown:
        return False
    if argument.text is None:
        return is_certainly_a_credential(argument.name)
    text = _without_spark_keys(argument.text)
    pieces = [(argument.name, text), *_assignments(text), ("password", password_in(text) or "")]
    return any(OPEN in value and is_certainly_a_credential(name) and not is_no_secret(value) for name, value in pieces)


def _assignments(text: str) -> list[tuple[str, str]]:
    return [(name, value.strip("'\"")) for name, value in _ASSIGNMENT.findall(text)]


def _without_spark_keys(text: str) -> str:
    """Return a text without the values of settings that hold keys for Amazon S3."""
    if "=" not in text:
        return text
    settings = [SparkSetting(name, None if OPEN in value else value, NOWHERE) for name, value in settings_in(text)]
    for setting, (_, value) in zip(settings, settings_in(text), strict=True):
        if value and (must_hold_a_key(setting, settings) or describe_carried_key(setting, settings) is not None):
            text = text.replace(value, "")
    return text
