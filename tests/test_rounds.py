import pytest

from arf.errors import ArfError
from arf.rounds import Round, candidates, ordered


def rounds(**parents: str) -> dict[str, Round]:
    return {name: Round(parent=parent, codes="auto") for name, parent in parents.items()}


def test_parents_come_first() -> None:
    assert ordered(rounds(r3="r2", r2="r1", r1="r0")) == ["r1", "r2", "r3"]


@pytest.mark.parametrize(
    ("parents", "message"),
    [
        ({"r1": "r0", "r2": "r9"}, r"rounds.r2.parent: no round r9"),
        ({"r1": "r2", "r2": "r1"}, r"circular: r\d -> r\d"),
        ({"r1": "r1"}, "circular"),
    ],
)
def test_broken_chains_are_named(parents: dict[str, str], message: str) -> None:
    with pytest.raises(ArfError, match=message):
        ordered(rounds(**parents))


def test_auto_takes_the_codes_of_the_round(taxonomy) -> None:
    auto = Round(parent="r0", codes="auto")
    assert candidates("r2", auto, "botchat", taxonomy) == ["unn_content_redundant"]
    assert "inferred_sentiment" in candidates("r1", auto, "botchat", taxonomy)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("wrong_outcome", "has no fixer and no prompt"),
        ("inferred_sentimnt", r"did you mean inferred_sentiment"),
    ],
)
def test_a_code_that_cannot_be_fixed_is_refused(taxonomy, code: str, message: str) -> None:
    by_hand = Round(parent="r0", codes={"botchat": (code,)})
    with pytest.raises(ArfError, match=rf"rounds.r1.codes.botchat: {code} .*{message}"):
        candidates("r1", by_hand, "botchat", taxonomy)
