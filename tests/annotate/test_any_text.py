"""What the rules make of text that is no tidy English paragraph, and how long they take."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.annotate.rules import RulesAnnotator
from arf.annotate.rules.grounds import GroundsByCase
from arf.records import Annotation, Case, Output, Turn
from arf.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy(Path(__file__).parents[2] / "prompts/taxonomy.yaml")
ANNOTATOR = RulesAnnotator(TAXONOMY)
WORDS = re.findall(
    r"\S+",
    "the customer asked for a refund of 45 dollars and said that the bot was late , which annoyed "
    "them because it thanked her politely with no answer on 3 March or account 12345 Ines .",
)


def case(said: str) -> Case:
    turns = (Turn(speaker="customer", text=said), Turn(speaker="bot", text="One moment."))
    return Case(id="c", channel="botchat", split="test", turns=turns)


def annotate(text: str, said: str = "Where is it?", by: RulesAnnotator = ANNOTATOR) -> Annotation:
    output = Output(id="c", channel="botchat", source="r0", text=text, provider="mock")
    (label,) = by.annotate([(case(said), output)])
    return label


@pytest.mark.parametrize(
    "text",
    [
        "Der Kunde hat die Rechnung der Firma nicht bezahlt. Die Ware kam in Hamburg nicht an.",
        "Le client a demandé le remboursement de sa commande à la Société du Nord.",
        "El cliente pidió el reembolso del pedido a la empresa Norte por el retraso.",
        "THE CUSTOMER ASKED WHERE THE PARCEL WAS. THE BOT SAID THAT IT WAS ON THE WAY.",
        "<P CLASS='Lead'>The customer asked where it was.</P><TABLE WIDTH=400><TR></TABLE>",
        "The customer asked where it was 🙂. It was on its way 🚚🚚.",
        "荷物はどこですか。配達中です。",
        "late",
        "The customer asked where it was",
        "!!!",
        "",
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(text: str) -> None:
    assert annotate(text).errors == ()


def test_a_feeling_in_capitals_is_one() -> None:
    (error,) = annotate("THE CUSTOMER WAS VERY UPSET ABOUT THE PARCEL.").errors
    assert (error.code, error.span) == ("inferred_sentiment", "VERY UPSET")


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*WORDS, "İ", "\n", "<b>", "5:30", "$", "é", "ﬁ"]), max_size=60).map(
        " ".join
    ),
    st.sampled_from(["Where is it?", "I'm angry, I paid $45 on 3 March. Account 12345."]),
)
def test_spans_are_verbatim_and_memory_changes_nothing(text: str, said: str) -> None:
    label = annotate(text, said)
    for error in label.errors:
        assert error.span
        assert error.start is not None
        assert text[error.start : error.start + len(error.span)] == error.span
    assert annotate(text, said) == label
    assert label.status == ("scored" if any(map(str.isalpha, text)) else "unscored")


def test_an_annotator_with_other_memories_says_the_same() -> None:
    fresh = RulesAnnotator(TAXONOMY)
    texts = [
        "The customer was upset. The fee was refunded and she thanked the bot.",
        "The customer was upset. The fee was refunded.",
        "The fee was refunded. The fee of $9 was refunded by Ines.",
    ]
    for said in ("I am upset about the $9.", "Where is it?"):
        for text in texts:
            assert annotate(text, said, fresh) == annotate(text, said)


def test_the_grounds_of_few_cases_are_kept() -> None:
    grounds = GroundsByCase(TAXONOMY.people)
    cases = [case(str(number)) for number in range(3000)]
    for one in cases:
        assert grounds.of(one).case is one
    assert grounds.of(cases[-1]) is grounds.of(cases[-1])
    assert len(grounds) < len(cases) / 2


def cycle(count: int) -> str:
    return " ".join(WORDS[index % len(WORDS)] for index in range(count))


@pytest.mark.parametrize(
    "write",
    [
        cycle,
        lambda count: cycle(count).replace(" .", ""),
        lambda count: "The bot said so. " * (count // 4),
        lambda count: "the bot thanked her, " * (count // 4),
        lambda count: "he was very sad and " * (count // 5),
        lambda count: "a" * count * 5,
        lambda count: "-" * count * 5 + "a",
        lambda count: "<a" * count,
        lambda count: "a@" * count,
        lambda count: "Ines Lund " * (count // 2),
    ],
)
def test_time_grows_with_length_and_no_faster(write: Callable[[int], str]) -> None:
    def seconds(count: int) -> float:
        text = write(count)
        times = []
        for _ in range(2):
            start = time.process_time()
            annotate(text, by=RulesAnnotator(TAXONOMY) if not times else ANNOTATOR)
            times.append(time.process_time() - start)
        return times[0]

    annotate(write(100))
    short, long = seconds(1000), seconds(8000)
    assert long < max(0.25, 24 * short)
