"""Terraform's S3 objects: three resource types that upload or copy one."""

from __future__ import annotations

from functools import cached_property

from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.s3_terraform import TERRAFORM_BUCKET, TerraformBucket
from s3_glue_rules.join.terraform import followed, naming
from s3_glue_rules.join.view import Joined, possible
from s3_glue_rules.model.resources import Bucket, KeyKind, KeyUse, StoredObject
from s3_glue_rules.model.values import Absent, Known, Reference, UndecidableError, Unknown, Value

OBJECT_TYPES = ("aws_s3_object", "aws_s3_bucket_object", "aws_s3_object_copy")


class TerraformObject(Joined, StoredObject):
    """An object."""

    @cached_property
    def algorithm(self) -> Value:
        """The algorithm as written; the provider sends ``aws:kms`` with a key that comes without one."""
        written = self.at("server_side_encryption")
        is_missing = written.is_absent or (isinstance(written, Known) and written.text() == "")
        if not is_missing:
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
        named = followed(self.view, self.at("bucket"))
        if isinstance(named, Reference):
            declaration = self.view.declaration(named.target)
            if declaration.type != TERRAFORM_BUCKET:
                return None
            return TerraformBucket(self.view, declaration)
        if isinstance(named, Unknown):
            raise UndecidableError(named.reason, named.origin)
        for declaration in naming(self.view.estate, TERRAFORM_BUCKET, ("bucket",), possible(named)):
            if not self.view.exists(declaration):
                continue
            bucket = TerraformBucket(self.view, declaration)
            if bucket.is_named_by(named):
                return bucket
        return None


MAKERS: dict[str, type[Joined]] = dict.fromkeys(OBJECT_TYPES, TerraformObject)
