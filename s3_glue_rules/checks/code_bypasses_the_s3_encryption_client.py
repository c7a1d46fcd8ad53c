"""SGR418: what goes through the Amazon S3 Encryption Client is encrypted and authenticated by it."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, not_applicable, passes, warns
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, CodeValue, Literal
from s3_glue_rules.model.resources import S3EncryptionClientCall

SUBJECT = S3EncryptionClientCall

_CLIENT = "s3_encryption.S3EncryptionClient"
# Methods on the contents of objects that the client does not know, and hands to the plain client.
PASSED_ON = {
    "copy",
    "copy_object",
    "download_file",
    "download_fileobj",
    "upload_part_copy",
    "select_object_content",
}
_PRESIGNING = {"generate_presigned_url", "generate_presigned_post"}
# Operations on the contents of objects, for which a presigned address goes around the client.
_PRESIGNED = {"put_object", "get_object", "upload_part", "create_multipart_upload", "copy_object"}


def check(site: S3EncryptionClientCall) -> Answer:
    """Fail legacy and unauthenticated decryption, and methods that the client does not know and passes on."""
    answer = not_applicable("it neither sets up the client nor passes it by")
    for call in site.calls:
        found = _settings(site.module, call) or _passed_on(site.module, call)
        if found is not None:
            return found
        answer = passes("it goes through the client")
    return answer


def _settings(module: Module, call: Call) -> Answer | None:
    if call.api == f"{_CLIENT}Config":
        legacy = _switched_on(module, call, "enable_legacy_unauthenticated_modes", 3)
        if legacy is not None:
            return fails(
                "enable_legacy_unauthenticated_modes decrypts objects that nothing protects from being changed (CBC). "
                "Leave it out once all objects are encrypted anew; until then keep it to a client that only migrates",
                at=legacy.origin,
            )
        delayed = _switched_on(module, call, "enable_delayed_authentication", 5)
        if delayed is not None:
            return fails(
                "enable_delayed_authentication gives out plaintext before it is known to be genuine. Leave it out, and "
                "read large objects in parts that are objects of their own",
                at=delayed.origin,
            )
    if call.api == "s3_encryption.KmsKeyring":
        wrapping = _switched_on(module, call, "enable_legacy_wrapping_algorithms", 2)
        if wrapping is not None:
            return warns(
                "enable_legacy_wrapping_algorithms accepts data keys that are not bound to their encryption context: "
                "it is for the time of migration. Leave it out once all objects are encrypted anew",
                at=wrapping.origin,
            )
    return None


def _switched_on(module: Module, call: Call, name: str, position: int) -> CodeValue | None:
    given = call.argument(name, position)
    for literal in module.literals(given) if given is not None else ():
        if literal.value is True:
            return literal
    return None


def _passed_on(module: Module, call: Call) -> Answer | None:
    client, _, method = call.api.rpartition(".")
    if client != _CLIENT:
        return None
    if method in PASSED_ON:
        return fails(
            f"the Amazon S3 Encryption Client does not know {method}: the plain client behind it moves bytes "
            "as they are, and encrypts and decrypts nothing. Use get_object and put_object of the encryption client",
            at=call.origin,
        )
    if method in _PRESIGNING and (method.endswith("_post") or _is_presigned(module, call)):
        return fails(
            f"{method} of the Amazon S3 Encryption Client gives an address for the plain client: who uses it uploads "
            "plaintext, or downloads ciphertext. Let the program that has the encryption client read and write",
            at=call.origin,
        )
    return None


def _is_presigned(module: Module, call: Call) -> bool:
    operation = call.argument("ClientMethod", 0)
    options = module.options(operation) if operation is not None else ()
    return any(isinstance(option, Literal) and option.value in _PRESIGNED for option in options)
