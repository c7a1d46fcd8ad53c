"""Log deliveries to a bucket: from the sources that name it, and from what its policy and its ACL permit.

Nothing is looked for before it is asked for, and sources are found through the index of who names whom.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from s3_glue_rules.join.bucket_names import NamedBucket
from s3_glue_rules.join.naming import naming
from s3_glue_rules.join.view import walk
from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.documents import Policies, Principal, Statement, action_matches
from s3_glue_rules.model.reader import symbol
from s3_glue_rules.model.resources import Delivery, LogKind
from s3_glue_rules.model.spans import Origin, Step
from s3_glue_rules.model.values import Absent, Choice, Encoded, Known, Mapping, Text, Value


@dataclass(frozen=True)
class Source:
    """A declared type that delivers logs: where it names the bucket, and where it is turned on.

    ``default`` is what holds where the switch is not written; an empty path: there is no switch.
    """

    what: LogKind
    type: str
    bucket: tuple[Step, ...]
    switch: tuple[Step, ...] = ()
    default: bool = True


_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_BUCKET = "AWS::S3::Bucket"
CLOUDFORMATION_SOURCES = (
    Source(LogKind.SERVER_ACCESS, _BUCKET, ("LoggingConfiguration", "DestinationBucketName")),
    Source(
        LogKind.CLASSIC_ACCESS,
        "AWS::ElasticLoadBalancing::LoadBalancer",
        ("AccessLoggingPolicy", "S3BucketName"),
        ("AccessLoggingPolicy", "Enabled"),
        default=False,
    ),
    Source(LogKind.FLOW, "AWS::EC2::FlowLog", ("LogDestination",)),
    Source(LogKind.TRAIL, "AWS::CloudTrail::Trail", ("S3BucketName",)),
    Source(LogKind.CONFIGURATION, "AWS::Config::DeliveryChannel", ("S3BucketName",)),
)
_BALANCERS = {
    "application": {"access_logs": LogKind.APPLICATION_ACCESS, "connection_logs": LogKind.APPLICATION_CONNECTION},
    "network": {"access_logs": LogKind.NETWORK_ACCESS},
}
_LOAD_BALANCERS = (LogKind.BALANCER, "load balancers write logs")
# Whom a bucket policy admits for the sake of logs.
_SERVICES = {
    "logging.s3.amazonaws.com": (LogKind.SERVER_ACCESS, "S3 write server access logs"),
    "logdelivery.elasticloadbalancing.amazonaws.com": _LOAD_BALANCERS,
    "logdelivery.elb.amazonaws.com": _LOAD_BALANCERS,
    "delivery.logs.amazonaws.com": (LogKind.VENDED, "delivery.logs.amazonaws.com write logs"),
    "cloudtrail.amazonaws.com": (LogKind.TRAIL, "CloudTrail write log files"),
    "config.amazonaws.com": (LogKind.CONFIGURATION, "AWS Config write its files"),
}
# The accounts through which load balancers write in Regions that are older than August 2022
# (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html), China's included.
_BALANCER_ACCOUNTS = frozenset(
    {
        "127311923021",
        "033677994240",
        "027434742980",
        "797873946194",
        "098369216593",
        "754344448648",
        "589379963580",
        "718504428378",
        "383597477331",
        "600734575887",
        "114774131450",
        "783225319266",
        "582318560864",
        "985666609251",
        "054676820928",
        "156460612806",
        "652711504416",
        "635631232127",
        "009996457667",
        "897822967062",
        "076674570225",
        "507241528517",
        "190560391635",
        "048591011584",
        "638102146993",
        "037604701340",
    }
)


def load_balancer_kind(kind: Value, log: str) -> LogKind | None:
    """Return what a load balancer of a type delivers as ``access_logs`` or ``connection_logs``; None for nothing.

    Without a type it is an Application Load Balancer.
    """
    if isinstance(kind, (Known, Absent)):
        return _BALANCERS.get(kind.text(default="application"), {}).get(log)
    return LogKind.BALANCER


def named_by(bucket: NamedBucket, kind: str, path: tuple[Step, ...]) -> Iterator[Declaration]:
    """Yield the resources of a type that exist and may name the bucket in the property at a path."""
    for declaration in naming(bucket.view.estate, kind, path, bucket.candidates, or_anything=False):
        if bucket.view.exists(declaration):
            yield declaration


def from_source(name: str, what: LogKind, named: Value, switch: Value, *, default: bool = True) -> Delivery:
    """Return the delivery of a source: its name, where it names the bucket, and what turns it on (or the default)."""
    if switch.is_absent:
        switch = Known(default, switch.origin)
    own = re.sub(" of an? .*", "", what.value)
    return Delivery(what, Link(named.origin, f"'{name}' delivers its {own} here"), switch)


def cloudformation_sources(bucket: NamedBucket) -> Iterator[Delivery]:
    """Yield the deliveries of the resources of a template."""
    view = bucket.view
    for source in CLOUDFORMATION_SOURCES:
        for declaration in named_by(bucket, source.type, source.bucket):
            named = view.at(declaration, *source.bucket)
            if bucket.holds(named):
                switch = view.at(declaration, *source.switch) if source.switch else Known(value=True)
                yield from_source(declaration.name, source.what, named, switch, default=source.default)
    yield from _own_logs(bucket)
    for declaration in named_by(bucket, _BALANCER, ("LoadBalancerAttributes", "*", "Value")):
        yield from _load_balancer_logs(bucket, declaration)
    for kind in (_BUCKET, "AWS::S3Express::DirectoryBucket"):
        for declaration in named_by(bucket, kind, ("InventoryConfigurations", "*", "Destination", "BucketArn")):
            yield from _inventories(bucket, declaration)


def _own_logs(bucket: NamedBucket) -> Iterator[Delivery]:
    """Yield the server access logs of the bucket itself: without a destination they stay where they come from.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-loggingconfiguration.html
    """
    logging = bucket.at("LoggingConfiguration")
    if isinstance(logging, Mapping) and bucket.at("LoggingConfiguration", "DestinationBucketName").is_absent:
        yield from_source(bucket.declaration.name, LogKind.SERVER_ACCESS, logging, Known(value=True))


def _load_balancer_logs(bucket: NamedBucket, declaration: Declaration) -> Iterator[Delivery]:
    view = bucket.view
    written: dict[str, Value] = {}
    for attribute in view.reader.items(view.at(declaration, "LoadBalancerAttributes")):
        key = view.reader.at(attribute, "Key")
        if isinstance(key, Known):
            written[key.text()] = view.reader.at(attribute, "Value")
    for log in ("access_logs", "connection_logs"):
        named = written.get(f"{log}.s3.bucket", Absent())
        what = load_balancer_kind(view.at(declaration, "Type"), log)
        if what is not None and bucket.holds(named):
            switch = written.get(f"{log}.s3.enabled", Absent(declaration.origin))
            yield from_source(declaration.name, what, named, switch, default=False)


def _inventories(bucket: NamedBucket, declaration: Declaration) -> Iterator[Delivery]:
    """Yield the inventories that lead here. CloudFormation cannot say how they are encrypted: the default applies."""
    view = bucket.view
    for item in view.reader.items(view.at(declaration, "InventoryConfigurations")):
        named = view.reader.at(item, "Destination", "BucketArn")
        if bucket.holds(named):
            switch = view.reader.at(item, "Enabled")
            yield from_source(declaration.name, LogKind.INVENTORY, named, switch, default=False)


def permitted(
    bucket: NamedBucket, declarations: Iterable[Declaration], read: Callable[[], Policies]
) -> Iterator[Delivery]:
    """Yield the deliveries that statements of the bucket's policies permit.

    ``declarations`` are the resources in which the policies may stand. Where none of them mentions a log service in any
    world, nothing is read, so that nothing is decided for it.
    """
    if not any(map(_mentions_logs, declarations)):
        return
    for statement in read().statements:
        if _known(statement.effect) != "Allow" or not _may_write(statement) or _is_for_itself(bucket, statement):
            continue
        for what, doing in dict.fromkeys(filter(None, map(_permitted_to, statement.principals))):
            link = Link(statement.origin, f"its policy lets {doing} here")
            yield Delivery(what, link, Known(value=True))


def permitted_by_acl(origin: Origin) -> Delivery:
    """Return the delivery that an ACL for S3's log delivery group permits."""
    return Delivery(
        LogKind.SERVER_ACCESS, Link(origin, "its ACL lets S3 write server access logs here"), Known(value=True)
    )


