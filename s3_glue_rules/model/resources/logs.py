"""Log groups of CloudWatch Logs, and whether AWS Glue writes to them."""

from __future__ import annotations

import enum
from abc import abstractmethod
from dataclasses import dataclass

from s3_glue_rules.model.answers import Link
from s3_glue_rules.model.resources.base import Resource
from s3_glue_rules.model.resources.kms import KeyUse


class LogWriting(enum.Enum):
    """What AWS Glue does with a log group."""

    WRITES = "writes to it"
    WRITES_ELSEWHERE = "writes to another group, whose name holds that of the security configuration"
    NOT_KNOWN = "is not known to write to it"


@dataclass(frozen=True)
class LogGroupUse:
    """What AWS Glue does with a log group, in words for people, and the job that it does it for, where one is known."""

    writing: LogWriting
    says: str
    chain: tuple[Link, ...] = ()


class LogGroup(Resource):
    """A log group. Without a key CloudWatch Logs encrypts with one of its own.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """

    @property
    @abstractmethod
    def key(self) -> KeyUse:
        """Its key."""

    @property
    @abstractmethod
    def use(self) -> LogGroupUse:
        """What AWS Glue does with it. Raises UndecidableError where its name is given at deployment."""
