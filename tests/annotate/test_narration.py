"""Narrated courtesies and copies: their forms, and what only looks like one."""

import pytest
from test_rules_annotator import COPY, COURTESY, spans

BEFORE = "The agent moved the delivery to the next day"


@pytest.mark.parametrize(
    "clause",
    [
        # thanks, greetings, goodbyes, wishes
        "with thanks all round",
        "and the bot welcomed her warmly",
        "and the bot introduced itself",
        "before he said farewell to the chat assistant",
        "and polite goodbyes followed",
        "and the bot told her to enjoy the rest of the day",
        "and he was wished a safe journey",
        "and she hoped that the message found them well",
        # apologies and what is said to them
        "and the bot said sorry for the mix-up",
        "with an apology for the bother",
        "and apologies were offered by the bot",
        "and he told the bot not to mind the trouble",
        "and she waved the apology aside",
        # offers of more help, and answers
        "and the bot asked how it could be of service",
        "and the bot enquired if she required anything further",
        "and no more questions followed",
        "and he confirmed that this was all",
        "and an invitation to come back was extended to her",
        "and the bot assured them that it would always be there for questions",
        # politeness
        "and he looked forward to a kind reply",
        "and the closing line was respectful",
        "and she was courteous throughout",
    ],
)
def test_courtesies_of_every_kind(clause: str) -> None:
    assert spans(COURTESY, f"{BEFORE}, {clause}.")


@pytest.mark.parametrize(
    "text",
    [
        "On opening the app the user was greeted by an error message.",
        "The customer wished to return the coat.",
        "The customer asks for a written apology from the manager.",
        'The gift card was to read "Thank you, Grandma".',
        "The farewell tour was cancelled.",
        "The caller asked if any more seats were free.",
        "The agent asked whether any other accounts were affected.",
        "The assistant asked whether the user wanted anything else on the pizza.",
        "The agent refused further help until the debt was paid.",
        "Restarting the router did nothing more.",
        "The customer was told to come back with a passport.",
        "They wanted the agent to say that a fix would take some time.",
    ],
)
def test_what_narrates_no_courtesy_is_left_alone(text: str) -> None:
    assert not spans(COURTESY, text)


def test_a_polite_manner_is_the_adverb_alone() -> None:
    assert spans(COURTESY, "The customer politely asked for a refund.") == ["politely"]


def test_a_bare_apology_counts_of_the_staff_alone() -> None:
    assert spans(COURTESY, "The bot moved it and apologised.") == ["apologised"]
    assert not spans(COURTESY, "The customer corrected a typo and apologised.")


@pytest.mark.parametrize(
    "clause",
    [
        "and the log of the talk went to her inbox",
        "with a transcript to follow",
        "a copy of which went to his inbox",
        "and the bot mailed her what had been said",
        "and the form was to be mailed back for the files",
        "with an acknowledgement requested by email",
        "and the bot offered to e-mail the chat",
        "and she asked that receipt be confirmed",
        "and he ticked the box for a copy",
        "and the agent sent a recap by e-mail",
        "and an e-mail with the details was sent",
        "and a confirmation went out to the customer",
        "and the details were texted to the customer",
        "and the agent confirmed this in an e-mail",
    ],
)
def test_copies_of_every_kind(clause: str) -> None:
    assert spans(COPY, f"{BEFORE}, {clause}.")


@pytest.mark.parametrize(
    "text",
    [
        "The office asked the applicant to send a copy of the passport.",
        "The customer sent the agent a photo of the screen as proof.",
        "The customer wanted everything in writing.",
        "The one-time code was sent to an old number.",
        "The hotel had no record of the booking.",
        "The customer was told by e-mail that the ticket was void.",
        "The police report was sent to the bureau.",
        "The customer spent 20 minutes on the phone.",
    ],
)
def test_what_narrates_no_copy_is_left_alone(text: str) -> None:
    assert not spans(COPY, text)


@pytest.mark.parametrize(
    ("said", "found"), [("I need a room", True), ("I never got my itinerary changed", False)]
)
def test_another_document_counts_only_where_the_case_does_not_speak_of_it(
    said: str, found: bool
) -> None:
    assert bool(spans(COPY, "It was booked, and the itinerary was e-mailed.", said)) is found