def _may_write(statement: Statement) -> bool:
    return any(action_matches(_known(action), "s3:PutObject") for action in statement.actions)


def _is_for_itself(bucket: NamedBucket, statement: Statement) -> bool:
    """Return whether only logs of the bucket itself are let in: where it keeps those, its own settings say."""
    sources = [value for test in statement.tests if test.key == "aws:sourcearn" for value in test.values]
    return bool(sources) and all(map(bucket.holds, sources))


def _permitted_to(principal: Principal) -> tuple[LogKind, str] | None:
    if principal.kind == "Service":
        return _SERVICES.get(_known(principal.value))
    if principal.kind == "AWS" and _is_load_balancer(symbol(principal.value)):
        return _LOAD_BALANCERS
    return None


_mentioning: weakref.WeakKeyDictionary[Declaration, bool] = weakref.WeakKeyDictionary()


def _mentions_logs(declaration: Declaration) -> bool:
    """Return whether a resource names a log service or an account of load balancers in any world."""
    known = _mentioning.get(declaration)
    if known is None:
        known = _mentioning[declaration] = any(map(_is_of_logs, _texts(declaration.properties)))
    return known


def _texts(value: Value) -> Iterator[str]:
    for _, leaf in walk(value):
        yield symbol(leaf)
        for part in leaf.parts if isinstance(leaf, Text) else ():
            if isinstance(part, (Choice, Encoded)):
                yield from _texts(part)


def _is_of_logs(text: str) -> bool:
    return any(service in text for service in _SERVICES) or _is_load_balancer(text)


def _is_load_balancer(principal: str) -> bool:
    """Return whether a principal is an account of Elastic Load Balancing, looked up by its data source included."""
    if re.search(r"(^|[\0.])data\.aws_elb_service_account\.", principal):
        return True
    return not _BALANCER_ACCOUNTS.isdisjoint(re.findall(r"(?<!\d)\d{12}(?!\d)", principal))


def _known(value: Value) -> str:
    """Return a literal, and an empty text for what is not known: permission is what stands there."""
    return value.text() if isinstance(value, Known) else ""
