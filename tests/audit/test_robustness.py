import pytest
from labels_of import label

from arf.audit.gather import Gathered
from arf.audit.sample import Strata
from arf.audit.summary import Channel
from arf.robustness import jaccard, rank_correlation, robustness, verdict

CODES = ["inferred_sentiment", "wrong_outcome"]


def choose(prevalence):
    """Chooses what is surely in more than a tenth."""
    return {"r1": [code for code, row in prevalence.items() if row and row["lo"] > 0.1]}


def channel(people, rules=(), count: int = 40) -> Channel:
    stratum = {str(i): "all" for i in range(count)}
    return Channel(
        "botchat", Strata(None, {"all": 10 * count}), stratum, {}, {}, Gathered([*people]),
        {"rules": list(rules)} if rules else {},
    )  # fmt: skip


def told_by(who: str, share: float, code: str = CODES[0], count: int = 40):
    return [label(str(i), who, *([code] if i < share * count else [])) for i in range(count)]


def test_people_who_agree_make_a_firm_choice() -> None:
    found = robustness(channel([*told_by("A", 0.8), *told_by("B", 0.8)]), CODES, choose, 0, 100)
    assert found["targets"] == {"r1": CODES[0]}
    assert list(found["scenarios"]) == ["A alone", "B alone"]
    assert found["bootstrap"]["r1"] == {"jaccard": 1.0, "chosen": {CODES[0]: 1.0}}
    assert verdict({"botchat": found}).startswith("The targets are firm")


def test_a_choice_that_hangs_on_one_person_is_told() -> None:
    people = [*told_by("A", 0.8), *told_by("B", 0), *told_by("C", 0.8)]
    found = robustness(channel(people, told_by("rules", 0.9)), CODES, choose, 0, 100)
    assert list(found["scenarios"]) == [
        "without A", "without B", "without C", "A alone", "B alone", "C alone", "rules alone",
    ]  # fmt: skip
    assert found["scenarios"]["B alone"]["jaccard"] == {"r1": 0.0}
    assert "botchat r1 loses inferred_sentiment by B alone" in verdict({"botchat": found})


def test_gold_is_nobody_to_choose_without_or_alone() -> None:
    people = [*told_by("A", 0), *told_by("B", 0), *told_by("C", 0.8)]
    found = robustness(channel([*people, *told_by("gold", 0.8)]), CODES, choose, 0, 50)
    assert found["targets"] == {"r1": CODES[0]}
    assert not any("gold" in name for name in found["scenarios"])
    assert found["scenarios"]["without C"]["jaccard"] == {"r1": 0.0}


def test_a_choice_that_hangs_on_the_sample_is_told() -> None:
    found = robustness(channel(told_by("A", 0.225)), CODES, choose, 0, 200)
    assert 0.2 < found["bootstrap"]["r1"]["chosen"][CODES[0]] < 0.9
    assert "is chosen in" in verdict({"botchat": found})
    assert found["scenarios"] == {}


def test_the_resampling_is_seeded() -> None:
    one, two, three = (
        robustness(channel(told_by("A", 0.225)), CODES, choose, seed, 100) for seed in (0, 0, 1)
    )
    assert one == two != three


def test_without_people_the_annotator_is_all_there_is() -> None:
    found = robustness(channel([], told_by("rules", 0.8)), CODES, choose, 0, 50)
    assert (found["by"], found["n"], found["scenarios"]) == ("rules", 40, {})
    assert verdict({"botchat": found}).startswith("On botchat one annotator alone labelled")


@pytest.mark.parametrize("people", [[], told_by("A", 1, count=1)])
def test_too_few_to_tell(people) -> None:
    found = robustness(channel(people), CODES, choose, 0, 50)
    assert found["bootstrap"] is None
    assert "too few labels to tell" in verdict({"botchat": found})


@pytest.mark.parametrize(
    ("a", "b", "share"), [("ab", "ab", 1), ("ab", "bc", 1 / 3), ("", "", 1), ("a", "", 0)]
)
def test_jaccard(a: str, b: str, share: float) -> None:
    assert jaccard(a, b) == pytest.approx(share)


def test_rank_correlation() -> None:
    def rates(*values: float | None):
        return {str(i): None if v is None else {"rate": v} for i, v in enumerate(values)}

    assert rank_correlation(rates(0.1, 0.5, 0.9), rates(0.2, 0.3, 0.4)) == 1
    assert rank_correlation(rates(0.1, 0.5, 0.9), rates(0.9, 0.5, 0.1)) == -1
    assert rank_correlation(rates(0.1, 0.5, None), rates(0.9, 0.5, 0.1)) is None
    assert rank_correlation(rates(0.1, 0.1, 0.1), rates(0.9, 0.5, 0.1)) is None


def test_an_annotator_that_looked_at_more_is_held_against_the_same_outputs() -> None:
    """It says what people say, of their outputs, and finds a rare error in many others."""
    people = told_by("A", 0.8)
    machine = [label(str(i), "rules", *([CODES[0]] if i < 32 else [])) for i in range(40)]
    machine += [label(str(i), "rules", CODES[1]) for i in range(40, 400)]
    stratum = {str(i): "all" for i in range(400)}
    both = Channel(
        "botchat", Strata(None, {"all": 400}), stratum, {}, {}, Gathered(people), {"rules": machine}
    )
    found = robustness(both, CODES, choose, 0, 50)["scenarios"]["rules alone"]
    assert (found["n"], found["jaccard"]) == (40, {"r1": 1.0})
