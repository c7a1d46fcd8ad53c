"""SGR417: messages are bound to an encryption context, which is checked when they are decrypted."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes
from s3_glue_rules.model.code.apis import name_of
from s3_glue_rules.model.code.clients import decrypts, encrypts
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, Entries, Literal
from s3_glue_rules.model.credentials import credential_named, is_certainly_a_credential
from s3_glue_rules.model.resources import EncryptionSdkCall

SUBJECT = EncryptionSdkCall

_CONTEXT = "encryption_context"
_REQUIRING = "create_required_encryption_context_cmm"


def check(site: EncryptionSdkCall) -> Answer:
    """Fail what encrypts without a context or with a secret in it, and what decrypts and never looks at the context."""
    if site.module.is_example:
        return not_applicable("it is a test or an example")
    answer = not_applicable("it neither encrypts nor decrypts")
    for call in site.calls:
        if encrypts(site.module, call):
            problem = _secret_in_context(site.module, call) or _without_context(site.module, call)
        elif decrypts(site.module, call):
            problem = _unchecked(site.module, call)
        else:
            continue
        if problem is not None:
            return problem
        answer = passes("the encryption context is used")
    return answer


def _lacks_context(module: Module, call: Call) -> bool:
    """Return whether no context is handed over: an empty one binds to nothing."""
    if not call.is_complete:
        return False
    given = call.keywords.get(_CONTEXT)
    options = module.options(given) if given is not None else ()
    return all(
        (isinstance(option, Literal) and option.value is None)
        or (isinstance(option, Entries) and option.is_complete and not option.entries)
        for option in options
    )


def _without_context(module: Module, call: Call) -> Answer | None:
    if not _lacks_context(module, call):
        return None
    return fails(
        "the message is bound to no encryption context, so that it can be put in the place of any other message under "
        "the same key. Pass encryption_context with what tells messages apart (tenant, table, purpose), and check it "
        "when decrypting",
        at=call.origin,
    )


def _secret_in_context(module: Module, call: Call) -> Answer | None:
    given = call.keywords.get(_CONTEXT)
    for entries in module.keywords(given) if given is not None else ():
        for name in entries.entries:
            if is_certainly_a_credential(name):
                return fails(
                    f"the encryption context holds {credential_named(name)} under '{name}': the context is not "
                    "encrypted, it stands in the message and in AWS CloudTrail. Leave it out",
                    at=entries.place(name),
                )
    return None


def _is_required(module: Module, call: Call) -> bool:
    given = call.keywords.get("materials_manager")
    options = module.options(given) if given is not None else ()
    return any(name_of(option).endswith(_REQUIRING) for option in options)


def _unchecked(module: Module, call: Call) -> Answer | None:
    # Whoever reads the context of a header looks at it, one way or another; a manager that requires one has it.
    if _is_required(module, call) or not _lacks_context(module, call) or _CONTEXT in module.attributes_read:
        return None
    how = (
        "compare header.encryption_context with what it must be, or use a keyring and pass encryption_context"
        if "key_provider" in call.keywords
        else "pass encryption_context with what it must be, or compare header.encryption_context with it"
    )
    return fails(f"the decrypted message may have any encryption context: {how}", at=call.origin)
