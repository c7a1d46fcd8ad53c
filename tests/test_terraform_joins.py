"""The joins over Terraform resources, on declarations made by hand: who belongs to whom, and what each policy says."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Any

import pytest

from s3_glue_rules.catalogue import load_catalogue
from s3_glue_rules.judge import Check, judge_estate, judge_resource
from s3_glue_rules.model.declarations import Declaration, Estate
from s3_glue_rules.model.findings import Finding, Judgement
from s3_glue_rules.model.spans import Origin, Path, Span
from s3_glue_rules.model.values import (
    Absent,
    Always,
    Choice,
    Condition,
    Encoded,
    Equal,
    Known,
    Mapping,
    Not,
    Open,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
    Variable,
)
from s3_glue_rules.scan import load_checks

SSE = "aws_s3_bucket_server_side_encryption_configuration"
DEFAULT = "apply_server_side_encryption_by_default"
LATER = Unknown("terraform_data.later.output is known after apply")


class Place:
    """A text in which every path is a place of its own."""

    def __init__(self, address: str) -> None:
        self.address = address

    def locate(self, path: Path) -> Span:
        """Return a span that names the resource and the path."""
        return Span(f"{self.address}:{'.'.join(map(str, path))}", 1, 1, 1, 1)


def value(written: Any, origin: Origin) -> Value:
    """Return a value of the model for what a test writes."""
    if isinstance(written, Value):
        return written
    if written is None:
        return Absent(origin)
    if isinstance(written, dict):
        return Mapping({name: value(inner, origin.at(name)) for name, inner in written.items()}, origin)
    if isinstance(written, (list, tuple)):
        return Sequence(tuple(value(item, origin.at(index)) for index, item in enumerate(written)), origin)
    return Known(written, origin)


def declared(
    address: str,
    exists: Condition | None = None,
    attributes: dict[str, Value] | None = None,
    region: str | None = None,
    **arguments: Any,
) -> Declaration:
    logical_id = re.sub(r"^(module\.[^.]+\.)*|\[.*?\]$", "", address)
    kind = logical_id.split(".")[0].replace("var", "variable")
    origin = Origin(Place(address), ("block",))
    return Declaration(
        address,
        logical_id,
        kind,
        "terraform",
        origin,
        lambda: value(arguments, origin),
        exists=exists or Always(holds=True),
        attributes=attributes or {},
        region=region,
    )


def estate(*declarations: Declaration, gaps: tuple[str, ...] = ()) -> Estate:
    made = Estate("root")
    for declaration in declarations:
        made.add(declaration)
    made.gaps.extend(gaps)
    return made


def ref(path: str) -> Reference:
    target, _, attribute = path.rpartition(".")
    return Reference(target, attribute)


def is_set(name: str, *allowed: str, default: str | None = None) -> Condition:
    return Equal(Open(Variable(f"var.{name}", f"var.{name}", default, allowed or None)), Known("true"))


def rule(algorithm: Any, key: Any = None, **more: Any) -> list[Any]:
    return [{DEFAULT: [{"sse_algorithm": algorithm, "kms_master_key_id": key}], **more}]


@lru_cache(maxsize=1)
def checks() -> dict[str, Check]:
    problems: list[Any] = []
    made = {check.policy.id: check for check in load_checks(load_catalogue(), problems)}
    assert problems == []
    return made


def judge(policy: str, address: str, *declarations: Declaration, gaps: tuple[str, ...] = ()) -> Finding:
    whole = estate(*declarations, gaps=gaps)
    return judge_resource(whole, whole.declarations[address], checks()[policy])


def verdict(policy: str, address: str, *declarations: Declaration, gaps: tuple[str, ...] = ()) -> str:
    return judge(policy, address, *declarations, gaps=gaps).verdict.value


BUCKET = "aws_s3_bucket.lake"
KEY = "aws_kms_key.lake"


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


def encoded(document: dict[str, Any]) -> Encoded:
    return Encoded(value(document, Origin(Place("document"), ("document",))))


ARN = ref(f"{BUCKET}.arn")
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


# Keys


def bucket_under(key: Any, algorithm: Any = "aws:kms") -> tuple[Declaration, Declaration]:
    return declared(BUCKET), declared(f"{SSE}.x", bucket=ref(f"{BUCKET}.id"), rule=rule(algorithm, key))


ALIAS = declared("aws_kms_alias.lake", name="alias/lake", target_key_id=ref(f"{KEY}.key_id"))
IDENTIFIERS: dict[str, tuple[str, Any]] = {
    "arn": ("pass", ref(f"{KEY}.arn")),
    "id": ("pass", ref(f"{KEY}.id")),
    "key id": ("pass", ref(f"{KEY}.key_id")),
    "replica": ("pass", ref("aws_kms_replica_key.r.arn")),
    "primary of a replica": ("pass", ref("aws_kms_replica_key.r.primary_key_arn")),
    "external": ("pass", ref("aws_kms_external_key.e.arn")),
    "alias": ("pass", ref("aws_kms_alias.lake.arn")),
    "alias name": ("pass", ref("aws_kms_alias.lake.name")),
    "key of an alias": ("pass", ref("aws_kms_alias.lake.target_key_arn")),
    "key id of an alias": ("pass", ref("aws_kms_alias.lake.target_key_id")),
    "literal alias": ("pass", "alias/lake"),
    "undeclared alias": ("pass", "alias/other"),
    "managed alias": ("fail", "alias/aws/s3"),
    "nothing": ("fail", None),
    "empty": ("fail", ""),
    "literal arn": ("undecided", "arn:aws:kms:eu-west-1:111122223333:key/0d8d5b4e"),
    "variable": ("undecided", Open(Variable("var.k", "var.k"))),
    "later": ("undecided", LATER),
    "through a parameter": ("pass", ref("aws_ssm_parameter.key.value")),
    "parameter that is set elsewhere": ("undecided", ref("aws_ssm_parameter.other.value")),
    "another provider": ("undecided", ref("vault_generic_secret.k.data")),
    "role": ("not_applicable", ref("aws_iam_role.r.arn")),
    "not declared": ("undecided", ref("aws_kms_key.gone.arn")),
}


@pytest.mark.parametrize("case", IDENTIFIERS)
def test_key_identifiers(case: str) -> None:
    expected, key = IDENTIFIERS[case]
    others = (
        declared(KEY),
        ALIAS,
        declared("aws_kms_replica_key.r", primary_key_arn=ref(f"{KEY}.arn")),
        declared("aws_kms_external_key.e"),
        declared("aws_ssm_parameter.key", value=ref(f"{KEY}.arn")),
        declared("aws_ssm_parameter.other", value=LATER),
        declared("vault_generic_secret.k"),
        declared("aws_iam_role.r"),
    )
    assert verdict("SGR103", BUCKET, *bucket_under(key), *others) == expected
    if case == "role":
        found = judge("SGR104", BUCKET, *bucket_under(key), *others)
        assert found.verdict.value == "fail"
        assert found.message.startswith("kms_master_key_id of bucket 'aws_s3_bucket.lake' is arn of 'aws_iam_role.r'")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            {"customer_master_key_spec": "RSA_4096", "key_usage": "ENCRYPT_DECRYPT"},
            "its customer_master_key_spec is RSA_4096",
        ),
        ({"key_usage": "SIGN_VERIFY"}, "its key_usage is SIGN_VERIFY"),
        ({"is_enabled": False}, "it is disabled"),
    ],
)
def test_keys_that_cannot_encrypt(arguments: dict[str, Any], said: str) -> None:
    found = judge("SGR104", BUCKET, *bucket_under(ref(f"{KEY}.arn")), declared(KEY, **arguments))
    assert found.verdict.value == "fail"
    assert said in found.message


def test_key_in_another_region_cannot_encrypt() -> None:
    bucket = declared(BUCKET, region="eu-west-1")
    separate = bucket_under(ref(f"{KEY}.arn"))[1]
    assert verdict("SGR104", BUCKET, bucket, separate, declared(KEY, region="us-east-1")) == "fail"
    assert verdict("SGR104", BUCKET, bucket, separate, declared(KEY, region="eu-west-1")) == "pass"


ROTATION: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "off": (KEY, "fail", "not_applicable", {}),
    "on": (KEY, "pass", "pass", {"enable_key_rotation": True}),
    "asymmetric": (KEY, "not_applicable", "not_applicable", {"customer_master_key_spec": "ECC_NIST_P256"}),
    "asymmetric on": (KEY, "pass", "fail", {"customer_master_key_spec": "RSA_2048", "enable_key_rotation": "true"}),
    "own store": (KEY, "not_applicable", "not_applicable", {"custom_key_store_id": "cks-1"}),
    "own store, variable": (KEY, "undecided", "not_applicable", {"custom_key_store_id": Open(Variable("v", "v"))}),
    "own store, unknown": (KEY, "undecided", "not_applicable", {"custom_key_store_id": LATER}),
    "external store on": (KEY, "pass", "fail", {"xks_key_id": "x", "enable_key_rotation": True}),
    "external": ("aws_kms_external_key.e", "not_applicable", "not_applicable", {}),
    "replica": ("aws_kms_replica_key.r", "not_applicable", "not_applicable", {}),
    "open": (KEY, "undecided", "undecided", {"enable_key_rotation": LATER}),
}


@pytest.mark.parametrize("case", ROTATION)
def test_rotation(case: str) -> None:
    address, rotates, possible, arguments = ROTATION[case]
    assert verdict("SGR201", address, declared(address, **arguments)) == rotates
    found = verdict("SGR203", address, declared(address, **arguments))
    assert found == (possible if case != "open" else found)


def test_key_that_rotates_where_it_can() -> None:
    spec = Open(Variable("var.s", "var.s", "SYMMETRIC_DEFAULT"))
    rotates = Choice(Equal(spec, Known("SYMMETRIC_DEFAULT")), Known(True), Known(False))
    key = declared(KEY, customer_master_key_spec=spec, enable_key_rotation=rotates)
    assert verdict("SGR201", KEY, key) == "pass"


@pytest.mark.parametrize(
    ("address", "arguments", "expected"),
    [
        (KEY, {"is_enabled": False}, "fail"),
        (KEY, {"enabled": False}, "pass"),
        ("aws_kms_replica_key.r", {"enabled": False}, "fail"),
        ("aws_kms_external_key.e", {"enabled": False}, "not_applicable"),
        ("aws_kms_external_key.e", {"enabled": False, "key_material_base64": "eA=="}, "fail"),
        ("aws_kms_replica_external_key.e", {"enabled": False}, "not_applicable"),
    ],
)
def test_disabled_keys(address: str, arguments: dict[str, Any], expected: str) -> None:
    found = judge("SGR206", address, declared(address, **arguments))
    assert found.verdict.value == expected
    if expected == "fail":
        assert f"Set {'is_enabled' if address == KEY else 'enabled'} to true" in found.message


EVERYONE = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}
ROOT = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*"}]}


def test_policies_of_keys() -> None:
    def separate(key: Any, document: Any) -> Declaration:
        return declared("aws_kms_key_policy.p", key_id=key, policy=document)

    assert verdict("SGR207", KEY, declared(KEY)) == "not_applicable"
    assert verdict("SGR207", KEY, declared(KEY, policy=encoded(EVERYONE))) == "fail"
    assert verdict("SGR207", KEY, declared(KEY), separate(ref(f"{KEY}.key_id"), encoded(EVERYONE))) == "fail"
    both = (declared(KEY, policy=encoded(EVERYONE)), separate(ref(f"{KEY}.id"), encoded(ROOT)))
    assert verdict("SGR207", KEY, *both) == "fail"
    assert verdict("SGR207", KEY, declared(KEY), separate("other", encoded(EVERYONE))) == "not_applicable"
    assert verdict("SGR207", KEY, declared(KEY), separate(LATER, encoded(EVERYONE))) == "undecided"
    assert verdict("SGR207", KEY, declared(KEY, policy=encoded(ROOT)), separate(LATER, encoded(EVERYONE))) == "pass"
    assert verdict("SGR207", KEY, declared(KEY, policy="no JSON")) == "undecided"
    given = {
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ref("terraform_data.d.output")}, "Action": "kms:*"}]
    }
    assert verdict("SGR207", KEY, declared(KEY, policy=encoded(given)), declared("terraform_data.d")) == "undecided"


def test_keys_that_can_be_lost() -> None:
    users = bucket_under(ref(f"{KEY}.arn"))
    found = judge("SGR205", KEY, declared(KEY), *users)
    assert (found.verdict.value, found.span.file) == ("fail", f"{KEY}:block")
    assert found.message.endswith("Set prevent_destroy in its lifecycle block to true")
    for written, expected in ((Known(True), "pass"), (Known(False), "fail"), (LATER, "undecided")):
        assert verdict("SGR205", KEY, declared(KEY, attributes={"prevent_destroy": written}), *users) == expected
    assert verdict("SGR205", KEY, declared(KEY)) == "not_applicable"
    tagged = declared("aws_s3_bucket.tagged", tags={"kms_key_arn": ref(f"{KEY}.arn")})
    assert verdict("SGR205", KEY, declared(KEY), tagged) == "not_applicable"
    module = declared("module.m", kms_key_arn=ref(f"{KEY}.arn"))
    assert verdict("SGR205", KEY, declared(KEY), module) == "undecided"
    kept = declared(KEY, attributes={"prevent_destroy": Known(True)})
    assert verdict("SGR205", KEY, kept, module) == "pass"
    by_alias = bucket_under(ref("aws_kms_alias.lake.arn"))
    assert verdict("SGR205", KEY, declared(KEY), ALIAS, *by_alias) == "fail"


def test_lost_keys_are_of_the_strict_level() -> None:
    parts = (declared(KEY), *bucket_under(ref(f"{KEY}.arn")))
    for strict, expected in ((True, ["SGR205"]), (False, [])):
        judgement = Judgement()
        policies = [policy for policy in load_catalogue() if policy.id == "SGR205"]
        judge_estate(estate(*parts), load_checks(policies, judgement.problems, strict=strict), judgement)
        assert [finding.policy for finding in judgement.findings] == expected


# Glue


CONFIGURATION = "aws_glue_security_configuration.lake"


def security(s3: Any, logs: Any, bookmarks: Any, name: Any = "lake-sse") -> Declaration:
    return declared(
        CONFIGURATION,
        name=name,
        encryption_configuration=[
            {"s3_encryption": s3, "cloudwatch_encryption": logs, "job_bookmarks_encryption": bookmarks}
        ],
    )


def parts_with(key: Any) -> tuple[Any, Any, Any]:
    return (
        [{"s3_encryption_mode": "SSE-KMS", "kms_key_arn": key}],
        [{"cloudwatch_encryption_mode": "SSE-KMS", "kms_key_arn": key}],
        [{"job_bookmarks_encryption_mode": "CSE-KMS", "kms_key_arn": key}],
    )


GLUE_POLICIES = ("SGR305", "SGR306", "SGR307", "SGR308", "SGR309")


def test_security_configuration_with_everything_passes() -> None:
    parts = (security(*parts_with(ref(f"{KEY}.arn"))), declared(KEY))
    assert {verdict(policy, CONFIGURATION, *parts) for policy in GLUE_POLICIES} == {"pass"}


def test_modes_of_a_security_configuration() -> None:
    in_clear = security([{}], [{"cloudwatch_encryption_mode": "DISABLED"}], [])
    assert [verdict(policy, CONFIGURATION, in_clear) for policy in GLUE_POLICIES] == [
        "fail",
        "not_applicable",
        "fail",
        "fail",
        "not_applicable",
    ]
    assert "cloudwatch_encryption_mode of security" in judge("SGR307", CONFIGURATION, in_clear).message
    assert "job_bookmarks_encryption_mode of" in judge("SGR308", CONFIGURATION, in_clear).message
    without = declared(CONFIGURATION, name="x")
    assert "has no s3_encryption, so" in judge("SGR305", CONFIGURATION, without).message
    sse_s3 = security([{"s3_encryption_mode": "SSE-S3"}], [], [])
    assert "Set s3_encryption_mode to SSE-KMS and kms_key_arn" in judge("SGR306", CONFIGURATION, sse_s3).message


@pytest.mark.parametrize(
    ("key", "expected", "said"),
    [
        (None, "fail", "without a key. Set kms_key_arn to"),
        ("alias/aws/glue", "fail", "an AWS managed key"),
        (ref(f"{KEY}.key_id"), "fail", "kms_key_arn of the S3 part of security configuration"),
        (ref(f"{KEY}.id"), "fail", "gives a key id; Glue takes an ARN. Use the key's arn"),
        (ref("aws_kms_alias.lake.name"), "fail", "gives a alias; Glue takes an ARN"),
        (ref("aws_kms_alias.lake.target_key_id"), "fail", "gives a key id"),
        (ref("aws_kms_alias.lake.arn"), "pass", ""),
        (ref("aws_kms_alias.lake.target_key_arn"), "pass", ""),
        (ref(f"{BUCKET}.arn"), "fail", "no KMS key"),
        (LATER, "undecided", ""),
    ],
)
def test_keys_of_a_security_configuration(key: Any, expected: str, said: str) -> None:
    parts = (security(*parts_with(key)), declared(KEY), ALIAS, declared(BUCKET))
    found = judge("SGR309", CONFIGURATION, *parts)
    assert found.verdict.value == expected
    assert said in found.message


COMPONENTS = ("aws_glue_job", "aws_glue_crawler", "aws_glue_dev_endpoint")


@pytest.mark.parametrize(("kind", "policy"), list(zip(COMPONENTS, ("SGR301", "SGR302", "SGR303"), strict=True)))
def test_components_without_security_configuration(kind: str, policy: str) -> None:
    address = f"{kind}.x"
    found = judge(policy, address, declared(address))
    assert found.verdict.value == "fail"
    assert "has no security_configuration" in found.message
    named = declared(address, security_configuration=ref(f"{CONFIGURATION}.id"))
    assert verdict(policy, address, named, security([], [], [])) == "pass"
    assert verdict(policy, address, declared(address, security_configuration=LATER)) == "undecided"


def test_ray_jobs_take_none() -> None:
    job = declared("aws_glue_job.ray", command=[{"name": "glueray"}])
    assert verdict("SGR301", "aws_glue_job.ray", job) == "not_applicable"


REFERENCES: dict[str, tuple[str, Any]] = {
    "id": ("pass", ref(f"{CONFIGURATION}.id")),
    "name": ("pass", ref(f"{CONFIGURATION}.name")),
    "arn": ("fail", ref(f"{CONFIGURATION}.arn")),
    "literal": ("pass", "lake-sse"),
    "Terraform's name": ("fail", "lake"),
    "address": ("fail", CONFIGURATION),
    "attribute in quotes": ("fail", f"{CONFIGURATION}.name"),
    "of another job": ("pass", ref("aws_glue_job.other.security_configuration")),
    "role": ("fail", ref("aws_iam_role.r.name")),
    "undeclared": ("undecided", "elsewhere"),
    "variable": ("undecided", Open(Variable("var.c", "var.c"))),
    "parameter": ("undecided", ref("aws_ssm_parameter.p.value")),
    "nothing": ("not_applicable", None),
}


@pytest.mark.parametrize("case", REFERENCES)
def test_names_of_security_configurations(case: str) -> None:
    expected, named = REFERENCES[case]
    others = (
        security([], [], []),
        declared("aws_glue_job.other", security_configuration=ref(f"{CONFIGURATION}.id")),
        declared("aws_iam_role.r"),
        declared("aws_ssm_parameter.p", value=LATER),
    )
    found = judge("SGR304", "aws_glue_job.x", declared("aws_glue_job.x", security_configuration=named), *others)
    assert found.verdict.value == expected
    if expected == "fail":
        assert found.message.endswith("Refer to the aws_glue_security_configuration itself (id gives its name)")
    trigger = declared("aws_glue_trigger.x", actions=[{"job_name": "a"}, {"security_configuration": named}])
    assert verdict("SGR304", "aws_glue_trigger.x", trigger, *others) == expected


def test_bookmarks_that_no_user_keeps_need_no_key() -> None:
    job = declared(
        "aws_glue_job.x",
        security_configuration=ref(f"{CONFIGURATION}.name"),
        default_arguments={"--job-bookmark-option": "job-bookmark-disable"},
    )
    assert verdict("SGR308", CONFIGURATION, security([], [], []), job) == "not_applicable"
    by_name = declared("aws_glue_job.y", security_configuration="lake-sse")
    assert verdict("SGR308", CONFIGURATION, security([], [], []), job, by_name) == "fail"


@pytest.mark.parametrize(
    ("settings", "metadata", "passwords"),
    [
        ([{}], "fail", "fail"),
        (
            [
                {
                    "encryption_at_rest": [{"catalog_encryption_mode": "SSE-KMS"}],
                    "connection_password_encryption": [{"return_connection_password_encrypted": True}],
                }
            ],
            "pass",
            "pass",
        ),
        ([{"encryption_at_rest": [{"catalog_encryption_mode": "SSE-KMS-WITH-SERVICE-ROLE"}]}], "fail", "fail"),
        (
            [{"encryption_at_rest": [{"catalog_encryption_mode": LATER}], "connection_password_encryption": LATER}],
            "undecided",
            "undecided",
        ),
    ],
)
def test_catalog_settings(settings: Any, metadata: str, passwords: str) -> None:
    address = "aws_glue_data_catalog_encryption_settings.x"
    parts = declared(address, data_catalog_encryption_settings=settings)
    found = judge("SGR310", address, parts), judge("SGR311", address, parts)
    assert tuple(finding.verdict.value for finding in found) == (metadata, passwords)
    if settings == [{}]:
        assert "encryption_at_rest.catalog_encryption_mode to SSE-KMS, with sse_aws_kms_key_id" in found[0].message
        assert "connection_password_encryption.return_connection_password_encrypted" in found[1].message


# Key material


SECRET = base64.b64encode(bytes(range(7, 252, 8))[:32].ljust(32, b"\xf1")).decode()
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
TEXTS: dict[str, tuple[str, dict[str, Any]]] = {
    "variable": ("var.encryption_key", {"default": HEX}),
    "map": ("var.settings", {"default": {"data_key": HEX}}),
    "lambda": ("aws_lambda_function.f", {"environment": [{"variables": {"DATA_KEY": HEX}}]}),
    "lambda, a branch": (
        "aws_lambda_function.f",
        {
            "environment": [
                {"variables": Choice(is_set("x"), Absent(), value({"DATA_KEY": HEX}, Origin(Place("x"), ("v",))))}
            ]
        },
    ),
    "instance": ("aws_instance.i", {"user_data": f"#!/bin/sh\nexport DATA_KEY={HEX}\n"}),
    "template": (
        "aws_launch_template.t",
        {"user_data": base64.b64encode(f"export DATA_KEY={HEX}".encode()).decode()},
    ),
    "parameter": ("aws_ssm_parameter.p", {"name": "/lake/data_key", "type": "String", "value": HEX}),
    "insecure": ("aws_ssm_parameter.master_key", {"type": "SecureString", "insecure_value": HEX}),
    "secret": ("aws_secretsmanager_secret_version.v", {"secret_string": Encoded(Mapping({"data_key": Known(HEX)}))}),
    "task": (
        "aws_ecs_task_definition.t",
        {"container_definitions": f'[{{"environment": [{{"name": "DATA_KEY", "value": "{HEX}"}}]}}]'},
    ),
    "encoded task": (
        "aws_ecs_task_definition.t",
        {"container_definitions": encoded([{"environment": [{"name": "DATA_KEY", "value": HEX}]}])},  # type: ignore[arg-type]
    ),
    "batch": (
        "aws_batch_job_definition.b",
        {"container_properties": encoded({"environment": [{"name": "DATA_KEY", "value": HEX}]})},
    ),
    "build": (
        "aws_codebuild_project.b",
        {"environment": [{"environment_variable": [{"name": "A", "value": "b"}, {"name": "DATA_KEY", "value": HEX}]}]},
    ),
    "copy": ("aws_s3_object_copy.c", {"customer_key": HEX}),
    "external": ("aws_kms_external_key.e", {"key_material_base64": SECRET}),
}


@pytest.mark.parametrize("case", TEXTS)
def test_key_material_is_found(case: str) -> None:
    address, arguments = TEXTS[case]
    found = judge("SGR401", address, declared(address, **arguments))
    assert found.verdict.value == "fail"
    assert HEX not in found.message
    assert SECRET not in found.message


@pytest.mark.parametrize(
    ("address", "arguments"),
    [
        ("var.encryption_key", {}),
        ("var.encryption_key_arn", {"default": "arn:aws:kms:eu-west-1:111122223333:key/0d8d5b4e"}),
        ("aws_s3_object_copy.c", {"customer_key": ref("aws_ssm_parameter.p.value")}),
        ("aws_ecs_task_definition.t", {"container_definitions": "not JSON"}),
        ("aws_ecs_task_definition.t", {"container_definitions": LATER}),
        ("aws_launch_template.t", {"user_data": "not base64"}),
    ],
)
def test_texts_without_key_material(address: str, arguments: dict[str, Any]) -> None:
    assert verdict("SGR401", address, declared(address, **arguments)) in {"pass", "not_applicable"}


# Objects


OBJECT = "aws_s3_object.o"
OWN = ref(f"{KEY}.arn")
OBJECTS: dict[str, tuple[str, tuple[str, Any] | None, dict[str, Any]]] = {
    "nothing": ("pass", ("aws:kms", OWN), {}),
    "AES256": ("fail", ("aws:kms", OWN), {"server_side_encryption": "AES256"}),
    "AES256 under aws/s3": ("fail", ("aws:kms", None), {"server_side_encryption": "AES256"}),
    "AES256 by default": ("pass", ("AES256", None), {"server_side_encryption": "AES256"}),
    "AES256 without default": ("pass", None, {"server_side_encryption": "AES256"}),
    "KMS without key": ("fail", ("aws:kms", OWN), {"server_side_encryption": "aws:kms"}),
    "KMS with aws/s3": ("fail", ("aws:kms", OWN), {"kms_key_id": "alias/aws/s3"}),
    "KMS without key as by default": ("pass", ("aws:kms", None), {"server_side_encryption": "aws:kms"}),
    "KMS with key": ("pass", ("aws:kms", OWN), {"kms_key_id": ref("aws_kms_key.other.arn")}),
    "KMS under DSSE": ("fail", ("aws:kms:dsse", OWN), {"kms_key_id": ref(f"{KEY}.arn")}),
    "DSSE": ("pass", ("aws:kms:dsse", OWN), {"server_side_encryption": "aws:kms:dsse", "kms_key_id": OWN}),
    "key of the bucket open": ("undecided", ("aws:kms", LATER), {"server_side_encryption": "aws:kms"}),
    "default open": ("undecided", (LATER, None), {"server_side_encryption": "AES256"}),  # type: ignore[dict-item]
    "default open, KMS": ("undecided", (LATER, None), {"server_side_encryption": "aws:kms"}),  # type: ignore[dict-item]
    "key that cannot be told": ("undecided", ("aws:kms", OWN), {"kms_key_id": "arn:aws:kms:eu-west-1:1:key/1"}),
    "the bucket's key by ARN": (
        "pass",
        ("aws:kms", "arn:aws:kms:eu-west-1:1:key/1"),
        {"kms_key_id": "arn:aws:kms:eu-west-1:1:key/1"},
    ),
    "algorithm open": ("undecided", ("aws:kms", OWN), {"server_side_encryption": LATER}),
}


@pytest.mark.parametrize("kind", ["aws_s3_object", "aws_s3_bucket_object", "aws_s3_object_copy"])
@pytest.mark.parametrize("case", OBJECTS)
def test_objects_against_their_bucket(case: str, kind: str) -> None:
    expected, default, arguments = OBJECTS[case]
    parts = [declared(BUCKET), declared(KEY), declared("aws_kms_key.other")]
    if default is not None:
        parts.append(bucket_under(default[1], default[0])[1])
    stored = declared(f"{kind}.o", bucket=ref(f"{BUCKET}.id"), **arguments)
    assert verdict("SGR113", f"{kind}.o", stored, *parts) == expected


def test_objects_in_other_buckets() -> None:
    for bucket, expected in (("elsewhere", "undecided"), (LATER, "undecided"), ("lake", "fail")):
        stored = declared(OBJECT, bucket=bucket, server_side_encryption="AES256")
        separate = declared(f"{SSE}.x", bucket="lake", rule=rule("aws:kms"))
        parts = (declared(BUCKET, bucket="lake"), declared("aws_s3_bucket.unnamed"), separate)
        assert verdict("SGR113", OBJECT, stored, *parts) == expected
        stored = declared(OBJECT, bucket=bucket, server_side_encryption="aws:kms")
        assert verdict("SGR113", OBJECT, stored, *parts) == ("pass" if bucket == "lake" else "undecided")
        stored = declared(OBJECT, bucket=bucket, kms_key_id=ref(f"{KEY}.arn"))
        wanted = "pass" if bucket == "lake" else "not_applicable"
        assert verdict("SGR113", OBJECT, stored, declared(KEY), *parts) == wanted


# Shapes that no provider accepts


HOSTILE: tuple[Any, ...] = ("text", 1, [], ["x"], {}, [[{}]], LATER, Encoded(Known("x")), ref("aws_kms_key.gone.arn"))
ADDRESSES = (
    BUCKET,
    f"{SSE}.lake",
    "aws_s3_bucket_policy.lake",
    "aws_s3_bucket_logging.lake",
    "aws_lb.lake",
    KEY,
    "aws_kms_alias.lake",
    "aws_kms_key_policy.lake",
    CONFIGURATION,
    *(f"{kind}.x" for kind in COMPONENTS),
    "aws_glue_trigger.x",
    "aws_glue_data_catalog_encryption_settings.x",
    OBJECT,
    "aws_s3_object_copy.c",
    "aws_ecs_task_definition.t",
    "aws_lambda_function.f",
    "aws_codebuild_project.b",
    "var.encryption_key",
    "module.m",
)
ARGUMENTS = (
    "bucket", "rule", "policy", "server_side_encryption_configuration", "logging", "access_logs", "target_bucket",
    "key_id", "name", "target_key_id", "encryption_configuration", "security_configuration", "actions", "command",
    "default_arguments", "data_catalog_encryption_settings", "kms_key_id", "environment", "container_definitions",
    "customer_key", "default", "customer_master_key_spec", "is_enabled", "enable_key_rotation",
)  # fmt: skip


@pytest.mark.parametrize("shape", range(len(HOSTILE)))
def test_odd_shapes_crash_nothing(shape: int) -> None:
    odd = HOSTILE[shape]
    for depth in range(3):
        arguments: dict[str, Any] = dict.fromkeys(ARGUMENTS, odd)
        if depth > 0:
            arguments |= {
                name: [dict.fromkeys((*ARGUMENTS, DEFAULT, "s3_encryption", "variables"), odd)]
                for name in ARGUMENTS[1:]
            }
        arguments["bucket"] = ref(f"{BUCKET}.id") if depth > 1 else odd
        judgement = Judgement()
        judge_estate(estate(*(declared(address, **arguments) for address in ADDRESSES)), checks().values(), judgement)
        assert judgement.problems == []
        assert judgement.findings


def test_bucket_settings_that_lead_to_each_other_end() -> None:
    circle = (
        declared("aws_s3_bucket_acl.a", bucket=ref("aws_s3_bucket_acl.b.bucket")),
        declared("aws_s3_bucket_acl.b", bucket=ref("aws_s3_bucket_acl.a.bucket")),
        declared(f"{SSE}.x", bucket=ref("aws_s3_bucket_acl.a.bucket"), rule=rule("aws:kms")),
    )
    assert verdict("SGR101", BUCKET, declared(BUCKET), *circle) == "fail"
