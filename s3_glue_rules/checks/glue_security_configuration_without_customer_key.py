"""SGR309: the KMS modes of a security configuration use a customer managed key that can encrypt."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Verdict, not_applicable, passes
from s3_glue_rules.model.questions import key_problem
from s3_glue_rules.model.resources import SecurityConfiguration
from s3_glue_rules.model.values import UndecidableError

SUBJECT = SecurityConfiguration

KMS_MODES = {"SSE-KMS", "CSE-KMS"}


def check(configuration: SecurityConfiguration) -> Answer:
    """Fail a KMS mode without a key, with an AWS managed key, or with a key that cannot encrypt."""
    doubt: Answer | None = None
    unknown: UndecidableError | None = None
    judged = False
    for part in (*configuration.s3, configuration.logs, configuration.bookmarks):
        problem: Answer | None = None
        try:
            # With a key that can encrypt, it does not matter which mode it is.
            if part.mode.is_known or part.mode.is_absent or key_problem(configuration, part) is not None:
                if part.mode.text(default="DISABLED") not in KMS_MODES:
                    continue
                problem = key_problem(configuration, part)
            judged = True
        except UndecidableError as error:
            unknown = error
            continue
        if problem is not None and problem.verdict is Verdict.FAIL:
            return problem
        doubt = doubt or problem
    if unknown is not None:
        raise unknown
    if doubt is not None:
        return doubt
    return passes("every key is customer managed") if judged else not_applicable("no part uses KMS")
