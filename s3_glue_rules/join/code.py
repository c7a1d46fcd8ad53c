"""Python files → what policies judge in them: calls of the libraries that they know, names, and literals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from s3_glue_rules.join.glue import JoinedJob
from s3_glue_rules.join.scripts import JoinedScriptRun, Script, script_of
from s3_glue_rules.join.spark import JoinedSparkSettings
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.code.key_tables import PLAINTEXT_PARTS, RANDOM_KEYS
from s3_glue_rules.model.code.key_texts import KeyText, Use, key_texts
from s3_glue_rules.model.code.module import LibraryName, Module
from s3_glue_rules.model.code.spark import settings_set
from s3_glue_rules.model.code.values import Call, Literal
from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.resources import (
    CipherCall,
    CodeCall,
    CodeName,
    CodeText,
    EncryptionSdkCall,
    KeyMakingCall,
    KeyServiceCall,
    S3EncryptionClientCall,
    ScriptRun,
    SparkSetting,
    SparkSettings,
    StorageCall,
    UploadByJob,
)
from s3_glue_rules.model.spans import NOWHERE, Origin
from s3_glue_rules.model.values import Absent, Known

LANGUAGE = "python"

# What the name of a called thing starts with, and the declared type of the call.
_FAMILIES = (
    ("aws_encryption_sdk.", "python:aws-encryption-sdk"),
    ("aws_cryptographic_material_providers.", "python:aws-encryption-sdk"),
    ("s3_encryption.", "python:s3-encryption-client"),
    ("boto3.s3.", "python:boto3.s3"),
    ("boto3.kms.", "python:boto3.kms"),
    ("cryptography.", "python:cipher"),
    ("Crypto.", "python:cipher"),
)
_NAME = "python:name"
_SETTINGS = "python:spark"
_SETTINGS_BY_JOB = "python:spark@job"
_UPLOAD = "python:boto3.s3@job"
_KEY_MAKING = "python:new-key"
_TEXT = "python:key"
# Libraries whose names policies know one by one.
_LIBRARIES = ("aws_encryption_sdk.", "aws_cryptographic_material_providers.", "s3_encryption.")


@dataclass(eq=False)
class CodeDeclaration(Declaration):
    """Something in a Python file, with the facts of the file."""

    module: Module = field(kw_only=True)
    calls: tuple[Call, ...] = ()
    library_name: LibraryName | None = None
    key_text: KeyText | None = None
    jobs: tuple[str, ...] = ()
    scripts: tuple[Script, ...] = ()


class _JoinedCode(Joined):
    """Something in a Python file."""

    declaration: CodeDeclaration

    @property
    def module(self) -> Module:
        """The facts of the file."""
        return self.declaration.module


class _JoinedCall(_JoinedCode, CodeCall):
    @property
    def calls(self) -> tuple[Call, ...]:
        """What the call may be."""
        return self.declaration.calls


class JoinedEncryptionSdkCall(_JoinedCall, EncryptionSdkCall):
    """A call of the AWS Encryption SDK or of the AWS Cryptographic Material Providers Library."""


class JoinedS3EncryptionClientCall(_JoinedCall, S3EncryptionClientCall):
    """A call of the Amazon S3 Encryption Client."""


class JoinedStorageCall(_JoinedCall, StorageCall):
    """A call of Amazon S3 through boto3."""


class _ByJob(_JoinedCode):
    """Something in the script of Glue jobs."""

    @cached_property
    def runs_with_addresses(self) -> tuple[tuple[JoinedScriptRun, str], ...]:
        """The jobs that run the script in this world, with their addresses."""
        found: list[tuple[JoinedScriptRun, str]] = []
        for address in self.declaration.jobs:
            declaration = self.view.estate.declarations[address]
            if not self.view.exists(declaration):
                continue
            job = self.view.typed(JoinedJob, declaration)
            script = script_of(job)
            if script in self.declaration.scripts:
                found.append((JoinedScriptRun(job, job, self.module), address))
        return tuple(found)


class JoinedUploadByJob(_ByJob, _JoinedCall, UploadByJob):
    """A call of Amazon S3 in the script of Glue jobs."""

    @property
    def runs(self) -> tuple[ScriptRun, ...]:
        """The jobs that run the script in this world."""
        return tuple(run for run, _ in self.runs_with_addresses)


class JoinedKeyServiceCall(_JoinedCall, KeyServiceCall):
    """A call of AWS KMS through boto3."""


class JoinedKeyMakingCall(_JoinedCall, KeyMakingCall):
    """A call that makes a random key, or a data key of AWS KMS."""


class JoinedCipherCall(_JoinedCall, CipherCall):
    """A call of ``cryptography`` or PyCryptodome."""


class JoinedCodeName(_JoinedCode, CodeName):
    """A name of a library that is imported or read."""

    @property
    def name(self) -> str:
        """The name, dotted and without aliases."""
        found = self.declaration.library_name
        return found.name if found is not None else ""


class JoinedCodeText(_JoinedCode, CodeText):
    """A literal that is used as a key, or may be one by its name and shape."""

    @property
    def _text(self) -> KeyText:
        found = self.declaration.key_text
        return found if found is not None else KeyText(None, self.declaration.origin)

    @property
    def name(self) -> str:
        """The variable, keyword, parameter or entry that it stands under, or nothing."""
        return self._text.name

    @property
    def value(self) -> Literal | None:
        """The literal; None where a key is handed over that is no literal."""
        return self._text.literal

    @property
    def uses(self) -> tuple[Use, ...]:
        """What it is a key for."""
        return tuple(self._text.uses)


class JoinedScriptSettings(_JoinedCode, SparkSettings):
    """The settings of Spark and Hadoop that a file sets."""

    @property
    def label(self) -> str:
        """The name of the file, in quotes."""
        return f"'{self.module.file}'"

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "Python file"

    @cached_property
    def settings(self) -> tuple[SparkSetting, ...]:
        """All settings that are constants: what is not known is not told of code."""
        return _constants(self.module)


class JoinedSettingsByJob(_ByJob, JoinedScriptSettings):
    """The settings of a script together with those of a job that runs it."""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "the script of a Glue job,"

    @cached_property
    def _of_jobs(self) -> tuple[SparkSetting, ...]:
        makers = [(run, self.view.estate.declarations[address]) for run, address in self.runs_with_addresses]
        return tuple(
            setting
            for _, declaration in makers
            for setting in self.view.typed(JoinedSparkSettings, declaration).settings
            if setting.value is not None
        )

    @cached_property
    def settings(self) -> tuple[SparkSetting, ...]:
        """All settings, those that are arguments of the job with their values."""
        given = [
            SparkSetting(setting.name, value.text(), setting.origin)
            for setting in settings_set(self.module)
            for run, _ in (self.runs_with_addresses if setting.argument is not None else ())
            if isinstance(value := run.argument(str(setting.argument)), Known)
        ]
        return (*_constants(self.module), *given, *self._of_jobs)

    @cached_property
    def told(self) -> tuple[tuple[SparkSetting, ...], ...]:
        """The settings of the script, and those of the job: each are judged by themselves."""
        return (_constants(self.module), self._of_jobs)


def _constants(module: Module) -> tuple[SparkSetting, ...]:
    return tuple(
        SparkSetting(setting.name, setting.value, setting.origin)
        for setting in settings_set(module)
        if setting.value is not None
    )


MAKERS: dict[str, type[Joined]] = {
    "python:aws-encryption-sdk": JoinedEncryptionSdkCall,
    "python:s3-encryption-client": JoinedS3EncryptionClientCall,
    "python:boto3.s3": JoinedStorageCall,
    _UPLOAD: JoinedUploadByJob,
    "python:boto3.kms": JoinedKeyServiceCall,
    "python:cipher": JoinedCipherCall,
    _KEY_MAKING: JoinedKeyMakingCall,
    _NAME: JoinedCodeName,
    _TEXT: JoinedCodeText,
    _SETTINGS: JoinedScriptSettings,
    _SETTINGS_BY_JOB: JoinedSettingsByJob,
}


def code_estate(module: Module) -> Estate:
    """Return the estate of one Python file: all that policies may judge in it."""
    estate = Estate(module.file, files=[module.file])
    for declaration in _numbered([*_calls(module), *_names(module), *_texts(module), *_settings(module)]):
        estate.add(declaration)
    return estate


def _numbered(declarations: list[CodeDeclaration]) -> list[CodeDeclaration]:
    """Tell two calls of one thing in one function apart by their order, which survives moved lines."""
    taken: dict[str, int] = {}
    for declaration in declarations:
        number = taken[declaration.address] = taken.get(declaration.address, 0) + 1
        if number > 1:
            declaration.address = declaration.name = f"{declaration.address} ({number})"
    return declarations


def _calls(module: Module) -> Iterator[CodeDeclaration]:
    sites: dict[tuple[int, str], list[Call]] = {}
    for call in module.calls:
        kind = next((kind for start, kind in _FAMILIES if call.api.startswith(start)), None)
        if kind is not None:
            sites.setdefault((call.site, kind), []).append(call)
        if call.api in RANDOM_KEYS or call.api in PLAINTEXT_PARTS:
            sites.setdefault((call.site, _KEY_MAKING), []).append(call)
    for (_, kind), calls in sites.items():
        name = calls[0].api
        address = f"{calls[0].function}: {name}" if calls[0].function else name
        yield replace(_declared(module, kind, name, calls[0].origin, address), calls=tuple(calls))


def _declared(module: Module, kind: str, name: str, origin: Origin, address: str = "") -> CodeDeclaration:
    return CodeDeclaration(
        address=address or name,
        logical_id=name,
        type=kind,
        language=LANGUAGE,
        origin=origin,
        read_properties=_nothing,
        module=module,
        is_example=module.is_example,
    )


def parts_run_by_jobs(module: Module, scripts: tuple[Script, ...], jobs: tuple[str, ...]) -> Iterator[CodeDeclaration]:
    """Yield what is judged in the estate of the jobs that may run a script: its calls of Amazon S3, its settings."""
    for settings in _settings(module):
        for job in jobs:
            address = f"{module.file}: settings with {job}"
            yield replace(settings, address=address, name="", type=_SETTINGS_BY_JOB, jobs=(job,), scripts=scripts)
    for declaration in _numbered([*_calls(module)]):
        if declaration.type == "python:boto3.s3":
            # The estate has names of its own.
            address = f"{module.file}: {declaration.address}"
            yield replace(declaration, address=address, name="", type=_UPLOAD, jobs=jobs, scripts=scripts)


def _names(module: Module) -> Iterator[CodeDeclaration]:
    for found in module.names:
        if found.name.startswith(_LIBRARIES) and not found.is_guarded:
            yield replace(_declared(module, _NAME, found.name, found.origin), library_name=found)


def _texts(module: Module) -> Iterator[CodeDeclaration]:
    for text in key_texts(module):
        yield replace(_declared(module, _TEXT, text.name or "key", text.origin), key_text=text)


def _settings(module: Module) -> Iterator[CodeDeclaration]:
    first = next(settings_set(module), None)
    if first is not None:
        yield _declared(module, _SETTINGS, "settings", first.origin)


def _nothing() -> Absent:
    return Absent(NOWHERE)
