"""How well an annotator finds what is there: each figure against a count by hand."""

from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.annotate.mock import MockAnnotator
from arf.annotate.rules import RulesAnnotator
from arf.detection import (
    Detected,
    Labelled,
    Mark,
    Reference,
    Scores,
    Span,
    Tally,
    Trap,
    detect,
    mistakes,
    overlap,
    spans_of,
)
from arf.files import sha256_text
from arf.records import Annotation, Case, Finding, Output
from arf.references import LabelledChannel, find_channels, find_labels

SAD, DETAIL = "inferred_sentiment", "unsupported_detail"
TEXT = "They were sad, so very sad."


def detected(
    text: str,
    verdicts: dict[str, bool | None],
    found: Iterable[tuple[str, str]] = (),
    marks: Iterable[Mark] = (),
    traps: Iterable[Trap] = (),
    **fields: object,
) -> Detected:
    """An annotator that assesses two codes and found some words, the first of their kind."""
    output = Output(id="a", channel="botchat", source="r0", provider="recorded", text=text)
    annotation = Annotation(
        id="a",
        channel="botchat",
        source="r0",
        text_sha256=sha256_text(text),
        annotator="mock",
        taxonomy={SAD: "", DETAIL: ""},
        errors=tuple(Finding(code=c, span=span, start=text.find(span)) for c, span in found),
        **fields,
    )
    return Detected(output, Reference("A", verdicts, tuple(marks), tuple(traps)), annotation)


