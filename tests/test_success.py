import pytest
from memory import peak

from arf.records import Edit
from arf.success import success


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
    assert figures["editor_success"]["rate"] == 0.666667  # before the guard
    assert figures["collateral"] == {"n": 1, "rate": 0.333333}
    assert figures["untouched_changed"] == 0


def test_a_change_without_a_kept_edit_is_seen(pairs) -> None:
    rows = pairs(("a", "z", ()), ("a", "z", (edit("k", "a", "b", "reverted"),)))
    figures = success(rows, "r1", ["k", "other"])
    assert figures["k"]["untouched_changed"] == 1
    assert figures["other"]["untouched_changed"] == 2


def test_other_rounds_do_not_count(pairs) -> None:
    old = edit("k", "0", "a", "kept").model_copy(update={"round": "r0"})
    assert success(pairs(("a", "a", (old,))), "r1", ["k"])["k"]["flagged"] == 0


def test_a_round_of_no_outputs(pairs) -> None:
    figures = success([], "r1", ["k"])["k"]
    assert figures["editor_success"] == {"rate": None, "lo": None, "hi": None}
    assert figures["collateral"] == {"n": 0, "rate": None}


def test_memory_does_not_grow_with_the_edits(make_output) -> None:
    def stream(count: int):
        for i in range(count):
            text = f"{i} " * 200
            edits = (edit("k", text, f"{text}.", "kept"),)
            yield make_output(str(i), text), make_output(str(i), f"{text}.", edits=edits)

    few, many = (peak(lambda n=n: success(stream(n), "r1", ["k"])) for n in (20, 2000))
    assert many < few + 50_000
