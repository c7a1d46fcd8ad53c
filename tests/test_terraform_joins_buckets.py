"""The joins over Terraform buckets: what declares their encryption, which logs go there, which policies are theirs."""

from __future__ import annotations

from typing import Any

import pytest

from s3_glue_rules.model.declarations import Declaration
from s3_glue_rules.model.values import (
    Always,
    Known,
    Not,
    Open,
    Text,
    Variable,
)
from tests.support.terraform_joins import (
    ARN,
    BUCKET,
    DEFAULT,
    KEY,
    LATER,
    SSE,
    declared,
    encoded,
    is_set,
    judge,
    ref,
    rule,
    verdict,
)

# Which encryption is a bucket's


NAMES: dict[str, tuple[dict[str, Any], Any]] = {
    "id": ({}, ref(f"{BUCKET}.id")),
    "bucket": ({"bucket": "lake"}, ref(f"{BUCKET}.bucket")),
    "arn by mistake": ({}, ref(f"{BUCKET}.arn")),
    "literal name": ({"bucket": "lake"}, "lake"),
    "same variable": ({"bucket": Open(Variable("var.n", "var.n"))}, Open(Variable("var.n", "var.n"))),
    "same text": (
        {"bucket": Text((ref("random_pet.x.id"), Known("-lake")))},
        Text((ref("random_pet.x.id"), Known("-lake"))),
    ),
    "through a setting": ({}, ref("aws_s3_bucket_versioning.lake.bucket")),
    "through the id of a setting": ({}, ref("aws_s3_bucket_versioning.lake.id")),
}


@pytest.mark.parametrize("case", NAMES)
def test_separate_encryption_is_tied_to_its_bucket(case: str) -> None:
    arguments, name = NAMES[case]
    others = (
        declared("aws_s3_bucket_versioning.lake", bucket=ref(f"{BUCKET}.id")),
        declared("random_pet.x"),
        declared(f"{SSE}.lake", bucket=name, rule=rule("AES256")),
    )
    found = judge("SGR102", BUCKET, declared(BUCKET, **arguments), *others)
    assert found.verdict.value == "fail"
    assert found.span.file == f"{SSE}.lake:block.rule.0.{DEFAULT}.0.sse_algorithm"
    assert found.message.endswith("Set sse_algorithm to aws:kms and name a customer managed key")


@pytest.mark.parametrize(
    "name", ["other", ref("aws_s3_bucket.other.id"), ref(f"{BUCKET}.region"), ref("aws_s3_directory_bucket.d.bucket")]
)
def test_encryption_of_another_bucket_is_not_this_ones(name: Any) -> None:
    others = (
        declared("aws_s3_bucket.other"),
        declared("aws_s3_directory_bucket.d", bucket="lake"),
        declared(f"{SSE}.x", bucket=name, rule=rule("aws:kms")),
    )
    found = judge("SGR101", BUCKET, declared(BUCKET, bucket="lake"), *others)
    assert (found.verdict.value, found.span.file) == ("fail", f"{BUCKET}:block")
    assert f"declares no {SSE}" in found.message


def test_inline_encryption_counts() -> None:
    inline = [{"rule": rule("AES256")}]
    assert verdict("SGR102", BUCKET, declared(BUCKET, server_side_encryption_configuration=inline)) == "fail"
    assert verdict("SGR101", BUCKET, declared(BUCKET, server_side_encryption_configuration=[])) == "fail"


def test_rule_without_default_is_implicit() -> None:
    found = judge(
        "SGR101",
        BUCKET,
        declared(BUCKET),
        declared(f"{SSE}.x", bucket=ref(f"{BUCKET}.id"), rule=[{"bucket_key_enabled": True}]),
    )
    assert (found.verdict.value, found.span.file) == ("fail", f"{SSE}.x:block.rule.0")
    assert f"sets no {DEFAULT}" in found.message


def test_default_may_stand_in_any_rule() -> None:
    rules = [{"blocked_encryption_types": ["NONE"]}, *rule("aws:kms")]
    parts = (declared(BUCKET), declared(f"{SSE}.x", bucket=ref(f"{BUCKET}.id"), rule=rules))
    assert verdict("SGR101", BUCKET, *parts) == "pass"
    found = judge("SGR107", BUCKET, *parts)
    assert found.verdict.value == "fail"
    assert "Set blocked_encryption_types to SSE-C" in found.message


