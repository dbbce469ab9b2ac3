"""Personal data is replaced by words that stand for it, and nothing else is."""

import sys
import time
from itertools import product

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from arf.errors import ArfError
from arf.llm.privacy import Pseudonymiser
from arf.llm.privacy.names import KINDS as NAME_KINDS
from arf.llm.privacy.personal import KINDS, find_personal

PRIVACY = Pseudonymiser()


def chat(*texts: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text} for text in texts]


def found(text: str) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in find_personal(text)]


PLANTED = {
    "EMAIL": [
        "ann.lee@example.org", "o'brien+shop@mail.example.co.uk", "ANN_7@EXAMPLE.COM",
        "søren@blåbær.example", "ann dot lee at example dot org",
    ],
    "PHONE": [
        "+44 20 7946 0958", "+44 7700 900 152", "+1 (369) 555-0143", "0044 20 7946 0958",
        "(369) 555-0143", "826-555-0147", "1-800-555-0199", "07700 900 628", "07700 900128",
        "01632960791", "06 12 34 56 78", "030 901820", "555-0142", "2125550142",
    ],
    "CARD": [
        "4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111", "3782 822463 10005",
        "4929 2735 0914 8605",
    ],
    "IBAN": ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "nl91 abna 0417 1643 00"],
    "IP": ["203.0.113.77", "2001:db8::8a2e:370:7334"],
    "SSN": ["652-00-5391", "536 90 4399", "AB 12 34 56 C", "AB123456C"],
    "NUMBER": ["85731890", "153531981", "9931939443153", "1549 0482 7", "82-878-761"],
    "URL": [
        "https://shop.example/reset?token=a8f3", "www.shop.example/u?mail=ann%40example.org",
        "https://ann:secret@shop.example/", "https://shop.example/s/Zk81hQ02LmmP4x7Tqq",
    ],
    "ADDRESS": ["11 Tanner Row", "142 Ropewalk Avenue", "30 Orchard Close, Flat 8"],
}  # fmt: skip
ALL_PLANTED = [(kind, value) for kind, values in PLANTED.items() for value in values]


@pytest.mark.parametrize(("kind", "value"), ALL_PLANTED, ids=[value for _, value in ALL_PLANTED])
def test_what_is_found_in_each_place(kind: str, value: str) -> None:
    for before, after in (
        ("", ""), ("Write down ", " for me."), ("It is ", ". Thanks"), ("(", ")"),
        ("bot: so\n", "\nok"), ("that, ", ", or"), ("it's:", "!"), ('"', '"'),
    ):  # fmt: skip
        assert found(before + value + after) == [(kind, value)], before + value + after


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("My account number is 85731890 and my pin is 3100.", ["85731890", "3100"]),
        ("Your PIN as well please.\ncustomer: either 9503 or 9431", ["9503", "9431"]),
        ("The password is hunter22, the security code 4821.", ["hunter22", "4821"]),
        ("What is your date of birth?\ncustomer: 06/08/1985", ["06/08/1985"]),
        ("I was born on 3 May 1985 and moved on 4 June 2019.", ["3 May 1985"]),
        ("My account is 58-937659.", ["58-937659"]),
        ("Account 20240115, sort code 20-30-40 12345678", ["20240115", "12345678"]),
        ("card 4111 1111 1111 1111 12/27, CVV 123", ["4111 1111 1111 1111", "123"]),
        ("My IBAN: GB00 WEST 1234 5698 7654 32.", ["GB00 WEST 1234 5698 7654 32"]),
        ("The password is ann@x.org/12.", ["ann@x.org"]),
        ("0 7 4 6 2 8 4 7 7 3 5", ["0 7 4 6 2 8 4 7 7 3 5"]),
        ("call +44 20 7946 0958 2 times", ["+44 20 7946 0958"]),
        ("My account number is 5788705.", ["5788705"]),
        ("The Account is 6370-465, ACCT 41 32 07.", ["6370-465", "41 32 07"]),
        ("policy no. P-016371, client number C-12345.", ["P-016371", "C-12345"]),
        ("customer id: K4099, membership number (4411/22/AB)", ["K4099", "4411/22/AB"]),
        ("The PIN is 777-10. My access PIN was 72 71.", ["777-10", "72 71"]),
    ],
)
def test_what_is_found_by_what_it_is_called(text: str, values: list[str]) -> None:
    assert [value for _, value in found(text)] == values


