"""Table buckets and tables of S3 Tables, vector buckets and vector indexes of S3 Vectors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.resources import EncryptedStore, KeyUse
from s3_glue_rules.model.values import Value

# AWS::S3Tables::Table is not here: it has no property for encryption, and is encrypted as its table bucket.
_KINDS = {
    "AWS::S3Tables::TableBucket": "table bucket",
    "AWS::S3Vectors::VectorBucket": "vector bucket",
    "AWS::S3Vectors::Index": "vector index",
    "aws_s3tables_table_bucket": "table bucket",
    "aws_s3tables_table": "table",
    "aws_s3vectors_vector_bucket": "vector bucket",
    "aws_s3vectors_index": "vector index",
}
_INHERITING = {"table", "vector index"}
_VECTORS = {"vector bucket", "vector index"}


class JoinedStore(Joined, EncryptedStore):
    """A store: S3 Tables and S3 Vectors call the same things differently."""

    NAMES: ClassVar[Mapping[str, str]] = {"KMSKeyArn": "kms_key_arn", "SseType": "sse_type"}

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return _KINDS[self.declaration.type]

    @property
    def inherits(self) -> bool:
        """Whether it is encrypted as the bucket that it stands in, where it says nothing itself."""
        return self.kind in _INHERITING

    @property
    def algorithm_name(self) -> str:
        """The property that sets the algorithm."""
        return self.term("SseType" if self.kind in _VECTORS else "SSEAlgorithm")

    @property
    def key_name(self) -> str:
        """The property that names the key."""
        return self.term("KmsKeyArn" if self.kind in _VECTORS else "KMSKeyArn")

    @cached_property
    def algorithm(self) -> Value:
        """The declared algorithm."""
        return self.at("EncryptionConfiguration", self.algorithm_name)

    @cached_property
    def key(self) -> KeyUse:
        """The key."""
        return key_use(self.view, self.at("EncryptionConfiguration", self.key_name))


MAKERS: dict[str, type[Joined]] = dict.fromkeys(_KINDS, JoinedStore)
