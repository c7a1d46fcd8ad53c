variable "bucket" {
  type = string
}

variable "same" {
  type    = string
  default = null
}

resource "aws_s3_bucket_logging" "this" {
  bucket        = var.bucket
  target_bucket = coalesce(var.same, var.bucket)
  target_prefix = "logs/"
}
