terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "security_configuration" {
  type = string
}

variable "unset" {
  type    = string
  default = "unset"
}

resource "aws_glue_job" "keyed" {
  name                   = "keyed"
  role_arn               = "arn:aws:iam::123456789012:role/glue"
  security_configuration = var.security_configuration
  default_arguments      = { "--job-bookmark-option" = "job-bookmark-enable" }
  command {
    script_location = "s3://acme-raw/job.py"
  }
}

resource "aws_glue_job" "null" {
  name                   = "null"
  role_arn               = "arn:aws:iam::123456789012:role/glue"
  security_configuration = var.unset
  command {
    script_location = "s3://acme-raw/job.py"
  }
}

resource "aws_glue_job" "none" {
  count    = 0
  name     = "none"
  role_arn = "arn:aws:iam::123456789012:role/glue"
  command {
    script_location = "s3://acme-raw/job.py"
  }
}
