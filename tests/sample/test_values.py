"""Values: how they are drawn, and every way to write them."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.sample.phrases import Draw
from arf.sample.values import Code, Range, Style, fill, numbers_in, parse_spec


def style(**changes: Any) -> Style:
    plain = {"currency": "$", "month_first": False, "number_words": True, "today": date(2025, 3, 4)}
    return Style(**plain | changes)


def test_how_slots_are_filled() -> None:
    assert parse_spec(["a", "b"]) == ("a", "b")
    assert parse_spec({"day": [-9, -4]}) == Range("day", -9, -4)
    assert parse_spec({"code": "E-##"}) == Code("E-##")


@pytest.mark.parametrize(
    "source",
    [
        [], [1], "a", None, {}, {"day": [1, 2], "time": [1, 2]}, {"day": [1]}, {"day": [2, 1]},
        {"day": ["1", "2"]}, {"day": [1.5, 2]}, {"day": [True, 2]}, {"year": [1, 2]},
        {"code": "abc"}, {"code": [1, 2]},
    ],
)  # fmt: skip
def test_what_does_not_fill_a_slot(source: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|unknown kind"):
        parse_spec(source)


@pytest.mark.parametrize(
    ("spec", "changes", "forms"),
    [
        (Range("day", 1, 1), {}, {"3 March", "March 3", "the 3rd of March", "March 3rd"}),
        (Range("day", -8, -8), {"month_first": True},
         {"12 March", "March 12", "the 12th of March", "March 12th"}),
        (Range("number", 2, 2), {}, {"2", "two"}),
        (Range("number", 30, 30), {}, {"30"}),
        (Range("month", 1, 1), {}, {"February"}),
        (Range("month", 4, 4), {}, {"November"}),
        (Range("amount", 450, 450), {}, {"$450", "$450.00", "450 dollars"}),
        (Range("amount", 1234, 1234), {"currency": "£"},
         {"£1,230", "£1230", "£1,230.00", "1,230 pounds"}),
    ],
)  # fmt: skip
def test_every_way_to_write_a_value(spec: Range, changes: dict[str, Any], forms: set[str]) -> None:
    value = style(**changes).value(spec, Draw(0))
    assert set(value.forms) == forms
    assert value.text in forms
    assert (value.rewriting is None) is (len(forms) == 1)


def test_a_case_writes_its_values_in_one_style() -> None:
    assert style().value(Range("number", 3, 3), Draw(0)).text == "three"
    assert style(number_words=False).value(Range("number", 3, 3), Draw(0)).text == "3"
    assert style().value(Range("day", 1, 1), Draw(0)).text == "3 March"
    assert style(month_first=True).value(Range("day", 1, 1), Draw(0)).text == "March 3"


@given(st.integers(0, 23), st.integers())
def test_times_in_both_clocks(hour: int, seed: int) -> None:
    twelve, full = style().value(Range("time", hour, hour), Draw(seed)).forms
    shown, minutes, half = re.fullmatch(r"(\d+):(\d\d) ([ap]m)", twelve).groups()  # type: ignore[union-attr]
    assert full == f"{hour:02}:{minutes}"
    assert int(shown) % 12 + 12 * (half == "pm") == hour


@given(st.integers(1, 9000), st.integers())
def test_the_forms_of_an_amount_say_the_same(amount: int, seed: int) -> None:
    value = style(currency="€").value(Range("amount", amount, amount), Draw(seed))
    assert {size for form in value.forms for size in numbers_in(form)} == {value.size}


@pytest.mark.parametrize(
    ("spec", "body", "absent"),
    [
        (Range("day", 1, 1), "It came on March 3rd.", False),
        (Range("day", 1, 1), "It came on the 3rd of March.", False),
        (Range("day", 1, 1), "It came on 13 March and March 30.", True),
        (Range("number", 2, 2), "I called twice.", False),
        (Range("number", 2, 2), "I called 2 times.", False),
        (Range("number", 2, 2), "I called three times for $20.", True),
        (Range("amount", 450, 450), "It was 450.00 dollars.", False),
        (Range("amount", 450, 450), "It was $4,500.", True),
        (
            Range("time", 15, 15),
            "At 15:05, 15:10, 15:15, 15:20, 15:30, 15:40, 15:45, 15:50.",
            False,
        ),
    ],
)
def test_absence_is_that_of_every_form(spec: Range, body: str, absent: bool) -> None:
    assert style().value(spec, Draw(0)).absent(body, numbers_in(body)) is absent


def test_patterns() -> None:
    for seed in range(50):
        assert re.fullmatch(r"[A-Z]\d-\d\d", fill("@#-##", Draw(seed)))
        assert re.fullmatch(r"ann\d@example\.com", fill("ann#@example.com", Draw(seed)))
