"""Requests for an encryption that is less than the default of a bucket: the request wins over the default.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from __future__ import annotations

from s3_glue_rules.model.resources import KeyKind

# What a bucket's default or a request may ask for, the weakest first.
STRENGTH = {"AES256": 0, "aws:kms": 1, "aws:kms:dsse": 2}
OWN_KEYS = {KeyKind.DECLARED, KeyKind.CUSTOMER_ALIAS}
AWS_KEYS = {KeyKind.ABSENT, KeyKind.AWS_MANAGED}
