"""SGR110: the bucket's policy denies requests with a TLS version below 1.2."""

from __future__ import annotations

from s3_glue_rules.model.answers import Answer, fails, passes
from s3_glue_rules.model.authorization import rule_on
from s3_glue_rules.model.bucket_access import PARTS, of_every_caller, with_tls
from s3_glue_rules.model.logic import all_of
from s3_glue_rules.model.resources import Bucket

SUBJECT = Bucket

_OLD = ("1.0", "1.1")


def check(bucket: Bucket) -> Answer:
    """Fail a bucket whose policies do not deny TLS 1.0 and 1.1 for bucket and objects."""
    requests = [of_every_caller(bucket, part, with_tls(version)) for version in _OLD for part in PARTS]
    if all_of(requests, lambda request: rule_on(bucket.policies, request).is_denied):
        return passes("old versions of TLS are denied")
    return fails(
        f"no policy of bucket {bucket.label} asks for TLS 1.2 at least. Deny s3:* to Principal * on the bucket and its "
        'objects where NumericLessThan s3:TlsVersion "1.2" holds'
    )
