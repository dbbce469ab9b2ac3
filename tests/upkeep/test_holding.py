"""Examples of codes against their detectors: right, wrong, or not to be told without a case."""

from pathlib import Path
from typing import Any

import pytest

from arf.errors import ArfError
from arf.taxonomy import Detector, Example, Examples, Taxonomy, load_taxonomy
from arf.upkeep.holding import hold

PATH = Path(__file__).parents[2] / "prompts/taxonomy.yaml"
TAXONOMY = load_taxonomy(PATH)
SAD = "inferred_sentiment"
FILLER = Example(text="A lamp was sent.")


def told(
    positive: Example = FILLER, negative: Example = FILLER, code: str = SAD
) -> list[tuple[str, str]]:
    """What is said of examples that are put in the place of a code's own."""
    examples = Examples(positive=(positive,), negative=(negative,))
    entry = TAXONOMY.codes[code].model_copy(update={"examples": examples})
    taxonomy = TAXONOMY.model_copy(update={"codes": TAXONOMY.codes | {code: entry}})
    return [(one.state, one.told) for one in hold(code, taxonomy, PATH)]


@pytest.mark.parametrize("code", TAXONOMY.codes)
def test_the_detectors_are_right_on_every_example_of_the_project(code: str) -> None:
    held = list(hold(code, TAXONOMY, PATH))
    assert [(one.where, one.told) for one in held if one.state != "right"] == []
    examples = TAXONOMY.codes[code].examples
    expected = len(examples.positive) + len(examples.negative)
    assert len(held) == (expected if TAXONOMY.codes[code].detector else 0)


FURIOUS = {"text": "The customer was furious. A lamp was sent.", "span": "was furious"}


@pytest.mark.parametrize(
    ("example", "state", "complaint"),
    [
        ({"source": "Where is my lamp?"}, "right", ""),
        ({"source": "I am furious."}, "wrong", "is not flagged"),
        ({"source": [{"speaker": "customer", "text": "I am furious."}]}, "wrong", "not flagged"),
        ({"source": [{"speaker": "agent", "text": "I am furious."}]}, "right", ""),
        ({"span": "lamp", "source": "Hi."}, "wrong", "flagged at 'The customer was furious', not"),
        ({"span": None, "source": "Hi."}, "right", ""),
        ({}, "unknown", "add source"),
        ({"text": "All was well.", "span": "well"}, "wrong", "is not flagged"),
    ],
)
def test_a_positive_example(example: dict[str, Any], state: str, complaint: str) -> None:
    found, rest = told(positive=Example.model_validate(FURIOUS | example))
    assert found[0] == state
    assert complaint in found[1]
    assert bool(found[1]) is (state != "right")
    assert rest == ("right", "")


@pytest.mark.parametrize(
    ("source", "state", "complaint"),
    [
        ("I am furious.", "right", ""),
        ("Where is my lamp?", "wrong", "is flagged at 'The customer was furious'"),
        (None, "unknown", "add source"),
    ],
)
def test_a_negative_example(source: str | None, state: str, complaint: str) -> None:
    _, found = told(negative=Example(text=FURIOUS["text"], source=source))
    assert found == (state, found[1])
    assert complaint in found[1]


def test_the_span_is_touched_and_not_only_equal_in_words() -> None:
    text = "The customer was sad. Later the customer was sad about it."
    first, _ = told(Example(text=text, span="The customer was sad", source="Hello."))
    assert first == ("right", "")


def test_what_no_case_changes_is_told_without_a_source() -> None:
    courtesy = "unn_content_pleasantry"
    thanks = Example(text="A lamp was sent. The customer thanked the agent.", span="thanked")
    assert told(thanks, FILLER, courtesy)[0] == ("right", "")
    assert told(FILLER, Example(text=thanks.text), courtesy)[1][0] == "wrong"


def test_a_code_of_one_channel_is_held_on_it() -> None:
    entry = TAXONOMY.codes[SAD].model_copy(update={"channels": ("webform",)})
    taxonomy = TAXONOMY.model_copy(update={"codes": {SAD: entry}})
    assert {one.state for one in hold(SAD, taxonomy, PATH)} == {"right"}


def test_a_detector_that_there_is_not_is_one_line() -> None:
    entry = TAXONOMY.codes[SAD].model_copy(update={"detector": Detector(name="sentimental")})
    taxonomy = Taxonomy(ratings=TAXONOMY.ratings, codes={SAD: entry})
    with pytest.raises(ArfError, match=r"inferred_sentiment\.detector.*did you mean sentiment"):
        list(hold(SAD, taxonomy, PATH))
