"""Requests against policies: the truth table of encryption headers, operators, principals, actions, open parts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from s3_glue_rules.join.documents import statements_of
from s3_glue_rules.model.authorization import (
    EVERY_CALLER,
    STRANGER,
    Decision,
    IdentityCaller,
    Request,
    ServiceCaller,
    rule_on,
)
from s3_glue_rules.model.conditions import ContextValue, Present, Recognised, Special, holds, holds_text
from s3_glue_rules.model.documents import Policies, patterns_overlap
from s3_glue_rules.model.documents import Test as Condition
from s3_glue_rules.model.reader import Reader
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.values import Known, Reference, UndecidableError, Unknown, Value

HEADER = "s3:x-amz-server-side-encryption"
KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
CUSTOMER = "s3:x-amz-server-side-encryption-customer-algorithm"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"


def policies(*statements: dict[str, Any], unreadable: UndecidableError | None = None) -> Policies:
    document = Known(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    return Policies(statements_of(Reader(), document), written=True, unreadable=unreadable)


def deny(**condition: Any) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "*",
        "Condition": {name.replace("__", ":"): test for name, test in condition.items()},
    }


ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}

# The rows of the truth table: statements, then what a Deny does to a request without a header, with AES256, with
# aws:kms without a key, and with aws:kms and the wanted key. "?" where AWS does not document what the condition sees.
P1 = deny(Null={HEADER: "true"})
P2 = deny(StringNotEquals={HEADER: "aws:kms"})
ROWS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "P1": ([P1], "deny allow allow allow"),
    "P2": ([P2], "deny deny allow allow"),
    "P3": ([deny(StringNotEqualsIfExists={HEADER: "aws:kms"})], "deny deny allow allow"),
    "P4": ([deny(StringNotEquals={HEADER: "aws:kms"}, Null={HEADER: "false"})], "allow deny allow allow"),
    "P4 with a list": (
        [deny(StringNotEquals={HEADER: ["aws:kms", "aws:kms:dsse"]}, Null={HEADER: False})],
        "allow deny allow allow",
    ),
    "P5": ([P1, P2], "deny deny allow allow"),
    "P6": ([deny(StringNotEquals={HEADER: "AES256"}), P2], "deny deny deny deny"),
    "P6 as one list": ([deny(StringNotEquals={HEADER: ["AES256", "aws:kms"]})], "deny allow allow allow"),
    "P7": ([deny(Null={HEADER: "true"}, StringNotEquals={HEADER: "aws:kms"})], "deny allow allow allow"),
    "P8": ([deny(StringEquals={HEADER: "AES256"})], "allow deny allow allow"),
    "P9": ([deny(ForAllValues__StringNotEquals={HEADER: ["aws:kms"]})], "deny deny allow allow"),
    "P9 with any": ([deny(ForAnyValue__StringNotEquals={HEADER: ["aws:kms"]})], "allow deny allow allow"),
    "P10": ([deny(Null={KEY_ID: "true"})], "? deny deny allow"),
    "P11": ([deny(StringNotEquals={KEY_ID: KEY})], "? deny deny allow"),
    "P11 with an alias": ([deny(StringNotEquals={KEY_ID: "alias/lake"})], "? deny deny deny"),
    "P11b": ([deny(StringNotEquals={KEY_ID: KEY}, Null={KEY_ID: "false"})], "? allow allow allow"),
    "P11b with another key": (
        [deny(StringNotEquals={KEY_ID: KEY.replace("1111", "9999")}, Null={KEY_ID: "false"})],
        "? allow allow deny",
    ),
    "P12": ([deny(Null={CUSTOMER: "false"})], "allow allow allow allow"),
    "keys in another case": ([deny(Null={HEADER.upper(): "true"})], "deny allow allow allow"),
}
UPLOADS: tuple[dict[str, ContextValue], ...] = (
    {HEADER: Special.MISSING, CUSTOMER: Special.MISSING},
    {HEADER: holds_text("AES256"), KEY_ID: Special.MISSING, CUSTOMER: Special.MISSING},
    {HEADER: holds_text("aws:kms"), KEY_ID: Special.MISSING, CUSTOMER: Special.MISSING},
    {HEADER: holds_text("aws:kms"), KEY_ID: holds_text(KEY), CUSTOMER: Special.MISSING},
)
SAID = {Decision.DENIED: "deny", Decision.ALLOWED: "allow", Decision.OPEN: "?"}


def everything(_: Value) -> bool:
    return True


@pytest.mark.parametrize("row", ROWS)
def test_the_truth_table(row: str) -> None:
    statements, wanted = ROWS[row]
    said = [
        SAID[rule_on(policies(ALLOW, *statements), Request("s3:PutObject", EVERY_CALLER, everything, upload)).decision]
        for upload in UPLOADS
    ]
    assert " ".join(said) == wanted


def test_a_customer_key_is_denied_by_its_header() -> None:
    upload: dict[str, ContextValue] = {CUSTOMER: holds_text("AES256")}
    request = Request("s3:PutObject", EVERY_CALLER, everything, upload, Special.MISSING)
    assert rule_on(policies(ROWS["P12"][0][0]), request).is_denied


# Operator, what the policy lists, what the request has (None: the key is missing), whether the test holds.
TESTS: list[tuple[str, Any, list[str] | None, bool]] = [
    ("StringEquals", ["a", "b"], ["b"], True),
    ("StringEquals", "a", ["A"], False),
    ("StringEquals", "a*", ["ab"], False),
    ("StringEquals", "a", None, False),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", ["b"], False),
    ("stringequals", "a", ["a"], True),
    ("StringNotEquals", ["a", "b"], ["b"], False),
    ("StringNotEquals", ["a", "b"], ["c"], True),
    ("StringNotEquals", "a", None, True),
    ("StringNotEqualsIfExists", "a", None, True),
    ("StringEqualsIgnoreCase", "a", ["A"], True),
    ("StringNotEqualsIgnoreCase", "a", ["A"], False),
    ("StringLike", "a*c", ["abbc"], True),
    ("StringLike", "a?c", ["abbc"], False),
    ("StringLike", "[a]", ["a"], False),
    ("StringNotLike", "a*", ["b"], True),
    ("NumericLessThan", "1.2", ["1.1"], True),
    ("NumericLessThan", "1.2", ["1.2"], False),
    ("NumericLessThan", 1.2, ["1.0"], True),
    ("NumericLessThanEquals", "1.2", ["1.2"], True),
    ("NumericGreaterThan", "7", ["8"], True),
    ("NumericGreaterThanEquals", "7", ["6"], False),
    ("NumericEquals", "7", ["7.0"], True),
    ("NumericNotEquals", "7", None, True),
    ("NumericEquals", "seven", ["7"], False),
    ("Bool", "false", ["false"], True),
    ("Bool", False, ["false"], True),
    ("Bool", "False", ["false"], True),
    ("Bool", "true", ["false"], False),
    ("Bool", "false", None, False),
    ("BoolIfExists", "false", None, True),
    ("Null", "true", None, True),
    ("Null", True, ["a"], False),
    ("Null", "false", ["a"], True),
    ("Null", ["true", "false"], None, True),
    ("IpAddress", "10.0.0.0/8", ["10.1.2.3"], True),
    ("NotIpAddress", ["10.0.0.0/8", "192.168.0.0/16"], ["10.1.2.3"], False),
    ("IpAddress", "lan", ["10.1.2.3"], False),
    ("ArnEquals", "arn:aws:s3:::lake*", ["arn:aws:s3:::lake-raw"], True),
    ("ArnLike", "arn:aws:iam::*:role/x", ["arn:aws:iam::111122223333:role/x"], True),
    ("ArnLike", "arn:aws:iam:*:role/x", ["arn:aws:iam::111122223333:role/x"], False),
    ("ArnNotLike", "arn:aws:s3:::lake", ["arn:aws:s3:::other"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
    ("ForAllValues:StringEquals", ["a"], ["a", "b"], False),
    ("ForAllValues:StringEquals", "a", None, True),
    ("ForAnyValue:StringEquals", "a", ["b", "a"], True),
    ("ForAnyValue:StringEquals", "a", None, False),
    ("ForAnyValue:StringNotEquals", "a", None, False),
    ("ForAnyValue:StringEqualsIfExists", "a", None, True),
    ("ForAllValues:StringNotEquals", "a", ["a", "b"], False),
    ("StringEquals", [], ["a"], False),
    ("StringNotEquals", [], ["a"], True),
]


def allow_if(operator: str, values: Any, key: str = "aws:x") -> Policies:
    return policies(
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {operator: {key: values}}}
    )


@pytest.mark.parametrize(("operator", "values", "held", "wanted"), TESTS)
def test_operators(operator: str, values: Any, held: list[str] | None, wanted: bool) -> None:  # noqa: FBT001 - a table
    context: ContextValue = Special.MISSING if held is None else holds_text(*held)
    ruling = rule_on(allow_if(operator, values), Request("kms:Decrypt", context={"aws:x": context}))
    assert ruling.is_allowed is wanted


@pytest.mark.parametrize(
    "operator", ["DateLessThan", "StringIs", "Sometimes:StringEquals", "ForAllValues:Sometimes:Bool"]
)
def test_what_cannot_be_compared_is_open(operator: str) -> None:
    ruling = rule_on(allow_if(operator, "2026-01-01"), Request("kms:Decrypt", context={"aws:x": holds_text("a")}))
    assert ruling.decision is Decision.OPEN
    with pytest.raises(UndecidableError):
        assert ruling.is_allowed


def test_policy_variables_and_untold_keys_are_open() -> None:
    told = Request("kms:Decrypt", context={"aws:x": holds_text("a")})
    assert rule_on(allow_if("StringEquals", "${aws:username}"), told).decision is Decision.OPEN
    assert rule_on(allow_if("StringEquals", "a"), Request("kms:Decrypt")).decision is Decision.OPEN


def test_one_value_that_matches_decides_beside_an_open_one() -> None:
    told = Request("kms:Decrypt", context={"aws:x": holds_text("a")})
    assert rule_on(allow_if("StringEquals", ["${aws:username}", "a"]), told).is_allowed


def test_equal_references_are_equal_and_others_are_open() -> None:
    def held(reference: Reference) -> bool:
        test = Condition("StringEquals", "aws:x", (Reference("Key", "Arn"),), NOWHERE)
        return holds(test, Present((reference,)), in_deny=False)

    assert held(Reference("Key", "Arn"))
    with pytest.raises(UndecidableError):
        held(Reference("Other", "Arn"))


# Who is asked for, the Principal or NotPrincipal element, whether an Allow speaks of them.
STRANGERS: list[tuple[dict[str, Any], bool]] = [
    ({"Principal": "*"}, True),
    ({"Principal": {"AWS": "*"}}, True),
    ({"Principal": {"AWS": ["arn:aws:iam::111122223333:root", "*"]}}, True),
    ({"Principal": ["*"]}, True),
    ({"Principal": {"AWS": "111122223333"}}, False),
    ({"Principal": {"Service": "logs.eu-west-1.amazonaws.com"}}, False),
    ({"Principal": {"Federated": "*"}}, False),
    ({"NotPrincipal": {"AWS": "111122223333"}}, True),
]


@pytest.mark.parametrize(("element", "wanted"), STRANGERS)
def test_strangers(element: dict[str, Any], wanted: bool) -> None:  # noqa: FBT001 - a table
    found = policies({"Effect": "Allow", "Action": "kms:*", "Resource": "*", **element})
    assert rule_on(found, Request("kms:Decrypt", STRANGER)).is_allowed is wanted


def test_every_caller_is_more_than_a_stranger() -> None:
    found = policies({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "NotPrincipal": {"AWS": "111122223333"}})
    assert rule_on(found, Request("s3:GetObject", STRANGER)).is_denied
    assert not rule_on(found, Request("s3:GetObject", EVERY_CALLER)).is_denied


def test_services_and_identities() -> None:
    found = policies(
        {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"Service": "logs.amazonaws.com"}},
        {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*", "Principal": {"AWS": "role"}},
    )
    service = ServiceCaller(lambda value: value.text() == "logs.amazonaws.com")
    role = IdentityCaller(lambda value: value.text() == "role")
    assert rule_on(found, Request("kms:GenerateDataKey", service)).is_allowed
    assert not rule_on(found, Request("kms:GenerateDataKey", role)).is_allowed
    assert rule_on(found, Request("kms:Encrypt", role)).is_allowed


BOUNDS: list[tuple[str, str, Any, bool]] = [
    ("StringEquals", "kms:CallerAccount", "111122223333", False),
    ("StringEquals", "KMS:calleraccount", ["111122223333", "444455556666"], False),
    ("StringLike", "kms:CallerAccount", "*", True),
    ("StringEquals", "kms:CallerAccount", "${aws:PrincipalAccount}", True),
    ("StringNotEquals", "kms:CallerAccount", "111122223333", True),
    ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-abc", True),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*", False),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/lake", True),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-abc/*", False),
    ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "*/ou-1/*", True),
    ("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com", True),
    ("Null", "kms:CallerAccount", "false", True),
]


@pytest.mark.parametrize(("operator", "key", "values", "wanted"), BOUNDS)
def test_what_bounds_a_stranger(operator: str, key: str, values: Any, wanted: bool) -> None:  # noqa: FBT001 - a table
    keys = ("kms:calleraccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths")
    request = Request("kms:Decrypt", STRANGER, None, dict.fromkeys(keys, Special.FOREIGN), Special.CHOSEN)
    found = policies(
        {
            "Effect": "Allow",
            "Action": "kms:*",
            "Resource": "*",
            "Principal": "*",
            "Condition": {operator: {key: values}},
        }
    )
    assert rule_on(found, request).is_allowed is wanted


def test_the_caller_evades_a_deny_that_is_up_to_him() -> None:
    request = Request("kms:Decrypt", STRANGER, None, {}, Special.CHOSEN)
    found = policies(
        {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": "*"},
        {
            "Effect": "Deny",
            "Action": "kms:*",
            "Resource": "*",
            "Principal": "*",
            "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
        },
    )
    assert rule_on(found, request).is_allowed


ACTIONS: list[tuple[dict[str, Any], str, bool]] = [
    ({"Action": "KMS:decrypt"}, "kms:Decrypt", True),
    ({"Action": "kms:D*"}, "kms:Decrypt", True),
    ({"Action": "kms:?ecrypt"}, "kms:Decrypt", True),
    ({"Action": ["kms:Encrypt", "*"]}, "kms:Decrypt", True),
    ({"Action": "s3:Get*"}, "s3:*", False),
    ({"Action": "s3:*"}, "s3:*", True),
    ({"NotAction": "kms:Encrypt"}, "kms:Decrypt", True),
    ({"NotAction": ["kms:E*", "kms:De*"]}, "kms:Decrypt", False),
    ({"NotAction": "s3:GetObject"}, "s3:*", False),
    ({"NotAction": "iam:*"}, "s3:*", True),
]


@pytest.mark.parametrize(("element", "action", "wanted"), ACTIONS)
def test_actions(element: dict[str, Any], action: str, wanted: bool) -> None:  # noqa: FBT001 - a table
    assert rule_on(policies({"Effect": "Allow", "Resource": "*", **element}), Request(action)).is_allowed is wanted


def test_resources() -> None:
    def lake(value: Value) -> bool:
        return value.text() in {"*", "lake"}

    def ruling(**element: Any) -> bool:
        return rule_on(policies({"Effect": "Allow", "Action": "*", **element}), Request("s3:X", None, lake)).is_allowed

    assert ruling(Resource=["other", "lake"])
    assert not ruling(Resource="other")
    assert not ruling(NotResource=["other", "lake"])
    assert ruling(NotResource="other")


def test_an_explicit_deny_wins_and_an_open_one_leaves_it_open() -> None:
    allow = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    request = Request("kms:Decrypt", context={})
    assert rule_on(policies(allow, {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}), request).is_denied
    unclear = {"Effect": "Deny", "Action": "kms:*", "Resource": "*", "Condition": {"Bool": {"aws:x": "true"}}}
    assert rule_on(policies(allow, unclear), request).decision is Decision.OPEN
    maybe = {**unclear, "Effect": "Allow"}
    assert rule_on(policies(allow, maybe), request).is_allowed
    assert rule_on(policies(maybe), request).decision is Decision.OPEN


def test_what_could_not_be_read_may_hold_a_deny() -> None:
    allow = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    unread = UndecidableError("a statement cannot be read")
    request = Request("kms:Decrypt")
    assert rule_on(policies(allow, unreadable=unread), request).decision is Decision.OPEN
    assert rule_on(policies({**allow, "Effect": "Deny"}, unreadable=unread), request).is_denied
    assert rule_on(policies(), request).decision is Decision.NOT_ALLOWED


def test_open_principals_leave_it_open() -> None:
    statement = policies({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"AWS": "x"}}).statements[0]
    principal = type(statement.principals[0])("AWS", Unknown("known at deployment"))
    found = Policies((type(statement)(**{**vars(statement), "principals": (principal,)}),), written=True)
    assert rule_on(found, Request("kms:Decrypt", STRANGER)).decision is Decision.OPEN
    assert rule_on(found, Request("kms:Decrypt", EVERY_CALLER)).decision is Decision.OPEN


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("s3:*", "s3:get*", True),
        ("s3:get*", "s3:put*", False),
        ("*object", "s3:get*", True),
        ("s3:?et", "s3:get", True),
        ("s3:a*b", "s3:ab", True),
        ("s3:a*b", "s3:ac", False),
        ("", "*", True),
        ("a", "", False),
    ],
)
def test_patterns_overlap(first: str, second: str, wanted: bool) -> None:  # noqa: FBT001 - a table
    assert patterns_overlap(first, second) is wanted
    assert patterns_overlap(second, first) is wanted


def test_what_may_allow_does_not_keep_a_denial_open() -> None:
    maybe = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": {"Bool": {"aws:x": "true"}}}
    ruling = rule_on(policies(maybe), Request("kms:Decrypt"))
    assert not ruling.is_denied
    with pytest.raises(UndecidableError):
        assert ruling.is_allowed
    ruling = rule_on(policies({**maybe, "Effect": "Deny"}), Request("kms:Decrypt"))
    with pytest.raises(UndecidableError):
        assert ruling.is_denied


def test_a_value_that_is_recognised() -> None:
    recognised = Recognised(lambda pattern: pattern.text() == "ours")
    request = Request("kms:Decrypt", context={"aws:x": recognised})
    assert rule_on(allow_if("StringEquals", ["theirs", "ours"]), request).is_allowed
    assert not rule_on(allow_if("StringEquals", "theirs"), request).is_allowed
    assert rule_on(allow_if("StringNotEquals", "theirs"), request).is_allowed
    assert not rule_on(allow_if("Null", "true"), request).is_allowed
    assert not rule_on(allow_if("ForAllValues:StringLike", "theirs"), request).is_allowed
