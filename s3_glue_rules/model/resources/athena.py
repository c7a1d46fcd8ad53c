"""Amazon Athena: where results of queries go, and how they are encrypted."""

from __future__ import annotations

from abc import abstractmethod

from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.kms import KeyUse
from s3_glue_rules.model.resources.s3 import Bucket
from s3_glue_rules.model.values import Value


class QueryResults(Resource):
    """Anything that says how Athena keeps the results of statements: a workgroup, in Terraform a database as well.

    Without an option of its own Athena asks Amazon S3 for nothing, and the default of the bucket applies
    (https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html).
    """

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is, for people: Athena workgroup, Athena database."""

    @property
    @abstractmethod
    def option(self) -> Value:
        """The encryption option: SSE_S3, SSE_KMS or CSE_KMS."""

    @property
    @abstractmethod
    def key(self) -> KeyUse:
        """The key of the options with KMS."""

    @property
    @abstractmethod
    def location(self) -> Value:
        """Where the results go: a URL of Amazon S3, or the name of a bucket."""

    @property
    @abstractmethod
    def bucket(self) -> Bucket | None:
        """The bucket of the location, where the estate declares it. Raises UndecidableError where it is unknown."""

    @property
    @abstractmethod
    def kept_by_athena(self) -> Value:
        """Whether Athena keeps the results itself; it always encrypts them, with a key of its own by default.

        Source: https://docs.aws.amazon.com/athena/latest/ug/managed-results.html
        """


class Workgroup(QueryResults):
    """A workgroup."""

    @property
    @abstractmethod
    def enforced(self) -> Value:
        """Whether its settings override those of clients: they do where nothing is written.

        Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
        aws-properties-athena-workgroup-workgroupconfiguration.html
        """

    @property
    @abstractmethod
    def engine(self) -> Value:
        """The engine version that is asked for. Workgroups for Apache Spark name ``PySpark engine version 3``."""

    @property
    @abstractmethod
    def keeps_a_minimum(self) -> Value:
        """Whether clients may only choose an encryption that is at least that of the workgroup; the default is no.

        It has no effect on workgroups that are enforced, and needs an encryption option of the workgroup
        (https://docs.aws.amazon.com/athena/latest/ug/workgroups-minimum-encryption.html).
        """
