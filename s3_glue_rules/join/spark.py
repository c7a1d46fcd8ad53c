"""Settings of Spark and Hadoop: configurations of Amazon EMR, ``--conf`` of AWS Glue, Spark properties of Athena."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from s3_glue_rules.join.documents import decoded
from s3_glue_rules.join.literals import texts_of
from s3_glue_rules.join.view import Joined, walk
from s3_glue_rules.model.resources import SparkSetting, SparkSettings
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.spark_settings import settings_in
from s3_glue_rules.model.urls import OPEN
from s3_glue_rules.model.values import Known, Open, Text, Value

_KIND = {
    "AWS::Athena::WorkGroup": "Athena workgroup",
    "AWS::EMR::Cluster": "EMR cluster",
    "AWS::EMR::InstanceFleetConfig": "EMR instance fleet",
    "AWS::EMR::InstanceGroupConfig": "EMR instance group",
    "AWS::EMR::Step": "EMR step",
    "AWS::EMRContainers::Endpoint": "EMR on EKS endpoint",
    "AWS::EMRServerless::Application": "EMR Serverless application",
    "AWS::Glue::DevEndpoint": "Glue development endpoint",
    "AWS::Glue::Job": "Glue job",
    "AWS::Glue::Session": "Glue interactive session",
    "AWS::Glue::Trigger": "Glue trigger",
    "aws_athena_workgroup": "Athena workgroup",
    "aws_emr_cluster": "EMR cluster",
    "aws_emr_instance_fleet": "EMR instance fleet",
    "aws_emr_instance_group": "EMR instance group",
    "aws_emrcontainers_job_template": "EMR on EKS job template",
    "aws_emrserverless_application": "EMR Serverless application",
    "aws_glue_dev_endpoint": "Glue development endpoint",
    "aws_glue_job": "Glue job",
    "aws_glue_trigger": "Glue trigger",
}
# Maps whose names are settings. Everywhere else settings stand in command lines.
_MAPS = {"ConfigurationProperties", "Properties", "SparkProperties", "properties", "spark_properties"}
# Arguments whose text is a JSON document.
_JSON = {"configurations", "configurations_json"}


class JoinedSparkSettings(Joined, SparkSettings):
    """A resource with settings of Spark and Hadoop."""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return _KIND[self.declaration.type]

    @cached_property
    def settings(self) -> tuple[SparkSetting, ...]:
        """All settings, those of every branch included: a key in a branch that is not taken is still leaked."""
        return tuple(_settings(self.declaration.properties))


MAKERS: dict[str, type[Joined]] = dict.fromkeys(_KIND, JoinedSparkSettings)


def _settings(properties: Value) -> Iterator[SparkSetting]:
    names: dict[tuple[Step, ...], str] = {}
    for path, leaf in walk(properties):
        if path and path[-1] in _JSON:
            for document in _documents(leaf):
                for inner, value in walk(decoded(document)):
                    yield from _settings_at(inner, value)
        elif path and path[-1] == "Key" and isinstance(leaf, Known):
            # A pair of Key and Value (StepProperties): the name comes first, whatever the order in the text.
            names[path[:-1]] = leaf.text()
        yield from _settings_at(path, leaf)
    for path, leaf in walk(properties):
        if path and path[-1] == "Value" and path[:-1] in names:
            yield from (_setting(names[path[:-1]], text, leaf) for text in texts_of(leaf))


def _documents(leaf: Value) -> list[Value]:
    """Return the JSON texts that an argument may be, the default of a variable among them."""
    if isinstance(leaf, Open):
        return [Known(text, leaf.origin) for text in texts_of(leaf) if text is not None]
    return [leaf] if isinstance(leaf, (Known, Text)) else []


def _settings_at(path: tuple[Step, ...], leaf: Value) -> Iterator[SparkSetting]:
    name = path[-1] if path else ""
    if len(path) > 1 and path[-2] in _MAPS and isinstance(name, str):
        for text in texts_of(leaf):
            yield _setting(name, text, leaf)
        return
    for text in texts_of(leaf):
        if text is not None and "=" in text:
            for setting, value in settings_in(text):
                yield _setting(setting, value, leaf)


def _setting(name: str, value: str | None, leaf: Value) -> SparkSetting:
    if value is None or OPEN in value:
        return SparkSetting(name, None, leaf.origin, leaf.why_unknown())
    return SparkSetting(name, value, leaf.origin)
