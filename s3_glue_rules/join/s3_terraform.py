"""Terraform's S3 buckets: their policy and their logs stand in them or in resources beside them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from s3_glue_rules.join.deliveries import permitted
from s3_glue_rules.join.deliveries_terraform import permitted_by_acls, terraform_sources
from s3_glue_rules.join.documents import policies_of
from s3_glue_rules.join.keys import is_arn_of
from s3_glue_rules.join.naming import naming
from s3_glue_rules.join.s3_defaults_terraform import TerraformDefaults
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.documents import Policies, together
from s3_glue_rules.model.resources import Bucket, Delivery, DirectoryBucket
from s3_glue_rules.model.values import UndecidableError, Value

TERRAFORM_BUCKET = "aws_s3_bucket"
DIRECTORY_BUCKET = "aws_s3_directory_bucket"
POLICY_TYPE = "aws_s3_bucket_policy"


class TerraformBucket(TerraformDefaults, Bucket):
    """A general purpose bucket."""

    def deliveries(self) -> Iterator[Delivery]:
        """Yield the log deliveries that lead here."""
        yield from terraform_sources(self)
        yield from self.permitted_deliveries()

    def permitted_deliveries(self) -> Iterator[Delivery]:
        """Yield the log deliveries that its policy and its ACL permit, whatever delivers."""
        policies = naming(self.view.estate, POLICY_TYPE, ("bucket",), self.candidates)
        yield from permitted(self, (self.declaration, *policies), lambda: self.policies)
        yield from permitted_by_acls(self)

    def is_default_key(self, value: Value) -> bool:
        """Return whether a value is the ARN of the key of the declared default."""
        return is_arn_of(self.view, self.key, value)

    @cached_property
    def policies(self) -> Policies:
        """The bucket policies that the estate attaches to the bucket."""
        documents: list[Value] = [self.at("policy")]
        doubts: list[str] = []
        for declaration, is_own in self.attached(POLICY_TYPE):
            if is_own:
                documents.append(self.view.at(declaration, "policy"))
            else:
                doubts.append(f"'{declaration.name}' is for a bucket that only deployment knows")
        found = [policies_of(self.view.reader, document) for document in documents if not document.is_empty]
        doubts.extend(self.outside)
        if doubts and not found:
            reason = f"whether it has a bucket policy cannot be told: {doubts[0]}"
            return Policies((), written=False, unreadable=UndecidableError(reason, self.header))
        return together(found)


class TerraformDirectoryBucket(TerraformDefaults, DirectoryBucket):
    """A directory bucket."""


MAKERS: dict[str, type[Joined]] = {TERRAFORM_BUCKET: TerraformBucket, DIRECTORY_BUCKET: TerraformDirectoryBucket}
