"""Who may do what with a key: principals in every way that they are written, and comparisons with open parts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from s3_glue_rules.join.documents import statements_of
from s3_glue_rules.model.authorization import Decision, rule_on
from s3_glue_rules.model.conditions import Present, holds
from s3_glue_rules.model.documents import Policies, Principal
from s3_glue_rules.model.documents import Test as Condition
from s3_glue_rules.model.key_access import (
    KEY_ACTIONS,
    Anyone,
    NamedUser,
    UnnamedUser,
    named_users,
    request_of,
)
from s3_glue_rules.model.reader import Reader
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.strangers import requests_of_strangers
from s3_glue_rules.model.values import (
    Absent,
    Known,
    Open,
    Reference,
    Text,
    UndecidableError,
    Unknown,
    Value,
    Variable,
    text_of,
)

ROLE = "arn:aws:iam::111122223333:role/admin"
OWN = Open(Variable("AWS::AccountId", "AWS::AccountId"))
LOOKED_UP = Open(Variable("x", "module.a.data.aws_caller_identity.current.account_id"))
PARAMETER = Open(Variable("Role", "Role"))


def text(*parts: Value | str) -> Value:
    return text_of(tuple(Known(part) if isinstance(part, str) else part for part in parts), NOWHERE)


def policies(*statements: dict[str, Any]) -> Policies:
    document = Known(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    return Policies(statements_of(Reader(), document), written=True)


def allow(principal: Any, action: str = "kms:*", **condition: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {**found, "Condition": {name.replace("__", ":"): test for name, test in condition.items()}}


ACCOUNTS: list[tuple[Value, bool, bool]] = [
    (Known("arn:aws:iam::111122223333:root"), True, False),
    (Known("111122223333"), True, False),
    (Known(111122223333), True, False),
    (text("arn:", OWN, ":iam::", OWN, ":root"), True, False),
    (text("arn:aws:iam::", Unknown("later"), ":root"), True, False),
    (OWN, True, False),
    (LOOKED_UP, True, False),
    (Known("arn:aws:iam::111122223333:role/root"), False, False),
    (Known("arn:aws:iam::111122223333:user/root"), False, False),
    (Known("1111222233334"), False, False),
    (Known("*"), False, False),
    (text("arn:aws:iam::", OWN, ":role/admin"), False, False),
    (Reference("Role", "Arn"), False, False),
    (PARAMETER, False, True),
    (Unknown("later"), False, True),
]


@pytest.mark.parametrize(("value", "is_account", "is_open"), ACCOUNTS)
def test_accounts_and_open_principals(value: Value, is_account: bool, is_open: bool) -> None:  # noqa: FBT001 - a table
    principal = Principal("AWS", value)
    assert (principal.is_account, principal.is_open) == (is_account, is_open)
    assert not Principal("Service", value).is_account


def looked_up(name: str) -> Value:
    return Text((Known("arn:"), Open(Variable(name, name))))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("data.aws_iam_role.admin.arn", False),
        ("module.a.data.aws_iam_session_context.current.issuer_arn", False),
        ("data.aws_caller_identity.current.arn", False),
        ("data.terraform_remote_state.iam.outputs.role_arn", True),
        ("data.aws_ssm_parameter.admin.arn", True),
    ],
)
def test_arns_that_are_looked_up_name_one_identity_if_iam_has_it(name: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert NamedUser(looked_up(name)).is_open is expected


# Two ways to write a principal, and whether they are the same one: None where that is open.
PAIRS: list[tuple[Value, Value, bool | None]] = [
    (Known(ROLE), Known(ROLE), True),
    (Known(ROLE), Known(f"{ROLE}-reader"), False),
    (Reference("Role", "Arn"), Reference("Role", "Arn"), True),
    (Reference("Role", "Arn"), Reference("Other", "Arn"), False),
    (Reference("Role", "Arn"), text("arn:aws:iam::", OWN, ":role/", Reference("Role", "Ref")), True),
    (
        text("arn:aws:iam::", Reference("Account", "id"), ":role/admin"),
        text("arn:aws:iam::", Reference("Account", "id"), ":role/reader"),
        False,
    ),
    (text("arn:aws:iam::", OWN, ":role/admin"), text("arn:aws:iam::", OWN, ":role/admin"), True),
    (text("arn:aws:iam::", OWN, ":role/admin"), Known(ROLE), None),
    (text("arn:aws:iam::", OWN, ":role/reader"), Known(ROLE), False),
    (PARAMETER, PARAMETER, True),
    (PARAMETER, Known(ROLE), None),
    (Known(ROLE), PARAMETER, None),
    (PARAMETER, Reference("Role", "Arn"), None),
    (Known(ROLE), looked_up("data.terraform_remote_state.iam.outputs.role_arn"), None),
]


@pytest.mark.parametrize(("first", "second", "expected"), PAIRS)
def test_the_same_identity_however_it_is_written(first: Value, second: Value, expected: bool | None) -> None:  # noqa: FBT001 - a table
    for one, other in ((first, second), (second, first)):
        if expected is None:
            with pytest.raises(UndecidableError, match="a principal of the key policy is open"):
                NamedUser(one).is_named_by(Principal("AWS", other))
        else:
            assert NamedUser(one).is_named_by(Principal("AWS", other)) is expected


def test_whom_the_account_stands_for() -> None:
    account = Principal("AWS", Known("111122223333"))
    assert UnnamedUser().is_named_by(account)
    assert not Anyone().is_named_by(account)
    assert NamedUser(Known(ROLE), by_account=True).is_named_by(account)
    assert not NamedUser(Known(ROLE)).is_named_by(account)
    everyone = Principal("*", Known("*"))
    assert all(user.is_named_by(everyone) for user in (UnnamedUser(), Anyone(), NamedUser(Known(ROLE))))
    service = Principal("Service", Known("logs.amazonaws.com"))
    assert not any(user.is_named_by(service) for user in (UnnamedUser(), Anyone(), NamedUser(Known(ROLE))))
    assert not UnnamedUser().is_named_by(Principal("AWS", Known(ROLE)))
    with pytest.raises(UndecidableError):
        UnnamedUser().is_named_by(Principal("AWS", PARAMETER))


def test_names_of_a_policy() -> None:
    found = policies(
        allow({"AWS": ["arn:aws:iam::111122223333:root", ROLE]}),
        allow({"AWS": ROLE}),
        allow({"Service": "logs.amazonaws.com"}),
        allow("*", ArnEquals={"aws:PrincipalArn": [ROLE, "arn:aws:iam::111122223333:role/other"]}),
        allow("*", ArnLike={"aws:PrincipalArn": ["*", "arn:aws:iam::111122223333:root"]}),
        allow("*", StringEquals={"kms:CallerAccount": "111122223333"}),
    )
    names = [user.label for user in named_users(found)]
    assert names == [f"'{ROLE}'", "'arn:aws:iam::111122223333:role/other'"]
    with_roots = named_users(found, by_account=True)
    assert [user.label for user in with_roots] == [*names, "'arn:aws:iam::111122223333:root'"]
    assert [user.stands_for_many for user in with_roots] == [False, False, True]
    assert NamedUser(Known("arn:aws:iam::111122223333:role/*")).stands_for_many
    assert NamedUser(Reference("Role", "Arn")).label == "'Role'"
    written = text("arn:aws:iam::", OWN, ":role/", Reference("Role", "Ref"))
    assert NamedUser(written).label == "'arn:aws:iam::${AWS::AccountId}:role/${Role}'"
    assert NamedUser(text("arn:", Unknown("later"), ":x")).label == "'arn:${...}:x'"
    assert NamedUser(PARAMETER).label == "'Role'"
    looked = NamedUser(looked_up("data.aws_caller_identity.current.arn"))
    assert looked.label == "'data.aws_caller_identity.current.arn'"


@pytest.mark.parametrize(
    ("statement", "asked"),
    [
        (allow({"AWS": ROLE}), False),
        (allow({"Service": "logs.amazonaws.com"}), False),
        (allow("*"), True),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "kms:*", "Resource": "*"}, True),
    ],
)
def test_strangers_ask_where_a_statement_may_be_for_them(statement: dict[str, Any], asked: bool) -> None:  # noqa: FBT001 - a table
    found = policies(statement)
    requests = list(requests_of_strangers(found, KEY_ACTIONS))
    assert bool(requests) is asked
    assert all(rule_on(found, request).decision is Decision.ALLOWED for request in requests)
    unreadable = Policies((), written=True, unreadable=UndecidableError("it cannot be read"))
    asked_all_the_same = requests_of_strangers(unreadable, KEY_ACTIONS)
    assert {rule_on(unreadable, request).decision for request in asked_all_the_same} == {Decision.OPEN}


def test_a_named_user_is_told_from_others_by_its_arn() -> None:
    other = "arn:aws:iam::111122223333:role/other"
    found = policies(allow("*", ArnEquals={"aws:PrincipalArn": ROLE}))
    assert rule_on(found, request_of(NamedUser(Known(ROLE)), "kms:Decrypt")).is_allowed
    assert not rule_on(found, request_of(NamedUser(Known(other)), "kms:Decrypt")).is_allowed
    assert not rule_on(found, request_of(UnnamedUser(), "kms:Decrypt")).is_allowed


# Operator, pattern, value, whether it holds: None where open parts leave that open.
OPEN_TEXTS: list[tuple[str, Value, Value, bool | None]] = [
    ("StringEquals", Known(ROLE), text("arn:aws:iam::", OWN, ":root"), False),
    ("StringEquals", Known(ROLE), text("arn:aws:iam::", OWN, ":role/admin"), None),
    ("StringNotEquals", Known(ROLE), text("arn:aws:iam::", OWN, ":root"), True),
    ("StringEqualsIgnoreCase", Known(ROLE.upper()), text("arn:aws:iam::", OWN, ":role/admin"), None),
    ("StringEqualsIgnoreCase", Known(ROLE.upper()), text("arn:aws:iam::", OWN, ":role/other"), False),
    ("StringLike", Known("arn:aws:iam::*:role/a*"), text("arn:aws:iam::", OWN, ":role/admin"), None),
    ("StringLike", Known("arn:aws:iam::*:role/b*"), text("arn:aws:iam::", OWN, ":role/admin"), None),
    ("StringLike", Known("arn:aws:iam::111122223333:role/b*"), text("arn:aws:iam::", OWN, ":role/admin"), False),
    ("StringLike", Known("arn:aws:iam::111122223333:role/a*"), text("arn:aws:iam::", PARAMETER, ":x"), None),
    ("ArnLike", Known("arn:aws:iam::111122223333:user/*"), text("arn:aws:iam::", OWN, ":role/admin"), False),
    ("ArnNotLike", Known("arn:aws:iam::111122223333:user/*"), text("arn:aws:iam::", OWN, ":role/admin"), True),
    ("StringEquals", text("arn:aws:iam::", OWN, ":role/b"), Known(ROLE), False),
    ("StringEquals", text("arn:aws:iam::", OWN, ":role/", PARAMETER), Known(ROLE), None),
    ("StringEquals", Known("${aws:username}"), Known(ROLE), None),
    ("StringEquals", Known("${aws:username}-x"), text("a", PARAMETER, "-y"), False),
    ("StringEquals", PARAMETER, Known(ROLE), None),
    ("StringEquals", Absent(), text("a", PARAMETER), None),
]


@pytest.mark.parametrize(("operator", "pattern", "value", "expected"), OPEN_TEXTS)
def test_what_is_known_of_a_text_may_decide(operator: str, pattern: Value, value: Value, expected: bool | None) -> None:  # noqa: FBT001 - a table
    test = Condition(operator, "aws:principalarn", (pattern,), NOWHERE)
    if expected is None:
        with pytest.raises(UndecidableError):
            holds(test, Present((value,)), in_deny=False)
    else:
        assert holds(test, Present((value,)), in_deny=False) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Absent(), 30), (Known(7), 7), (Known("7"), 7), (Known("007"), 7), (Known(7.0), 7), (Known(-7), -7)],
)
def test_numbers(value: Value, expected: int) -> None:
    assert value.number(default=30) == expected


@pytest.mark.parametrize("value", [Known("week"), Known(7.5), Known(""), Known("1" * 19), Known(value=True), PARAMETER])
def test_what_is_no_number_is_open(value: Value) -> None:
    with pytest.raises(UndecidableError):
        value.number(default=30)
