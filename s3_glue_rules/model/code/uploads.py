"""What calls of Amazon S3 through boto3 write, where to, and which encryption they ask for.

Parameters: https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/s3.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from s3_glue_rules.model.code.apis import name_of
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, CodeValue, Literal, Member, Result
from s3_glue_rules.model.spans import Origin

# Operations that write objects, by their names in clients and in resources, with the position of the bucket where there
# is one, and that of ExtraArgs.
_CLIENT = {
    "put_object": (None, None),
    "copy_object": (None, None),
    "create_multipart_upload": (None, None),
    "upload_file": (1, 3),
    "upload_fileobj": (1, 3),
    "copy": (1, 3),
}
_RESOURCES = {
    "Object": {
        "put": None,
        "copy_from": None,
        "initiate_multipart_upload": None,
        "upload_file": 1,
        "upload_fileobj": 1,
        "copy": 1,
    },
    "Bucket": {"put_object": None, "upload_file": 2, "upload_fileobj": 2, "copy": 2},
}
_ALGORITHM = "ServerSideEncryption"
_KEY = "SSEKMSKeyId"


@dataclass(frozen=True)
class Asked:
    """The encryption that an upload asks for: the algorithm, where it is written, and the key (None where none is)."""

    algorithm: str
    place: Origin
    key: CodeValue | None


def bucket_written_to(call: Call) -> CodeValue | None:
    """Return the name of the bucket that a call writes an object to; None where it writes none."""
    service, _, operation = call.api.rpartition(".")
    if service == "boto3.s3" and operation in _CLIENT:
        return call.argument("Bucket", _CLIENT[operation][0])
    resource = service.removeprefix("boto3.s3.")
    if operation in _RESOURCES.get(resource, {}) and isinstance(call.callee, Member):
        made = call.callee.of
        if isinstance(made, Result):
            return made.call.argument("bucket_name" if resource == "Object" else "name", 0)
    return None


def encryption_asked(module: Module, call: Call) -> Iterator[Asked]:
    """Yield what a call may ask for; nothing where it leaves the encryption to the bucket's default."""
    service, _, operation = call.api.rpartition(".")
    position = _CLIENT[operation][1] if service == "boto3.s3" else _RESOURCES[service.rpartition(".")[2]][operation]
    for algorithm in _literals(module, call.keywords.get(_ALGORITHM)):
        yield Asked(algorithm, call.place(_ALGORITHM), call.keywords.get(_KEY))
    extra = call.argument("ExtraArgs", position)
    for entries in module.keywords(extra) if extra is not None and position is not None else ():
        for algorithm in _literals(module, entries.entries.get(_ALGORITHM)):
            # What is not known of a dictionary may hold a key.
            if _KEY in entries.entries or entries.is_complete:
                yield Asked(algorithm, entries.place(_ALGORITHM), entries.entries.get(_KEY))


def _literals(module: Module, value: CodeValue | None) -> list[str]:
    found = module.literals(value) if value is not None else ()
    return [literal.value for literal in found if isinstance(literal.value, str) and literal.value]


def names_no_key(module: Module, key: CodeValue | None) -> bool:
    """Return whether a key is certainly not given: S3 takes the AWS managed key then."""
    if key is None:
        return True
    return all(
        isinstance(option, Literal) and (not option.value or str(option.value).endswith("alias/aws/s3"))
        for option in module.options(key)
    )


def place_of_uri(module: Module, value: CodeValue) -> CodeValue | None:
    """Return the S3 URI whose bucket a value is: ``urlparse(uri).netloc``."""
    if isinstance(value, Member) and value.name == "netloc" and isinstance(value.of, Result):
        names = {name_of(callee) for callee in module.options(value.of.call.callee)}
        if names & {"urllib.parse.urlparse", "urllib.parse.urlsplit"}:
            return value.of.call.argument("url", 0)
    return None
