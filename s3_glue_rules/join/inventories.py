"""Terraform's inventories of buckets. CloudFormation's cannot say how their reports are encrypted."""

from __future__ import annotations

from functools import cached_property

from s3_glue_rules.join.declared_buckets import declared_bucket
from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.resources import Bucket, Inventory, KeyUse
from s3_glue_rules.model.values import Value

_DESTINATION = ("destination", "bucket")


class TerraformInventory(Joined, Inventory):
    """An inventory of a bucket."""

    @cached_property
    def encryption(self) -> Value:
        """The whole encryption declaration."""
        return self.at(*_DESTINATION, "encryption")

    @cached_property
    def sse_s3(self) -> Value:
        """What asks for SSE-S3."""
        return self.below(self.encryption, "sse_s3")

    @cached_property
    def sse_kms(self) -> Value:
        """What asks for SSE-KMS."""
        return self.below(self.encryption, "sse_kms")

    @cached_property
    def key(self) -> KeyUse:
        """The key of SSE-KMS."""
        return key_use(self.view, self.below(self.sse_kms, "key_id"))

    @cached_property
    def destination(self) -> Bucket | None:
        """The destination, where the estate declares it."""
        return declared_bucket(self.view, self.at(*_DESTINATION, "bucket_arn"))


MAKERS: dict[str, type[Joined]] = {"aws_s3_bucket_inventory": TerraformInventory}
