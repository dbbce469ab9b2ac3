"""Feelings: how English ascribes one, what only looks like it, and what grounds it."""

import pytest
from test_rules_annotator import SENTIMENT, TAXONOMY, spans

from arf.annotate.rules import RulesAnnotator
from arf.errors import ArfError
from arf.records import Case, Output, Turn
from arf.taxonomy import load_taxonomy

BEFORE = "The agent moved the delivery to the next day"


@pytest.mark.parametrize(
    "clause",
    [
        # a state
        "and she was by now thoroughly exasperated",
        "and he came across as testy",
        "making them cross",
        "and they had grown wary of the shop",
        "with everyone satisfied",
        "unsure and annoyed at having to wait",
        "and the shopper felt misled",
        "and the wary customer asked again",
        # a noun
        "and she let out her indignation",
        "and annoyance was noticeable in his words",
        "a source of real distress for them",
        "a great comfort to her",
        "with barely hidden unease on their part",
        "and she had little confidence left in the service",
        "much to his consternation",
        "to the relief of the claimant",
        # a verb
        "which galled them",
        "and he fretted over it",
        "and they began to lose heart",
        "making her doubt the service",
        "and he rejoiced at that",
        # a judgement
        "and she considered this outrageous",
        "and he thought the fee disgraceful",
        "and they found it distasteful",
        # a tone, a manner, an idiom
        "and he struck a resigned tone",
        "and the wording was bitter",
        "and she testily gave the number again",
        "and she took offence",
        "and he put his case through gritted teeth",
        "and patience was wearing thin on their side",
        "which did not sit well with them",
        "and a weight was off her mind",
        "and they could not have been happier",
        "just what she had hoped for",
    ],
)
def test_a_feeling_is_found_in_every_construction(clause: str) -> None:
    assert spans(SENTIMENT, f"{BEFORE}, {clause}.")


@pytest.mark.parametrize(
    "text",
    [
        "The customer ordered the game Angry Birds.",
        'The card was to read "So Happy Together".',
        "Happy hour at the bar ends at seven.",
        "The investor sold the fund after its disappointing report.",
        "The customer reported that the driver had been rude.",
        "The customer said that the food was cold.",
        "The customer's need was satisfied.",
        "The court order was satisfied in 2020.",
        "The agent addressed the customer's concern.",
        "No activation was possible without approval.",
        "The customer was unsure which of the cards had been charged.",
        "The patient was moved to another clinic.",
        "They turned down the offer.",
        "They had lost the key and found the door locked.",
        "The agent encouraged her to write again.",
        "The dial tone was missing.",
        "The customer was hurt in the fall.",
        "He found it unavailable.",
    ],
)
def test_what_ascribes_no_feeling_is_left_alone(text: str) -> None:
    assert not spans(SENTIMENT, text)


@pytest.mark.parametrize(
    ("feeling", "said"),
    [
        ("at the end of their tether", "I'm at my wits' end"),
        ("livid", "I'm absolutely fuming"),
        ("disappointed", "I expected better"),
        ("fed up", "I've had enough"),
        ("relieved", "That's a weight off my mind"),
        ("reassured", "That puts my mind at rest"),
        ("not pleased", "I'm not happy with this"),
    ],
)
def test_a_near_synonym_grounds_a_feeling(feeling: str, said: str) -> None:
    text = f"They said that they were {feeling}."
    assert spans(SENTIMENT, text)
    assert not spans(SENTIMENT, text, said)


def test_polite_words_ground_no_feeling() -> None:
    said = "Please tell me where it is, I would like to know. Cheers, and a good day"
    for clause in ("which pleased her", "which cheered her", "and she found it pleasing"):
        assert spans(SENTIMENT, f"It came, {clause}.", said), clause


def test_a_feeling_inside_a_phrase_grounds_the_phrase() -> None:
    text = "His tone was angry."
    assert spans(SENTIMENT, text)
    assert not spans(SENTIMENT, text, "I am angry")


def test_a_part_that_is_not_there_is_named() -> None:
    code = TAXONOMY.codes[SENTIMENT]
    assert code.detector is not None
    settings = {"phrases": [{"near": ["mind"], "pattern": "on {thier} mind"}]}
    detector = code.detector.model_copy(update={"settings": settings})
    codes = {**TAXONOMY.codes, SENTIMENT: code.model_copy(update={"detector": detector})}
    with pytest.raises(ArfError, match=r"phrases\.0\.pattern.*there is no part \{thier\}"):
        RulesAnnotator(TAXONOMY.model_copy(update={"codes": codes}))


def test_who_speaks_counts_for_the_staff_alone_where_the_staff_acts() -> None:
    turns = (Turn(speaker="customer", text="Where is it?"), Turn(speaker="bot", text="I am sorry."))
    case = Case(id="c", channel="botchat", split="test", turns=turns)
    output = Output(
        id="c", channel="botchat", source="r0", provider="mock",
        text="The bot was regretful. The customer was regretful.",
    )  # fmt: skip
    (label,) = RulesAnnotator(load_taxonomy()).annotate([(case, output)])
    found = [error.span for error in label.errors if error.code == SENTIMENT]
    assert found == ["The customer was regretful"]