def test_a_count_by_hand() -> None:
    """Three found, two missed, one found in vain, two rightly left, two disputed."""
    scores = Scores()
    for truth, given_, times in (
        (True, True, 3), (True, False, 2), (False, True, 1), (False, False, 2), (None, True, 2),
    ):  # fmt: skip
        for _ in range(times):
            scores.add(detected(TEXT, {SAD: truth}, [(SAD, "sad")] if given_ else []))
    figures = scores.figures([DETAIL, SAD])
    assert (figures["n"], [*figures["codes"]]) == (10, [SAD])  # nobody looked for the other
    found = figures["codes"][SAD]["found"]
    counts = {name: found[name] for name in ("n", "positives", "left_out", "tp", "fp", "fn", "tn")}
    assert counts == {"n": 10, "positives": 5, "left_out": 2, "tp": 3, "fp": 1, "fn": 2, "tn": 2}
    assert found["precision"]["rate"] == 3 / 4
    assert found["recall"]["rate"] == 3 / 5
    assert found["specificity"]["rate"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["f1"] == pytest.approx(2 / 3, abs=1e-6)  # of 3/4 and 3/5
    assert found["recall"]["lo"] == pytest.approx(0.2307, abs=1e-4)  # Wilson's of 3 in 5
    assert found["recall"]["hi"] == pytest.approx(0.8824, abs=1e-4)
    flagged = figures["codes"][SAD]["flag_everything"]
    assert (flagged["tp"], flagged["fp"], flagged["fn"], flagged["tn"]) == (5, 3, 0, 0)
    assert flagged["f1"] == pytest.approx(10 / 13, abs=1e-6)


def test_spans_touch_where_they_share_a_character() -> None:
    assert Span(3, 5).touches(Span(4, 9))
    assert Span(3, 9).touches(Span(4, 5))
    assert not Span(3, 5).touches(Span(5, 9))
    assert not Span(5, 9).touches(Span(3, 5))


def test_a_share_of_nothing_is_null() -> None:
    scores = Scores()
    scores.add(detected(TEXT, {SAD: False}))
    found = scores.figures([SAD])["codes"][SAD]["found"]
    assert found["f1"] is None
    assert found["span_overlap"] == {"mean": None, "n": 0}
    assert found["precision"] == found["recall"] == {"rate": None, "lo": None, "hi": None}


@pytest.mark.parametrize(
    ("found", "reference", "expected"),
    [
        (["were sad"], ["They were sad"], 2 * 2 / (2 + 3)),
        (["They were sad"], ["They were sad"], 1),
        (["They"], ["very"], 0),
        (["They", "were"], ["were sad"], 2 * 1 / (2 + 2)),
        (["They were", "were sad"], ["They were sad"], 1),  # a word counts once
        ([", "], ["very"], 0),
        ([","], [","], 0),  # no word
        (["wer"], ["ere"], 1),  # a part of a word is the word
    ],
)
def test_overlap_counts_words(found: list[str], reference: list[str], expected: float) -> None:
    def spans(words: list[str]) -> list[Span]:
        return [Span(TEXT.find(word), TEXT.find(word) + len(word)) for word in words]

    assert overlap(TEXT, spans(found), spans(reference)) == pytest.approx(expected)


def test_overlap_tells_the_same_word_in_two_places_apart() -> None:
    first, last = Span(10, 13), Span(23, 26)
    assert TEXT[10:13] == TEXT[23:26] == "sad"
    assert overlap(TEXT, [first], [last]) == 0
    assert overlap(TEXT, [first, last], [last]) == pytest.approx(2 / 3)


def test_overlap_is_the_mean_over_true_positives_that_have_a_place() -> None:
    scores = Scores()
    mark = Mark(SAD, Span(0, 13))  # "They were sad"
    scores.add(detected(TEXT, {SAD: True}, [(SAD, "sad")], [mark]))  # 1 of 3 words: 2 / 4
    scores.add(detected(TEXT, {SAD: True}, [(SAD, "They were sad")], [mark]))  # 1
    scores.add(detected(TEXT, {SAD: True}, [(SAD, "sad")]))  # nobody says where
    scores.add(detected(TEXT, {SAD: True}, [], [mark]))  # missed
    figures = scores.figures([SAD])["codes"][SAD]
    assert figures["found"]["span_overlap"] == {"mean": 0.75, "n": 2}
    # All six words against three of them, three times.
    assert figures["flag_everything"]["span_overlap"] == {"mean": pytest.approx(2 / 3), "n": 3}


def test_a_span_without_a_start_is_looked_up() -> None:
    findings = [
        Finding(code=SAD, span="sad"),
        Finding(code=SAD, span="sad", start=23),
        Finding(code=SAD, span="glad"),
        Finding(code=SAD),
        Finding(code=DETAIL, span="They"),
    ]
    assert spans_of(findings, SAD, TEXT) == [(10, 13), (23, 26)]


def test_mistakes_are_told_with_their_places() -> None:
    mark = Mark(DETAIL, Span(0, 4))
    (false_positive, false_negative) = mistakes(
        detected(TEXT, {SAD: False, DETAIL: True}, [(SAD, "very")], [mark])
    )
    assert false_positive == ("false_positive", SAD, [(18, 22)])
    assert false_negative == ("false_negative", DETAIL, [(0, 4)])
    assert [*mistakes(detected(TEXT, {SAD: True, DETAIL: None}, [(SAD, "sad")]))] == []


def test_what_was_not_scored_counts_nowhere() -> None:
    scores = Scores()
    blank = detected("...", {SAD: True}, status="unscored", reason="mock")
    scores.add(blank)
    assert [*mistakes(blank)] == []
    assert scores.figures([SAD]) == {"n": 1, "unscored": 1, "codes": {}, "forms": {}, "traps": {}}


def test_recall_by_form_counts_each_error() -> None:
    scores = Scores()
    marks = [
        Mark(SAD, Span(0, 13), "sentence"),
        Mark(SAD, Span(15, 26), "clause"),
        Mark(DETAIL, Span(0, 4), "value"),
        Mark("wrong_outcome", Span(0, 4), "value"),  # not assessed
    ]
    verdicts = {SAD: True, DETAIL: True, "wrong_outcome": True}
    # The other code's finding does not find a feeling.
    scores.add(detected(TEXT, verdicts, [(SAD, "were"), (DETAIL, "so very")], marks))
    scores.add(detected(TEXT, verdicts, [(SAD, "sad, so")], marks))  # touches both
    forms = scores.figures([SAD, DETAIL])["forms"]
    told = {c: {f: (h["n"], h["hit"]) for f, h in by.items()} for c, by in forms.items()}
    assert told == {SAD: {"clause": (2, 1), "sentence": (2, 2)}, DETAIL: {"value": (2, 0)}}


def test_a_trap_is_hit_by_what_it_can_be_mistaken_for() -> None:
    trap = Trap("stated_feeling", Span(0, 13))
    error = Mark(SAD, Span(15, 26))

    def hits(found: list[tuple[str, str]], marks: Iterable[Mark] = ()) -> tuple[int, int]:
        scores = Scores()
        scores.add(detected(TEXT, {SAD: bool(marks), DETAIL: False}, found, marks, [trap]))
        figures = scores.figures([SAD])["traps"]["stated_feeling"]
        return figures["n"], figures["hit"]

    assert hits([]) == (1, 0)
    assert hits([(SAD, "sad")]) == (1, 1)
    assert hits([(DETAIL, "sad")]) == (1, 0)
    assert hits([(SAD, "so very")]) == (1, 0)
    assert hits([(SAD, "sad, so very")], [error]) == (1, 0)  # it points at the error beside it
    assert hits([(SAD, "were"), (SAD, "so very")], [error]) == (1, 1)


def test_a_trap_for_a_code_that_nobody_looks_for_is_none() -> None:
    scores = Scores()
    trap = Trap("email_is_the_point", Span(0, 4))
    scores.add(detected(TEXT, {SAD: False, "unn_content_email_copy": False}, [], [], [trap]))
    assert scores.figures([SAD])["traps"] == {}


def test_an_annotator_may_read_ahead(
    make_case: Callable[..., Case], make_output: Callable[..., Output]
) -> None:
    class Ahead(MockAnnotator):
        def annotate(self, pairs: Iterable[tuple[Case, Output]]) -> Iterator[Annotation]:
            yield from super().annotate(list(pairs))

    texts = {"a": "sad", "b": "glad", "c": "sad too"}
    items = [
        Labelled(make_case(key), make_output(key, text), Reference(key, {SAD: text == "sad"}))
        for key, text in texts.items()
    ]
    for annotator in (MockAnnotator({SAD: "sad"}), Ahead({SAD: "sad"})):
        rows = [*detect(items, annotator)]
        assert [(r.output.id, r.reference.source, r.annotation.id) for r in rows] == [
            (key, key, key) for key in texts
        ]
        assert [m.kind for row in rows for m in mistakes(row)] == ["false_positive"]


VERDICTS = st.lists(st.tuples(st.sampled_from([True, False, None]), st.booleans()))


@given(VERDICTS)
def test_every_output_counts_once(outputs: list[tuple[bool | None, bool]]) -> None:
    scores, wrong = Scores(), 0
    for truth, given_ in outputs:
        one = detected(TEXT, {SAD: truth}, [(SAD, "sad")] if given_ else [])
        scores.add(one)
        wrong += len([*mistakes(one)])
    for row in scores.figures([SAD])["codes"].get(SAD, {}).values():
        decided = row["tp"] + row["fp"] + row["fn"] + row["tn"]
        assert decided + row["left_out"] == row["n"] == len(outputs)
        assert row["positives"] == row["tp"] + row["fn"]
    tally: Tally = scores.found[SAD]
    assert tally.fp + tally.fn == wrong
    assert scores.everything[SAD].fn == scores.everything[SAD].tn == 0


SPANS = st.lists(
    st.tuples(st.integers(0, 26), st.integers(1, 9)).map(lambda s: Span(s[0], s[0] + s[1])),
    max_size=4,
)


@given(SPANS, SPANS)
def test_overlap_is_a_share_and_has_no_direction(a: list[Span], b: list[Span]) -> None:
    assert 0 <= overlap(TEXT, a, b) <= 1
    assert overlap(TEXT, a, b) == overlap(TEXT, b, a)
    assert overlap(TEXT, a, a) in {0, 1}


def test_on_real_outputs_the_rules_agree_with_both_annotators(real_data, taxonomy) -> None:
    """All channels together; what both annotators say, their spans side by side."""
    labels = find_labels(real_data)
    scores = Scores()
    for channel in find_channels(real_data, labels):
        rows = LabelledChannel(real_data, labels, channel, taxonomy)
        for one in detect(rows, RulesAnnotator(taxonomy)):
            scores.add(one)
    figures = scores.figures(taxonomy.codes)
    assert figures["n"] == 120
    for code, recall, specificity, place in (
        (SAD, 0.85, 0.6, 0.6),
        ("unn_content_pleasantry", 0.85, 0.8, 0.6),
        ("unn_content_redundant", 0.6, 0.9, 0),
    ):
        found = figures["codes"][code]["found"]
        assert found["recall"]["rate"] >= recall, code
        assert found["specificity"]["rate"] >= specificity, code
        assert found["span_overlap"]["mean"] >= place, code
