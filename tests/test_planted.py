"""What became of planted errors, judged on sentences of our own."""

from collections.abc import Callable

import pytest

from arf.planted import Fixes, is_gone, leftovers, lost_facts
from arf.records import Edit, Output
from arf.truth import Planted, Truth

SENTIMENT, COURTESY = "inferred_sentiment", "unn_content_pleasantry"
REPETITION, IDENTIFIER = "unn_content_redundant", "exposed_identifier"


def plant(text: str, span: str, code: str, form: str = "sentence") -> Planted:
    return Planted(code=code, span=span, start=text.index(span), form=form)


@pytest.mark.parametrize(
    ("before", "span", "after", "gone"),
    [
        ("It broke. She was livid.", "She was livid.", "It broke.", True),
        ("It broke. She was livid.", "She was livid.", "It broke. She was livid.", False),
        ("It broke. She was livid.", "She was livid.", "It broke. She was so livid.", False),
        ("It broke. She gladly took it.", "She gladly took it.", "It broke. She took it.", True),
        ("It broke. She was livid that he left.", "She was livid that he left.",
         "It broke. She reported that he left.", True),
        ("She said she was livid. She was livid.", "She was livid.", "She said she was livid.",
         True),
        ("She said she was livid. Then she was livid.", "Then she was livid.",
         "She was livid. Then she was livid.", False),
        ("It broke. She saw red.", "She saw red.", "It broke.", True),
        ("It broke. She saw red.", "She saw red.", "It broke. She saw red again.", False),
    ],
)  # fmt: skip
def test_feelings_go(before: str, span: str, after: str, gone: bool) -> None:
    assert is_gone(plant(before, span, SENTIMENT), before, after) is gone


@pytest.mark.parametrize(
    ("before", "span", "after", "gone"),
    [
        ("It came. He thanked the bot for its help.", "He thanked the bot for its help.",
         "It came.", True),
        ("It came. He thanked the bot for its help.", "He thanked the bot for its help.",
         "It came. He thanked the bot.", False),
        ("The fee was paid back. The fee was paid back.", "The fee was paid back.",
         "The fee was paid back.", True),
        ("The fee was paid back. The fee was paid back.", "The fee was paid back.",
         "So the fee was paid back. The fee was paid back.", False),
        ("The fee of $5 was paid back. It paid the fee back.", "It paid the fee back.",
         "The fee of $5 was paid back.", True),
        ("The fee of $5 was paid back. It paid the fee back.", "It paid the fee back.",
         "The fee of $5 was paid back. It paid the fee.", False),
        ("It came, and the chat ended on a friendly note.",
         ", and the chat ended on a friendly note", "It came.", True),
    ],
)  # fmt: skip
def test_sentences_and_clauses_go(before: str, span: str, after: str, gone: bool) -> None:
    assert is_gone(plant(before, span, REPETITION), before, after) is gone


@pytest.mark.parametrize(
    ("span", "form", "after", "gone"),
    [
        ("12-3456", "value", "Order [masked] is late.", True),
        ("12-3456", "value", "Order 12 3456 is late.", False),
        ("12-3456", "value", "Order 123456 is late.", False),
        ("12-3456", "value", "Order 12-34567 is late.", True),
        ("(order 12-3456)", "clause", "It is late (order [masked]).", True),
        ("(order 12-3456)", "clause", "It is late; order 12-3456.", False),
        ("12 Elm Street", "value", "She lives at [address].", True),
        ("12 Elm Street", "value", "She lives at 12, Elm Street.", False),
    ],
)
def test_identifiers_go(span: str, form: str, after: str, gone: bool) -> None:
    before = f"It is late {span}."
    assert is_gone(plant(before, span, IDENTIFIER, form), before, after) is gone


