"""SGR206: keys are enabled."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.resources import Key

SUBJECT = Key


def check(key: Key) -> Answer:
    """Fail a disabled key. A key that waits for its material to be imported must be disabled."""
    if key.enabled.flag(default=True):
        return passes("the key is enabled")
    if key.awaits_material:
        return not_applicable("a key without imported material is disabled until the import")
    users = key.users
    effect = f"{users[0].says}, and fails" if users else "nothing can encrypt or decrypt with it"
    return fails(
        f"key {key.label} is disabled: {effect}. Set {key.term('Enabled')} to true, or remove the key",
        at=key.enabled.origin,
        chain=users[:5],
    )
