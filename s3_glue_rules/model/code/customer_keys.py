"""Parameters of SSE-C in calls of Amazon S3 through boto3.

The operations that take them are those of botocore's model of Amazon S3; a test compares.
"""

from __future__ import annotations

from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, CodeValue, Literal
from s3_glue_rules.model.spans import Origin

OWN_PARAMETERS = ("SSECustomerKey", "SSECustomerAlgorithm")

# Operations that read an object, or its parts and attributes, and write none.
READING_OPERATIONS = {
    "get_object",
    "head_object",
    "list_parts",
    "select_object_content",
    "get_object_attributes",
}
# Methods of boto3 that read: transfers, and those of its resources.
_READING = READING_OPERATIONS | {"download_file", "download_fileobj", "get", "load", "reload", "wait_until_exists"}

# The answer of an S3 Object Lambda function repeats what the object has.
ANSWERING_OPERATIONS = {"write_get_object_response"}


def customer_key_asked(module: Module, call: Call) -> Origin | None:
    """Return where a call asks for SSE-C. What it says of the source of a copy is none of that.

    Parameters in ``ExtraArgs`` count. None, and an empty text, ask for nothing.
    """
    if call.api.rpartition(".")[2] in ANSWERING_OPERATIONS:
        return None
    found: dict[str, tuple[CodeValue, Origin]] = {}
    extra = call.keywords.get("ExtraArgs")
    for entries in module.keywords(extra) if extra is not None else ():
        found.update({name: (value, entries.place(name)) for name, value in entries.entries.items()})
    found.update({name: (value, call.place(name)) for name, value in call.keywords.items()})
    return _first(module, found)


def reads_only(call: Call) -> bool:
    """Return whether a call reads and writes no object."""
    return call.api.rpartition(".")[2] in _READING


def _first(module: Module, given: dict[str, tuple[CodeValue, Origin]]) -> Origin | None:
    for name in OWN_PARAMETERS:
        if name not in given:
            continue
        value, place = given[name]
        options = module.options(value)
        if not all(isinstance(option, Literal) and not option.value for option in options):
            return place
    return None
