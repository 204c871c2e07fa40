"""Typed fields: one declaration makes the form, the command line and the checks."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Fields, field, field_of, fields_of, format_number, validate


class Sample(Fields):
    rate: float = field(1e-3, "Rate", "How fast.", group="A", gt=0, le=1, log=True, live=True)
    count: int = field(5, "Count", "How many.", ge=1, le=9, unit="steps")
    kind: Literal["round", "square"] = field("round", "Kind", "Which.")
    on: bool = field(False, "On", "Whether.", advanced=True)
    text: str = field("", "Text", "What.")


def test_fields_as_rows() -> None:
    rate, count, kind, on, text = fields_of(Sample)
    assert (rate.kind, rate.low, rate.high, rate.low_open, rate.high_open) == ("float", 0, 1, True, False)
    assert rate.live
    assert rate.log
    assert rate.group == "A"
    assert rate.range_text == "0 < x ≤ 1"
    assert count.range_text == "1 ≤ x ≤ 9"
    assert count.unit == "steps"
    assert kind.choices == ("round", "square")
    assert kind.range_text == "round | square"
    assert (on.kind, on.advanced) == ("bool", True)
    assert (text.kind, text.range_text) == ("text", "")
    assert rate.to_json()["default"] == 1e-3


def test_text_from_a_command_line_is_understood() -> None:
    values = validate(Sample, {"rate": "2e-2", "count": "7", "on": "true", "kind": "square", "text": "x"})
    assert values == Sample(rate=0.02, count=7, on=True, kind="square", text="x")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("rate", 0, "0 < x ≤ 1"),
        ("rate", "nan", "0 < x ≤ 1"),
        ("rate", "inf", "0 < x ≤ 1"),
        ("rate", "fast", "0 < x ≤ 1"),
        ("count", 10, "1 ≤ x ≤ 9"),
        ("count", "2.5", "1 ≤ x ≤ 9"),
        ("kind", "oval", "round | square"),
        ("on", "perhaps", "true or false"),
        ("speed", 1, "rate, count, kind, on, text"),
    ],
)
def test_what_is_not_allowed_is_said_in_words(name: str, value: object, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        validate(Sample, {name: value})
    assert name in str(caught.value)
    assert says in str(caught.value)


def test_values_are_frozen_and_looked_up_by_name() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Sample().count = 3  # type: ignore[misc]
    assert field_of(Sample, "count").default == 5
    with pytest.raises(UsageError, match="no_such"):
        field_of(Sample, "no_such")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (2e-4, "2e-4"),
        (0.5, "0.5"),
        (128, "128"),
        (0.01, "0.01"),
        (-0.25, "-0.25"),
        (3e9, "3e9"),
        (1.5e-7, "1.5e-7"),
    ],
)
def test_numbers_are_written_as_people_write_them(number: float, text: str) -> None:
    assert format_number(number) == text


@given(st.floats(1e-12, 1e12))
def test_a_written_number_is_close_to_what_it_was(number: float) -> None:
    assert float(format_number(number)) == pytest.approx(number, rel=1e-4)
