"""SGR401: no key material stands in configuration."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, Link, fails, not_applicable, passes
from s3_glue_rules.model.key_material import describe_key_material
from s3_glue_rules.model.resources import TextHolder

SUBJECT = TextHolder

# A key in a branch or resource that no deployment takes is leaked all the same.
IN_EVERY_WORLD = True


def check(holder: TextHolder) -> Answer:
    """Fail a literal private key or symmetric key. The message names kind and length, nothing of the value."""
    texts = holder.texts
    if not texts:
        return not_applicable("it holds no literal text")
    found = [(text, kind) for text in texts if (kind := describe_key_material(text.name, text.text)) is not None]
    if not found:
        return passes("no text looks like a key")
    text, kind = found[0]
    also = tuple(Link(other.origin, f"{other.place} {other.name} holds {what}") for other, what in found[1:6])
    named = f"{text.place} {text.name}" if text.place == "environment variable" else f"{text.place} of {holder.label}"
    return fails(
        f"{named} holds {kind}: whoever reads the configuration has the key. Replace the key, and read it from "
        "Secrets Manager or KMS at run time",
        at=text.origin,
        chain=also,
    )
