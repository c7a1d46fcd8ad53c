"""Terraform configurations: HCL evaluated as far as it can be before deployment."""
