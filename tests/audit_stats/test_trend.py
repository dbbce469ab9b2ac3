import pytest

from arf.audit_stats.trend import trend


@pytest.mark.parametrize(
    ("periods", "p"),
    [
        # SAS/STAT User's Guide, PROC FREQ, Cochran-Armitage trend test: Pain, Z = -4.7918, which
        # Mantel's form multiplies by sqrt(160 / 161)
        ([(6, 32), (7, 33), (9, 32), (14, 32), (23, 32)], 1.7801e-6),
        # Liu, Cochran-Armitage Trend Test Using SAS (PharmaSUG 2007, SP05), as on the page of
        # CochranArmitageTest of the R package DescTools: Mantel-Haenszel p of 0.06262
        ([(0, 10), (1, 10), (0, 10), (3, 10)], 0.06262),
    ],
)
def test_published(periods: list[tuple[int, int]], p: float) -> None:
    assert trend(periods) == pytest.approx(p, rel=1e-4)
    assert trend(periods[::-1]) == pytest.approx(p, rel=1e-4)


@pytest.mark.parametrize(
    "periods", [[], [(3, 9)], [(3, 9), (0, 0)], [(0, 9), (0, 4)], [(9, 9), (4, 4)], [(0, 0)] * 3]
)
def test_undefined(periods: list[tuple[int, int]]) -> None:
    assert trend(periods) is None


def test_an_empty_period_keeps_its_place() -> None:
    assert trend([(2, 20), (0, 0), (8, 20)]) == pytest.approx(trend([(2, 20), (8, 20)]))
    assert trend([(2, 20), (3, 20), (0, 0), (8, 20)]) != trend([(2, 20), (3, 20), (8, 20)])


def test_no_trend() -> None:
    assert trend([(5, 20)] * 4) == pytest.approx(1)
