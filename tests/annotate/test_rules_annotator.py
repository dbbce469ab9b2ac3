"""The rules annotator: what each detector finds, and where."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.annotate.rules import RulesAnnotator
from arf.files import sha256_text
from arf.records import Annotation, Case, Output, Turn
from arf.taxonomy import load_taxonomy

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared/data/real"
TAXONOMY = load_taxonomy(ROOT / "prompts/taxonomy.yaml")
ANNOTATOR = RulesAnnotator(TAXONOMY)
SENTIMENT, COURTESY = "inferred_sentiment", "unn_content_pleasantry"
COPY, REPETITION = "unn_content_email_copy", "unn_content_redundant"
IDENTIFIER, DETAIL = "exposed_identifier", "unsupported_detail"


def annotate(text: str, source: str | Case = "Where is my parcel?") -> Annotation:
    case = source
    if isinstance(case, str):
        turns = (Turn(speaker="customer", text=case), Turn(speaker="bot", text="One moment."))
        case = Case(id="c", channel="botchat", split="test", turns=turns)
    output = Output(id=case.id, channel=case.channel, source="r0", text=text, provider="mock")
    (label,) = ANNOTATOR.annotate([(case, output)])
    return label


def spans(code: str, text: str, source: str | Case = "Where is my parcel?") -> list[str | None]:
    return [error.span for error in annotate(text, source).errors if error.code == code]


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("The customer was upset.", "Where is it?", ["The customer was upset"]),
        ("The customer was upset.", "I'm so upset!", []),
        ("They were clearly very frustrated by this.", "Hi", ["They were clearly very frustrated"]),
        ("It was late, and she felt let down.", "Hi", ["she felt let down"]),
        ("He was grateful and hopeful about it.", "Thank you!", ["He was grateful and hopeful"]),
        ("He was grateful.", "I appreciate it", []),
        ("They were confused and frustrated.", "I am confused", [" and frustrated"]),
        ("They were frustrated and confused.", "I am confused", ["frustrated and "]),
        ("Frustrated by the delay, they left.", "Hi", ["Frustrated"]),
        ("It broke, which annoyed her.", "Hi", ["which annoyed her"]),
        ("It broke, much to their annoyance.", "Hi", [", much to their annoyance"]),
        ("It came, leaving them dissatisfied.", "Hi", ["leaving them dissatisfied"]),
        ("He jokingly asked for a pony.", "Hi", ["jokingly"]),
        ("She took the news well.", "Hi", ["She took the news well"]),
        ("They feel cheated.", "Hi", ["They feel cheated"]),
        ("They feel cheated.", "you cheat people", []),
        ("They feel that the fee is wrong.", "Hi", []),
        ("The patient was seen at noon.", "Hi", []),
        ("A tax relief was applied.", "Hi", []),
        ("The document concerned was sent.", "Hi", []),
        ("The chat ended politely.", "Hi", []),
        ("The dispute remained unsettled.", "Hi", []),
        ("The outage left them unsettled.", "Hi", ["The outage left them unsettled"]),
        ("It came, which cheered them.", "Hi", ["which cheered them"]),
        ("They resented the delay.", "Hi", ["They resented the delay"]),
        ("Their relief was obvious.", "Hi", ["relief"]),
        ("Their concern was the price.", "Hi", []),
        ("He seemed tense.", "Hi", ["He seemed tense"]),
        ("It seemed late.", "Hi", []),
        ("She found the answer unfair.", "Hi", ["She found the answer unfair"]),
        ("She found the answer unfair.", "that is unfair", []),
        ("She found the key.", "Hi", []),
        ("They lost patience with the shop.", "Hi", ["They lost patience"]),
        ("They were frustrated.", "I'm fed up with this", []),
        ("They were pleased.", "great, thanks", ["They were pleased"]),
        ("She took it with good grace.", "Hi", ["She took it with good grace"]),
    ],
)
def test_sentiment(text: str, source: str, expected: list[str]) -> None:
    assert spans(SENTIMENT, text, source) == expected


def test_a_feeling_is_grounded_only_in_what_that_person_said() -> None:
    def case(customer: str, bot: str) -> Case:
        turns = (Turn(speaker="customer", text=customer), Turn(speaker="bot", text=bot))
        return Case(id="c", channel="botchat", split="test", turns=turns)

    happy_bot = case("Where is it?", "I am happy to help.")
    happy_customer = case("I am happy.", "Fine.")
    assert spans(SENTIMENT, "The customer was happy.", happy_bot)
    assert not spans(SENTIMENT, "The customer was happy.", happy_customer)
    assert spans(SENTIMENT, "The bot was happy to help.", happy_customer)
    assert not spans(SENTIMENT, "The bot was happy to help.", happy_bot)


def test_extra_grounds_nothing() -> None:
    case = Case(
        id="c", channel="webform", split="test", text="Where is it?",
        fields={"company": "Norwood"}, extra={"facts": {"mood": "upset", "agent": "Ilse", "n": 77}},
    )  # fmt: skip
    label = annotate("They were upset. Ilse called Norwood 77 times.", case)
    assert [error.span for error in label.errors] == ["They were upset", "Ilse", "77"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was sent, and she thanked the bot.", ["she thanked the bot"]),
        ("She thanked the bot, and the chat ended.", ["She thanked the bot", "the chat ended"]),
        ("It was sent and the chat ended.", []),
        ("The chat ended politely without a refund.", ["The chat ended politely"]),
        ("He declined further help and left.", ["He declined further help", "left"]),
        ("They needed nothing else.", ["They needed nothing else"]),
        ("He agreed with thanks.", ["with thanks"]),
        ("She had no further questions.", ["She had no further questions"]),
        ("She had no further charges.", []),
        (
            "The bot asked whether she needed anything else.",
            ["The bot asked whether she needed anything else"],
        ),
        ("The bot offered a further discount.", []),
        ("Kind words closed the chat.", ["Kind words closed the chat"]),
        ("He signed off with best wishes.", ["He signed off with best wishes"]),
        ("She welcomed the offer.", []),
        ("Thanks to a rebate, it cost less.", []),
    ],
)
def test_courtesies(text: str, expected: list[str]) -> None:
    assert spans(COURTESY, text) == expected


@pytest.mark.parametrize(
    ("text", "opening", "found"),
    [
        ("It was booked. A copy of the chat was e-mailed to her.", "I need a room", True),
        ("It was booked. A confirmation email was sent.", "I need a room", True),
        ("The bot offered to send a transcript of the chat.", "I need a room", True),
        ("A confirmation email was sent.", "I never got the confirmation", False),
        ("She received emails from a stranger.", "I need a room", False),
        ("They received no confirmation email.", "I need a room", False),
        ("An e-mail confirming the change went out.", "I need a room", True),
        ("She asked for a copy of the form.", "I never got the certificate by e-mail", False),
        ("She asked for a copy of the form.", "My certificate of 2 May cost $9", True),
    ],
)
def test_copies(text: str, opening: str, found: bool) -> None:
    assert bool(spans(COPY, text, opening)) is found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The bot refunded the late delivery fee. The delivery fee was refunded by the bot.",
            ["The delivery fee was refunded by the bot."],
        ),
        ("The fee of $6 was refunded to the card. The fee of $8 was refunded to the card.", []),
        ("The old card was blocked at once. The old card was not blocked at once.", []),
        ("It was replaced. In summary, all went well.", ["In summary, all went well."]),
        (
            "No room was free. The chat ended without a booking.",
            ["The chat ended without a booking"],
        ),
        ("He wanted a room. The chat ended without a booking.", []),
        ("He was booked in. The request was resolved.", ["The request was resolved."]),
    ],
)
def test_repetitions(text: str, expected: list[str]) -> None:
    assert spans(REPETITION, text) == expected


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        ("Her number is (212) 555-0143.", "call 212 555 0143", ["(212) 555-0143"]),
        ("The museum's number is (212) 555-0143.", "which museum?", []),
        ("Write to lena@example.org.", "lena@example.org", ["lena@example.org"]),
        ("Account 88123412 was closed.", "account 88123412", ["88123412"]),
        ("Account XXXX was closed.", "account XXXX", []),
        ("Order 55-81234 is late.", "order 55-81234", ["55-81234"]),
        ("Card 4000 1234 5678 9010 was lost.", "4000 1234 5678 9010", ["4000 1234 5678 9010"]),
        ("She lives at 12 Elm Street.", "12 Elm Street", ["12 Elm Street"]),
        ("His pet's name, Rollo, was right.", "it is Rollo", ["Rollo"]),
        ("His PIN is 4471.", "4471", ["4471"]),
        ("He paid 4471 dollars.", "4471", []),
        ("Flight 289 left.", "flight 289", []),
        ("The hotline is on 01632 960 123.", "I tried your hotline on 01632 960 123", []),
        ("Call 01632 960 123.", "call me on 01632 960 123", ["01632 960 123"]),
        ("It was held under K77-21.", "my booking reference is K77-21", ["K77-21"]),
        ("It showed E-4471.", "the box shows E-4471", []),
    ],
)
def test_identifiers(text: str, said: str, expected: list[str]) -> None:
    assert spans(IDENTIFIER, text, said) == expected


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("They paid $45.", "I paid 45.00", []),
        ("They paid $45.", "I paid 54", ["45"]),
        ("It left at 5 pm.", "17:00 please", []),
        ("It left at 17:00.", "at 5", []),
        ("It left at 18:00.", "at 5", ["18:00"]),
        ("They made three requests.", "please, please, please", []),
        ("It was in March.", "on 2031-03-02", []),
        ("They went to Texas.", "I live in TX", []),
        ("They cited the ABC.", "the Act of Better Cakes says", ["ABC"]),
        ("They cited the ABC.", "the Act on Better Cakes, Act Better Cakes", []),
        ("They asked for Katharine.", "is katherine there", []),
        ("They asked for Ilse.", "is anybody there", ["Ilse"]),
        ("They asked for Ines.", "is the business open?", ["Ines"]),
        ("They paid $45 on 3 March.", "I paid 45 dollars on March 3rd", []),
        ("It was on 4 March.", "on 3 March, 4 calls", ["4 March"]),
        ("It was on 4 March.", "from 4 to 6 March", []),
        ("They called two times.", "I called 14 times", ["two"]),
        ("They made two requests.", "I called 14 times", []),
        ("They waited seven days.", "7 days", []),
        ("They waited two days.", "a while", ["two"]),
    ],
)
def test_details(text: str, source: str, expected: list[str]) -> None:
    assert spans(DETAIL, text, source) == expected


def test_an_annotation_says_what_was_assessed() -> None:
    label = annotate("The customer was upset and thanked the bot.")
    assert label.annotator == "rules"
    assert label.status == "scored"
    assert label.text_sha256 == sha256_text("The customer was upset and thanked the bot.")
    assert set(label.taxonomy) == ANNOTATOR.codes == {
        SENTIMENT, COURTESY, COPY, REPETITION, IDENTIFIER, DETAIL,
    }  # fmt: skip
    assert label.taxonomy[SENTIMENT] == TAXONOMY.codes[SENTIMENT].sha256()
    assert label.rating == 3
    assert annotate("A parcel is late.").rating == 5


def test_a_code_that_does_not_occur_on_a_channel_is_not_assessed() -> None:
    code = TAXONOMY.codes[COURTESY].model_copy(update={"channels": ("webform",)})
    taxonomy = TAXONOMY.model_copy(update={"codes": {**TAXONOMY.codes, COURTESY: code}})
    case = Case(id="c", channel="botchat", split="test", text="Hi")
    output = Output(id="c", channel="botchat", source="r0", text="He thanked us.", provider="mock")
    (label,) = RulesAnnotator(taxonomy).annotate([(case, output)])
    assert COURTESY not in label.taxonomy
    assert label.errors == ()


@given(
    st.lists(
        st.sampled_from(
            ["The customer", "was", "upset", "and", "thanked", "the bot", ",", ".", "that", "Ilse",
             "which", "because", "5 pm", "account 12345", "felt", "ended", "the chat", "\n", "é"]
        ),
        max_size=20,
    )
)  # fmt: skip
def test_spans_are_verbatim_in_order_and_the_same_again(words: list[str]) -> None:
    text = " ".join(words)
    label = annotate(text)
    starts = [error.start for error in label.errors]
    assert starts == sorted(starts, key=lambda start: start or 0)
    for error in label.errors:
        assert error.span
        assert error.start is not None
        assert text[error.start : error.start + len(error.span)] == error.span
    assert annotate(text) == label


def _real() -> list[tuple[Annotation, list[set[str]]]]:
    found = []
    for channel in ("botchat", "webform"):
        marks: dict[str, list[set[str]]] = {}
        for person in "AB":
            for row in _rows(f"annotations/{person}/{channel}.jsonl"):
                codes = {error["code"] for error in row["errors"]}
                marks.setdefault(row["id"], []).append(codes)
        texts = {row["id"]: row["summary"] for row in _rows(f"teacher/{channel}.jsonl")}
        for row in _rows(f"{channel}.jsonl"):
            if row["id"] in marks:
                case = Case(
                    id=row["id"], channel=channel, split="test", text=row.get("text"),
                    turns=row.get("turns"), fields=row.get("fields") or {},
                )  # fmt: skip
                found.append((annotate(texts[case.id], case), marks[case.id]))
    return found


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (REAL / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.skipif(not REAL.exists(), reason="the real data does not lie beside the project")
def test_on_real_outputs_the_rules_agree_with_both_annotators() -> None:
    """Positive is what both annotators found, negative what neither did; channels pooled."""
    labelled = _real()
    assert len(labelled) == 120
    for code, recall, specificity in (
        (SENTIMENT, 0.85, 0.6),
        (COURTESY, 0.85, 0.8),
        (REPETITION, 0.6, 0.9),
    ):
        hits = [code in label.codes() for label, marks in labelled if all(code in m for m in marks)]
        calm = [
            code not in label.codes()
            for label, marks in labelled
            if not any(code in m for m in marks)
        ]
        assert sum(hits) / len(hits) >= recall, code
        assert sum(calm) / len(calm) >= specificity, code
