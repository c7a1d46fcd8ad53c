"""Terraform configurations → estates: a partial evaluator over expression trees."""
