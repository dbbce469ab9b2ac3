"""Numbers, names, people and events that the case does not contain."""

from pathlib import Path

import pytest

from arf.annotate.rules import RulesAnnotator
from arf.records import Case, Output
from arf.taxonomy import load_taxonomy

ROOT = Path(__file__).parents[2]
ANNOTATOR = RulesAnnotator(load_taxonomy(ROOT / "prompts/taxonomy.yaml"))


def unsupported(text: str, said: str) -> list[str | None]:
    case = Case(id="c", channel="webform", split="test", text=said)
    output = Output(id="c", channel="webform", source="r0", text=text, provider="mock")
    (label,) = ANNOTATOR.annotate([(case, output)])
    return [error.span for error in label.errors if error.code == "unsupported_detail"]


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
