"""Literal texts of CloudFormation in which key material turns up: environments, user data, parameters, defaults."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from s3_glue_rules.join.view import Joined, walk
from s3_glue_rules.model.resources import TextHolder, WrittenText
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Choice, Known, Mapping, Sequence, Text, Value

PARAMETER_TYPE = "AWS::CloudFormation::Template::Parameter"

# Where the texts stand; "*" is any item or name, and its name is the name of the text.
_PLACES: dict[str, tuple[tuple[str, tuple[Step, ...]], ...]] = {
    PARAMETER_TYPE: (("the default", ("Default",)),),
    "AWS::Lambda::Function": (("environment variable", ("Environment", "Variables", "*")),),
    "AWS::Serverless::Function": (("environment variable", ("Environment", "Variables", "*")),),
    "AWS::EC2::Instance": (("user data", ("UserData",)),),
    "AWS::EC2::LaunchTemplate": (("user data", ("LaunchTemplateData", "UserData")),),
    "AWS::AutoScaling::LaunchConfiguration": (("user data", ("UserData",)),),
    "AWS::SSM::Parameter": (("the value", ("Value",)),),
    "AWS::ECS::TaskDefinition": (("environment variable", ("ContainerDefinitions", "*", "Environment", "*")),),
    "AWS::Batch::JobDefinition": (("environment variable", ("ContainerProperties", "Environment", "*")),),
    "AWS::CodeBuild::Project": (("environment variable", ("Environment", "EnvironmentVariables", "*")),),
    "AWS::AppRunner::Service": (
        (
            "environment variable",
            ("SourceConfiguration", "ImageRepository", "ImageConfiguration", "RuntimeEnvironmentVariables", "*"),
        ),
    ),
}

TEXT_TYPES = tuple(_PLACES)


class JoinedTextHolder(Joined, TextHolder):
    """A resource or parameter with literal texts."""

    @cached_property
    def texts(self) -> tuple[WrittenText, ...]:
        """All literal texts, those of every branch included: a key in a branch that is not taken is still leaked."""
        own_name = self.declaration.logical_id
        if self.declaration.type == "AWS::SSM::Parameter":
            named = self.at("Name")
            own_name = named.text() if isinstance(named, Known) else own_name
        return tuple(
            text
            for place, path in _PLACES[self.declaration.type]
            for text in _texts(self.declaration.properties, path, place, own_name)
        )


MAKERS: dict[str, type[Joined]] = dict.fromkeys(TEXT_TYPES, JoinedTextHolder)


def _texts(value: Value, path: tuple[Step, ...], place: str, name: str) -> Iterator[WrittenText]:
    if isinstance(value, Choice):
        yield from _texts(value.then, path, place, name)
        yield from _texts(value.otherwise, path, place, name)
    elif not path:
        yield from _leaves(value, place, name)
    elif path[0] == "*" and isinstance(value, Mapping):
        for key, inner in value.entries.items():
            yield from _texts(inner, path[1:], place, key)
    elif path[0] == "*" and isinstance(value, Sequence):
        for inner in value.items:
            yield from _texts(inner, path[1:], place, _pair_name(inner) or name)
    elif isinstance(value, Mapping) and isinstance(path[0], str):
        yield from _texts(value.get(path[0]), path[1:], place, name)


def _leaves(value: Value, place: str, name: str) -> Iterator[WrittenText]:
    if isinstance(value, Mapping):
        inner = value.get("Value") if "Value" in value.entries else value
        for _, leaf in walk(inner):
            yield from leaf_texts(leaf, place, name)
    else:
        yield from leaf_texts(value, place, name)


def leaf_texts(value: Value, place: str, name: str) -> Iterator[WrittenText]:
    """Yield the text that a value is, if it is one."""
    if isinstance(value, Known) and isinstance(value.value, str):
        yield WrittenText(name, value.value, place, value.origin)
    elif isinstance(value, Text):
        # Open parts are left as a space, so that what stands before and behind is not read as one word.
        text = "".join(part.text() if isinstance(part, Known) else " " for part in value.parts)
        yield WrittenText(name, text, place, value.origin)


def _pair_name(value: Value) -> str | None:
    if isinstance(value, Mapping):
        name = value.entries.get("Name")
        if isinstance(name, Known):
            return name.text()
    return None
