"""What the output says twice, and endings that only sum it up."""

import pytest
from test_rules_annotator import REPETITION, spans

from arf.records import Case, Turn

CHAT = Case(
    id="c",
    channel="botchat",
    split="test",
    turns=(Turn(speaker="customer", text="Where is it?"), Turn(speaker="bot", text="One moment.")),
)
FORM = Case(id="c", channel="webform", split="test", text="Where is it?")


def repeated(text: str, case: Case = CHAT) -> list[str | None]:
    return spans(REPETITION, text, case)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("The bot refunded the fee of $6.", "The fee of $6 was refunded."),
        ("The shop refused to repair the clock.", "A repair of the clock was refused."),
        ("She did not take the offer of £5.", "The offer of £5 was not taken."),
        ("The gym froze the contract for two months.", "The contract was frozen for two months."),
        ("They contested a fine of $40.", "The fine of $40 was contested."),
        ("She asked for a lamp on 2 May.", "A lamp on 2 May was what she asked for."),
        ("He asked why the fee of $6 was due.", "The question was why the fee of $6 was due."),
        (
            "The courier will bring the sofa on 3 June.",
            "On 3 June the courier will bring the sofa.",
        ),
        (
            "The cash desk would not take the voucher.",
            "The voucher was not taken by the cash desk.",
        ),
    ],
)
def test_the_same_in_other_words(first: str, again: str) -> None:
    assert repeated(f"{first} It was a Tuesday. {again}") == [again]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("She asked for a refund of $6.", "The $6 was refunded."),
        ("The fee of $6 was charged.", "The fee of $6 was refunded."),
        ("A first parcel with a lamp came.", "A second parcel with a lamp came."),
        ("The room of 3 May was booked.", "The room of 4 May was booked."),
        ("The lamp will be replaced.", "The lamp was replaced."),
        ("The bot unlocked the account.", "The account was not unlocked."),
        ("The card was cleared from the file.", "She asked to have the card cleared."),
        ("The bot looked for a table for Ines.", "Another table for Ines was found."),
    ],
)
def test_what_is_new(first: str, then: str) -> None:
    assert repeated(f"{first} It was a Tuesday. {then}") == []


def test_sentences_together_tell_a_third() -> None:
    text = "They wanted a table for two at 6 pm. The bot booked Brasa. "
    assert repeated(text + "A table for two was booked at Brasa for 6 pm.")
    assert not repeated(text + "A table for two was cancelled at Brasa for 6 pm.")


@pytest.mark.parametrize(
    ("before", "ending"),
    [
        ("The bot replaced the lamp.", "The matter was thus settled."),
        ("The bot replaced the lamp.", "With that, the case came to its end."),
        ("The shop declined to replace the lamp.", "Her wish remained unfulfilled."),
        ("The shop declined to replace the lamp.", "Ultimately, the two sides did not agree."),
        ("The desk would decide within four days.", "The case was still undecided."),
        ("The desk would decide within four days.", "A final decision has yet to be made."),
        ("The bot reset the login.", "The login problem was resolved."),
        ("No lamp was left.", "The chat ended without a purchase."),
        ("It was replaced.", "On the whole, all went well."),
    ],
)
def test_endings_that_sum_up(before: str, ending: str) -> None:
    found = repeated(f"She wrote about a lamp with a crack. {before} {ending}")
    assert found in ([ending], [ending.rstrip(".")])


@pytest.mark.parametrize(
    "text",
    [
        "She wrote about a lamp with a crack. The matter was not settled.",
        "She wrote about a lamp with a crack. The request was refused.",
        "She wrote about a lamp. The bot did not know, and the question was left open.",
        "A lamp came broken. She asked for the matter to be settled.",
        "A lamp came broken. The bot replaced it and closed the case.",
        "A lamp came broken. The chat ended before the bot had answered.",
        "The bot replaced the lamp. She was satisfied with the outcome.",
    ],
)
def test_an_outcome_told_for_the_first_time(text: str) -> None:
    assert repeated(text) == []


def test_a_message_that_was_sent_may_say_that_it_is_open() -> None:
    text = "The bank had not sent the card. It had been promised for May. The matter is unresolved."
    assert repeated(text, FORM) == []
    text = "The bank had not sent the card. It would reply within two weeks. The matter is open."
    assert repeated(text, FORM) == ["The matter is open."]
