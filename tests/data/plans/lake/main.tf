# The plan.json beside this file is `terraform show -json` of this configuration, untouched.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "home_region" {
  type    = string
  default = "eu-west-1"
}

variable "key_arn" {
  type    = string
  default = null
}

variable "zones" {
  type    = set(string)
  default = ["raw", "curated"]
}

variable "settings" {
  type = map(object({ days = number, owner = string }))
  default = {
    raw     = { days = 10, owner = "curated" }
    curated = { days = 20, owner = "raw" }
  }
}

locals {
  use_own_key = true
}

provider "aws" {
  region                      = var.home_region
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}

provider "aws" {
  alias                       = "dr"
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}

resource "terraform_data" "later" {}

resource "aws_kms_key" "lake" {
  description             = "lake"
  deletion_window_in_days = 30
}

resource "aws_kms_key" "numbered" {
  count               = 2
  description         = "numbered ${count.index}"
  enable_key_rotation = true
}

resource "aws_kms_key" "zone" {
  for_each            = var.zones
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.known.json
}

resource "aws_kms_key" "dr" {
  provider            = aws.dr
  enable_key_rotation = true
}

resource "aws_kms_alias" "lake" {
  name          = "alias/lake"
  target_key_id = aws_kms_key.lake.key_id
}

# A deferred look-up of a key that AWS manages.
data "aws_kms_alias" "managed" {
  name       = "alias/aws/s3"
  depends_on = [terraform_data.later]
}

data "aws_kms_key" "theirs" {
  key_id = terraform_data.later.id
}

data "aws_iam_policy_document" "known" {
  statement {
    sid       = "Administration"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::123456789012:root"]
    }
  }
}

data "aws_iam_policy_document" "deferred" {
  statement {
    sid       = "TransportSecurity"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.zone["raw"].arn, "${aws_s3_bucket.zone["raw"].arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
    condition {
      test     = "ArnNotEquals"
      variable = "aws:PrincipalArn"
      values   = [terraform_data.later.id]
    }
  }
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::123456789012:root", terraform_data.later.id]
    }
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents = [data.aws_iam_policy_document.deferred.json]
}

resource "aws_s3_bucket" "zone" {
  for_each = var.zones
  bucket   = "acme-${each.key}"
}

resource "aws_s3_bucket" "generated_name" {
  bucket = var.key_arn
}

resource "aws_s3_bucket" "composed_name" {
  bucket = "acme-${aws_s3_bucket.generated_name.id}"
}

resource "aws_s3_bucket" "numbered" {
  count         = 2
  bucket_prefix = "acme-"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "same_key" {
  for_each = var.zones
  bucket   = aws_s3_bucket.zone[each.key].id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.zone[each.key].arn
    }
    bucket_key_enabled = true
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "by_index" {
  count  = 2
  bucket = aws_s3_bucket.numbered[count.index].bucket
  dynamic "rule" {
    for_each = ["aws:kms"]
    content {
      apply_server_side_encryption_by_default {
        sse_algorithm     = rule.value
        kms_master_key_id = aws_kms_key.numbered[count.index].arn
      }
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "literal_index" {
  bucket = aws_s3_bucket.numbered[1].id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.key_arn == null ? aws_kms_key.numbered[0].arn : var.key_arn
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "chain" {
  for_each = aws_s3_bucket.zone
  bucket   = each.value.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.zone[var.settings[each.key].owner].arn
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "splat" {
  bucket = one(aws_s3_bucket.generated_name[*].id)
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = local.use_own_key ? aws_kms_key.lake.arn : "alias/other"
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "managed" {
  bucket = "elsewhere"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = data.aws_kms_alias.managed.target_key_arn
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "theirs" {
  bucket = module.named["x"].id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = data.aws_kms_key.theirs.arn
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "unknown_rules" {
  bucket = "elsewhere-too"
  dynamic "rule" {
    for_each = terraform_data.later.id == "x" ? [] : ["aws:kms"]
    content {
      apply_server_side_encryption_by_default {
        sse_algorithm = rule.value
      }
    }
  }
}

resource "aws_s3_bucket_policy" "deferred" {
  bucket = aws_s3_bucket.zone["raw"].id
  policy = data.aws_iam_policy_document.deferred.json
}

resource "aws_s3_bucket_policy" "merged" {
  bucket = aws_s3_bucket.zone["curated"].bucket
  policy = data.aws_iam_policy_document.merged.json
}

resource "aws_s3_bucket_policy" "encoded" {
  bucket = module.plain.bucket_id
  policy = jsonencode({ Statement = [{ Effect = "Deny", Resource = module.plain.bucket_arn }] })
}

module "plain" {
  source     = "./modules/store"
  algorithm  = "AES256"
  algorithms = ["AES256"]
}

module "keyed" {
  source    = "./modules/store"
  algorithm = "aws:kms"
  key_arn   = aws_kms_key.lake.arn
}

module "named" {
  for_each = { x = "aws:kms", y = "AES256" }
  source   = "./modules/bucket"
  settings = { algorithm = each.value, key = aws_kms_key.numbered[1].arn }
}

module "by_zone" {
  for_each = module.named
  source   = "./modules/label"
  bucket   = each.value.id
  same     = module.named[each.key].id
}

module "compute" {
  source                 = "./modules/compute"
  providers              = { aws = aws.dr }
  security_configuration = aws_glue_security_configuration.strict.name
  unset                  = null
}

resource "aws_glue_security_configuration" "strict" {
  name = "strict"
  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "SSE-KMS"
      kms_key_arn                = aws_kms_key.lake.arn
    }
    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "CSE-KMS"
      kms_key_arn                   = aws_kms_alias.lake.target_key_arn
    }
    s3_encryption {
      s3_encryption_mode = "SSE-KMS"
      kms_key_arn        = aws_kms_key.lake.arn
    }
  }
}
