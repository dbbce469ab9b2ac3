from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.prompts import Prompt
from arf.records import Case, Edit, Output
from arf.train.rows import IGNORED, choose_rows

PROMPT = Prompt(user="{{ body }}")
Pairs = list[tuple[Case, Output]]


class WordChat:
    """Stands in for a base's tokenizer: a token is the length of a word, 0 ends a turn."""

    def prompt_ids(self, messages: list[dict[str, str]]) -> list[int]:
        return [len(word) for word in messages[-1]["content"].split()]

    def answer_ids(self, text: str) -> list[int]:
        return [*(len(word) for word in text.split()), 0]


def make_pairs(sizes: list[int], split: str = "train") -> Pairs:
    """Makes pairs whose rows have exactly those sizes (3 and more)."""
    return [
        (
            Case(id=f"c{n}", channel="ab"[n % 2], split=split, text="word " * (size - 2)),
            Output(id=f"c{n}", channel="ab"[n % 2], source="r0", text="yes", provider="recorded"),
        )
        for n, size in enumerate(sizes)
    ]


def choose(pairs: Pairs, **changed: object) -> tuple[list[str], list[str]]:
    settings = {"token_budget": 100, "max_length": 50, "seed": 0} | changed
    rows = choose_rows(pairs, "train", WordChat(), PROMPT, **settings)
    return [row.key for row in rows.rows], rows.left_out


def test_labels_are_the_answer_alone() -> None:
    (row,) = choose_rows(
        make_pairs([6]), "train", WordChat(), PROMPT, token_budget=1, max_length=9, seed=0
    ).rows
    assert row.input_ids() == [4, 4, 4, 4, 3, 0]
    assert row.labels() == [IGNORED] * 4 + [3, 0]
    assert row.size == 6


sizes = st.lists(st.integers(3, 60), min_size=1, max_size=30)


@given(sizes, st.integers(1, 400), st.integers(0, 5), st.randoms())
def test_budget_limit_and_order(sizes: list[int], budget: int, seed: int, random: object) -> None:
    pairs = make_pairs(sizes)
    by_key = {
        f"{case.channel}/{case.id}": size for (case, _), size in zip(pairs, sizes, strict=True)
    }
    keys, left_out = choose(pairs, token_budget=budget, seed=seed)
    short = {key for key, size in by_key.items() if size <= 50}
    assert set(keys) <= short
    assert not set(left_out) & short
    if short:
        spent = [by_key[key] for key in keys]
        assert sum(spent) >= budget > sum(spent[:-1])
    else:
        assert keys == []
        assert set(left_out) == set(by_key)
    for start in range(0, len(keys), len(short) or 1):  # every epoch has each pair at most once
        epoch = keys[start : start + len(short)]
        assert len(set(epoch)) == len(epoch)
    random.shuffle(pairs)
    assert choose(pairs, token_budget=budget, seed=seed)[0] == keys


def test_one_pair_less_leaves_the_order_of_the_others() -> None:
    pairs = make_pairs([10] * 8)
    keys, _ = choose(pairs, token_budget=80)
    fewer, _ = choose(pairs[1:], token_budget=70)
    assert fewer == [key for key in keys if key != "a/c0"]


def test_seed_and_epoch_change_the_order() -> None:
    pairs = make_pairs([10] * 8)
    keys, _ = choose(pairs, token_budget=160)
    assert sorted(keys[:8]) == sorted(keys[8:])
    assert keys[:8] != keys[8:]
    assert choose(pairs, token_budget=80, seed=1)[0] != keys[:8]
    assert {first[0] for first in pairwise(keys)} == {*keys}


def test_without_repetition_a_short_split_ends_below_the_budget() -> None:
    keys, _ = choose(make_pairs([10] * 3), repeat=False)
    assert len(keys) == 3


def test_other_splits_are_no_training_rows() -> None:
    assert choose(make_pairs([10], split="test")) == ([], [])


@pytest.mark.parametrize("text", ["a revised answer of quite another length", "no"])
def test_students_of_any_round_get_the_same_rows(
    text: str, make_case: Callable[..., Case], make_output: Callable[..., Output]
) -> None:
    edit = Edit(
        round="r1", code="c", before="yes it was", after=text, provider="rules",
        prompt_sha256=None, checks={}, verdict="kept", reason=None,
    )  # fmt: skip
    cases = [make_case(f"c{n}", text="word " * (5 + n)) for n in range(9)]
    first = [(case, make_output(case.id, text="yes it was")) for case in cases]
    revised = [
        (case, make_output(case.id, text=text, source="r1", edits=(edit,))) for case in cases
    ]
    limits = {"token_budget": 150, "max_length": 15}
    assert choose(first, **limits) == choose(revised, **limits)
    assert choose(revised, **limits)[1] == ["botchat/c7", "botchat/c8"]
