"""Reading what models really return."""

import contextlib
import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from arf.llm.structured import Unreadable, instruct, read, response_format, schema_of, tell


class Item(BaseModel):
    code: Literal["late", "lost"]
    span: str | None = None


class Verdict(BaseModel):
    errors: list[Item]
    rating: int = Field(ge=1, le=5)


class Corrected(BaseModel):
    text: str = Field(min_length=1)


GOOD = '{"errors": [{"code": "late", "span": "was late"}], "rating": 4}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Sure, here is the verdict:\n\n{GOOD}\n\nI hope that {{this}} helps!",
        GOOD.replace("}]", "},]").replace("4}", "4,}"),
        "{'errors': [{'code': 'late', 'span': 'was late'}], 'rating': 4}",
        GOOD.replace("{", "{\n  // the errors\n", 1),
        f'{{"errors": [], "rating": 1}}\nOn second thought:\n{GOOD}',
        f"<think>A {{}} is wanted.</think>{GOOD}",
        GOOD.replace('"was late"', '"was late" ').replace("4", '"4"'),
    ],
)
def test_what_models_write_is_read(text: str) -> None:
    found = read(text, Verdict)
    assert found == Verdict(errors=[Item(code="late", span="was late")], rating=4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot do that.",
        "null",
        "[1, 2]",
        GOOD[:-1],
        GOOD[:-14],
        GOOD[:30],
        '{"errors": [{"code": "late"}, {"code": "lo',
        GOOD.replace("late", "early", 1),
        GOOD.replace("4", "7"),
        '{"errors": []}',
        '{"verdict": "fine"}',
        "}{",
    ],
)
def test_what_has_not_the_shape_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text, Verdict)


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "Please open "Settings", "Billing": choose "Refund". Then wait."}',
        '{"text": "Dear Ms Lee, the code is "A": valid until May. Bye."}',
        '{"text": "He said: "I want {refund}" today. We are sorry."}',
        '{"text": "Dear customer :} we hope you',
        '{"text": "He wrote {"text": "x"} and left."}',
        '{"text": "One." "Two."}',
    ],
)
def test_a_text_that_breaks_its_json_is_never_taken_in_part(text: str) -> None:
    try:
        found = read(text, Corrected).text
    except Unreadable:
        return
    letters = "".join(filter(str.isalnum, text.removeprefix('{"text')))
    assert "".join(filter(str.isalnum, found)) == letters


@given(st.text(st.sampled_from('ab "}:,'), min_size=1))
def test_unescaped_texts_are_read_whole_or_not_at_all(text: str) -> None:
    try:
        found = read(f'{{"text": "{text}"}}', Corrected).text
    except Unreadable:
        return
    assert "".join(filter(str.isalnum, found)) == "".join(filter(str.isalnum, text))


def test_the_reason_names_the_field() -> None:
    with pytest.raises(Unreadable, match="rating"):
        read(GOOD.replace("4", "7"), Verdict)
    with pytest.raises(Unreadable, match=r"errors\.0\.code"):
        read("{'errors': [{'code': 'early'}], 'rating': 4}", Verdict)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(read(text, Verdict), Verdict)


@given(st.text(min_size=1), st.sampled_from(["{}", "```json\n{}\n```", "Here you are: {}"]))
def test_text_survives_the_way_through_json(text: str, frame: str) -> None:
    answer = frame.replace("{}", json.dumps({"text": text}))
    assert read(answer, Corrected) == Corrected(text=text)


@given(st.text(min_size=2), st.integers(min_value=1))
def test_a_cut_text_is_never_taken_for_a_whole_one(text: str, cut: int) -> None:
    whole = json.dumps({"text": text})
    with pytest.raises(Unreadable):
        read(whole[: max(0, len(whole) - cut)].rstrip("}"), Corrected)


def test_the_schema_is_strict() -> None:
    schema = schema_of(Verdict)
    item = schema["$defs"]["Item"]
    assert item["required"] == ["code", "span"]
    assert item["additionalProperties"] is False
    assert schema["additionalProperties"] is False
    assert "default" not in json.dumps(schema)
    wanted = response_format(Verdict)
    assert wanted["json_schema"]["strict"] is True
    assert wanted["json_schema"]["name"] == "Verdict"


def test_a_field_may_be_called_like_a_keyword() -> None:
    class Odd(BaseModel):
        title: str
        default: int

    assert list(schema_of(Odd)["properties"]) == ["title", "default"]


def test_instructions_leave_the_messages_alone() -> None:
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    told = instruct(messages, Verdict)
    assert messages[1]["content"] == "u"
    assert told[0] == messages[0]
    assert '"rating"' in told[1]["content"]
    again = tell(told, "nonsense", "there is no JSON")
    assert [message["role"] for message in again] == ["system", "user", "assistant", "user"]
    assert "there is no JSON" in again[-1]["content"]
