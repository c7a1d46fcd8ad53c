"""Terraform's S3 objects: three resource types that upload or copy one."""

from __future__ import annotations

from functools import cached_property

from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.s3_locations import bucket_behind, bucket_use
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.resources import Bucket, KeyKind, KeyUse, StoredObject
from s3_glue_rules.model.values import Absent, Known, Value

OBJECT_TYPES = ("aws_s3_object", "aws_s3_bucket_object", "aws_s3_object_copy")


class TerraformObject(Joined, StoredObject):
    """An object."""

    @cached_property
    def algorithm(self) -> Value:
        """The algorithm as written; the provider sends ``aws:kms`` with a key that comes without one."""
        written = self.at("server_side_encryption")
        if not written.is_empty:
            return written
        if self.key.kind is KeyKind.ABSENT:
            return Absent(self.header)
        return Known("aws:kms", self.key.value.origin)

    @cached_property
    def key(self) -> KeyUse:
        """The key that the object asks for."""
        return key_use(self.view, self.at("kms_key_id"))

    @cached_property
    def bucket(self) -> Bucket | None:
        """The bucket, where the estate declares it."""
        return bucket_behind(self.view, bucket_use(self.view, self.at("bucket")))


MAKERS: dict[str, type[Joined]] = dict.fromkeys(OBJECT_TYPES, TerraformObject)
