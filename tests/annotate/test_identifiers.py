"""Identifiers of the customer, by kind and by owner."""

import pytest
from test_rules_annotator import IDENTIFIER, spans

from arf.records import Case, Turn


def exposed(text: str, case: Case) -> list[str | None]:
    return spans(IDENTIFIER, text, case)


def form(text: str) -> Case:
    return Case(id="c", channel="webform", split="test", text=text)


def chat(customer: str, bot: str = "How can I help?") -> Case:
    turns = (Turn(speaker="bot", text=bot), Turn(speaker="customer", text=customer))
    return Case(id="c", channel="botchat", split="test", turns=turns)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("48213307", "The parcel of order {} had not come."),
        ("A-7731-20", "She asked about order no. {}."),
        ("QX7LRP4", "The booking ran as {}."),
        ("4050 9570 3", "He gave {} as the membership."),
        ("1933/12/TE", "The policy in question was {}."),
        ("4000 1234 5678 9010", "The card {} was blocked."),
        ("GB29 NWBK 6016 1331 9268 19", "The money went to {}."),
        ("4471", "The PIN for verification was {}."),
        ("sunny-day22", "The password {} no longer worked."),
        ("KX19 ZTR", "The car with the plate {} was fined."),
        ("RR 473 124 829 GB", "The letter, tracked as {}, was lost."),
        ("night_owl_82", "The user name {} was taken."),
        ("07700 900417", "He asked to be rung on {}."),
        ("(212) 555-0143", "She could be reached on {}."),
        ("lena.holm@example.org", "Mail was to go to {}."),
        ("14 Alder Close, Reading RG2 7PT", "She lives at {}."),
        ("Flat 3, 88 Harbour Street", "She lives at {}."),
        ("Orchard Close, Flat 4", "She lives at {}."),
        ("PO Box 1184", "Her new address is {}."),
    ],
)
def test_kinds(value: str, told: str) -> None:
    assert exposed(told.format(value), form(f"Hello. {value}. Bye.")) == [value]
    assert exposed(told.format(value), chat("No.", bot=f"It is {value}.")) == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("The boiler showed fault code F2812.", "It shows F2812."),
        ("The plan has 2000 minutes.", "I have an account with 2000 minutes."),
        ("He wanted flight BA 2891.", "My booking is for flight BA 2891."),
        ("The fridge, model RB34T602, hums.", "My order was an RB34T602."),
        ("The account was opened in 2018.", "I opened the account in 2018."),
        ("The account was opened on 03/11/2019.", "I opened the account on 03/11/2019."),
        ("Order XXXX had not come.", "Where is order XXXX?"),
        ("The debt was $15,000.00.", "The account shows $15,000.00."),
    ],
)
def test_what_identifies_nobody(told: str, said: str) -> None:
    assert exposed(told, form(said)) == []


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ("My mobile is 01632 960 321.", True),
        ("Please ring 01632 960 321.", True),
        ("You're talking to Ines, it's 01632 960 321.", True),
        ("I rang your hotline on 01632 960 321.", False),
        ("Nobody picks up at 01632 960 321.", False),
        ("The number on your letter, 01632 960 321, is wrong.", False),
        ("I called your line, so ring me back on 01632 960 321.", True),
    ],
)
def test_owners(said: str, own: bool) -> None:
    assert bool(exposed("The number was 01632 960 321.", form(said))) is own


def test_the_output_tells_the_owner_where_the_form_does_not() -> None:
    case = form("01632 960 321. It was engaged.".replace("engaged", "busy"))
    assert exposed("The museum's number is 01632 960 321.", case) == []
    assert exposed("Her landline is 01632 960 321.", case) == ["01632 960 321"]


def test_addresses_of_offices_and_free_numbers_are_a_companys() -> None:
    assert exposed("It went to service@example.com.", form("I use service@example.com")) == []
    assert exposed("It went to ines@example.com.", form("Write to ines@example.com"))
    assert exposed("She rang 0800 555 0199.", form("0800 555 0199 was busy")) == []


def test_the_question_of_the_staff_names_a_number() -> None:
    told = "Ines Lund (BB4281X) asked for tea."
    assert exposed(told, chat("Ines Lund, BB4281X.", "Your name and booking number?"))
    assert not exposed(told, chat("Ines Lund, BB4281X.", "What does the screen say?"))
