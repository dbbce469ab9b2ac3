"""Facts of a text: sentences, numbers, names, negations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.text import Mention, clauses, dates, names, negations, numbers, sentences, stem


def values(mentions: list[Mention]) -> list[str]:
    return [mention.value for mention in mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  One.  Two!\nthree\n\n", ["One.", "Two!", "three"]),
        (
            "Dr. Lund paid $5.00 on Friday. Then he left.",
            ["Dr. Lund paid $5.00 on Friday.", "Then he left."],
        ),
        ("customer: hi\nbot: hello", ["customer: hi", "bot: hello"]),
        ("It was paid. $5 was the fee.", ["It was paid.", "$5 was the fee."]),
        ("It was due in May. Ines left.", ["It was due in May.", "Ines left."]),
        ("It needed an ID. Ines left.", ["It needed an ID.", "Ines left."]),
        ("It was due on 9 May. A bill came.", ["It was due on 9 May.", "A bill came."]),
        ("It was hard to miss. Ines left.", ["It was hard to miss.", "Ines left."]),
        ("Miss. Lund left.", ["Miss. Lund left."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in sentences(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$5.00, 5%, 5th, five and 5", ["5"] * 5),
        ("$1,200.50 and 1200.5", ["1200.5", "1200.5"]),
        ("12 thousand, $1.5 million, 5k", ["12000", "1500000", "5000"]),
        ("5 pm, 5:00 p.m., 17:00, noon", ["17:00", "17:00", "17:00", "12:00"]),
        ("on 2031-04-09 or 04/09/2031", ["2031", "4", "9", "4", "9", "2031"]),
        ("twenty-five or two hundred and six", ["25", "206"]),
        ("no one, one of them, a third-party, the third party", []),
        ("one night on the third floor", ["1", "3"]),
        ("a 40-year-old, 5-7 days, 30mins", ["40", "5", "7", "30"]),
        ("train QX7712, order ORD-55812, code zz9ab", ["qx7712", "ord55812", "zz9ab"]),
        ("(212) 555-0199 or 212-555-0199", ["2125550199"] * 2),
        ("card 4000 1234 5678 9010, pin 0042", ["4000123456789010", "0042"]),
        ("XX/XX/2022, XXXX1234, XXXX", ["2022", "1234"]),
        ("no figure here", []),
        ("<h1 width=40>at noon</h1>", ["12:00"]),
        ("one-7, (8) and +9", ["1", "7", "8", "9"]),
    ],
)
def test_numbers(text: str, expected: list[str]) -> None:
    assert values(numbers(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When Ines called, the agent helped.", ["ines"]),
        ("Ines called. The agent helped Ines.", ["ines", "ines"]),
        ("Four calls failed. Twelve were made.", []),
        ("Ines Lund called. Ines left.", ["ines lund", "ines lund"]),
        ("Ines Lund and Ines Roy met Ines.", ["ines lund", "ines roy", "ines"]),
        ("However, nobody answered. Calls went unanswered.", []),
        ("Attempts to reach them failed. Frustrated, they left.", []),
        ("Ines's order went to the Bank of Norwood.", ["ines", "bank of norwood"]),
        ("They saw Dr. Lund's nurse and Dr. Lund.", ["lund", "lund"]),
        ('They wrote "Thank you" and I agreed.', []),
        ("Sent to XXXX in May.", ["may"]),
        ("Frustrated Ines left.", ["ines"]),
        ("THE BOT SAID THAT INES HAD LEFT.", []),
        ("Der Kunde rief die Hotline der Firma an.", []),
        ("<Div>They saw <B>Ines</B>.</Div>", ["ines"]),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert values(names(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 March, March 3rd, the 3rd of March, Mar. 3, 2031-03-03", ["03-03"] * 5),
        ("from 3 to 5 March", ["03-05"]),
        ("May 15 at 3:15, 15 May: three", ["05-15", "05-15"]),
        ("they may pay 3 marchers", []),
        ("on the 3rd", []),
    ],
)
def test_dates(text: str, expected: list[str]) -> None:
    assert values(dates(text)) == expected


def test_inflections_have_one_stem() -> None:
    assert {stem(word) for word in ("refund", "refunds", "refunded", "refunding")} == {"refund"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It didn't, couldn’t and cannot.", ["not", "not", "not"]),
        ("The refusal was refused; denial, denied.", ["refus", "refus", "den", "den"]),
        ("a knot in the notebook of Nora", []),
        ("They were unable to pay without a card.", ["unable", "without"]),
    ],
)
def test_negations(text: str, expected: list[str]) -> None:
    assert values(negations(text)) == expected


@given(st.text(alphabet="aB5 .,:$-'XxéÉ\n?!one", max_size=60) | st.text(max_size=40))
def test_positions_hold_on_any_text(text: str) -> None:
    for sentence in sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip()
    for find in (numbers, names, negations, dates):
        mentions = find(text)
        assert mentions == sorted(mentions, key=lambda mention: mention.start)
        for mention in mentions:
            assert mention.value
            assert 0 <= mention.start < mention.end <= len(text)
            assert text[mention.start : mention.end].strip()


@given(st.integers(min_value=0, max_value=10**9))
def test_a_number_is_the_same_in_every_format(number: int) -> None:
    written = [f"${number:,}", f"{number:,}.00", f"{number}%", f"{number} days"]
    assert {value for text in written for value in values(numbers(text))} == {str(number)}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("", [("fragment", "", "")]),
        ("Ines left.", [("main", "Ines", "Ines left")]),
        (
            "She was upset, calling it a waste, and the chat ended.",
            [
                ("main", "She", "She was upset"),
                ("participle", "", "calling it a waste"),
                ("main", "the chat", "the chat ended"),
            ],
        ),
        (
            "It was late, and a copy of the bill of £9.50 was asked for.",
            [
                ("main", "It", "It was late"),
                (
                    "main",
                    "a copy of the bill of £9.50",
                    "a copy of the bill of £9.50 was asked for",
                ),
            ],
        ),
        (
            "Although tired, they waited and asked for tea, cake and milk.",
            [
                ("fragment", "", "Although tired"),
                ("main", "they", "they waited"),
                ("main", "", "asked for tea, cake and milk"),
            ],
        ),
        (
            "It came at noon, which pleased Ines, because she was hungry.",
            [
                ("main", "It", "It came at noon"),
                ("relative", "", "which pleased Ines"),
                ("subordinate", "she", "because she was hungry"),
            ],
        ),
        (
            "They were annoyed and confused by the bill.",
            [("main", "They", "They were annoyed and confused by the bill")],
        ),
        (
            "It failed, but after a while the bot tried again.",
            [("main", "It", "It failed"), ("fragment", "", "after a while the bot tried again")],
        ),
    ],
)
def test_clauses(sentence: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(c.role, c.subject, c.text) for c in clauses(sentence)] == expected


@given(
    st.lists(
        st.sampled_from(
            ["The bot", "was", "late", "and", "asked", "for tea", ",", "which", "because", "she",
             "left", "saying", "that", ";", "but", "Although", "Ines", "."]
        ),
        max_size=15,
    )
)  # fmt: skip
def test_clauses_and_joints_are_the_whole_sentence(words: list[str]) -> None:
    sentence = " ".join(words)
    parts = clauses(sentence)
    whole = "".join(part.joint + part.text for part in parts)
    assert sentence.startswith(whole)
    assert not sentence[len(whole) :].strip(" .!?")
    assert all(sentence[part.start : part.end] == part.text for part in parts)
