"""CloudFormation's names → those of the Terraform provider, to read both with one join and to word messages."""

from __future__ import annotations

from s3_glue_rules.model.spans import Step

TERRAFORM = "terraform"

# Properties and phrases of messages. What is called alike, such as the keys of Glue's argument maps, is not here.
_NAMES = {
    "AWS::Glue::DataCatalogEncryptionSettings": "aws_glue_data_catalog_encryption_settings",
    "AWS::Glue::SecurityConfiguration": "aws_glue_security_configuration",
    "Actions": "actions",
    "AliasName": "name",
    "BlockedEncryptionTypes": "blocked_encryption_types",
    "BucketEncryption": "aws_s3_bucket_server_side_encryption_configuration",
    "BucketKeyEnabled": "bucket_key_enabled",
    "BucketName": "bucket",
    "CatalogEncryptionMode": "catalog_encryption_mode",
    "CatalogEncryptionServiceRole": "catalog_encryption_service_role",
    "CloudWatchEncryption": "cloudwatch_encryption",
    "CloudWatchEncryptionMode": "cloudwatch_encryption_mode",
    "Command": "command",
    "ConnectionPasswordEncryption": "connection_password_encryption",
    "ConnectionPasswordEncryption.ReturnConnectionPasswordEncrypted": (
        "connection_password_encryption.return_connection_password_encrypted"
    ),
    "CrawlerSecurityConfiguration": "security_configuration",
    "DataCatalogEncryptionSettings": "data_catalog_encryption_settings",
    "DefaultArguments": "default_arguments",
    "EnableKeyRotation": "enable_key_rotation",
    "Enabled": "enabled",
    "EncryptionAtRest": "encryption_at_rest",
    "EncryptionAtRest.CatalogEncryptionMode": "encryption_at_rest.catalog_encryption_mode",
    "EncryptionConfiguration": "encryption_configuration",
    "EncryptionType": "blocked_encryption_types",
    "Fn::GetAtt on the key's Arn": "the key's arn",
    "JobBookmarksEncryption": "job_bookmarks_encryption",
    "JobBookmarksEncryptionMode": "job_bookmarks_encryption_mode",
    "JobName": "job_name",
    "KMSMasterKeyID": "kms_master_key_id",
    "KeyPolicy": "policy",
    "KeySpec": "customer_master_key_spec",
    "KeyUsage": "key_usage",
    "KmsKeyArn": "kms_key_arn",
    "KmsKeyId": "aws_kms_key_id",
    "Name": "name",
    "NonOverridableArguments": "non_overridable_arguments",
    "Ref gives its name": "id gives its name",
    "ReturnConnectionPasswordEncrypted": "return_connection_password_encrypted",
    "S3EncryptionMode": "s3_encryption_mode",
    "S3Encryptions": "s3_encryption",
    "SSEAlgorithm": "sse_algorithm",
    "ScriptLocation": "script_location",
    "SecurityConfiguration": "security_configuration",
    "ServerSideEncryptionByDefault": "apply_server_side_encryption_by_default",
    "SseAwsKmsKeyId": "sse_aws_kms_key_id",
    "TargetKeyId": "target_key_id",
}


def terraform_name(name: str) -> str:
    """Return what Terraform calls something that CloudFormation calls ``name``: other names stay as they are."""
    return _NAMES.get(name, name)


def native_path(language: str, path: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return a path of CloudFormation's names in the names of a language."""
    if language != TERRAFORM:
        return path
    return tuple(_NAMES.get(step, step) if isinstance(step, str) else step for step in path)
