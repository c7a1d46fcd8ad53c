"""Log deliveries to Terraform's buckets: the sources, and the ACLs that permit them."""

from __future__ import annotations

from collections.abc import Iterator

from s3_glue_rules.join.bucket_names import NamedBucket
from s3_glue_rules.join.deliveries import Source, from_source, load_balancer_kind, named_by, permitted_by_acl
from s3_glue_rules.join.naming import naming
from s3_glue_rules.join.s3_defaults_terraform import TerraformDefaults
from s3_glue_rules.join.terraform import followed
from s3_glue_rules.join.view import EstateView, possible_at
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.resources import Delivery, LogKind
from s3_glue_rules.model.values import Known, Reference, Value

ACL_TYPE = "aws_s3_bucket_acl"
LOGGING_TYPE = "aws_s3_bucket_logging"
LOG_DELIVERY_GROUP = "http://acs.amazonaws.com/groups/s3/LogDelivery"
CANNED_ACL = "log-delivery-write"

_GROUP = ("access_control_policy", "grant", "grantee", "uri")
_ACCESS = ("access_logs", "bucket")
_CONNECTION = ("connection_logs", "bucket")
_REPORT = ("destination", "bucket")
TERRAFORM_SOURCES = (
    Source(LogKind.SERVER_ACCESS, LOGGING_TYPE, ("target_bucket",)),
    Source(LogKind.SERVER_ACCESS, "aws_s3_bucket", ("logging", "target_bucket")),
    Source(LogKind.CLASSIC_ACCESS, "aws_elb", _ACCESS, ("access_logs", "enabled")),
    Source(LogKind.FLOW, "aws_flow_log", ("log_destination",)),
    Source(LogKind.TRAIL, "aws_cloudtrail", ("s3_bucket_name",)),
    Source(LogKind.CONFIGURATION, "aws_config_delivery_channel", ("s3_bucket_name",)),
)


def terraform_sources(bucket: NamedBucket) -> Iterator[Delivery]:
    """Yield the deliveries of declared sources."""
    view = bucket.view
    for source in TERRAFORM_SOURCES:
        for declaration in named_by(bucket, source.type, source.bucket):
            named = view.at(declaration, *source.bucket)
            if bucket.holds(named):
                switch = view.at(declaration, *source.switch) if source.switch else Known(value=True)
                name = _source_name(bucket, declaration)
                yield from_source(name, source.what, named, switch, default=source.default)
    for kind in ("aws_lb", "aws_alb"):
        for log in ("access_logs", "connection_logs"):
            for declaration in named_by(bucket, kind, (log, "bucket")):
                named = view.at(declaration, log, "bucket")
                what = load_balancer_kind(view.at(declaration, "load_balancer_type"), log)
                if what is not None and bucket.holds(named):
                    switch = view.at(declaration, log, "enabled")
                    yield from_source(declaration.name, what, named, switch, default=False)
    for declaration in named_by(bucket, "aws_s3_bucket_inventory", (*_REPORT, "bucket_arn")):
        named = view.at(declaration, *_REPORT, "bucket_arn")
        if bucket.holds(named) and view.at(declaration, *_REPORT, "encryption").is_absent:
            switch = view.at(declaration, "enabled")
            yield from_source(declaration.name, LogKind.INVENTORY, named, switch)


def permitted_by_acls(bucket: TerraformDefaults) -> Iterator[Delivery]:
    """Yield the delivery that an ACL permits: one in a resource beside the bucket, or in the bucket (deprecated)."""
    view = bucket.view
    found = naming(view.estate, ACL_TYPE, ("bucket",), bucket.candidates)
    if not any(map(_may_permit, (bucket.declaration, *found))):
        return
    attached = [declaration for declaration, is_own in bucket.attached(ACL_TYPE) if is_own]
    for declaration in (bucket.declaration, *attached):
        canned = view.at(declaration, "acl")
        if isinstance(canned, Known) and canned.text() == CANNED_ACL:
            yield permitted_by_acl(canned.origin)
        for uri in _grantees(view, declaration):
            if isinstance(uri, Known) and uri.text() == LOG_DELIVERY_GROUP:
                yield permitted_by_acl(uri.origin)


def _may_permit(declaration: Declaration) -> bool:
    """Return whether an ACL speaks of S3's log delivery group in any world."""
    named = possible_at(declaration, "grant", "uri") | possible_at(declaration, *_GROUP)
    return f"text:{CANNED_ACL}" in possible_at(declaration, "acl") or f"text:{LOG_DELIVERY_GROUP}" in named


def _grantees(view: EstateView, declaration: Declaration) -> Iterator[Value]:
    """Yield the groups that an ACL of grants speaks of: a bucket writes the group in the grant itself."""
    for grant in view.reader.items(view.at(declaration, "grant")):
        yield view.below(declaration, grant, "uri")
    for grant in view.reader.items(view.at(declaration, "access_control_policy", "grant")):
        yield view.below(declaration, grant, "grantee", "uri")


def _source_name(bucket: NamedBucket, source: Declaration) -> str:
    """Return whose logs they are: a logging resource is one of another bucket."""
    if source.type == LOGGING_TYPE:
        named: Value = followed(bucket.view, bucket.view.at(source, "bucket"))
        if isinstance(named, Reference) and named.target in bucket.view.estate.declarations:
            return bucket.view.estate.declarations[named.target].name
    return source.name