@pytest.mark.parametrize(
    "text",
    [
        "bot: Which budget?\ncustomer: 5175\nbot: Dates?\ncustomer: 10th-24th, with TR5953",
        "The account is 1,234.50 short, the account was 10000 EUR over; account 20 days ago.",
        "A member since 2019; a loan of 14840; policy is 30 days and 2 weeks; policy: P-016371",
        "Order 48213 for $67000.00 and 12345678 dollars; order number is 123456789.",
        "Tracking number: 9400111202, booking reference 7GAWK763, ticket #99887766.",
        "On 2024-01-15 at 10:30:15, or 15.01.2024 10:30, or 20240115, or 01-02-2024 10:30.",
        "Trains at 05:50, 07:50, or 09:50; from 2020-2021-2022; 12000-15000 miles.",
        "15 USC 1692c ( c ), ACA 17-24-504, part 321, 328.6 and {>= $1,000,000}.",
        "A rate of 265.55500 %, firmware 10.0.19.4, EUR 10000000, 1.500.000,00 €.",
        "See https://shop.example/how-to-return-a-parcel-in-2024 or www.shop.example.",
        "The PIN was blocked in 2023. A pin fell off. Your balance is 6068.",
        "Put the kind in its place, such as [phone number] or [order number].",
        "exposed_identifier unn_content_email_copy REDUNDANT_2 r1/unn 3.14159265358979",
        "I tried @ 5 pm, thanks@ all; std::vector and 12::30.",
        "He left the 2 Big Dogs at home. Born to run, 100%.",
    ],
)
def test_what_a_summary_needs_stays(text: str) -> None:
    assert found(text) == []


def test_the_same_is_the_same_in_all_messages_and_numbers_go_by_appearance() -> None:
    messages = [
        {"role": "system", "content": "Sum up. Never name b@x.org."},
        {"role": "user", "content": "a@x.org, b@x.org, 555-0142"},
        {"role": "assistant", "content": "So a@x.org."},
    ]
    hidden, mapping = PRIVACY.hide(messages)
    assert [message["role"] for message in hidden] == ["system", "user", "assistant"]
    assert [message["content"] for message in hidden] == [
        "Sum up. Never name [EMAIL_1].",
        "[EMAIL_2], [EMAIL_1], [PHONE_1]",
        "So [EMAIL_2].",
    ]
    assert mapping == {"[EMAIL_1]": "b@x.org", "[EMAIL_2]": "a@x.org", "[PHONE_1]": "555-0142"}
    assert messages[1]["content"] == "a@x.org, b@x.org, 555-0142"
    assert PRIVACY.hide(messages) == (hidden, mapping)


def test_a_value_that_is_known_is_replaced_where_nothing_calls_it_so() -> None:
    hidden, _ = PRIVACY.hide(chat("my pin is 3100", "No, 3100 is wrong; 13100 and 3100x stay."))
    assert hidden[1]["content"] == "No, [PIN_1] is wrong; 13100 and 3100x stay."


@pytest.mark.parametrize(
    "own", ["[EMAIL_1]", "email 1", "EMAIL_1x", "(e-mail) Email-01", "<email_1> PIN_" + "1" * 5000]
)
def test_a_surrogate_that_the_customer_wrote_is_taken(own: str) -> None:
    text = f"{own} a@x.org {own}"
    hidden, mapping = PRIVACY.hide(chat(text))
    assert mapping == {"[EMAIL_2]": "a@x.org"}
    assert hidden[0]["content"] == f"{own} [EMAIL_2] {own}"
    assert PRIVACY.restore(hidden[0]["content"], mapping) == text


MAPPING = {"[EMAIL_1]": "a@x.org", "[EMAIL_12]": "b@x.org", "[ADDRESS_1]": "1 Elm Row"}


@pytest.mark.parametrize(
    "spelled",
    [
        "[EMAIL_1]", "EMAIL_1", "[email_1]", "email_1", "[EMAIL 1]", "EMAIL 1", "[Email 1]",
        "[EMAIL-1]", "EMAIL-1", "(EMAIL_1)", "{EMAIL_1}", "<EMAIL_1>", "【EMAIL_1】", "[EMAIL1]",
        "[ EMAIL_1 ]", "[EMAILS_1]", "EMAIL_01", r"[EMAIL\_1]",
    ],
)  # fmt: skip
def test_what_models_make_of_a_surrogate_is_turned_back(spelled: str) -> None:
    assert PRIVACY.restore(f"Sent to {spelled}, twice.", MAPPING) == "Sent to a@x.org, twice."


def test_the_model_is_told_what_surrogates_are_only_where_there_are_any() -> None:
    plain = chat("Sum up.", "All is well.")
    assert PRIVACY.outgoing(plain) == (plain, {})
    (first, second), _ = PRIVACY.outgoing(chat("Sum up.", "Write to ann@x.org."))
    assert "[EMAIL_1] stand for real values" in first["content"]
    assert first["content"].endswith("\n\nSum up.")
    assert second["content"] == "Write to [EMAIL_1]."


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("**[EMAIL_12]**'s and [EMAIL_1].", "**b@x.org**'s and a@x.org."),
        ("(see [EMAIL_1])", "(see a@x.org)"),
        ("(see EMAIL_1)", "(see a@x.org)"),
        ("[[EMAIL_1]]", "[a@x.org]"),
        ("[ADDRESSES_1] [ADDRESS_1]", "[ADDRESSES_1] 1 Elm Row"),
        ("[EMAIL_1][EMAIL_12]", "a@x.orgb@x.org"),
    ],
)
def test_words_around_a_surrogate_stay(text: str, restored: str) -> None:
    assert PRIVACY.restore(text, MAPPING) == restored


