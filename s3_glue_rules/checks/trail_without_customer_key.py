"""SGR601: trails and event data stores are encrypted with a customer managed key."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer
from s3_glue_rules.model.customer_keys import uses_a_customer_key
from s3_glue_rules.model.resources import EventLog

SUBJECT = EventLog


def check(log: EventLog) -> Answer:
    """Fail where no customer managed key that can encrypt is named."""
    return uses_a_customer_key(log.key, f"{log.kind} {log.label}", log.key_name, without=log.without_key)
