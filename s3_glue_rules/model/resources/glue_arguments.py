"""Arguments of Glue jobs, and the runs that are started with them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.glue import SecurityConfigurationUse
from s3_glue_rules.model.resources.s3 import BucketUse
from s3_glue_rules.model.resources.spark import SparkSetting
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Value


@dataclass(frozen=True)
class WrittenArgument:
    """One text that an argument may be, in any branch.

    ``place`` is the property that holds the argument. ``text`` is None where all of it is open, and what is open in it
    is a mark; ``unknown`` says then why, and is empty for the name of a resource. ``secret`` is the store or resource
    that gives a secret to it: whatever the argument is called where that ``is_certain``.
    """

    place: str
    name: str
    text: str | None
    origin: Origin
    unknown: str = ""
    secret: str = ""
    is_certain: bool = False


class ArgumentHolder(Resource):
    """A job, session, development endpoint, trigger or workflow with arguments or run properties."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is, for people."""

    @property
    @abstractmethod
    def arguments(self) -> tuple[WrittenArgument, ...]:
        """All texts that its arguments may be, those of every branch included."""


@dataclass(frozen=True)
class JobRun:
    """What a run of a job gets: its security configuration, and the arguments that count.

    ``settings`` are those of Spark and Hadoop in their order, ``urls`` the arguments that are URLs of databases.
    ``find_bucket`` follows the name of a bucket in a setting. ``unread`` holds arguments and cannot be read.
    """

    use: SecurityConfigurationUse
    settings: tuple[SparkSetting, ...]
    urls: tuple[tuple[str, Value], ...]
    find_bucket: Callable[[str], BucketUse]
    unread: Value | None = None


class JobStarter(Resource):
    """Something whose arguments runs are started with: a job, a session, a trigger."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is, for people."""

    @property
    @abstractmethod
    def job_runs(self) -> tuple[JobRun, ...]:
        """The runs that it starts, those of each action of a trigger apart."""
