import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.pages.masking import Piece, mask, pieces
from arf.records import Annotation, Finding


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


def test_spans_without_a_start_are_looked_up_and_lost_ones_left_out() -> None:
    found = label("one two").model_copy(
        update={"errors": (Finding(code="a", span="two"), Finding(code="b", span="one", start=2))}
    )
    assert list(pieces("one two", found)) == [Piece("one "), Piece("two", "a")]
