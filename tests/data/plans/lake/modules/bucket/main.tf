variable "settings" {
  type = object({ algorithm = string, key = string })
}

resource "aws_s3_bucket" "this" {}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.settings.algorithm
      kms_master_key_id = var.settings.algorithm == "aws:kms" ? var.settings.key : null
    }
  }
}

module "label" {
  source = "../label"
  bucket = aws_s3_bucket.this.id
}

output "id" {
  value = aws_s3_bucket.this.id
}

output "arn" {
  value = aws_s3_bucket.this.arn
}
