"""Phrases: alternatives, slots, articles and typos."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.sample.phrases import Draw, Mark, Text, parse, same_article
from arf.sample.typos import sloppy

WORDS = st.text(string.ascii_letters + " ,.'$-", max_size=12)
SLOTS = st.sampled_from(["name", "item", "price"])
VALUES = {"name": "Ann", "item": "air fryer", "price": "$8.50"}


@st.composite
def sources(draw: Any) -> tuple[str, list[list[str]]]:
    """A phrase, and for each of its parts the texts that it may become (no articles in it)."""
    parts: list[list[str]] = []
    source = ""

    def run() -> tuple[str, str]:
        before, after = draw(WORDS), draw(WORDS)
        slot = draw(st.one_of(st.none(), SLOTS))
        if slot is None:
            return before + after, before + after
        before += "-"  # no article stands right before the slot
        return f"{before}{{{slot}}}{after}", before + VALUES[slot] + after

    for _ in range(draw(st.integers(1, 4))):
        runs = [run() for _ in range(draw(st.integers(1, 3)))]
        if len(runs) == 1 and draw(st.booleans()):
            source += runs[0][0]
        else:
            source += "[" + "|".join(text for text, _ in runs) + "]"
        parts.append([text for _, text in runs])
    return source, parts


@given(sources(), st.integers())
def test_a_rendered_phrase_is_one_of_its_wordings(phrase: Any, seed: int) -> None:
    source, parts = phrase
    if not source:
        return
    rendered = parse(source).render(Draw(seed), VALUES)
    rests = {rendered.text}
    for options in parts:
        rests = {rest[len(o) :] for rest in rests for o in options if rest.startswith(o)}
    assert "" in rests
    for mark in rendered.marks:
        assert rendered.text[mark.start : mark.end] == VALUES[mark.slot]


@given(st.text("ab[]{}| ", min_size=1, max_size=12))
def test_a_phrase_is_read_or_refused(source: str) -> None:
    try:
        phrase = parse(source)
    except ValueError as error:
        assert "unbalanced" in str(error)
        return
    text = phrase.render(Draw(0), dict.fromkeys(phrase.slots, "x")).text
    assert not set(text) & set("[]{}")


@pytest.mark.parametrize("source", ["", None, 3, "[a|b", "a]", "{a", "a}", "[a|[b]]"])
def test_malformed_phrases(source: Any) -> None:
    with pytest.raises(ValueError, match=r"phrase|unbalanced"):
        parse(source)


def test_every_alternative_comes_up() -> None:
    phrase = parse("[Hi|Hello], {name}[!|]")
    assert phrase.slots == {"name"}
    seen = {phrase.render(Draw(n), VALUES).text for n in range(40)}
    assert seen == {"Hi, Ann!", "Hello, Ann!", "Hi, Ann", "Hello, Ann"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("sofa", "A sofa"), ("air fryer", "An air fryer"), ("umbrella", "An umbrella"),
        ("university", "A university"), ("eight", "An eight"), ("8", "An 8"), ("11", "An 11"),
        ("18", "An 18"), ("110", "A 110"), ("$8.50", "An $8.50"), ("€11,000", "An €11,000"),
        ("$45", "A $45"), ("one", "A one"), ("E-12", "An E-12"), ("used car", "A used car"),
    ],
)  # fmt: skip
def test_the_article_fits_the_value(value: str, text: str) -> None:
    for source in ("A {x}", "An {x}"):
        assert parse(source).render(Draw(0), {"x": value}).text == text
    assert parse("via {x}").render(Draw(0), {"x": "sofa"}).text == "via sofa"
    assert same_article(value, "apple") is text.startswith("An ")


def test_splitting_keeps_the_slots_in_place() -> None:
    text = parse("It is {item}. // Noted, {name}.").render(Draw(0), VALUES)
    first, second = text.split(" // ")
    assert first == Text("It is air fryer.", (Mark("item", 6, 15),))
    assert second == Text("Noted, Ann.", (Mark("name", 7, 10),))
    assert second.after("So: ") == Text("So: Noted, Ann.", (Mark("name", 11, 14),))


def test_a_draw_repeats_and_is_even() -> None:
    assert [Draw("a", 1).between(0, 99) for _ in range(3)] == [Draw("a", 1).between(0, 99)] * 3
    draw = Draw("b")
    counts = [draw.pick("xyz") for _ in range(3000)]
    assert all(900 < counts.count(letter) < 1100 for letter in "xyz")
    assert sorted(draw.shuffled([3, 1, 2])) == [1, 2, 3]
    items = [1, 2, 3]
    assert draw.take(items) not in items


@given(st.integers())
def test_typos_spare_slots_numbers_and_names(seed: int) -> None:
    phrase = parse(
        "I bought {item} for {price}, seven months before Christmas. I, {name}, returned it."
    )
    text = phrase.render(Draw(seed), VALUES)
    typed = sloppy(text, Draw(seed, "typos"), 1.0, capitals=True)
    for kept in ("I ", "air fryer", "$8.50", "seven", "Christmas", "Ann", " it."):
        assert kept in typed
    changed = [
        (one, other)
        for one, other in zip(text.text.split(), typed.split(), strict=True)
        if one != other
    ]
    assert changed
    for one, other in changed:
        assert one.strip(",.") in {"bought", "months", "before", "returned"}
        assert one[0] == other[0]
        assert set(one) >= set(other)


def test_hasty_customers_leave_out_capitals_but_not_of_values() -> None:
    text = parse("I saw it. {name} did. I'm sure. And IBAN?").render(Draw(0), VALUES)
    assert sloppy(text, Draw(0), 0.0, capitals=False) == "i saw it. Ann did. i'm sure. and IBAN?"
    assert sloppy(text, Draw(0), 0.0, capitals=True) == text.text
