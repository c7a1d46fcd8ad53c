"""SGR413: code uses no name that the AWS Encryption SDK has removed."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.code.removed_names import REMOVED_NAMES
from s3_glue_rules.model.resources import CodeName

SUBJECT = CodeName


def check(name: CodeName) -> Answer:
    """Fail a name that version 2.0.0 has removed: it fails when the code is run."""
    replacement = REMOVED_NAMES.get(name.name)
    if replacement is None:
        return passes("the library has it")
    return fails(
        f"{name.name} was removed in 2.0.0 of the AWS Encryption SDK, so this line fails when it is run: "
        f"{replacement.hint}",
        at=name.header,
    )
