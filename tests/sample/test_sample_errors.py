"""Planted errors and traps: rates, places, and whether they are what they are called."""

import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from corpora import (
    CHANNELS,
    CORPORA,
    COUNT,
    RATES,
    body,
    codes,
    corpus,
    params,
)
from rapidfuzz.fuzz import ratio

from arf.sample import Rows, make_rows
from arf.sample.corpus import load_channel
from arf.sample.plan import TIERS
from arf.sample.values import numbers_in

WHOLE = {
    "inferred_sentiment",
    "unn_content_pleasantry",
    "unn_content_email_copy",
    "unn_content_redundant",
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_rates_change_summaries_and_not_cases(channel: str) -> None:
    low = {channel: dict.fromkeys(TIERS, 0.0)}
    for clean, dirty in zip(
        make_rows(params(100, rates=low), channel), corpus("a", channel), strict=False
    ):
        assert clean.truth["errors"] == []
        if codes(dirty) <= {"unn_content_redundant", "unsupported_detail"}:
            assert clean.case == dirty.case


@pytest.mark.parametrize(("family", "channel"), CORPORA)
@pytest.mark.parametrize("code", TIERS)
def test_rates_are_met(family: str, channel: str, code: str) -> None:
    rate = RATES[channel][code]
    found = sum(code in codes(rows) for rows in corpus(family, channel)) / COUNT
    assert found == pytest.approx(rate, abs=4 * math.sqrt(rate * (1 - rate) / COUNT))


def about_copy(rows: Rows) -> bool:
    channel = load_channel(rows.truth["family"], rows.case["channel"])
    return channel.scenarios[rows.case["facts"]["scenario"]].about_copy


@pytest.mark.parametrize(("family", "channel"), CORPORA)
@pytest.mark.parametrize("code", TIERS)
def test_every_code_can_be_in_all_summaries_or_none(family: str, channel: str, code: str) -> None:
    for rate in (0.0, 1.0):
        wanted = params(60, rates={channel: {code: rate}}, families=[family])
        for rows in make_rows(wanted, channel):
            never = code == "unn_content_email_copy" and about_copy(rows)
            assert (code in codes(rows)) is (rate == 1.0 and not never)


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_all_codes_at_once(family: str, channel: str) -> None:
    every = {channel: dict.fromkeys(TIERS, 1.0)}
    for rows in make_rows(params(60, rates=every, families=[family]), channel):
        expected = set(TIERS) - ({"unn_content_email_copy"} if about_copy(rows) else set())
        assert sorted(error["code"] for error in rows.truth["errors"]) == sorted(expected)
        assert_spans(rows)


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_errors_are_called_for_by_the_case(family: str, channel: str) -> None:
    def share(code: str, wanted: Callable[[dict[str, Any]], bool]) -> float:
        chosen = [rows for rows in corpus(family, channel) if wanted(rows.case["facts"])]
        return sum(code in codes(rows) for rows in chosen) / len(chosen)

    trouble = share("inferred_sentiment", lambda f: not f["feeling"] and f["outcome"] != "resolved")
    assert trouble == 1.0
    assert share("inferred_sentiment", lambda f: f["feeling"]) == 0.0
    refused = share("unn_content_redundant", lambda f: f["outcome"] == "refused")
    assert refused > share("unn_content_redundant", lambda f: f["outcome"] != "refused") + 0.5
    assert share("exposed_identifier", lambda f: "identifier" not in f) == 0.0


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_a_copy_is_no_error_where_the_case_is_about_it(family: str, channel: str) -> None:
    chosen = [rows for rows in corpus(family, channel) if about_copy(rows)]
    assert len(chosen) > COUNT / 40
    assert not any("unn_content_email_copy" in codes(rows) for rows in chosen)


def assert_spans(rows: Rows) -> None:
    text = rows.teacher["text"]
    end = 0
    for error in sorted(rows.truth["errors"], key=lambda error: error["start"]):
        assert error["span"]
        assert text[error["start"] :].startswith(error["span"])
        assert error["start"] >= end, "spans overlap"
        end = error["start"] + len(error["span"])
    for trap in rows.truth["traps"]:
        assert trap["span"]
        assert text[trap["start"] :].startswith(trap["span"])


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_spans_are_verbatim_and_no_trap_is_an_error(family: str, channel: str) -> None:
    for rows in corpus(family, channel):
        assert_spans(rows)
        for trap in rows.truth["traps"]:
            end = trap["start"] + len(trap["span"])
            for error in rows.truth["errors"]:
                after = error["start"] + len(error["span"])
                apart = error["start"] >= end or after <= trap["start"]
                assert apart, (error, trap, rows.teacher["text"])


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_forms(family: str, channel: str) -> None:
    found: dict[str, Counter[str]] = {}
    for rows in corpus(family, channel):
        for error in rows.truth["errors"]:
            found.setdefault(error["code"], Counter())[error["form"]] += 1
    share = found["unn_content_redundant"]["duplicate"] / found["unn_content_redundant"].total()
    assert share == pytest.approx(0.65, abs=0.08)
    assert set(found["unn_content_redundant"]) == {"duplicate", "closing"}
    assert set(found["exposed_identifier"]) == {"value"}
    assert set(found["unsupported_detail"]) == {"value", "sentence", "clause"}
    for code in ("inferred_sentiment", "unn_content_pleasantry", "unn_content_email_copy"):
        assert set(found[code]) == {"sentence", "clause"}
        assert min(found[code].values()) > 0.15 * found[code].total()


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_sentences_and_clauses_with_errors_can_be_taken_out(family: str, channel: str) -> None:
    for rows in corpus(family, channel):
        text = rows.teacher["text"]
        for error in rows.truth["errors"]:
            if error["code"] in WHOLE or error["form"] != "value":
                before = text[: error["start"]]
                sentence = before == "" or before.endswith(". ")
                assert sentence or before.endswith(", "), (before, error)
                assert text[error["start"] + len(error["span"])] == "."
                if error["form"] in ("sentence", "closing"):
                    assert sentence


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_a_duplicate_says_what_was_told_before(family: str, channel: str) -> None:
    """Most of its longer words are in the text before it, and it adds no value and no name."""
    shares = []
    for rows in corpus(family, channel):
        clean = rows.teacher["text"]
        for error in rows.truth["errors"]:
            if error["form"] != "duplicate":
                continue
            before, span = clean[: error["start"]].lower(), error["span"]
            assert numbers_in(span) - {1.0} <= numbers_in(before) | {1.0}, rows.teacher["text"]
            told = set(re.findall(r"[a-z]{4,}", before))
            words = re.findall(r"[a-z]{4,}", span.lower())
            near = [any(ratio(word, other) > 70 for other in told) for word in words]
            shares.append(sum(near) / max(len(near), 1))
            assert shares[-1] > 0 or numbers_in(span) & numbers_in(before), (span, before)
    assert len(shares) > COUNT / 10
    assert sum(shares) / len(shares) > 0.75


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_planted_values_are_of_every_kind(family: str, channel: str) -> None:
    spans = [
        error["span"]
        for rows in corpus(family, channel)
        for error in rows.truth["errors"]
        if error["code"] == "unsupported_detail" and error["form"] == "value"
    ]
    assert sum(bool(re.search(r"[$£€]|dollars|pounds|euros", span)) for span in spans) > 5
    assert sum(bool(re.search(r"[a-z] \d|\d [A-Z]|\d(st|nd|rd|th)", span)) for span in spans) > 5
    assert sum(span.isdigit() or span.isalpha() for span in spans) > 5
    assert sum(bool(re.fullmatch(r"[A-Z]\w+ [A-Z]\w+", span)) for span in spans) > 3


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_exposed_identifiers_are_the_customers(family: str, channel: str) -> None:
    spans = [
        (error["span"], rows)
        for rows in corpus(family, channel)
        for error in rows.truth["errors"]
        if error["code"] == "exposed_identifier"
    ]
    assert spans
    assert all(rows.case["facts"]["identifier"] == span for span, rows in spans)
    for rows in corpus(family, channel):
        if "exposed_identifier" not in codes(rows) and "identifier" in rows.case["facts"]:
            assert rows.case["facts"]["identifier"] not in rows.teacher["text"]


def traps(rows: Rows) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for trap in rows.truth["traps"]:
        found.setdefault(trap["kind"], []).append(trap["span"])
    return found


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_every_kind_of_trap_occurs(family: str, channel: str) -> None:
    found = Counter(kind for rows in corpus(family, channel) for kind in traps(rows))
    assert set(found) == {
        "stated_feeling", "email_is_the_point", "repeated_words", "number_rewritten",
        "date_rewritten", "open_outcome", "venue_contact",
    }  # fmt: skip
    assert min(found.values()) > COUNT / 80, found


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_rewritten_values_say_the_same_in_other_words(family: str, channel: str) -> None:
    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    for rows in corpus(family, channel):
        source = body(rows)
        for span in traps(rows).get("number_rewritten", ()):
            assert numbers_in(span) <= numbers_in(source), (span, source)
        for span in traps(rows).get("date_rewritten", ()):
            found = re.search(rf"({months})", span)
            if found is None:
                assert ":" in span
                continue
            (day,) = re.findall(r"\d+", span)
            month = found[0]
            assert re.search(rf"\b({day} {month}|{month} {day})\b", source), (span, source)
            assert span not in source


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_contacts_are_the_companys_and_in_the_case(family: str, channel: str) -> None:
    count = 0
    for rows in corpus(family, channel):
        for span in traps(rows).get("venue_contact", ()):
            assert span in body(rows)
            assert span != rows.case["facts"].get("identifier")
            count += 1
    assert count > COUNT / 20


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_stated_feelings_are_a_trap(family: str, channel: str) -> None:
    stated = [rows for rows in corpus(family, channel) if rows.case["facts"]["feeling"]]
    assert 0.1 < len(stated) / COUNT < 0.2
    words = {word.word: word for word in load_channel(family, channel).frame.feelings.words}
    reported = 0
    for rows in stated:
        feeling = rows.case["facts"]["feeling"]
        assert feeling in words
        assert "inferred_sentiment" not in codes(rows)
        for span in traps(rows).get("stated_feeling", ()):
            assert feeling in span
            reported += 1
    assert 0.6 < reported / len(stated) < 0.8
    for rows in corpus(family, channel):
        if not rows.case["facts"]["feeling"]:
            assert "stated_feeling" not in traps(rows)
