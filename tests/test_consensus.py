import pytest

from arf.consensus import by_people, majority, middle_rating, unanimous
from arf.detection import Mark, Span
from arf.files import sha256_text
from arf.records import Annotation, Finding


def label(who: str, *codes: str, **fields: object) -> Annotation:
    return Annotation(
        **{"channel": "botchat", "source": "r0", "text_sha256": sha256_text("t"), "id": "a"}
        | {"taxonomy": {"x": "1", "y": "1"}, "errors": tuple(Finding(code=code) for code in codes)}
        | fields,
        annotator=who,
    )


@pytest.mark.parametrize(
    ("labels", "most", "all_of_them"),
    [
        ([label("A", "x"), label("B")], {"x": True, "y": False}, {"x": None, "y": False}),
        (
            [label("A", "x"), label("B"), label("C")],
            {"x": False, "y": False},
            {"x": None, "y": False},
        ),
        (
            [label("A", "x"), label("B"), label("gold", taxonomy={"x": "1"})],
            {"x": False, "y": False},
            {"x": False, "y": False},
        ),
        ([label("A", "x"), label("B", status="unscored")], {"x": True, "y": False},
         {"x": True, "y": False}),
        ([label("A", "x", "x", taxonomy={"x": "1"})], {"x": True}, {"x": True}),
        ([], {}, {}),
    ],
)  # fmt: skip
def test_what_they_say_together(labels, most, all_of_them) -> None:
    assert majority(labels) == most
    assert unanimous(labels) == all_of_them


@pytest.mark.parametrize(
    ("labels", "rating"),
    [
        ([label("A", rating=3), label("B", rating=4)], 3.5),
        ([label("A", rating=1), label("B", rating=4), label("C", rating=5)], 4),
        ([label("A", rating=3), label("gold", rating=5)], 5),
        ([label("A")], None),
    ],
)
def test_the_rating_in_the_middle(labels, rating: float | None) -> None:
    assert middle_rating(labels) == rating


def test_places_of_all() -> None:
    text = "sad and sad again"
    errors = (Finding(code="x", span="sad", start=8),)
    reference = by_people(
        [label("A", errors=errors), label("B", errors=(Finding(code="x", span="sad"),))], text
    )
    assert reference.source == "A, B"
    assert reference.marks == (Mark("x", Span(8, 11)), Mark("x", Span(0, 3)))
