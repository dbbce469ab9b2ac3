import pytest
from pydantic import ValidationError

from arf.errors import ArfError
from arf.files import sha256_text
from arf.records import Annotation, Case, Edit, Finding, Output, Turn, pair


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"text": "x", "turns": [{"speaker": "bot", "text": "y"}]}, "either text or turns"),
        ({}, "either text or turns"),
        ({"text": "x", "id": ""}, "id"),
        ({"text": "x", "split": "dev"}, "split"),
        ({"text": "x", "mood": "good"}, "mood"),
    ],
)
def test_a_case_refuses(fields: dict, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Case(**{"id": "a", "channel": "c", "split": "test"} | fields)


def test_records_are_frozen() -> None:
    case = Case(id="a", channel="c", split="test", text="x")
    with pytest.raises(ValidationError):
        case.text = "y"


def test_body_holds_turns_and_fields_but_never_extra() -> None:
    case = Case(
        id="a",
        channel="c",
        split="test",
        turns=(Turn(speaker="customer", text="Hi"),),
        fields={"product": "card", "tag": None},
        extra={"facts": "secret"},
    )
    assert case.body() == "customer: Hi\nproduct: card"


@pytest.mark.parametrize("rating", [0, 6, 3.5])
def test_a_rating_off_the_scale_is_refused(rating: float) -> None:
    with pytest.raises(ValidationError):
        Annotation(
            id="a", channel="c", source="r0", text_sha256="", annotator="x", taxonomy={},
            rating=rating,
        )  # fmt: skip


def test_annotation_belongs_to_one_text(make_output) -> None:
    output = make_output("a", "Late.")
    label = Annotation(
        id="a", channel="botchat", source="r0", text_sha256=sha256_text("Late."), annotator="x",
        taxonomy={}, errors=(Finding(code="k"), Finding(code="k")),
    )  # fmt: skip
    assert label.of(output)
    assert not label.of(make_output("a", "Late!"))
    assert label.codes() == {"k"}


def test_original_is_the_text_before_every_round() -> None:
    edit = Edit(
        round="r1", code="k", before="first", after="second", provider="m", prompt_sha256=None,
        checks={}, verdict="kept", reason=None,
    )  # fmt: skip
    later = edit.model_copy(update={"round": "r2", "before": "second", "after": "third"})
    output = Output(
        id="a", channel="c", source="r2", text="third", provider="m", edits=(edit, later)
    )
    assert output.original() == "first"
    assert output.model_copy(update={"edits": ()}).original() == "third"


def test_pair_skips_cases_without_output(make_case, make_output) -> None:
    cases = [make_case(i) for i in "abcd"]
    pairs = list(pair(cases, [make_output("b"), make_output("d")]))
    assert [(case.id, output.id) for case, output in pairs] == [("b", "b"), ("d", "d")]


@pytest.mark.parametrize("ids", ["ba", "ax"])
def test_pair_refuses_strange_outputs(make_case, make_output, ids: str) -> None:
    with pytest.raises(ArfError, match=r"has no case or is out of order"):
        list(pair([make_case("a"), make_case("b")], [make_output(i) for i in ids]))
