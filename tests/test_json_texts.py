"""JSON texts with open parts, as properties that hold an object or a JSON text are read."""

from __future__ import annotations

from s3_glue_rules.join.documents import structure
from s3_glue_rules.model.reader import Reader, explore
from s3_glue_rules.model.values import Known, Open, Sequence, Text, Unknown, Value, Variable


def flag() -> Open:
    return Open(Variable("encrypt", "var.encrypt", "true", ("true", "false")))


def read(value: Value, *path: str | int) -> list[Value]:
    """Return the value at a path in every world."""
    return [run.result for run in explore(lambda reader: reader.at(structure(reader, value), *path)).runs]


def text(*parts: str | Value) -> Text:
    return Text(tuple(Known(part) if isinstance(part, str) else part for part in parts))


def test_a_variable_where_json_wants_a_value_is_read() -> None:
    values = read(text('{"on": ', flag(), ', "off": false}'), "on")
    assert [value.flag(default=False) for value in values] == [True, False]


def test_a_variable_in_a_string_stays_part_of_it() -> None:
    values = read(text('{"on": "', flag(), '"}'), "on")
    assert [value.flag(default=False) for value in values] == [True, False]


def test_quotes_in_strings_do_not_end_them() -> None:
    (value,) = read(text('{"says": "\\"', Open(Variable("x", "var.x")), '\\"", "on": true}'), "on")
    assert value.text() == "true"


def test_a_variable_may_stand_for_several_values() -> None:
    several = Open(Variable("names", "var.names", '"a", "b"', ('"a", "b"',)))
    (value,) = read(text('{"names": [', several, "]}"), "names")
    assert isinstance(value, Sequence)
    assert [Reader().read(item).text() for item in value.items] == ["a", "b"]


def test_what_stays_unknown_is_unknown_where_it_stands() -> None:
    whole = text('{"on": ', Unknown("it is read at deployment"), ', "off": false}')
    (value,) = read(whole, "on")
    assert isinstance(value, Unknown)
    (other,) = read(whole, "off")
    assert other.text() == "false"


def test_what_is_no_json_is_unknown() -> None:
    (value,) = read(Known("{on: true}"), "on")
    assert isinstance(value, Unknown)
    assert value.reason == "the text is not a JSON document"
