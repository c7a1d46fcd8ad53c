"""SGR301: every job has a security configuration."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer
from s3_glue_rules.model.questions import names_a_security_configuration
from s3_glue_rules.model.resources import Job

SUBJECT = Job


def check(job: Job) -> Answer:
    """Fail where no security configuration is named."""
    return names_a_security_configuration(job)
