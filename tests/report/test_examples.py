from fake_project import make_cases, make_examples, make_output

from arf.records import Annotation, Case, Finding, Output
from arf.report.examples import side_by_side


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