def test_existence_of_the_encryption_counts() -> None:
    for condition, expected in (
        (Always(holds=False), "fail"),
        (is_set("kms", "true", "false", default="true"), "conditional"),
        (is_set("kms", "true", "false", default="false"), "fail"),
        (is_set("kms", "true", "false"), "fail"),
    ):
        separate = declared(f"{SSE}.x", condition, bucket=ref(f"{BUCKET}.id"), rule=rule("aws:kms"))
        assert verdict("SGR101", BUCKET, declared(BUCKET), separate) == expected


def test_two_writers_that_can_meet_contradict_each_other() -> None:
    first = declared(f"{SSE}.a", bucket=ref(f"{BUCKET}.id"), rule=rule("aws:kms"))
    second = declared(f"{SSE}.b", bucket=ref(f"{BUCKET}.id"), rule=rule("AES256"))
    inline = declared(BUCKET, server_side_encryption_configuration=[{"rule": rule("aws:kms")}])
    assert verdict("SGR105", BUCKET, declared(BUCKET), first) == "pass"
    for parts in ((declared(BUCKET), first, second), (inline, first)):
        found = judge("SGR105", BUCKET, *parts)
        assert (found.verdict.value, len(found.chain)) == ("fail", 2)
        assert found.message.startswith("2 declarations write the default encryption")
    condition = is_set("kms", "true", "false")
    first = declared(f"{SSE}.a", condition, bucket=ref(f"{BUCKET}.id"), rule=rule("aws:kms"))
    second = declared(f"{SSE}.b", Not(condition), bucket=ref(f"{BUCKET}.id"), rule=rule("AES256"))
    assert verdict("SGR105", BUCKET, declared(BUCKET), first, second) == "pass"
    assert verdict("SGR102", BUCKET, declared(BUCKET), first, second) == "fail"


def test_what_cannot_be_seen_leaves_undecided_only_what_nothing_declares() -> None:
    certain = declared(f"{SSE}.a", bucket=ref(f"{BUCKET}.id"), rule=rule("aws:kms"))
    elsewhere = declared(f"{SSE}.b", bucket=LATER, rule=rule("AES256"))
    module = declared("module.secure", name=ref(f"{BUCKET}.id"))
    for hidden in (elsewhere, module):
        found = judge("SGR101", BUCKET, declared(BUCKET), hidden)
        assert found.verdict.value == "undecided"
        assert verdict("SGR101", BUCKET, declared(BUCKET), hidden, certain) == "pass"
        assert verdict("SGR105", BUCKET, declared(BUCKET), hidden, certain) == "pass"
    for harmless in ("x", ref(f"{BUCKET}.arn"), Text((Known("x-"), ref(f"{BUCKET}.id")))):
        assert verdict("SGR101", BUCKET, declared(BUCKET), declared("module.other", name=harmless)) == "fail"
    assert verdict("SGR101", BUCKET, declared(BUCKET), gaps=("a file cannot be read",)) == "undecided"


def test_algorithm_that_is_not_known_is_declared_all_the_same() -> None:
    parts = (declared(BUCKET), declared(f"{SSE}.a", bucket=ref(f"{BUCKET}.id"), rule=rule(LATER)))
    assert verdict("SGR101", BUCKET, *parts) == "pass"
    assert verdict("SGR102", BUCKET, *parts) == "undecided"
    parts = (declared(BUCKET), declared(f"{SSE}.a", bucket=ref(f"{BUCKET}.id"), rule=LATER))
    assert verdict("SGR101", BUCKET, *parts) == "undecided"


def test_contradictions_use_terraforms_words() -> None:
    with_key = declared(f"{SSE}.a", bucket=ref(f"{BUCKET}.id"), rule=rule("AES256", ref(f"{KEY}.arn")))
    found = judge("SGR105", BUCKET, declared(BUCKET), declared(KEY), with_key)
    assert found.message.endswith("Set sse_algorithm to aws:kms, or remove kms_master_key_id")
    double = declared(f"{SSE}.a", bucket=ref(f"{BUCKET}.id"), rule=rule("aws:kms:dsse", bucket_key_enabled="true"))
    found = judge("SGR105", BUCKET, declared(BUCKET), double)
    assert found.message.endswith("Remove bucket_key_enabled, or set sse_algorithm to aws:kms")


# Log destinations


