"""Amazon Athena: workgroups, and databases as Terraform declares them."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from functools import cached_property
from typing import ClassVar

from s3_glue_rules.join.keys import key_use
from s3_glue_rules.join.s3_locations import bucket_behind, bucket_use, location_use
from s3_glue_rules.join.view import Joined
from s3_glue_rules.model.resources import Bucket, KeyUse, QueryResults, Workgroup
from s3_glue_rules.model.spans import Step
from s3_glue_rules.model.values import Absent, Value

_SETTINGS = "WorkGroupConfiguration"
_RESULTS = "ResultConfiguration"
_MANAGED = "ManagedQueryResultsConfiguration"
# What CloudFormation once had for changes of a workgroup: what stands there is what holds.
_UPDATES = "WorkGroupConfigurationUpdates"
_RESULT_UPDATES = "ResultConfigurationUpdates"


class JoinedWorkgroup(Joined, Workgroup):
    """A workgroup."""

    NAMES: ClassVar[MappingType[str, str]] = {
        _SETTINGS: "configuration",
        _RESULTS: "result_configuration",
        _MANAGED: "managed_query_results_configuration",
        "EnableMinimumEncryptionConfiguration": "enable_minimum_encryption_configuration",
        "EncryptionOption": "encryption_option",
        "EngineVersion": "engine_version",
        "EnforceWorkGroupConfiguration": "enforce_workgroup_configuration",
        "KmsKey": "kms_key_arn",
        "OutputLocation": "output_location",
        "SelectedEngineVersion": "selected_engine_version",
    }

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "Athena workgroup"

    @cached_property
    def option(self) -> Value:
        """The encryption option."""
        removed = self.at(_UPDATES, _RESULT_UPDATES, "RemoveEncryptionConfiguration")
        if removed.flag(default=False):
            return Absent(removed.origin)
        return self._result("EncryptionConfiguration", "EncryptionOption")

    @cached_property
    def key(self) -> KeyUse:
        """The key of the options with KMS."""
        return key_use(self.view, self._result("EncryptionConfiguration", "KmsKey"))

    @cached_property
    def location(self) -> Value:
        """Where the results go."""
        return self._result("OutputLocation")

    @property
    def bucket(self) -> Bucket | None:
        """The bucket of the location."""
        return bucket_behind(self.view, location_use(self.view, self.location))

    @cached_property
    def kept_by_athena(self) -> Value:
        """Whether Athena keeps the results itself."""
        return self._setting(_MANAGED, "Enabled")

    @cached_property
    def enforced(self) -> Value:
        """Whether its settings override those of clients."""
        return self._setting("EnforceWorkGroupConfiguration")

    @cached_property
    def engine(self) -> Value:
        """The engine version that is asked for."""
        return self._setting("EngineVersion", "SelectedEngineVersion")

    @cached_property
    def keeps_a_minimum(self) -> Value:
        """Whether clients may only choose an encryption that is at least that of the workgroup."""
        return self._setting("EnableMinimumEncryptionConfiguration")

    def _setting(self, *path: Step) -> Value:
        updated = self.at(_UPDATES, *path)
        return self.at(_SETTINGS, *path) if updated.is_absent else updated

    def _result(self, *path: Step) -> Value:
        updated = self.at(_UPDATES, _RESULT_UPDATES, *path)
        return self.at(_SETTINGS, _RESULTS, *path) if updated.is_absent else updated


class TerraformAthenaDatabase(Joined, QueryResults):
    """A database: the provider creates it with a statement, whose results go to a bucket."""

    NAMES: ClassVar[MappingType[str, str]] = {
        "EncryptionOption": "encryption_option",
        "KmsKey": "kms_key",
        "OutputLocation": "bucket",
    }

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "Athena database"

    @cached_property
    def option(self) -> Value:
        """The encryption option."""
        return self.at("EncryptionConfiguration", "EncryptionOption")

    @cached_property
    def key(self) -> KeyUse:
        """The key of the options with KMS."""
        return key_use(self.view, self.at("EncryptionConfiguration", "KmsKey"))

    @cached_property
    def location(self) -> Value:
        """The name of the bucket."""
        return self.at("OutputLocation")

    @property
    def bucket(self) -> Bucket | None:
        """The bucket."""
        return bucket_behind(self.view, bucket_use(self.view, self.location))

    @property
    def kept_by_athena(self) -> Value:
        """The statement that creates a database names a bucket of its own."""
        return Absent(self.header)


MAKERS: dict[str, type[Joined]] = {
    "AWS::Athena::WorkGroup": JoinedWorkgroup,
    "aws_athena_workgroup": JoinedWorkgroup,
    "aws_athena_database": TerraformAthenaDatabase,
}
