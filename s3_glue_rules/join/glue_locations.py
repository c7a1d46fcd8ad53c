"""The places in S3 that a Glue job's code is in, or that it writes to as far as its arguments tell."""

from __future__ import annotations

import re

from s3_glue_rules.join.documents import restored, with_marks
from s3_glue_rules.join.glue_arguments import argument, argument_maps
from s3_glue_rules.join.s3_locations import location_use
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import BucketKind, BucketUse, Destination
from s3_glue_rules.model.spark_settings import settings_in
from s3_glue_rules.model.values import Absent, Known, Text, UndecidableError, Value

# AWS Glue's own arguments
# (https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html).
_SCRIPT = "--scriptLocation"
_EVENT_LOGS = "--spark-event-logs-path"
_SPARK_UI = "--enable-spark-ui"

_SETTINGS = "--conf"
# Settings of Spark that name a place to write to. New tables of an Iceberg catalog are made in its warehouse
# (https://iceberg.apache.org/docs/latest/spark-configuration/), and Iceberg has encryption settings of its own.
_WRITTEN_SETTINGS = re.compile(
    r"spark\.(?:eventLog\.dir|sql\.warehouse\.dir|sql\.streaming\.checkpointLocation|sql\.catalog\.[^.]+\.warehouse)"
)

# Words in the names of arguments that authors choose. One that holds words of both kinds is of neither.
_PLACE = r"(?:buckets?|dirs?|director(?:y|ies)|folders?|locations?|paths?|prefix|uris?|urls?)"
_WRITTEN = re.compile(
    r"(?:out|outputs?|targets?|dest|dst|destinations?|sinks?|writes?|results?|temp|tmp|temporary|scratch|"
    rf"checkpoints?){_PLACE}?"
)
_READ = re.compile(rf"(?:in|inputs?|sources?|src|from|reads?){_PLACE}?")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_S3_URI = re.compile(r"s3[an]?://", re.IGNORECASE)


def is_written_to(argument: str) -> bool:
    """Return whether the name of an argument says that its value is written to (``--output-path``, ``--TempDir``)."""
    words = [word.lower() for word in _WORD.findall(argument)]
    writes = any(_WRITTEN.fullmatch(word) for word in words)
    return writes and not any(_READ.fullmatch(word) for word in words)


def destinations(job: Joined) -> tuple[Destination, ...]:
    """Return the places of a job: its script, its event logs where they are written, and what it writes to.

    Places that are certainly not in buckets of the estate are left out.
    """
    known, unread = argument_maps(job)
    found = [_script(job)]
    for name in {name: None for written in known for name in written.entries}:
        if name == _EVENT_LOGS:
            found.append(_event_logs(job))
        elif name == _SETTINGS:
            found.extend(_settings(job))
        elif is_written_to(name):
            found.append(_target(job, name))
    if unread is not None:
        # Arguments that cannot be read may lead anywhere.
        place, written = unread
        found.append(_place(job.term(place), written, location_use(job.view, written)))
    return tuple(place for place in found if place.use.kind in {BucketKind.DECLARED, BucketKind.UNRESOLVED})


def _script(job: Joined) -> Destination:
    """Return where the script is: an argument overrides the command."""
    named = argument(job, _SCRIPT)
    if not isinstance(named, Absent):
        return _place(_SCRIPT, named, location_use(job.view, named))
    written = job.at("Command", "ScriptLocation")
    use = location_use(job.view, written)
    if len(use.among) == 1 and argument_maps(job)[1] is None:
        # A plan does not show the text around a reference: what only one bucket can be behind leads there.
        use = BucketUse(BucketKind.DECLARED, written, use.among[0])
    return _place(f"{job.term('Command')}.{job.term('ScriptLocation')}", written, use)


def _event_logs(job: Joined) -> Destination:
    """Return where event logs go: none are written unless the Spark UI is switched on."""
    value = argument(job, _EVENT_LOGS)
    spark_ui = argument(job, _SPARK_UI)
    use = location_use(job.view, value)
    try:
        is_on = spark_ui.text(default="false").lower() != "false"
    except UndecidableError as unknown:
        reason = f"whether event logs are written cannot be told: {unknown.reason}"
        among = use.among if use.bucket is None else (use.bucket,)
        use = BucketUse(BucketKind.UNRESOLVED, value, reason=reason, among=among)
    else:
        use = use if is_on else BucketUse(BucketKind.ABSENT, value)
    return _place(_EVENT_LOGS, value, use)


def _target(job: Joined, name: str) -> Destination:
    """Return where an argument leads. What may be no place at all is not taken for one that is not known."""
    value = argument(job, name)
    use = location_use(job.view, value, bare="bucket" in name.lower())
    is_place = re.search(_PLACE, name.lower()) is not None or _S3_URI.match(symbol(value)) is not None
    if use.kind is BucketKind.UNRESOLVED and not is_place:
        use = BucketUse(BucketKind.NOT_S3, value)
    return _place(name, value, use)


def _settings(job: Joined) -> list[Destination]:
    """Return where the settings of Spark lead. Those that are known only at deployment are not guessed at."""
    value = argument(job, _SETTINGS)
    if not isinstance(value, (Known, Text)):
        return []
    text = with_marks(value) if isinstance(value, Text) else value.text()
    parts = value.parts if isinstance(value, Text) else ()
    found: list[Destination] = []
    for name, piece in settings_in(text):
        if _WRITTEN_SETTINGS.fullmatch(name):
            use = location_use(job.view, restored(piece, parts, value.origin))
            found.append(_place(f"{name} in {_SETTINGS}", value, use))
    return found


def _place(name: str, value: Value, use: BucketUse) -> Destination:
    return Destination(name, use, value.origin)
