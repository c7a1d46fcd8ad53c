"""What policies say of libraries, compared with the libraries that are installed."""

from __future__ import annotations

import importlib
import inspect
import warnings
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.checks.code_bypasses_the_s3_encryption_client import PASSED_ON
from s3_glue_rules.model.code import key_arguments
from s3_glue_rules.model.code.apis import canonical
from s3_glue_rules.model.code.customer_keys import ANSWERING_OPERATIONS, OWN_PARAMETERS, READING_OPERATIONS
from s3_glue_rules.model.code.key_tables import CIPHERTEXT_PARTS, PLAINTEXT_PARTS
from s3_glue_rules.model.code.removed_names import REMOVED_NAMES
from s3_glue_rules.read.python_code import read_module
from s3_glue_rules.read.python_source import read_python
from tests.support.python_markers import PYTHON_CASES

PACKAGES = (
    "aws_encryption_sdk",
    "aws_cryptographic_material_providers",
    "s3_encryption",
    "cryptography",
    "Crypto",
    "boto3",
)


def found(name: str) -> Any:
    """Return what a dotted name leads to. Raises AttributeError or ImportError where the library has it not."""
    steps = name.split(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for length in range(len(steps), 0, -1):
            try:
                current = importlib.import_module(".".join(steps[:length]))
            except ModuleNotFoundError:
                continue
            for step in steps[length:]:
                current = getattr(current, step)
            return current
    raise ModuleNotFoundError(name)


@pytest.mark.parametrize("name", REMOVED_NAMES)
def test_removed_names_are_missing_and_their_replacements_are_not(name: str) -> None:
    with pytest.raises(AttributeError):
        found(name)
    assert callable(found(REMOVED_NAMES[name].name))


FILES = sorted({file for _, path in PYTHON_CASES for file in ([path] if path.is_file() else path.rglob("*.py"))})


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_names_in_fixtures_exist(path: Path) -> None:
    source = read_python(path, str(path))
    if source is None:
        return
    missing = []
    for name in read_module(source).names:
        if name.name.split(".")[0] not in PACKAGES or name.is_guarded or name.name in REMOVED_NAMES:
            continue
        try:
            found(name.name)
        except (AttributeError, ImportError):
            missing.append(name.name)
    assert missing == []


# Where the classes of a package stand whose names the tables cut down.
PLACES = {
    "cryptography": (
        "cryptography.fernet",
        "cryptography.hazmat.primitives.ciphers.aead",
        "cryptography.hazmat.primitives.ciphers.algorithms",
        "cryptography.hazmat.decrepit.ciphers.algorithms",
        "cryptography.hazmat.primitives.keywrap",
        "cryptography.hazmat.primitives.serialization",
    ),
    "Crypto": ("Crypto.Cipher",),
    "aws_cryptographic_material_providers": ("aws_cryptographic_material_providers.mpl.models",),
    "aws_encryption_sdk": ("aws_encryption_sdk.internal.crypto.wrapping_keys",),
}


@pytest.mark.parametrize("name", key_arguments.KEYS)
def test_arguments_that_are_keys_exist(name: str) -> None:
    package, _, rest = name.partition(".")
    things = []
    for place in PLACES[package]:
        try:
            things.append(found(f"{place}.{rest}"))
        except (AttributeError, ImportError):
            continue
    assert things, f"no module has {name}"
    assert canonical(f"{PLACES[package][0]}.{rest}") == name or package == "Crypto"
    try:
        parameters = inspect.signature(things[0]).parameters
    except ValueError:
        return  # written in another language, it does not tell
    names = list(parameters)
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    for argument, position, _ in key_arguments.KEYS[name]:
        assert argument in names or takes_all
        if position is not None and argument in names:
            assert names.index(argument) == position


WRITING_OPERATIONS = {
    "complete_multipart_upload",
    "copy_object",
    "create_multipart_upload",
    "put_object",
    "upload_part",
    "upload_part_copy",
}


def test_operations_with_customer_keys_are_those_of_the_model() -> None:
    import botocore.session
    from botocore import xform_name

    model = botocore.session.get_session().get_service_model("s3")
    taking = {
        xform_name(name)
        for name in model.operation_names
        if set(OWN_PARAMETERS) & set(getattr(model.operation_model(name).input_shape, "members", ()))
    }
    assert taking == READING_OPERATIONS | WRITING_OPERATIONS | ANSWERING_OPERATIONS


@pytest.mark.parametrize("operation", PLAINTEXT_PARTS)
def test_parts_of_data_keys_are_those_of_the_model(operation: str) -> None:
    import botocore.session
    from botocore import xform_name

    model = botocore.session.get_session().get_service_model("kms")
    names = {f"boto3.kms.{xform_name(name)}": name for name in model.operation_names}
    members = model.operation_model(names[operation]).output_shape.members
    assert {PLAINTEXT_PARTS[operation], CIPHERTEXT_PARTS[operation]} <= set(members)


def test_the_s3_encryption_client_does_not_know_what_it_passes_on() -> None:
    client = found("s3_encryption.S3EncryptionClient")
    own = {name for name, value in vars(client).items() if inspect.isfunction(value)}
    assert not own & {*PASSED_ON, "generate_presigned_url", "generate_presigned_post"}
    assert {"put_object", "get_object", "upload_file", "upload_fileobj"} <= own
    import botocore.session
    from botocore import xform_name

    model = botocore.session.get_session().get_service_model("s3")
    operations = {xform_name(name) for name in model.operation_names}
    transfers = {"copy", "download_file", "download_fileobj", "upload_file", "upload_fileobj"}
    assert set(PASSED_ON) <= operations | transfers


def test_commitment_policies_and_their_places() -> None:
    for package, module in (
        ("aws_encryption_sdk", "aws_encryption_sdk.identifiers"),
        ("s3_encryption", "s3_encryption.materials.materials"),
    ):
        policy = found(f"{module}.CommitmentPolicy")
        assert {member.name for member in policy} == {
            "FORBID_ENCRYPT_ALLOW_DECRYPT",
            "REQUIRE_ENCRYPT_ALLOW_DECRYPT",
            "REQUIRE_ENCRYPT_REQUIRE_DECRYPT",
        }
        assert canonical(f"{module}.CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT").startswith(f"{package}.Comm")
    names = list(inspect.signature(found("s3_encryption.S3EncryptionClientConfig")).parameters)
    assert names[2:4] == ["commitment_policy", "enable_legacy_unauthenticated_modes"]
    assert names[5] == "enable_delayed_authentication"
    keyring = list(inspect.signature(found("s3_encryption.materials.kms_keyring.KmsKeyring")).parameters)
    assert keyring[2] == "enable_legacy_wrapping_algorithms"
