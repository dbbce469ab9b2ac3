import pytest

from arf.audit_page.wording import decision, method


@pytest.mark.parametrize(
    ("row", "by_hand", "said"),
    [
        ({"decision": "chosen", "lo": 0.5}, False, "chosen"),
        ({"decision": "chosen", "lo": 0.0}, True, "chosen: listed in params.yaml"),
        ({"decision": "too rare: …", "lo": 0.0072}, False, "too rare: lower bound 0.7 % under 2 %"),
        ({"decision": "nobody could assess it", "lo": None}, False, "nobody could assess it"),
        ({"decision": "the fix fails: …", "lo": 0.3}, False, "the fix fails: …"),
    ],
)
def test_decision(row: dict, by_hand: bool, said: str) -> None:
    assert decision(row, 0.02, by_hand).replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"method": "wilson", "n": 9, "basis": "people"}, "Wilson"),
        ({"method": "some_other", "n": 9, "basis": "people"}, "some other"),
        ({"method": "wilson", "n": 9, "basis": "annotator"}, "Wilson, by the annotator alone"),
        ({"method": "wilson", "n": 90, "basis": "people"}, "counted: every output was labelled"),
    ],
)
def test_method(row: dict, said: str) -> None:
    assert method(row, {"population": 90}) == said
