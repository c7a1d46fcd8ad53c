"""Replication of buckets."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.kms import KeyUse
from s3_glue_rules.model.resources.s3 import Bucket
from s3_glue_rules.model.spans import Origin
from s3_glue_rules.model.values import Value


@dataclass(frozen=True)
class ReplicationRule:
    """One rule: its status, whether it selects objects under KMS keys, and the key of the replicas.

    ``selection`` is the status of the selection, ``Enabled`` or ``Disabled``. The key and the destination are followed
    when they are asked for.
    """

    status: Value
    selection: Value
    find_key: Callable[[], KeyUse]
    find_destination: Callable[[], Bucket | None]
    origin: Origin

    @property
    def key(self) -> KeyUse:
        """The key of the replicas."""
        return self.find_key()

    @property
    def destination(self) -> Bucket | None:
        """The destination, where the estate declares it. Raises UndecidableError where that cannot be told."""
        return self.find_destination()


class Replication(Resource):
    """The replication of a bucket.

    Objects under KMS keys are replicated only by rules that select them and name a key for the replicas
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html).
    """

    @property
    @abstractmethod
    def rules(self) -> tuple[ReplicationRule, ...]:
        """The rules; empty where nothing is replicated. Raises UndecidableError where they cannot be told."""

    @property
    @abstractmethod
    def source(self) -> Bucket | None:
        """The bucket, where the estate declares it. Raises UndecidableError where that cannot be told."""
