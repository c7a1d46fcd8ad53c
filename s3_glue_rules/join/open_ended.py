"""Resources whose attributes carry whatever their author or another system puts there."""

from __future__ import annotations

from s3_glue_rules.join.terraform_names import TERRAFORM
from s3_glue_rules.model.declarations import Declaration

_CLOUDFORMATION = (
    "AWS::CloudFormation::",
    "AWS::SSM::Parameter",
    "AWS::Serverless::Application",
    "AWS::ServiceCatalog::",
)
_TERRAFORM = (
    "aws_cloudformation_",
    "aws_lambda_invocation",
    "aws_secretsmanager_secret_version",
    "aws_serverlessapplicationrepository_",
    "aws_ssm_parameter",
)


def is_open_ended(declaration: Declaration) -> bool:
    """Return whether an attribute of a resource may be anything: an identifier of a key, the name of a role."""
    kind = declaration.type
    if declaration.language == TERRAFORM:
        return not kind.startswith("aws_") or kind.startswith(_TERRAFORM)
    # Custom resources, those of other vendors, and modules (AWS::...::MODULE).
    return not kind.startswith(("AWS::", "Alexa::")) or kind.startswith(_CLOUDFORMATION) or kind.endswith("::MODULE")
