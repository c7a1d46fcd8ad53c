"""Marks the folder as one from which checkov loads checks. Data must not be put here: checkov reads it as policies."""
