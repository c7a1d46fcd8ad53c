"""The joins over log deliveries: what leads to a bucket, and what is not looked at for it."""

from __future__ import annotations

from typing import Any

import pytest

from s3_glue_rules.model.values import Choice, Known, Open, Text, Value, Variable
from tests.support.terraform_joins import BUCKET, LATER, SSE, declared, encoded, is_set, judge, ref, rule, verdict

FLOW_LOG = "aws_flow_log.vpc"
NAME = Open(Variable("var.name", "var.name"))
LOGS = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject"}

# What a flow log names: the bucket's name, the destination, whether it is the bucket.
DESTINATIONS: dict[str, tuple[Any, Any, bool]] = {
    "reference": (None, ref(f"{BUCKET}.arn"), True),
    "place below a reference": (None, Text((ref(f"{BUCKET}.arn"), Known("/vpc/"))), True),
    "ARN around a reference": (None, Text((Known("arn:aws:s3:::"), ref(f"{BUCKET}.id"), Known("/vpc"))), True),
    "ARN of an open partition": (None, Text((Known("arn:"), NAME, Known(":s3:::"), ref(f"{BUCKET}.bucket"))), True),
    "literal ARN": ("lake", "arn:aws:s3:::lake", True),
    "literal place": ("lake", "arn:aws-cn:s3:::lake/vpc/", True),
    "the same variable": (NAME, Text((Known("arn:aws:s3:::"), NAME, Known("/vpc"))), True),
    "a longer name": ("lake", "arn:aws:s3:::lake-logs/vpc", False),
    "a reference in a longer name": (None, Text((Known("arn:aws:s3:::"), ref(f"{BUCKET}.id"), Known("-logs"))), False),
    "a place of the same name": ("lake", "arn:aws:s3:::other/lake", False),
    "another service": ("lake", "arn:aws:logs:eu-west-1:123456789012:lake", False),
    "another bucket": (None, ref("aws_s3_bucket.other.arn"), False),
    "unknown": ("lake", LATER, False),
}


@pytest.mark.parametrize("case", DESTINATIONS)
def test_destinations_are_tied_to_their_bucket(case: str) -> None:
    name, destination, is_own = DESTINATIONS[case]
    parts = (
        declared(BUCKET, bucket=name),
        declared("aws_s3_bucket.other"),
        declared(f"{SSE}.x", bucket=ref(f"{BUCKET}.id"), rule=rule("aws:kms")),
        declared(FLOW_LOG, log_destination=destination),
    )
    assert verdict("SGR108", BUCKET, *parts) == ("fail" if is_own else "not_applicable")


def policy(**statement: Any) -> Value:
    return encoded({"Statement": [statement]})


def open_choice(then: str, otherwise: str) -> Value:
    return Choice(is_set("open", "true", "false", default="true"), Known(then), Known(otherwise))


def test_nothing_is_decided_for_policies_and_acls_that_do_not_speak_of_logs() -> None:
    parts = (
        declared(BUCKET, acl=open_choice("private", "public-read")),
        declared(f"{SSE}.x", bucket=ref(f"{BUCKET}.id"), rule=rule("AES256")),
        declared(
            "aws_s3_bucket_policy.x",
            bucket=ref(f"{BUCKET}.id"),
            policy=policy(Effect=open_choice("Allow", "Deny"), Principal="*", Action="s3:GetObject"),
        ),
        declared("aws_s3_bucket_logging.x", is_set("open", "true", "false"), target_bucket=LATER),
    )
    found = judge("SGR102", BUCKET, *parts)
    assert (found.verdict.value, found.when) == ("fail", ())


def test_policies_that_speak_of_logs_are_judged_in_every_world() -> None:
    for effect, expected in (
        (open_choice("Allow", "Deny"), "conditional"),
        (open_choice("Deny", "Allow"), "fail"),
        ("Allow", "exempt"),
        (LATER, "fail"),
    ):
        parts = (
            declared(BUCKET),
            declared(f"{SSE}.x", bucket=ref(f"{BUCKET}.id"), rule=rule("AES256")),
            declared("aws_s3_bucket_policy.x", bucket=ref(f"{BUCKET}.id"), policy=policy(**{**LOGS, "Effect": effect})),
        )
        assert verdict("SGR102", BUCKET, *parts) == expected


def test_log_services_are_found_inside_of_texts_that_are_put_together() -> None:
    account = Choice(is_set("old", "true", "false"), Known("127311923021"), Known("123456789012"))
    principal = {"AWS": Text((Known("arn:aws:iam::"), account, Known(":root")))}
    parts = (
        declared(BUCKET),
        declared(f"{SSE}.x", bucket=ref(f"{BUCKET}.id"), rule=rule("AES256")),
        declared(
            "aws_s3_bucket_policy.x",
            bucket=ref(f"{BUCKET}.id"),
            policy=policy(Effect="Allow", Principal=principal, Action="s3:PutObject"),
        ),
    )
    found = judge("SGR102", BUCKET, *parts)
    assert (found.verdict.value, found.when) == ("fail", ("var.old is 'false'",))