@pytest.mark.parametrize(
    "text",
    [
        "email 1 of 3", "Email 1", "an email-1", "EMAIL_2", "[PHONE_1]", "[email address]", "EMAIL",
        "XEMAIL_1", "EMAIL_1a", "my_email_1", "the number 1 complaint", "[1] email", "[EMAIL_123]",
        "EMAIL_" + "1" * 5000,
    ],
)  # fmt: skip
def test_other_text_is_never_touched(text: str) -> None:
    assert PRIVACY.restore(text, MAPPING) == text


LIKE_SURROGATES = [
    f"{opening}{kind}{joint}{number}{closing}"
    for (opening, closing), kind, joint, number in product(
        ("[]", ("", ""), "()"), ("EMAIL", "pin", "Phones", "ADDRESS"), ("_", " ", ""), (1, 2, 12)
    )
]
CALLING = ["my PIN is ", "password: ", "born ", "account ", "order number ", "http://", " ", "\0"]
PIECES = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789 -.()+/@:a\n", max_size=24),
    st.sampled_from([value for _, value in ALL_PLANTED]),
    st.sampled_from(LIKE_SURROGATES + CALLING),
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_hide_and_restore_give_any_text_back(texts: list[str]) -> None:
    hidden, mapping = PRIVACY.hide(chat(*texts))
    back = [PRIVACY.restore(message["content"], mapping) for message in hidden]
    assert back == texts


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(ALL_PLANTED), min_size=1, max_size=6),
    st.lists(st.text(alphabet="abcd ,;XY\n", max_size=12), min_size=7, max_size=7),
)
def test_nothing_that_was_planted_is_left(
    planted: list[tuple[str, str]], between: list[str]
) -> None:
    text = between[0] + "".join(
        f" ; {value} ; {words}"
        for (_, value), words in zip(planted, between[1 : len(planted) + 1], strict=True)
    )
    hidden, _ = PRIVACY.hide(chat("Sum up.", text, text.upper()))
    for _, value in planted:
        assert value not in hidden[1]["content"]


def test_the_cost_is_small() -> None:
    """Four times what it takes on real texts, a fifth of which have a number of that length."""
    plain = "I sent the parcel back two weeks ago and have heard nothing since, order 48213. " * 10
    texts = [plain + ("call 07700 900 628" if i % 5 == 0 else "") for i in range(200)]
    find_personal(texts[0])
    start = time.process_time()
    for text in texts:
        PRIVACY.hide(chat(text))
    per_thousand = (time.process_time() - start) / sum(map(len, texts)) * 1000
    assert per_thousand < 0.0006


@pytest.mark.parametrize(
    "part",
    [
        "1 ", "a.", "a.b@", "http://", "1-", "PIN ", "PIN is 123 ", "a:", "::1 ", "+1 (", "1 A ",
        "a@b.c ",
    ],
)  # fmt: skip
def test_no_text_takes_long(part: str) -> None:
    text = part * 20_000
    start = time.process_time()
    PRIVACY.hide(chat(text))
    assert time.process_time() - start < 10


def test_what_is_found_and_what_is_not_is_told() -> None:
    assert PRIVACY.kinds == tuple(KINDS.values())
    assert PRIVACY.missing == tuple(NAME_KINDS.values())


def test_without_the_extra_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(ArfError, match=r"^llm\.names: .*pip install '\.\[names\]'[^\n]*$"):
        Pseudonymiser("en_core_web_sm")


@pytest.fixture(scope="module")
def language_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A spaCy model that knows Ann Lee, Leeds and a day by heart."""
    nlp = spacy.blank("en")
    person = {"Ann Lee": "PERSON", "ann.lee@example.org": "PERSON"}
    known = person | {"Leeds": "GPE", "Monday": "DATE"}
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": label, "pattern": name} for name, label in known.items()]
    )
    folder = tmp_path_factory.mktemp("model") / "names"
    nlp.to_disk(folder)
    return str(folder)


def test_names_are_found_with_a_language_model(language_model: str) -> None:
    privacy = Pseudonymiser(language_model)
    text = "On Monday Ann Lee  (ann.lee@example.org) moved to Leeds."
    hidden, mapping = privacy.hide(chat(text))
    assert hidden[0]["content"] == "On Monday [NAME_1]  ([EMAIL_1]) moved to [PLACE_1]."
    assert privacy.restore(hidden[0]["content"], mapping) == text
    assert privacy.missing == ()
    assert privacy.kinds == (*KINDS.values(), *NAME_KINDS.values())


def test_a_model_that_is_not_there_is_told_and_not_fetched() -> None:
    with pytest.raises(ArfError, match=r"^llm\.names: .*spacy download xx_none_sm[^\n]*$"):
        Pseudonymiser("xx_none_sm")
