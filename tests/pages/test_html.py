"""Numbers and shares as pages show them."""

import pytest

from arf.pages.html import number, percent


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (-0.25, "−0.25"), (-0.001, "0.00"), (0.0, "0.00")]
)
def test_a_number_that_rounds_to_nothing_has_no_sign(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_a_share_that_rounds_to_nothing_has_no_sign() -> None:
    assert [percent(value) for value in (-0.001, -0.02, None)] == ["0 %", "−2 %", "–"]
