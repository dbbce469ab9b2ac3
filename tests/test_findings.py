import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.findings import LabelError, to_finding

TEXT = "She was sad, and sad again: café."


def found(taxonomy, **given: object):
    return to_finding({"code": "inferred_sentiment"} | given, TEXT, "botchat", taxonomy)


def test_a_span_is_placed(taxonomy) -> None:
    assert found(taxonomy, span="sad").start == 8
    assert found(taxonomy, span="sad", start=17).start == 17
    assert found(taxonomy, note="hm").span is None
    assert found(taxonomy, code="unlisted", span="again").code == "unlisted"


def test_an_accent_typed_otherwise_is_the_same(taxonomy) -> None:
    other = unicodedata.normalize("NFD", "café")
    assert other not in TEXT
    assert found(taxonomy, span=other).span == "café"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"code": "inferred_sentimant"}, r"unknown code .* \(did you mean inferred_sentiment\?\)"),
        ({"code": None}, "unknown code None"),
        ({"code": 3}, "unknown code 3"),
        ({"span": "happy"}, "the span 'happy' is not in the output"),
        ({"span": "sad", "start": 9}, "the span 'sad' is not at 9 of the output"),
        ({"span": "sad", "start": -1}, "the start -1 is no place"),
        ({"span": "sad", "start": True}, "the start True is no place"),
        ({"span": " "}, "is no text"),
        ({"span": 4}, "is no text"),
        ({"start": 4}, "a start without a span"),
        ({"note": 4}, "inferred_sentiment: note"),
    ],
)
def test_what_cannot_be(taxonomy, given: dict, message: str) -> None:
    with pytest.raises(LabelError, match=message):
        found(taxonomy, **given)


def test_a_code_of_another_channel(taxonomy) -> None:
    code = taxonomy.codes["missing_outcome"].model_copy(update={"channels": ("webform",)})
    codes = taxonomy.model_copy(update={"codes": {**taxonomy.codes, "missing_outcome": code}})
    with pytest.raises(LabelError, match="'missing_outcome' on this channel"):
        to_finding({"code": "missing_outcome"}, TEXT, "botchat", codes)


@given(st.text(min_size=1), st.data())
def test_any_part_of_any_text_is_found_where_it_is(taxonomy, text: str, data) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    span = text[start : data.draw(st.integers(start + 1, len(text)))]
    given = {"code": "inferred_sentiment", "span": span, "start": start}
    if span.strip():
        assert to_finding(given, text, "botchat", taxonomy).place(text) == (
            start,
            start + len(span),
        )
    else:
        with pytest.raises(LabelError):
            to_finding(given, text, "botchat", taxonomy)
