"""What counts as an answer."""

from typing import Any

import pytest
from pydantic import BaseModel

from arf.llm.answers import Answer, Malformed, load, parse, verdict


class Shape(BaseModel):
    rating: int


def completion(content: Any = "Fine.", finish: str | None = "stop", **message: Any) -> Any:
    choice = {"finish_reason": finish, "message": {"content": content, **message}}
    return {"model": "m-1", "choices": [choice], "usage": {"prompt_tokens": 3}}


def test_a_completion_is_read_and_kept() -> None:
    answer = parse(completion())
    assert answer == Answer("Fine.", "stop", None, "m-1", {"prompt_tokens": 3})
    assert load(answer.dump()) == answer
    assert verdict(answer, None) == (None, None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (completion(finish="length"), "length"),
        (completion(finish="content_filter"), "content_filter"),
        (completion(None, refusal="I would rather not."), "refusal"),
        (completion(None), "empty"),
        (completion(""), "empty"),
        (completion(" \n"), "empty"),
        (completion(None, finish="tool_calls"), "empty"),
        (completion("Half of", finish="MAX_TOKENS"), "length"),
        (completion("Half of", finish="abort"), "unfinished"),
        (completion("Half of", finish="error"), "unfinished"),
        (completion("Half of", finish="tool_calls"), "unfinished"),
        (completion("<think>hmm, the customer"), "empty"),
    ],
)
def test_what_is_no_answer_says_why(body: Any, kind: str) -> None:
    for shape in (None, Shape):
        value, failure = verdict(parse(body), shape)
        assert value is None
        assert failure is not None
        assert failure.kind == kind


def test_a_shape_is_validated() -> None:
    assert verdict(parse(completion('{"rating": 4}')), Shape) == (Shape(rating=4), None)
    _, failure = verdict(parse(completion('{"rating": "good"}')), Shape)
    assert failure is not None
    assert failure.kind == "invalid"
    assert "rating" in failure.reason


def test_a_cut_answer_does_not_count_although_it_reads_well() -> None:
    _, failure = verdict(parse(completion('{"rating": 4}', finish="length")), Shape)
    assert failure is not None
    assert failure.kind == "length"


@pytest.mark.parametrize(
    "body",
    [None, [], {}, "text", {"choices": []}, {"choices": None}, {"choices": [{}]},
     {"choices": [{"message": None}]}, completion(content=7), completion(content=["part"])],
)  # fmt: skip
def test_a_body_that_is_no_completion_is_told(body: Any) -> None:
    with pytest.raises(Malformed):
        parse(body)


@pytest.mark.parametrize("finish", ["stop", "STOP", "eos_token", "end_turn", None])
def test_what_ends_by_itself_is_an_answer(finish: str | None) -> None:
    assert verdict(parse(completion(finish=finish)), None) == (None, None)


def test_thoughts_and_parts_make_one_text() -> None:
    assert parse(completion("<think>Is {x} it?</think>\n\nFine.")).text == "Fine."
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Fi"}, {"text": "ne."}]
    assert parse(completion(parts)).text == "Fine."
    assert parse(completion("He may <think> so.")).text == "He may <think> so."


def test_half_a_surrogate_pair_does_not_get_into_a_record() -> None:
    assert parse(completion("late\ud800")).text == "late?"
