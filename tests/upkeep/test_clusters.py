"""Clusters of remarks: what belongs together comes together, whoever said it first."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arf.taxonomy import load_taxonomy
from arf.upkeep.clusters import Cluster, cluster
from arf.upkeep.remarks import Remark, content

TAXONOMY = load_taxonomy(Path(__file__).parents[2] / "prompts/taxonomy.yaml")
SAD = "inferred_sentiment"
STIFF = ["stiff tone", "tone too stiff", "a stiff formal tone", "formal tone, stiff", "stiff tone!"]
MONEY = ["wrong currency", "currency dollars not euros", "currency wrong: euros", "euros currency",
         "wrong euros currency"]  # fmt: skip


def of(notes: list[str], code: str | None = None, channel: str = "botchat") -> list[Remark]:
    return [Remark(channel, code, note, f"words {i}") for i, note in enumerate(notes)]


def notes_of(found: list[Cluster]) -> set[frozenset[str]]:
    return {frozenset(remark.note for remark in each.remarks) for each in found}


def test_two_kinds_of_remarks_are_two_clusters() -> None:
    found = cluster([*of(STIFF), *of(MONEY, channel="webform")], TAXONOMY, 0)
    assert notes_of(found) == {frozenset(STIFF), frozenset(MONEY)}
    by_channel = {tuple(each.channels): each for each in found}
    assert set(by_channel[("botchat",)].terms) >= {"stiff", "tone"}
    assert by_channel[("webform",)].channels == {"webform": 5}
    assert by_channel[("webform",)].terms[0] == "currency"


def test_order_does_not_matter_and_the_seed_decides_the_rest() -> None:
    every = [*of(STIFF), *of(MONEY), *of(["too long", "overlong", "too long by half"])]
    first = cluster(every, TAXONOMY, 3)
    for number in range(3):
        random.Random(number).shuffle(every)
        assert cluster(every, TAXONOMY, 3) == first


def test_remarks_on_a_code_are_clustered_by_themselves() -> None:
    both = [*of(STIFF, SAD), *of(MONEY, SAD), *of(STIFF[:3]), *of(MONEY[:3])]
    found = cluster(both, TAXONOMY, 0)
    assert [each.code for each in found] == [None, None, SAD, SAD]
    assert all(remark.code == each.code for each in found for remark in each.remarks)


@pytest.mark.parametrize(("count", "clusters"), [(5, 0), (6, 1)])
def test_too_few_remarks_are_no_cluster(count: int, clusters: int) -> None:
    assert len(cluster(of(["stiff tone"] * count), TAXONOMY, 0)) == clusters


def test_a_pair_is_no_cluster() -> None:
    found = cluster([*of(STIFF), *of(MONEY), *of(["comma missing", "missing comma"])], TAXONOMY, 0)
    assert all(len(each.remarks) >= 3 for each in found)


def test_the_nearest_code_is_another_than_their_own() -> None:
    feelings = ["feeling ascribed", "attitude ascribed to him", "satisfaction ascribed"]
    feelings += ["a feeling he never put in words", "attitude ascribed", "feeling not in words"]
    (free, *_) = cluster(of(feelings), TAXONOMY, 0)
    assert free.nearest == SAD
    assert free.likeness is not None
    assert 0.1 <= free.likeness <= 1
    assert all(each.nearest != SAD for each in cluster(of(feelings, SAD), TAXONOMY, 0))
    assert cluster(of(["zyx wvu"] * 6), TAXONOMY, 0)[0].nearest is None


def test_the_most_central_remark_comes_first_and_examples_differ() -> None:
    every = cluster([*of(STIFF), *of(MONEY)], TAXONOMY, 0)
    (stiff,) = (each for each in every if each.remarks[0].note in STIFF)
    assert [remark.note.strip("!") for remark in stiff.remarks[:2]] == ["stiff tone"] * 2
    alike = [*of(["stiff"] * 2), Remark("webform", None, "Stiff", "Words 0"), *of(["late"])]
    examples = Cluster(None, tuple(alike), (), None, None).examples(3)
    assert [(one.note, one.span) for one in examples] == [
        ("stiff", "words 0"), ("stiff", "words 1"), ("late", "words 0"),
    ]  # fmt: skip


WORDS = st.lists(
    st.sampled_from(["stiff", "tone", "euro", "не", "so", "日本", "1", ""]), max_size=4
)


@settings(max_examples=30)
@given(st.lists(st.tuples(WORDS, WORDS, st.sampled_from([None, SAD])), max_size=25))
def test_no_remark_is_in_two_clusters(rows: list[tuple[list[str], list[str], str | None]]) -> None:
    given_ = [
        Remark(f"c{i}", code, " ".join(note), " ".join(span))
        for i, (note, span, code) in enumerate(rows)
        if content(" ".join([*note, *span]))
    ]
    found = [remark for each in cluster(given_, TAXONOMY, 0) for remark in each.remarks]
    assert len(found) == len(set(found))
    assert set(found) <= set(given_)
