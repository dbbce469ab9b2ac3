import random

import pytest

from arf.ingest import near
from arf.ingest.near import NearDuplicates
from arf.ingest.store import Store

STORY = (
    "My order was due on Monday and it has not come. I called twice and nobody could tell me "
    "where it is. Please send it again or give me back the 40 dollars that I paid for it."
)


def pairs(**texts: str) -> list[tuple[str, str]]:
    with Store() as store, NearDuplicates(store) as twins:
        for key, text in texts.items():
            twins.add(key, text)
        return list(twins.pairs())


def test_near_duplicates_are_found_and_others_not() -> None:
    other = "I want to close my account, please tell me how that is done."
    assert pairs(
        a=STORY, b=STORY.replace("Monday", "Friday"), c=other, d="Hi", e="Hi"
    ) == [("b", "a"), ("e", "d")]  # fmt: skip


def test_each_is_held_against_the_first_of_its_kind_and_given_in_order() -> None:
    changed = [STORY.replace("Monday", day) for day in ("Friday", "Sunday", "Tuesday")]
    assert pairs(x=STORY, y="Hi", b=changed[0], z="Hi", a=changed[1], c=changed[2]) == [
        ("b", "x"), ("z", "y"), ("a", "x"), ("c", "x"),
    ]  # fmt: skip


@pytest.mark.parametrize("at_once", [1, 2, 3, 5])
def test_bands_that_are_read_in_parts_give_the_same(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    texts = {str(i): f"{STORY} Number {i % 4} of {i % 3}." for i in range(9)} | {"hi": "Hi"}
    whole = pairs(**texts)
    monkeypatch.setattr(near, "_AT_ONCE", at_once)
    assert pairs(**texts) == whole != []


def test_the_same_shingles_in_other_words_are_no_twin() -> None:
    """A proposal by MinHash counts only where the texts' edit similarity bears it out."""
    assert pairs(a=STORY, b=f"{STORY} {STORY[::-1]}") == []


def test_nothing_is_like_nothing() -> None:
    assert pairs() == []


def test_texts_that_differ_in_one_word_of_sixty_are_nearly_all_found() -> None:
    chance = random.Random(0)
    texts = {}
    for i in range(100):
        words = [f"word{chance.randrange(10_000)}" for _ in range(60)]
        texts[f"a{i}"] = " ".join(words)
        words[chance.randrange(60)] = "changed"
        texts[f"b{i}"] = " ".join(words)
    found = pairs(**texts)
    assert {(f"b{i}", f"a{i}") for i in range(100)} >= set(found)
    assert len(found) >= 98
