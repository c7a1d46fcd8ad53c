"""Runs of Glue jobs with the settings of Spark and Hadoop that count in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.documents import restored, structure, with_marks
from s3_glue_rules.join.glue import JoinedJob, JoinedTrigger, component_of
from s3_glue_rules.join.glue_arguments import ORDER
from s3_glue_rules.join.s3_locations import location_use
from s3_glue_rules.join.view import Joined, walk
from s3_glue_rules.model.resources import (
    BucketUse,
    JobRun,
    JobStarter,
    Naming,
    Run,
    SecurityConfigurationUse,
    SparkSetting,
)
from s3_glue_rules.model.spark_encryption import says_how_to_encrypt
from s3_glue_rules.model.spark_settings import settings_in
from s3_glue_rules.model.values import Absent, Known, Mapping, Open, Text, Value, text_of

_SETTINGS = "--conf"
_WITHOUT_SPARK = {"glueray", "pythonshell"}
_URL = re.compile(r"(?i)(?:jdbc:|mongodb(?:\+srv)?:)")
_KIND = {
    "AWS::Glue::Job": "Glue job",
    "AWS::Glue::Session": "Glue interactive session",
    "AWS::Glue::Trigger": "Glue trigger",
    "aws_glue_job": "Glue job",
    "aws_glue_trigger": "Glue trigger",
}


class JoinedStarter(Joined, JobStarter):
    """A job or session: it runs with its own arguments."""

    NAMES: ClassVar[MappingType[str, str]] = {"Arguments": "arguments"}

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return _KIND[self.declaration.type]

    @cached_property
    def job_runs(self) -> tuple[JobRun, ...]:
        """Its own runs."""
        use = component_of(self.view, self.declaration).uses[0]
        return (self._run(use, [self.at(place) for place in ORDER], self.at("Command", "Name")),)

    def _run(
        self,
        use: SecurityConfigurationUse,
        written: list[Value],
        command: Value,
        fixed: frozenset[str] = frozenset(),
    ) -> JobRun:
        """Return a run with maps of arguments, those that count first. Those that are fixed count for nothing here."""
        value = Absent(self.header) if _SETTINGS in fixed else self._argument(written, _SETTINGS)
        if isinstance(command, Known) and command.text() in _WITHOUT_SPARK:
            value = Absent(self.header)
        is_read = isinstance(value, (Absent, Known, Text))
        parts = value.parts if isinstance(value, Text) else ()

        def find_bucket(name: str) -> BucketUse:
            location = (Known("s3://"), restored(name, parts, self.header), Known("/"))
            return location_use(self.view, text_of(location, self.header))

        return JobRun(
            use,
            tuple(self._settings(value)) if is_read else (),
            tuple(self._urls(written, fixed)),
            find_bucket,
            None if is_read else value,
        )

    def _settings(self, value: Value) -> Iterator[SparkSetting]:
        """Yield the settings of an argument. Variables are read where they decide something about encryption."""
        text = with_marks(value) if isinstance(value, Text) else value.text(default="")
        parts = value.parts if isinstance(value, Text) else ()
        for name, piece in settings_in(text):
            setting = restored(piece, parts, value.origin)
            if says_how_to_encrypt(name):
                setting = self.view.reader.read(setting)
            known = setting.text() if isinstance(setting, Known) else None
            yield SparkSetting(name, known, value.origin, "" if known is not None else setting.why_unknown())

    def _argument(self, written: list[Value], name: str) -> Value:
        """Return an argument; Unknown where it may be among those that cannot be read."""
        for arguments in written:
            if isinstance(arguments, Mapping):
                value = self.view.reader.read(arguments.get(name))
                if not isinstance(value, Absent):
                    return value
            elif not isinstance(arguments, Absent):
                return arguments
        return Absent(self.header)

    def _urls(self, written: list[Value], fixed: frozenset[str]) -> Iterator[tuple[str, Value]]:
        """Yield the arguments that are URLs of databases. Others are not read: they decide nothing here."""
        seen = set(fixed)
        for arguments in written:
            for name, value in arguments.entries.items() if isinstance(arguments, Mapping) else ():
                if name not in seen and _may_be_url(value):
                    url = self.view.reader.read(value)
                    if _may_be_url(url):
                        yield name, url
                seen.add(name)


class JoinedStartingTrigger(JoinedStarter):
    """A trigger: its actions start jobs with arguments of their own, which count before the job's defaults."""

    @cached_property
    def job_runs(self) -> tuple[JobRun, ...]:
        """The runs that its actions start, with what the actions pass to them."""
        actions = self.view.reader.items(self.at("Actions"))
        runs = self.view.typed(JoinedTrigger, self.declaration).runs
        return tuple(self._started(action, run) for action, run in zip(actions, runs, strict=True))

    def _started(self, action: Value, run: Run) -> JobRun:
        job = run.component
        use, fixed = run.use, frozenset[str]()
        command: Value = Absent(self.header)
        if isinstance(job, JoinedJob):
            use = job.use if use.naming is Naming.ABSENT else use
            command = job.at("Command", "Name")
            arguments = job.at(ORDER[0])
            fixed = frozenset(arguments.entries) if isinstance(arguments, Mapping) else fixed
        elif use.naming is Naming.ABSENT:
            use = replace(use, naming=Naming.UNRESOLVED, reason=run.role.reason)
        return self._run(use, [structure(self.view.reader, self.below(action, "Arguments"))], command, fixed)


def _may_be_url(value: Value) -> bool:
    """Return whether a value, in one of its branches at least, starts as the URL of a database."""
    for _, leaf in walk(value):
        head = leaf.parts[0] if isinstance(leaf, Text) else leaf
        default = head.variable.default if isinstance(head, Open) else None
        if _URL.match(head.text() if isinstance(head, Known) else default or ""):
            return True
    return False


MAKERS: dict[str, type[Joined]] = {
    **dict.fromkeys(("AWS::Glue::Job", "AWS::Glue::Session", "aws_glue_job"), JoinedStarter),
    **dict.fromkeys(("AWS::Glue::Trigger", "aws_glue_trigger"), JoinedStartingTrigger),
}
