# The plan.json beside this file is of `terraform plan -target=terraform_data.a`.
resource "terraform_data" "a" {}
resource "terraform_data" "b" {}
