"""Policy-as-code rules for the encryption of S3, Glue and KMS data lakes."""

__version__ = "0.1.0"
