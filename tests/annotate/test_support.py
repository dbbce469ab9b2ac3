"""Numbers, names, people and events that the case does not contain."""

import pytest
from test_rules_annotator import DETAIL, spans

from arf.records import Case


def unsupported(text: str, said: str) -> list[str | None]:
    return spans(DETAIL, text, Case(id="c", channel="webform", split="test", text=said))


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        ("It was late because of a strike.", "It was late.", ["strike"]),
        ("It was late because of a strike.", "It was late, the drivers strike.", []),
        ("His brother-in-law had begun it.", "I had begun it.", ["brother-in-law"]),
        ("His brother-in-law had begun it.", "My wife's brother had begun it.", []),
        ("A software fault lay behind it.", "It broke.", ["software"]),
        ("A software fault lay behind it.", "It broke with an update.", []),
        ("Two calls came on 3 March.", "Calls came on March 3rd", []),
        ("Four calls came on 3 March.", "Two calls came on March 4th", ["3 March", "Four"]),
    ],
)
def test_what_the_case_does_not_tell(text: str, said: str, expected: list[str]) -> None:
    assert sorted(map(str, unsupported(text, said))) == sorted(expected)
