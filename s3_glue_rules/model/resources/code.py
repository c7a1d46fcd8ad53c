"""Python code that touches encryption: calls, names of libraries, and literals that may be keys."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from s3_glue_rules.model.code.key_texts import Use
from s3_glue_rules.model.code.module import Module
from s3_glue_rules.model.code.values import Call, CodeValue, Literal
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.glue import Job
from s3_glue_rules.model.resources.s3 import BucketUse
from s3_glue_rules.model.values import Value


class CodeResource(Resource):
    """Something in a Python file."""

    @property
    @abstractmethod
    def module(self) -> Module:
        """The facts of the file."""


class CodeCall(CodeResource):
    """One call of a library that policies know."""

    @property
    @abstractmethod
    def calls(self) -> tuple[Call, ...]:
        """What the call may be: one for each way that the module itself leads to it, at least one."""


class ClientSideCall(CodeCall):
    """A call of a library for client-side encryption."""


class EncryptionSdkCall(ClientSideCall):
    """A call of the AWS Encryption SDK or of the AWS Cryptographic Material Providers Library."""


class S3EncryptionClientCall(ClientSideCall):
    """A call of the Amazon S3 Encryption Client."""


class StorageCall(CodeCall):
    """A call of Amazon S3 through boto3."""


class ScriptRun(ABC):
    """A Glue job that runs a script."""

    @property
    @abstractmethod
    def job(self) -> Job:
        """The job."""

    @abstractmethod
    def argument(self, name: str) -> Value:
        """Return an argument that the job gives to its script, by its name without hyphens."""

    @abstractmethod
    def buckets(self, named: CodeValue) -> Iterator[BucketUse]:
        """Yield the buckets that a name of a bucket in the code leads to, those that are not followed left out."""


class UploadByJob(CodeCall):
    """A call of Amazon S3 in the script of Glue jobs, judged together with the configuration of the jobs."""

    @property
    @abstractmethod
    def runs(self) -> tuple[ScriptRun, ...]:
        """The jobs that run the script in this world."""


class KeyServiceCall(CodeCall):
    """A call of AWS KMS through boto3."""


class CipherCall(CodeCall):
    """A call of ``cryptography`` or PyCryptodome."""


class KeyMakingCall(CodeCall):
    """A call that makes a random key, or a data key of AWS KMS."""


class CodeName(CodeResource):
    """A name of a library that is imported or read."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name, dotted and without aliases, as the text leads to it (``aws_encryption_sdk.encrypt``)."""


class CodeText(CodeResource):
    """A literal that is used as a key, or may be one by its name and shape."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The variable, keyword, parameter or entry that it stands under, or nothing."""

    @property
    @abstractmethod
    def value(self) -> Literal | None:
        """The literal; None where a key is handed over that is no literal."""

    @property
    @abstractmethod
    def uses(self) -> tuple[Use, ...]:
        """What it is a key for."""
