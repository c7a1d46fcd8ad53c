"""Resources that hold settings of Spark and Hadoop."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.spans import Origin


@dataclass(frozen=True)
class SparkSetting:
    """A setting as written: its name, and its literal value. ``value`` is None where it is no literal.

    ``unknown`` says then why.
    """

    name: str
    value: str | None
    origin: Origin
    unknown: str = ""


class SparkSettings(Resource):
    """A cluster, application, job or workgroup with settings of Spark and Hadoop."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is, for people."""

    @property
    @abstractmethod
    def settings(self) -> tuple[SparkSetting, ...]:
        """All settings, those of every branch included."""

    @property
    def told(self) -> tuple[tuple[SparkSetting, ...], ...]:
        """Groups of the settings that are judged by themselves elsewhere: what one group shows alone is told there."""
        return ()
