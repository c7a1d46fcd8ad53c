variable "algorithm" {
  type = string
}

variable "algorithms" {
  type    = list(string)
  default = []
}

variable "key_arn" {
  type    = string
  default = null
}

module "inner" {
  source = "../bucket"
  settings = {
    algorithm = var.algorithm
    key       = var.key_arn
  }
}

output "bucket_id" {
  value = module.inner.id
}

output "bucket_arn" {
  value = module.inner.arn
}
