"""Log deliveries: what services write to buckets by themselves, and what they need of a bucket's default encryption."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.values import Value


class Needs(enum.Enum):
    """What a delivery needs of the default encryption of the bucket."""

    SSE_S3 = "SSE-S3"
    SERVICE_KEY = "SSE-S3, or a customer managed key that the delivering service may use"
    NOTHING = "nothing: the source says by itself how its files are encrypted"


class LogKind(enum.Enum):
    """What is delivered.

    Load balancers: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html,
    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html. Server access logs:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html. Flow logs:
    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-cmk-policy.html. Other logs of the delivery service:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html.
    """

    APPLICATION_ACCESS = "access logs of an Application Load Balancer"
    APPLICATION_CONNECTION = "connection logs of an Application Load Balancer"
    CLASSIC_ACCESS = "access logs of a Classic Load Balancer"
    NETWORK_ACCESS = "access logs of a Network Load Balancer"
    BALANCER = "logs of a load balancer"
    SERVER_ACCESS = "server access logs"
    FLOW = "flow logs"
    VENDED = "logs that delivery.logs.amazonaws.com writes"
    INVENTORY = "inventory reports"
    TRAIL = "log files of a trail"
    CONFIGURATION = "files of AWS Config"

    @property
    def needs(self) -> Needs:
        """What the delivery needs of the bucket's default encryption."""
        if self in _SSE_S3:
            return Needs.SSE_S3
        return Needs.SERVICE_KEY if self in _SERVICES else Needs.NOTHING

    @property
    def service(self) -> str:
        """The service principal that encrypts what is delivered, empty where it can use no key of KMS."""
        return _SERVICES.get(self, "")


_SSE_S3 = frozenset(
    {
        LogKind.APPLICATION_ACCESS,
        LogKind.APPLICATION_CONNECTION,
        LogKind.CLASSIC_ACCESS,
        LogKind.BALANCER,
        LogKind.SERVER_ACCESS,
    }
)
_SERVICES = {
    LogKind.SERVER_ACCESS: "logging.s3.amazonaws.com",
    LogKind.NETWORK_ACCESS: "delivery.logs.amazonaws.com",
    LogKind.FLOW: "delivery.logs.amazonaws.com",
    LogKind.VENDED: "delivery.logs.amazonaws.com",
    LogKind.INVENTORY: "s3.amazonaws.com",
}


@dataclass(frozen=True)
class Delivery:
    """One delivery of logs to a bucket.

    ``link`` points at what says so (the source, a statement of the bucket's policy, its ACL) and says it;
    ``switch`` is the value that turns the delivery on.
    """

    what: LogKind
    link: Link
    switch: Value

    @property
    def needs(self) -> Needs:
        """What the delivery needs of the bucket's default encryption."""
        return self.what.needs

    @property
    def is_on(self) -> bool:
        """Whether anything is delivered. Raises UndecidableError where that is not known."""
        return self.switch.flag(default=False)