def test_facts_are_those_of_the_clean_text() -> None:
    before = "Order 5 of Ines is late. She rang on 3 May, angry about the $20."
    truth = Truth.model_validate({
        "errors": [{"code": SENTIMENT, "span": ", angry about the $20", "start": 42}],
        "facts": [{"slot": "n", "value": v} for v in ("Ines", "3 May", "$20", "5")],
    })  # fmt: skip
    clean = truth.clean(before, [SENTIMENT])
    assert clean == "Order 5 of Ines is late. She rang on 3 May."
    assert truth.clean(before, [COURTESY]) == before
    assert lost_facts(truth, clean, before, clean) == []
    assert lost_facts(truth, clean, before, "Order 5 is late.  She rang.") == ["ines", "3 may"]
    assert lost_facts(truth, clean, "Order 5 is late.", "It is late.") == ["5"]


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ("It came  late.", "double space"),
        ("It came , late.", "space before a mark"),
        ("It came,. She left.", "doubled mark"),
        ("It came. she left.", "lower-case start"),
        ("It came and.", "sentence ends in the air"),
        ("It came. The big black box.", "sentence without a verb"),
        ("It came ().", "empty brackets"),
        ("It came and, and left.", "doubled conjunction"),
        ("It came", "no final stop"),
        ("It came (late.", "unbalanced brackets or quotes"),
        ('It came "late.', "unbalanced brackets or quotes"),
    ],
)
def test_faults_of_form(after: str, kind: str) -> None:
    before = "It came late. She left."
    assert leftovers(before, after)[kind] == 1
    assert not leftovers(after, after)
    assert not leftovers(before, "It came. She left at 5.30 p.m. (late).")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It is what she was left with, to her dismay.", "It is what she was left with."),
        ("The debt was not his, which upset him.", "The debt was not his."),
        ("It is late at St. Oda School, which upset him.", "It is late at St. Oda School."),
    ],
)
def test_what_is_no_fault_of_form(before: str, after: str) -> None:
    assert not leftovers(before, after)


@pytest.fixture
def fixes(make_output: Callable[..., Output]) -> Fixes:
    teacher = "Order 5 is late. She was livid. She thanked the bot."
    row = {
        "errors": [
            {"code": SENTIMENT, "span": "She was livid.", "start": 17},
            {"code": COURTESY, "span": "She thanked the bot.", "start": 32},
        ],
        "facts": [{"slot": "order", "value": "5"}],
    }

    def edit(code: str, before: str, after: str | None, verdict: str = "kept") -> Edit:
        return Edit(
            round="r1", code=code, before=before, after=after, provider="m", prompt_sha256=None,
            checks={}, verdict=verdict, reason=None if verdict == "kept" else "no way",
        )  # fmt: skip

    fixes = Fixes([SENTIMENT, COURTESY])
    good = "Order 5 is late. She thanked the bot."
    fixes.add(row, teacher, make_output(text=good, edits=(edit(SENTIMENT, teacher, good),)))
    bad = "Order is late and."
    fixes.add(row, teacher, make_output(
        text=bad, edits=(edit(SENTIMENT, teacher, bad), edit(COURTESY, bad, None, "unanswered")),
    ))  # fmt: skip
    fixes.add({"errors": []}, "It came.", make_output(text="It came"))
    fixes.add({"errors": []}, "It came.", make_output(text="It came."))
    fixes.add({"errors": []}, "It came.", make_output(
        text="It.", edits=(edit(COURTESY, "It came.", "It."),),
    ))  # fmt: skip
    return fixes


def test_rows_are_counted(fixes: Fixes) -> None:
    assert (fixes.rows, fixes.changed) == (5, 4)
    assert (fixes.unflagged_changed, fixes.false_alarms) == (1, 2)
    assert (fixes.words, fixes.words_lost) == (14, 2)


def test_codes_are_counted(fixes: Fixes) -> None:
    feeling = fixes.tallies["botchat", SENTIMENT].figures()
    assert (feeling["planted"], feeling["kept"], feeling["alarms"]) == (2, 2, 0)
    assert feeling["gone"]["rate"] == feeling["gone_of_flagged"]["rate"] == 1
    assert feeling["lost"] == 1
    assert feeling["leftovers"] == {"sentence ends in the air": 1}
    courtesy = fixes.tallies["botchat", COURTESY].figures()
    assert courtesy["flagged"]["rate"] == courtesy["gone"]["rate"] == 0.5
    assert courtesy["gone_of_flagged"]["rate"] == 1
    assert (courtesy["kept"], courtesy["alarms"]) == (1, 1)
    assert courtesy["refused"] == {"no way": 1}
    assert courtesy["leftovers"] == {"sentence without a verb": 1}
