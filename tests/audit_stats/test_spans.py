from hypothesis import given
from hypothesis import strategies as st

from arf.audit_stats.spans import Places, span_agreement
from arf.detection import Span

TEXT = "one two three four five six seven eight nine ten"
SPANS = st.lists(
    st.tuples(st.integers(0, 47), st.integers(1, 9)).map(lambda s: Span(s[0], s[0] + s[1])),
    max_size=4,
)


def agree(*outputs: tuple[list[Span], list[Span]]) -> dict[str, float | None]:
    return span_agreement(Places(TEXT, a, b) for a, b in outputs)


def test_neither_finds_anything() -> None:
    nothing = {"n": 0, "a": 0, "b": 0, "matched": 0, "f1": None, "overlap": None}
    assert agree() == agree(([], [])) == nothing


def test_a_long_span_is_matched_once() -> None:
    found = agree(([Span(0, 13)], [Span(0, 3), Span(4, 7)]), ([Span(14, 18)], []))
    assert (found["n"], found["a"], found["b"], found["matched"]) == (2, 2, 2, 1)
    assert found["f1"] == 0.5
    assert found["overlap"] == 0.4  # of the first output 2 · 2 / (3 + 2), of the second 0


def test_the_first_match_gives_way_where_more_can_be_matched() -> None:
    wide, left, right = Span(0, 13), Span(0, 3), Span(8, 13)
    assert agree(([wide, left], [left, right]))["matched"] == 2
    assert agree(([left, wide], [right, left]))["matched"] == 2


def test_spans_that_only_meet_are_not_the_same() -> None:
    assert agree(([Span(0, 4)], [Span(4, 7)]))["f1"] == 0


@given(SPANS, SPANS)
def test_either_way_round(a: list[Span], b: list[Span]) -> None:
    found, turned = agree((a, b)), agree((b, a))
    assert (found["f1"], found["overlap"]) == (turned["f1"], turned["overlap"])
    assert found["matched"] <= min(len(a), len(b))
    if a:
        assert agree((a, a))["f1"] == 1
