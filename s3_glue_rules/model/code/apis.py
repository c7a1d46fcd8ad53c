"""One name for everything that libraries offer, whichever way the code leads to it.

Libraries export a class from several modules, and clients are made in many ways. Names of the libraries that policies
know are cut down to the package and what follows from the first class on (``cryptography.AESGCM``); what is called on
an instance follows the name of its class (``cryptography.AESGCM.encrypt``). Clients of boto3 are called after their
service (``boto3.s3.put_object``, ``boto3.kms.generate_data_key``), its resources after service and class
(``boto3.s3.Object.put``).
"""

from __future__ import annotations

from s3_glue_rules.model.code.values import Call, CodeValue, Function, Imported, Literal, Member, Result

# Packages whose names are cut down: they export classes from several modules of theirs.
_PACKAGES = {
    "aws_encryption_sdk",
    "aws_cryptographic_material_providers",
    "s3_encryption",
    "cryptography",
    "Crypto",
    "Cryptodome",
    "pyspark",
    "awsglue",
}
_SESSIONS = {
    "boto3",
    "boto3.Session",
    "boto3.session.Session",
    "botocore.session.get_session",
    "botocore.session.Session",
    "aioboto3",
    "aioboto3.Session",
    "aiobotocore.session.get_session",
}
_MAKERS = {"client", "resource", "create_client"}

# What tells a client that is handed in from elsewhere: operations that no other interface has, with a parameter that
# they always have (https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/s3.html, kms.html).
_TELLING: dict[str, tuple[str, frozenset[str]]] = {
    **dict.fromkeys(
        (
            "put_object",
            "get_object",
            "head_object",
            "copy_object",
            "create_multipart_upload",
            "complete_multipart_upload",
            "upload_part",
            "upload_part_copy",
            "list_parts",
            "select_object_content",
            "get_object_attributes",
        ),
        ("boto3.s3", frozenset({"Bucket"})),
    ),
    **dict.fromkeys(
        ("upload_file", "upload_fileobj", "download_file", "download_fileobj", "copy"),
        ("boto3.s3", frozenset({"ExtraArgs"})),
    ),
    **dict.fromkeys(
        (
            "generate_data_key",
            "generate_data_key_without_plaintext",
            "generate_data_key_pair",
            "generate_data_key_pair_without_plaintext",
        ),
        ("boto3.kms", frozenset({"KeyId"})),
    ),
    "decrypt": ("boto3.kms", frozenset({"CiphertextBlob"})),
    "encrypt": ("boto3.kms", frozenset({"Plaintext"})),
}
# Methods of boto3's resources, which only parameters of SSE-C tell from those of others.
_OF_RESOURCES = {"put", "get", "copy_from", "initiate_multipart_upload", "load", "write_get_object_response"}
_CUSTOMER_KEYS = ("SSECustomer", "CopySourceSSECustomer")
_SDK_KEYWORDS = frozenset({"keyring", "materials_manager", "key_provider"})


def canonical(name: str) -> str:
    """Return the one name of what is imported (``cryptography.hazmat.….AESGCM`` is ``cryptography.AESGCM``)."""
    package, dot, rest = name.partition(".")
    if package not in _PACKAGES or not dot:
        return name.replace("boto3.session.Session", "boto3.Session")
    steps = rest.split(".")
    first = next((index for index, step in enumerate(steps) if step[:1].isupper()), len(steps) - 1)
    package = "Crypto" if package == "Cryptodome" else package
    # PyCryptodome's ciphers are modules with the names of classes.
    if package == "Crypto" and steps[0][:1].isupper() and len(steps) > 1:
        first = 1
    return ".".join([package, *steps[first:]])


def name_of(value: CodeValue) -> str:
    """Return the one name of a value that options() gave, or nothing: of what is imported, a result, a part of them."""
    if isinstance(value, Imported):
        return canonical(value.name)
    if isinstance(value, Result):
        return _made_by(value.call)
    if isinstance(value, Member) and isinstance(value.name, str) and not value.is_item:
        base = name_of(value.of)
        if not base:
            return ""
        name = f"{base}.{value.name}"
        return "boto3.s3" if name.startswith("boto3.s3") and name.endswith(".meta.client") else name
    return ""


def api_of(call: Call) -> str:
    """Return the one name of what is called, or nothing where that is not known. The callee is one of its options."""
    callee = call.callee
    if isinstance(callee, Function):
        return ""
    name = name_of(callee)
    if name.startswith("boto3."):
        return _without_containers(name)
    if not name and isinstance(callee, Member) and isinstance(callee.name, str):
        return _told_by_its_arguments(callee.name, call)
    return name


def _made_by(call: Call) -> str:
    """Return the name of what a call makes: the class that is called, or the service of a client."""
    name = call.api or api_of(call)
    maker, _, last = name.rpartition(".")
    if last in _MAKERS and maker in _SESSIONS:
        service = call.argument("service_name", 0)
        return f"boto3.{service.value}" if isinstance(service, Literal) and isinstance(service.value, str) else ""
    return name


def _without_containers(name: str) -> str:
    """Return the name of an operation with the last resource alone (Bucket(...).Object(...).put is Object.put)."""
    steps = name.split(".")
    resources = [index for index, step in enumerate(steps[2:-1], 2) if step[:1].isupper()]
    return ".".join([*steps[:2], *steps[resources[-1] :]]) if resources else name


def _told_by_its_arguments(method: str, call: Call) -> str:
    is_storage = _TELLING.get(method, ("", frozenset()))[0] == "boto3.s3" or method in _OF_RESOURCES
    if is_storage and any(name.startswith(_CUSTOMER_KEYS) for name in call.keywords):
        return f"boto3.s3.{method}"
    if method in _TELLING:
        service, needed = _TELLING[method]
        if needed & set(call.keywords):
            return f"{service}.{method}"
    if method in {"encrypt", "decrypt", "stream"} and "source" in call.keywords and _SDK_KEYWORDS & set(call.keywords):
        return f"aws_encryption_sdk.EncryptionSDKClient.{method}"
    return ""
