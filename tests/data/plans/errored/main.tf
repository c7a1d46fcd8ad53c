# The plan.json beside this file is of a plan that failed: `terraform plan -out=plan` keeps it all the same.
resource "terraform_data" "good" {
  input = "x"
}

resource "terraform_data" "bad" {
  lifecycle {
    precondition {
      condition     = length(terraform_data.good.input) > 2
      error_message = "The input is too short."
    }
  }
}
