"""Log groups, and the Glue jobs that write to them.

Jobs write to ``/aws-glue/jobs/...``, or where arguments say so. Where the security configuration of a job encrypts its
logs, the name of the group holds that of the configuration, and a group without it is not written to:
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html (AWS Glue 5.0) and
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html (before).
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.glue import JoinedJob, JoinedSecurityConfiguration, component_of
from s3_glue_rules.join.glue_arguments import argument
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.terraform import followed
from s3_glue_rules.join.view import Joined, walk
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import KeyUse, LogGroup, LogGroupUse, LogWriting, Naming, SecurityConfiguration
from s3_glue_rules.model.values import Absent, Known, Reference, Text, UndecidableError, Unknown, Value, text_of

_GROUPS = ("AWS::Logs::LogGroup", "aws_cloudwatch_log_group")
_CONFIGURATIONS = ("AWS::Glue::SecurityConfiguration", "aws_glue_security_configuration")
_JOBS = ("AWS::Glue::Job", "AWS::Glue::Session", "aws_glue_job")

_PREFIX = "/aws-glue/"
# Where jobs write that say nothing else.
_DEFAULT_PREFIX = "/aws-glue/jobs"
_ENDS = ("/error", "/output", "/logs-v2")
# Sessions, Python shell jobs and Ray jobs have groups of their own.
_OTHER_COMMANDS = {"glueray", "pythonshell"}
_DEFAULTS = frozenset(_DEFAULT_PREFIX + end for end in _ENDS)
# A group by its name, and what two groups have in front of theirs.
_GROUP_ARGUMENT = "--continuous-log-logGroup"
_PREFIX_ARGUMENT = "--custom-logGroup-prefix"
_OWN_NAMES = {"Ref", "id", "name"}
_NAME = {"AWS::Logs::LogGroup": "LogGroupName", "aws_cloudwatch_log_group": "name"}


class JoinedLogGroup(Joined, LogGroup):
    """A log group."""

    NAMES: ClassVar[MappingType[str, str]] = {"LogGroupName": "name", "KmsKeyId": "kms_key_id"}

    @cached_property
    def key(self) -> KeyUse:
        """Its key."""
        return key_use(self.view, self.at("KmsKeyId"))

    @cached_property
    def use(self) -> LogGroupUse:
        """What AWS Glue does with it: by the jobs of the estate, or else by its name."""
        name = self._written_name
        own = self._symbol(Reference(self.declaration.address, "Ref") if isinstance(name, Absent) else name)
        elsewhere: LogGroupUse | None = None
        for declaration in self.view.estate.of_types(_JOBS):
            if not (own in _DEFAULTS or _mentions(declaration, _GROUP_ARGUMENT, _PREFIX_ARGUMENT)):
                continue
            found = self._by_job(declaration, own) if self.view.exists(declaration) else None
            if found is not None and found.writing is LogWriting.WRITES:
                return found
            elsewhere = elsewhere or found
        return elsewhere or self._by_name(name)

    def _by_name(self, name: Value) -> LogGroupUse:
        head = name.parts[0] if isinstance(name, Text) else name
        if isinstance(head, Known):
            if head.text().startswith(_PREFIX):
                return LogGroupUse(LogWriting.WRITES, "by its name AWS Glue writes to it")
        elif not isinstance(name, (Absent, Text)) and any(self.view.estate.of_types(_JOBS)):
            raise UndecidableError(f"whether AWS Glue writes to it: {name.why_unknown()}", name.origin)
        return LogGroupUse(LogWriting.NOT_KNOWN, "AWS Glue is not known to write to it")

    def _by_job(self, declaration: Declaration, own: str) -> LogGroupUse | None:
        """Return what a job does with the group, None where it has nothing to do with it."""
        for place, base, end in self._bases(declaration):
            if own == base + end:
                return self._plain(declaration, place, is_named=base + end not in _DEFAULTS)
            if own.startswith(base) and own.endswith(end) and self._is_of_configuration(declaration, base, end, own):
                return self._written_by(declaration, place)
        return None

    def _bases(self, declaration: Declaration) -> Iterator[tuple[str, str, str]]:
        """Yield where a job writes to: what says so, and a name in two parts with that of a configuration between."""
        job = component_of(self.view, declaration)
        command = job.at("Command", "Name")
        group = argument(job, _GROUP_ARGUMENT) if _mentions(declaration, _GROUP_ARGUMENT) else Absent()
        prefix = argument(job, _PREFIX_ARGUMENT) if _mentions(declaration, _PREFIX_ARGUMENT) else Absent()
        if not isinstance(group, Absent):
            yield _GROUP_ARGUMENT, self._symbol(group), ""
        for end in _ENDS:
            if not isinstance(prefix, Absent):
                yield _PREFIX_ARGUMENT, self._symbol(prefix), end
            elif isinstance(job, JoinedJob) and not (isinstance(command, Known) and command.text() in _OTHER_COMMANDS):
                yield "by default", _DEFAULT_PREFIX, end

    def _plain(self, declaration: Declaration, place: str, *, is_named: bool) -> LogGroupUse:
        """Return what a job does with a group whose name is without that of a security configuration."""
        job = component_of(self.view, declaration)
        use = job.uses[0]
        if use.naming is Naming.UNRESOLVED and is_named:
            raise UndecidableError(
                f"whether the logs of {job.kind} {job.label} are encrypted: {use.reason}", self.header
            )
        configuration = use.configuration
        if configuration is None or not _encrypts_logs(configuration):
            return self._written_by(declaration, place)
        says = (
            f"security configuration {configuration.label} encrypts the logs of {job.kind} {job.label}, which go to a "
            "group with its name in theirs"
        )
        return LogGroupUse(LogWriting.WRITES_ELSEWHERE, says, (job.link(says),))

    def _written_by(self, declaration: Declaration, place: str) -> LogGroupUse:
        job = component_of(self.view, declaration)
        says = f"{job.kind} {job.label} writes to it ({place})"
        return LogGroupUse(LogWriting.WRITES, says, (job.link(says),))

    def _is_of_configuration(self, declaration: Declaration, base: str, end: str, own: str) -> bool:
        """Return whether a name is what AWS Glue makes of a group and the security configuration of a job."""
        use = component_of(self.view, declaration).uses[0]
        if use.naming in {Naming.ABSENT, Naming.WRONG}:
            return False
        if isinstance(use.configuration, JoinedSecurityConfiguration):
            name = self._symbol(Reference(use.configuration.declaration.address, "Ref"))
        else:
            name = self._symbol(use.value)
        fits = own.startswith(f"{base}/{name}-role/") if end else own == f"{base}-{name}"
        return fits and (use.configuration is None or _encrypts_logs(use.configuration))

    @cached_property
    def _written_name(self) -> Value:
        name = self.at("LogGroupName")
        prefix = self.at("name_prefix")
        if isinstance(name, Absent) and not isinstance(prefix, Absent):
            return text_of((prefix, Unknown("the provider makes the name")), prefix.origin)
        return name

    def _symbol(self, value: Value) -> str:
        """Return a text that is equal for equal names, whether they are written or referred to."""
        value = followed(self.view, value)
        parts = value.parts if isinstance(value, Text) else (value,)
        return "".join(symbol(self._name_of(part)) for part in parts)

    def _name_of(self, part: Value) -> Value:
        """Return the name of a log group or security configuration that is referred to, where it is written."""
        target = self.view.estate.declarations.get(part.target) if isinstance(part, Reference) else None
        if target is None or not isinstance(part, Reference) or part.attribute not in _OWN_NAMES:
            return part
        if target.type in _GROUPS:
            written = self.view.reader.peek(self.view.below_native(target.properties, _NAME[target.type]))
        elif target.type in _CONFIGURATIONS:
            written = self.view.reader.peek(self.view.at(target, "Name"))
        else:
            return part
        return Reference(target.address, "Ref") if isinstance(written, Absent) else written


def _encrypts_logs(configuration: SecurityConfiguration) -> bool:
    return configuration.logs.mode.text(default="DISABLED") == "SSE-KMS"


def _mentions(declaration: Declaration, *names: str) -> bool:
    """Return whether some argument of a job has one of the names, so that others need not be read."""
    return any(name in path for path, _ in walk(declaration.properties) for name in names)


MAKERS: dict[str, type[Joined]] = dict.fromkeys(_GROUPS, JoinedLogGroup)
