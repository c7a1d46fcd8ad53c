"""SGR317: arguments of Glue jobs turn no encryption off, and none down."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Verdict, fails, passes, undecided
from s3_glue_rules.model.resources import JobRun, JobStarter
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.spark_encryption import SettingEffect, demands_on, effects_of
from s3_glue_rules.model.urls import switched_off, url_text

SUBJECT = JobStarter


def check(starter: JobStarter) -> Answer:
    """Fail a setting that sends data in clear, or encrypts with less than was asked for."""
    found: list[Answer | None] = []
    for run in starter.job_runs:
        found.extend(_by_setting(starter, run, effect) for effect in effects_of(run.settings))
        found.extend(_by_url(starter, name, url_text(value), value.origin) for name, value in run.urls)
        if run.unread is not None:
            reason = f"the arguments of {starter.kind} {starter.label} cannot be read: {run.unread.why_unknown()}"
            found.append(undecided(reason, at=run.unread.origin))
    answers = [answer for answer in found if answer is not None]
    failed = [answer for answer in answers if answer.verdict is Verdict.FAIL]
    return next(iter(failed or answers), passes("no argument turns encryption off or down"))


def _by_setting(starter: JobStarter, run: JobRun, effect: SettingEffect) -> Answer | None:
    says = f"the setting {effect.shown} in --conf of {starter.kind} {starter.label}: {effect.effect.value}"
    at = effect.setting.origin
    if effect.given is None:
        if effect.unknown:
            return undecided(f"{effect.shown} is known only at deployment: {effect.unknown}", at=at)
        return fails(f"{says}. Remove the setting", at=at)
    doubt: Answer | None = None
    for demand in demands_on(run, effect):
        if not effect.unknown and effect.given.is_certainly_weaker_than(demand.asked):
            return fails(f"{says}, while {demand.says}. Remove the setting", at=at, chain=demand.chain)
        if effect.given.may_be_weaker_than(demand.asked):
            doubt = doubt or undecided(f"{says}; {effect.unknown or demand.asked.doubt}", at=at, chain=demand.chain)
    return doubt


def _by_url(starter: JobStarter, name: str, url: str, at: Origin) -> Answer | None:
    setting = switched_off(url)
    if setting is None:
        return None
    return fails(
        f"{setting} in the URL in {name} of {starter.kind} {starter.label} sends data of the database without TLS, or "
        "without checking the server's certificate. Ask for TLS with a verified certificate there",
        at=at,
    )
