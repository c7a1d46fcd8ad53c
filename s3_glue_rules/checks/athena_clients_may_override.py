"""SGR406: clients cannot override the encryption of an Athena workgroup."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Workgroup

SUBJECT = Workgroup


def check(workgroup: Workgroup) -> Answer:
    """Fail a workgroup that is not enforced, unless clients have to keep its encryption as a minimum."""
    if workgroup.enforced.flag(default=True):
        return passes("the settings of the workgroup override those of clients")
    if not workgroup.option.is_absent and workgroup.keeps_a_minimum.flag(default=False):
        return passes("clients may only choose an encryption that is as good")
    if workgroup.engine.text(default="").startswith("PySpark"):
        return not_applicable("calculations of Apache Spark take no settings for results from clients")
    name = workgroup.term("EnforceWorkGroupConfiguration")
    return fails(
        f"{name} of Athena workgroup {workgroup.label} is false: each client says for itself where results go and how "
        f"they are encrypted. Set {name} to true",
        at=workgroup.enforced.origin,
    )