LOGS: dict[str, tuple[str, Declaration]] = {
    "logging": ("exempt", declared("aws_s3_bucket_logging.x", bucket="other", target_bucket=ref(f"{BUCKET}.id"))),
    "inline": ("exempt", declared("aws_s3_bucket.x", logging=[{"target_bucket": "lake"}])),
    "lb": ("exempt", declared("aws_lb.x", access_logs=[{"bucket": ref(f"{BUCKET}.bucket")}])),
    "alb": (
        "exempt",
        declared("aws_alb.x", load_balancer_type="application", connection_logs=[{"bucket": ref(f"{BUCKET}.id")}]),
    ),
    "elb": ("exempt", declared("aws_elb.x", access_logs=[{"bucket": ref(f"{BUCKET}.id")}])),
    "network": ("fail", declared("aws_lb.x", load_balancer_type="network", access_logs=[{"bucket": "lake"}])),
    "source": ("fail", declared("aws_s3_bucket_logging.x", bucket=ref(f"{BUCKET}.id"), target_bucket="other")),
    "not created": (
        "fail",
        declared("aws_elb.x", Always(holds=False), access_logs=[{"bucket": ref(f"{BUCKET}.id")}]),
    ),
}


@pytest.mark.parametrize("case", LOGS)
def test_log_destinations_are_exempt(case: str) -> None:
    expected, source = LOGS[case]
    assert verdict("SGR101", BUCKET, declared(BUCKET, bucket="lake"), source) == expected


# Policies of buckets


def tls(*resources: Any) -> dict[str, Any]:
    return {
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": list(resources),
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    }


NAME = ref(f"{BUCKET}.id")
RESOURCES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "arn": ("pass", (ARN, Text((ARN, Known("/*"))))),
    "arn with a star": ("pass", (Text((ARN, Known("*"))),)),
    "name": ("pass", (Text((Known("arn:aws:s3:::"), NAME)), Text((Known("arn:aws:s3:::"), NAME, Known("/*"))))),
    "open partition": (
        "pass",
        (
            Text((Known("arn:"), Open(Variable("p", "p")), Known(":s3:::"), NAME)),
            Text((Known("arn:"), LATER, Known(":s3:::"), NAME, Known("/*"))),
        ),
    ),
    "literal": ("pass", ("arn:aws:s3:::lake", "arn:aws:s3:::lake/*")),
    "through the policy": (
        "pass",
        (ARN, Text((Known("arn:aws:s3:::"), ref("aws_s3_bucket_policy.x.bucket"), Known("/*")))),
    ),
    "only objects": ("fail", (Text((ARN, Known("/*"))),)),
    "no arn": ("fail", (ARN, Text((NAME, Known("/*"))))),
    "another": ("fail", (ref("aws_s3_bucket.other.arn"), Text((ref("aws_s3_bucket.other.arn"), Known("/*"))))),
    "open": ("undecided", (ARN, LATER)),
    "given by another system": ("undecided", (ref("terraform_data.d.output"), Text((ARN, Known("/*"))))),
    "put together elsewhere": ("undecided", (ARN, Text((ref("terraform_data.d.output"), Known("/*"))))),
}


@pytest.mark.parametrize("case", RESOURCES)
def test_resources_of_a_bucket_policy(case: str) -> None:
    expected, resources = RESOURCES[case]
    parts = (
        declared(BUCKET, bucket="lake"),
        declared("aws_s3_bucket.other", bucket="other"),
        declared("terraform_data.d"),
    )
    policy = encoded(tls(*resources))
    separate = declared("aws_s3_bucket_policy.x", bucket=ref(f"{BUCKET}.id"), policy=policy)
    assert verdict("SGR109", BUCKET, *parts, separate) == expected
    inline = (
        declared(BUCKET, bucket="lake", policy=policy),
        *parts[1:],
        declared("aws_s3_bucket_policy.x", bucket="lake"),
    )
    assert verdict("SGR109", BUCKET, *inline) == expected


def test_policy_in_text_is_read() -> None:
    text = Text(
        (
            Known('{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": ["'),
            ARN,
            Known('", "'),
            ARN,
            Known('/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}}'),
        )
    )
    policy = declared("aws_s3_bucket_policy.x", bucket=ref(f"{BUCKET}.id"), policy=text)
    assert verdict("SGR109", BUCKET, declared(BUCKET), policy) == "pass"


def test_missing_policy_fails_unless_one_may_be_hidden() -> None:
    assert verdict("SGR109", BUCKET, declared(BUCKET)) == "fail"
    assert verdict("SGR109", BUCKET, declared(BUCKET), declared("module.m", bucket=NAME)) == "undecided"
    hidden = declared("aws_s3_bucket_policy.x", bucket=LATER, policy="{}")
    assert verdict("SGR109", BUCKET, declared(BUCKET), hidden) == "undecided"
    unread = declared("aws_s3_bucket_policy.x", bucket=NAME, policy=LATER)
    assert verdict("SGR109", BUCKET, declared(BUCKET), unread) == "undecided"
