# The plan.json beside this file is `terraform show -json` of `terraform plan -refresh=false`, untouched. The state under
# it was written for the purpose, nothing was deployed: all but two of these resources exist, with a bucket that is no
# longer configured and a key that is deposed.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}

resource "aws_kms_key" "lake" {
  description             = "lake"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_s3_bucket" "encrypted" {
  bucket = "acme-encrypted"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "encrypted" {
  bucket = aws_s3_bucket.encrypted.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.lake.arn
    }
  }
}

resource "aws_s3_bucket" "implicit" {
  bucket = "acme-implicit"
}

resource "aws_s3_bucket" "legacy" {
  bucket = "acme-legacy"
  dynamic "server_side_encryption_configuration" {
    for_each = [1]
    content {
      rule {
        apply_server_side_encryption_by_default {
          sse_algorithm     = "aws:kms"
          kms_master_key_id = aws_kms_key.lake.arn
        }
      }
    }
  }
}

resource "aws_s3_bucket" "composed" {
  bucket = "${aws_s3_bucket.encrypted.id}-copy"
}

resource "aws_s3_bucket_logging" "composed" {
  bucket        = aws_s3_bucket.composed.id
  target_bucket = aws_s3_bucket.implicit.id
  target_prefix = "logs/"
}
