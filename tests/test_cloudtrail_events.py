"""Selectors of CloudTrail: what they take, and what is not known of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from s3_glue_rules.model.logic import any_of, first_known
from s3_glue_rules.model.resources import (
    AdvancedSelector,
    BasicSelector,
    Event,
    FieldSelector,
    Refusal,
    Selector,
    UnreadSelector,
    management_event,
)
from s3_glue_rules.model.resources.cloudtrail_events import closest_refusal
from s3_glue_rules.model.spans import NOWHERE
from s3_glue_rules.model.values import Absent, Known, UndecidableError, Unknown, Value

DECRYPT = management_event("kms.amazonaws.com", "Decrypt", read_only=True)
OPEN = Unknown("it is given at deployment")


def known(*texts: str) -> tuple[Value, ...]:
    return tuple(Known(text) for text in texts)


def field(name: str, **conditions: tuple[Value, ...]) -> FieldSelector:
    return FieldSelector(Known(name), conditions, NOWHERE)


def advanced(*fields: FieldSelector) -> AdvancedSelector:
    return AdvancedSelector(fields, NOWHERE)


MANAGEMENT = field("eventCategory", Equals=known("Management"))
BASIC = BasicSelector(Absent(), Absent(), (), (), str, NOWHERE)


@pytest.mark.parametrize(
    ("conditions", "takes"),
    [
        ({"Equals": known("kms.amazonaws.com")}, True),
        ({"Equals": known("iam.amazonaws.com", "kms.amazonaws.com")}, True),
        ({"Equals": known("iam.amazonaws.com")}, False),
        ({"StartsWith": known("kms.")}, True),
        ({"StartsWith": known("amazonaws")}, False),
        ({"EndsWith": known(".amazonaws.com")}, True),
        ({"EndsWith": known("kms")}, False),
        ({"NotEquals": known("kms.amazonaws.com")}, False),
        ({"NotEquals": known("rdsdata.amazonaws.com")}, True),
        ({"NotStartsWith": known("kms")}, False),
        ({"NotEndsWith": known("amazonaws.com")}, False),
        # Values that select are alternatives, also those of different operators; each that deselects drops the event.
        ({"Equals": known("iam.amazonaws.com"), "StartsWith": known("kms")}, True),
        ({"StartsWith": known("kms"), "NotEndsWith": known(".com")}, False),
        # What is known decides where it can.
        ({"Equals": (OPEN, *known("kms.amazonaws.com"))}, True),
        ({"NotEquals": (OPEN, *known("kms.amazonaws.com"))}, False),
        ({"Equals": (OPEN,), "NotEquals": known("kms.amazonaws.com")}, None),
        ({"Equals": (OPEN, *known("iam.amazonaws.com"))}, None),
        ({"NotEquals": (OPEN,)}, None),
    ],
)
def test_operators_of_a_field(conditions: dict[str, tuple[Value, ...]], takes: bool | None) -> None:  # noqa: FBT001 - a case
    selector = advanced(MANAGEMENT, FieldSelector(Known("eventSource"), conditions, NOWHERE))
    if takes is None:
        with pytest.raises(UndecidableError):
            selector.refusal(DECRYPT)
    else:
        assert (selector.refusal(DECRYPT) is None) is takes


def test_fields_of_who_called_select_some_and_leave_out_what_the_author_decides() -> None:
    assert advanced(MANAGEMENT, field("userIdentity.arn", StartsWith=known("arn:"))).refusal(DECRYPT) is not None
    assert advanced(MANAGEMENT, field("userIdentity.arn", NotStartsWith=known("arn:"))).refusal(DECRYPT) is None


def test_a_refusal_by_one_field_is_certain_whatever_the_others_are() -> None:
    open_field = FieldSelector(OPEN, {"Equals": known("any")}, NOWHERE)
    data = field("eventCategory", Equals=known("Data"))
    assert advanced(open_field, data).refusal(DECRYPT) == Refusal(
        3, "takes only events whose eventCategory is Data", NOWHERE
    )
    with pytest.raises(UndecidableError):
        advanced(open_field, MANAGEMENT).refusal(DECRYPT)
    with pytest.raises(UndecidableError, match="without fields"):
        advanced().refusal(DECRYPT)


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        (replace(BASIC, direction=Known("WriteOnly")), "records write events only (ReadWriteType is WriteOnly)"),
        (
            replace(BASIC, management=Known(value=False)),
            "records no management events (IncludeManagementEvents is false)",
        ),
        # The reason that is farther from recording the event is the one to tell.
        (
            replace(BASIC, direction=Known("WriteOnly"), excluded=known("kms.amazonaws.com")),
            "leaves out the events of kms.amazonaws.com (ExcludeManagementEventSources)",
        ),
        (
            replace(BASIC, direction=OPEN, excluded=(OPEN, *known("kms.amazonaws.com"))),
            "leaves out the events of kms.amazonaws.com (ExcludeManagementEventSources)",
        ),
        (advanced(MANAGEMENT, field("readOnly", Equals=known("false"))), "takes only events whose readOnly is false"),
        (
            advanced(MANAGEMENT, field("eventName", NotEquals=known("Decrypt", "Encrypt"))),
            "leaves out events whose eventName is Decrypt",
        ),
    ],
)
def test_refusals_say_what_is_done_instead(selector: Selector, says: str) -> None:
    refusal = selector.refusal(DECRYPT)
    assert refusal is not None
    assert refusal.says == says


@pytest.mark.parametrize(
    "selector",
    [
        replace(BASIC, direction=OPEN),
        replace(BASIC, direction=Known("all")),
        replace(BASIC, management=OPEN),
        replace(BASIC, excluded=(OPEN,)),
        UnreadSelector("it is given at deployment", NOWHERE),
    ],
)
def test_what_is_not_known_is_no_answer(selector: Selector) -> None:
    with pytest.raises(UndecidableError):
        selector.refusal(DECRYPT)


def test_any_selector_is_enough_and_the_closest_reason_is_told() -> None:
    unread = UnreadSelector("it is given at deployment", NOWHERE)
    writes = replace(BASIC, direction=Known("WriteOnly"))
    excluded = replace(BASIC, excluded=known("kms.amazonaws.com"))
    assert closest_refusal([unread, excluded, BASIC], DECRYPT) is None
    refusal = closest_refusal([excluded, writes], DECRYPT)
    assert refusal is not None
    assert refusal.distance == 1
    with pytest.raises(UndecidableError):
        closest_refusal([excluded, unread], DECRYPT)


def test_events_know_their_kind() -> None:
    assert DECRYPT.is_management
    assert DECRYPT.is_read
    assert not Event({"eventCategory": "Data", "readOnly": "false"}).is_management
    assert not Event({"eventCategory": "Data", "readOnly": "false"}).is_read


def test_what_is_known_counts_before_what_is_not() -> None:
    values = (OPEN, Known("a"))
    assert first_known(values, lambda value: value.text() if value.text() == "a" else None) == "a"
    assert any_of(values, lambda value: value.text() == "a")
    with pytest.raises(UndecidableError):
        any_of(values, lambda value: value.text() == "b")
    assert not any_of((), lambda _: True)
