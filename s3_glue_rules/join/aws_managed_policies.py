"""AWS managed policies that roles of Glue often have: what they allow in AWS KMS and CloudWatch Logs.

Source: the default versions of the AWS managed policy reference in October 2026
(https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html). What a policy allows on some
resources only is left out here where no log group or key of a data lake is among them. All other policies of AWS are
unknown.
"""

from __future__ import annotations

# Path and name → actions that it allows on all resources.
AWS_MANAGED_POLICIES: dict[str, tuple[str, ...]] = {
    "AWSGlueConsoleFullAccess": ("kms:DescribeKey", "kms:ListAliases"),
    "AWSKeyManagementServicePowerUser": (
        "kms:CreateAlias",
        "kms:CreateKey",
        "kms:DeleteAlias",
        "kms:Describe*",
        "kms:GenerateRandom",
        "kms:Get*",
        "kms:List*",
        "kms:TagResource",
        "kms:UntagResource",
    ),
    "AWSLakeFormationDataAdmin": (),
    "AdministratorAccess": ("*",),
    "AmazonAthenaFullAccess": (),
    "AmazonDynamoDBFullAccess": ("kms:DescribeKey", "kms:ListAliases"),
    "AmazonKinesisFullAccess": (),
    "AmazonRedshiftFullAccess": (),
    "AmazonS3FullAccess": (),
    "AmazonS3ReadOnlyAccess": (),
    "AmazonSNSFullAccess": (),
    "CloudWatchAgentServerPolicy": (
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "logs:PutRetentionPolicy",
    ),
    "CloudWatchFullAccess": ("logs:*",),
    "CloudWatchFullAccessV2": ("logs:*",),
    "CloudWatchLogsFullAccess": ("logs:*",),
    "PowerUserAccess": ("kms:*", "logs:*"),
    "SecretsManagerReadWrite": ("kms:DescribeKey", "kms:ListAliases", "kms:ListKeys"),
    "service-role/AWSGlueServiceNotebookRole": (),
    "service-role/AWSGlueServiceRole": ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
    "service-role/AWSLambdaBasicExecutionRole": ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
}
