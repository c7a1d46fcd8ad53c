"""SGR411: no key stands in code."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, passes
from s3_glue_rules.model.key_material import describe_key_material
from s3_glue_rules.model.resources import CodeText

SUBJECT = CodeText


def check(text: CodeText) -> Answer:
    """Fail a literal that is handed over as a key, or that looks like one. Nothing of the value is told."""
    value = text.value
    if value is None:
        return passes("the key is no literal")
    if text.uses:
        first = text.uses[0]
        what = f"{text.name or 'a literal'} is {first.wording} ({first.form})"
    else:
        plain = value.value.decode("latin-1") if isinstance(value.value, bytes) else str(value.value)
        kind = describe_key_material(text.name, plain)
        if kind is None:
            return passes("it does not look like a key")
        what = f"{text.name} holds {kind}"
    return fails(
        f"{what}: whoever reads the code has it. Take the key from AWS KMS (generate_data_key, or a KMS keyring) or "
        "from AWS Secrets Manager at run time, and encrypt anew what this key has encrypted",
        at=value.origin,
        chain=tuple(Link(use.origin, f"it is handed over here as {use.wording}") for use in text.uses[:6]),
    )
