import pytest

from arf.records import Edit
from arf.success import rate, success


def edit(code: str, before: str, after: str | None, verdict: str, **checks: bool) -> Edit:
    return Edit(
        round="r1", code=code, before=before, after=after, provider="m", prompt_sha256=None,
        checks={"answered": True, "gone": True, "numbers": True} | checks if after else {},
        verdict=verdict, reason=None,
    )  # fmt: skip


@pytest.fixture
def pairs(make_output):
    def make(*rows):
        return [
            (make_output(str(i), before), make_output(str(i), after, source="r1", edits=edits))
            for i, (before, after, edits) in enumerate(rows)
        ]

    return make


def test_every_edit_is_counted_once(pairs) -> None:
    rows = pairs(
        ("a", "b", (edit("k", "a", "b", "kept"),)),
        ("a", "a", (edit("k", "a", "b", "reverted", gone=False),)),
        ("a", "a", (edit("k", "a", "b", "reverted", numbers=False),)),
        ("a", "a", (edit("k", "a", None, "unanswered"),)),
        ("a", "a", ()),
    )
    figures = success(rows, "r1", ["k"])["k"]
    assert {name: figures[name] for name in ("flagged", "attempted")} == {
        "flagged": 4, "attempted": 3,
    }  # fmt: skip
    assert (figures["kept"], figures["reverted"], figures["unanswered"]) == (1, 2, 1)
    assert figures["editor_success"]["rate"] == pytest.approx(2 / 3)  # before the guard
    assert figures["collateral"] == {"n": 1, "rate": pytest.approx(1 / 3)}
    assert figures["untouched_changed"] == 0


def test_a_change_without_a_kept_edit_is_seen(pairs) -> None:
    rows = pairs(("a", "z", ()), ("a", "z", (edit("k", "a", "b", "reverted"),)))
    figures = success(rows, "r1", ["k", "other"])
    assert figures["k"]["untouched_changed"] == 1
    assert figures["other"]["untouched_changed"] == 2


def test_other_rounds_do_not_count(pairs) -> None:
    old = edit("k", "0", "a", "kept").model_copy(update={"round": "r0"})
    assert success(pairs(("a", "a", (old,))), "r1", ["k"])["k"]["flagged"] == 0


def test_the_rate_of_nothing_is_null() -> None:
    assert rate(0, 0)["rate"] is None
    assert rate(0, 0)["lo"] is None
    assert rate(10, 10)["rate"] == 1
