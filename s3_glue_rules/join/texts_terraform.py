"""Literal texts of Terraform in which key material turns up: defaults, environments, user data, keys as arguments."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from functools import cached_property

from s3_glue_rules.join.documents import decoded
from s3_glue_rules.join.texts import leaf_texts
from s3_glue_rules.join.view import Joined, walk
from s3_glue_rules.model.resources import TextHolder, WrittenText
from s3_glue_rules.model.values import Choice, Encoded, Known, Mapping, Sequence, Value

VARIABLE_TYPE = "variable"

ENVIRONMENT = "environment variable"
USER_DATA = "user data"
_BASE64 = "user data in base64"

# "*" is any name, which is the name of the text, or any pair of name and value; "<json>" is a document in JSON.
_PLACES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    VARIABLE_TYPE: (("the default", ("default",)),),
    "aws_lambda_function": ((ENVIRONMENT, ("environment", "variables", "*")),),
    "aws_instance": ((USER_DATA, ("user_data",)), (_BASE64, ("user_data_base64",))),
    "aws_spot_instance_request": ((USER_DATA, ("user_data",)), (_BASE64, ("user_data_base64",))),
    "aws_launch_configuration": ((USER_DATA, ("user_data",)), (_BASE64, ("user_data_base64",))),
    "aws_launch_template": ((_BASE64, ("user_data",)),),
    "aws_ssm_parameter": (("the value", ("value",)), ("the value", ("insecure_value",))),
    "aws_secretsmanager_secret_version": (("the secret string", ("secret_string",)),),
    "aws_ecs_task_definition": ((ENVIRONMENT, ("container_definitions", "<json>", "environment", "*")),),
    "aws_batch_job_definition": ((ENVIRONMENT, ("container_properties", "<json>", "environment", "*")),),
    "aws_codebuild_project": ((ENVIRONMENT, ("environment", "environment_variable", "*")),),
    "aws_apprunner_service": (
        (
            ENVIRONMENT,
            (
                "source_configuration",
                "image_repository",
                "image_configuration",
                "runtime_environment_variables",
                "*",
            ),
        ),
        (
            ENVIRONMENT,
            (
                "source_configuration",
                "code_repository",
                "code_configuration",
                "code_configuration_values",
                "runtime_environment_variables",
                "*",
            ),
        ),
    ),
    "aws_kms_external_key": (("the argument key_material_base64", ("key_material_base64",)),),
    "aws_kms_replica_external_key": (("the argument key_material_base64", ("key_material_base64",)),),
    "aws_s3_object_copy": (
        ("the argument customer_key", ("customer_key",)),
        ("the argument source_customer_key", ("source_customer_key",)),
    ),
}
# Arguments that say by themselves what they hold, whatever the resource is called.
_NAMED_BY_ARGUMENT = {"aws_kms_external_key", "aws_kms_replica_external_key", "aws_s3_object_copy"}

TERRAFORM_TEXT_TYPES = tuple(_PLACES)


class TerraformTextHolder(Joined, TextHolder):
    """A resource or variable with literal texts."""

    @cached_property
    def texts(self) -> tuple[WrittenText, ...]:
        """All literal texts, those of every branch included: a key in a branch that is not taken is still leaked."""
        return tuple(
            text
            for place, path in _PLACES[self.declaration.type]
            for text in _texts(self.declaration.properties, path, place, self._own_name(path))
        )

    def _own_name(self, path: tuple[str, ...]) -> str:
        if self.declaration.type in _NAMED_BY_ARGUMENT:
            return path[-1]
        named = self.at("name") if self.declaration.type == "aws_ssm_parameter" else None
        if isinstance(named, Known):
            return named.text()
        return self.declaration.logical_id.rsplit(".", 1)[-1]


MAKERS: dict[str, type[Joined]] = dict.fromkeys(TERRAFORM_TEXT_TYPES, TerraformTextHolder)


def _texts(value: Value, path: tuple[str, ...], place: str, name: str) -> Iterator[WrittenText]:
    if isinstance(value, Choice):
        yield from _texts(value.then, path, place, name)
        yield from _texts(value.otherwise, path, place, name)
    elif not path:
        yield from _leaves(value, place, name)
    elif path[0] == "<json>":
        yield from _texts(decoded(value), path[1:], place, name)
    elif isinstance(value, Sequence):
        for inner in value.items:
            if path[0] == "*":
                yield from _pair(inner, path[1:], place, name)
            else:
                yield from _texts(inner, path, place, name)
    elif isinstance(value, Mapping) and path[0] == "*":
        for key, inner in value.entries.items():
            yield from _texts(inner, path[1:], place, key)
    elif isinstance(value, Mapping):
        yield from _texts(value.get(path[0]), path[1:], place, name)


def _pair(value: Value, path: tuple[str, ...], place: str, name: str) -> Iterator[WrittenText]:
    if isinstance(value, Choice):
        yield from _pair(value.then, path, place, name)
        yield from _pair(value.otherwise, path, place, name)
    elif isinstance(value, Mapping):
        named = value.get("name")
        yield from _texts(value.get("value"), path, place, named.text() if isinstance(named, Known) else name)


def _leaves(value: Value, place: str, name: str) -> Iterator[WrittenText]:
    """Yield the texts of a value; those in a structure bear the name of their attribute, too."""
    if not isinstance(value, (Mapping, Sequence, Encoded)):
        yield from leaf_texts(value, USER_DATA if place == _BASE64 else place, name)
        if place == _BASE64:
            yield from leaf_texts(_from_base64(value), USER_DATA, name)
        return
    for path, leaf in walk(value):
        inner = [step for step in path if isinstance(step, str)]
        yield from leaf_texts(leaf, place, f"{name}.{inner[-1]}" if inner else name)


def _from_base64(value: Value) -> Value:
    if not isinstance(value, Known):
        return value
    try:
        return Known(base64.b64decode(value.text(), validate=True).decode(), value.origin)
    except (binascii.Error, ValueError):
        return value
