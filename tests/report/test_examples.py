import pytest
from fake_project import make_cases, make_examples, make_output
from hypothesis import given
from hypothesis import strategies as st

from arf.records import Annotation, Case, Finding, Output
from arf.report.examples import Piece, mask, pieces, side_by_side


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("order 12345678", "order XXXXXXXX"),
        ("room 123 at 9:30", "room 123 at 9:30"),
        ("AB1234C", "ABXXXXC"),
        ("ann.o-b+x@mail.example.com!", "XXXXXXXXX@XXXXXXXXXXXXXXXX!"),
        ("call +44 20 7946 0958 now", "call +XX XX XXXX XXXX now"),
        ("call (555) 010-019, ext 3", "call (XXX) XXX-XXX, ext 3"),
        ("card 4111 1111 1111 1111", "card XXXX XXXX XXXX XXXX"),
        ("at 10 for 2 on 3rd", "at 10 for 2 on 3rd"),
        ("", ""),
    ],
)
def test_mask(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("text", "exposed", "shown"),
    [
        ("PIN KX7PQ2, kx7pq2!", {"KX7PQ2"}, "PIN XXXXXX, XXXXXX!"),
        ("at 5 Elm St., Kent", {"5 Elm St."}, "at X XXX XX., Kent"),
        ("at 5 Elm St., Kent", {"5 Elm St.", "St., Kent"}, "at X XXX XX., XXXX"),
        ("call (212) 555-0143", {"555-0143"}, "call (XXX) XXX-XXXX"),
        ("flat 1234B", {"1234B"}, "flat XXXXX"),
    ],
)
def test_mask_of_what_was_exposed(text: str, exposed: set[str], shown: str) -> None:
    assert mask(text, frozenset(exposed)) == shown


@given(st.text(alphabet="0123456789@.-+() abé\n", max_size=80))
def test_a_mask_keeps_every_position(text: str) -> None:
    shown = mask(text)
    assert len(shown) == len(text)
    assert mask(shown) == shown


def test_masking_a_long_text_takes_no_time() -> None:
    for text in ("a" * 100_000, "1 " * 50_000, "a@" * 50_000, "." * 100_000):
        assert len(mask(text)) == len(text)


def label(text: str, *spans: tuple[str, str]) -> Annotation:
    errors = [Finding(code=code, span=span, start=text.index(span)) for code, span in spans]
    return Annotation(
        id="1",
        channel="c",
        source="s",
        text_sha256="t",
        annotator="a",
        taxonomy={},
        errors=(*errors, Finding(code="missing")),
    )


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("one", [], [Piece("one")]),
        ("one two", [("b", "two")], [Piece("one "), Piece("two", "b")]),
        ("one two", [("a", "one two"), ("b", "two")], [Piece("one two", "a")]),
        (
            "1234 two 3",
            [("b", "two"), ("a", "1234")],
            [Piece("XXXX", "a"), Piece(" "), Piece("two", "b"), Piece(" 3")],
        ),
    ],
)
def test_pieces(text: str, spans: list[tuple[str, str]], expected: list[Piece]) -> None:
    assert list(pieces(text, label(text, *spans))) == expected


def test_side_by_side() -> None:
    first = make_examples(3)
    assert len(first) == 3
    assert first == make_examples(3)
    for example in first:
        assert [answer.source for answer in example.answers][:2] == ["r0", "r1"]
        assert len(example.answers) == 7
        shown = example.case + "".join(answer.text for answer in example.answers)
        assert "12345678" not in shown
        assert "7946" not in shown
        assert "ann@" not in shown


def test_only_test_cases_and_whoever_answered() -> None:
    cases = [
        case.model_copy(update={"split": split})
        for case, split in zip(make_cases("webform", 3), ("train", "heldout", "test"), strict=True)
    ]
    text = Output(id=cases[2].id, channel="webform", source="r0", text="Hi.", provider="p")
    unscored = label("Hi.").model_copy(update={"id": cases[2].id, "status": "unscored"})
    (example,) = side_by_side(cases, {"r0": [text], "r1": []}, {"r0": [unscored]}, 9)
    (answer,) = example.answers
    assert (answer.source, answer.text, answer.rating, answer.codes) == ("r0", "Hi.", None, ())


def test_makers_make_spans_that_lie_where_they_say() -> None:
    import random

    case: Case = make_cases("botchat", 1)[0]
    output, found = make_output(case, "base-default", random.Random(1))
    assert found.of(output)
    for error in found.errors:
        assert output.text[error.start :].startswith(error.span)


def test_what_the_judge_calls_an_identifier_is_masked_everywhere() -> None:
    case = Case(id="a", channel="c", split="test", text="My code is KX7PQ2, of Elm Street.")
    texts = {"r0": "She gave KX7PQ2.", "r1": "She gave KX7PQ2 and Elm Street."}
    rows = {
        source: [Output(id="a", channel="c", source=source, text=text, provider="p")]
        for source, text in texts.items()
    }
    label = Annotation(
        id="a", channel="c", source="r0", text_sha256="", annotator="j", taxonomy={}, rating=3,
        errors=(Finding(code="exposed_identifier", span="KX7PQ2", start=9),),
    )  # fmt: skip
    (shown,) = side_by_side([case], rows, {"r0": [label]}, 1)
    assert "KX7PQ2" not in str(shown)
    assert shown.case == "My code is XXXXXX, of Elm Street."
