import random

import pytest

from arf.audit.rates import own_rates, rates
from arf.audit.sample import Strata
from arf.stats import rate

CODES = ["x", "y"]
FLAT = Strata(None, {"all": 200})


def numbered(flags: list[bool], first: int = 0) -> dict[str, dict[str, bool]]:
    return {str(first + i): {"x": flag} for i, flag in enumerate(flags)}


def test_a_sample_of_many_is_wilson() -> None:
    sample = numbered([True] * 6 + [False] * 14)
    found = own_rates(sample, dict.fromkeys(sample, "all"), Strata(None, {"all": 10**9}), CODES)
    assert {key: found["x"][key] for key in ("rate", "lo", "hi")} == rate(6, 20)
    assert found["x"]["n"] == 20
    assert found["y"] is None


def test_what_is_looked_at_whole_is_sure() -> None:
    sample = numbered([True] * 50 + [False] * 150)
    found = own_rates(sample, dict.fromkeys(sample, "all"), FLAT, CODES)["x"]
    assert (found["rate"], found["lo"], found["hi"]) == (0.25, 0.25, 0.25)


def test_strata_weigh_by_their_size() -> None:
    sample = numbered([True] * 10 + [False] * 10)
    stratum = {item: "small" if int(item) < 10 else "large" for item in sample}
    found = own_rates(sample, stratum, Strata("f", {"small": 100, "large": 900}), CODES)["x"]
    assert found["rate"] == 0.1
    assert found["lo"] < 0.1 < found["hi"]


def test_an_annotator_of_everything_narrows_peoples_interval() -> None:
    chance = random.Random(0)
    truth = {str(i): {"x": i % 4 == 0} for i in range(200)}
    machine = {item: {"x": row["x"] != (chance.random() < 0.03)} for item, row in truth.items()}
    people = {item: truth[item] for item in chance.sample(list(truth), 60)}
    stratum = dict.fromkeys(truth, "all")
    found = rates(people, people, machine, stratum, FLAT, CODES)["x"]
    own = found["sample"]
    assert found["basis"] == "people"
    assert found["method"] in {"post_stratified", "ppi"}
    assert found["hi"] - found["lo"] < own["hi"] - own["lo"]
    assert found["rogan_gladen"]["lo"] <= found["rogan_gladen"]["rate"]


def test_an_annotator_of_a_part_narrows_nothing() -> None:
    truth = {str(i): {"x": i % 4 == 0} for i in range(100)}
    people = {str(i): truth[str(i)] for i in range(50)}
    found = rates(people, people, truth, dict.fromkeys(truth, "all"), FLAT, CODES)["x"]
    assert found["method"] == "wilson"
    assert (found["lo"], found["hi"]) == (found["sample"]["lo"], found["sample"]["hi"])


def test_where_no_person_looked_the_annotator_counts() -> None:
    people = {"0": {"x": True}}
    machine = {str(i): {"x": False, "y": i < 20} for i in range(200)}
    found = rates(people, people, machine, dict.fromkeys(machine, "all"), FLAT, CODES)
    assert found["x"]["basis"] == "people"
    assert (found["y"]["basis"], found["y"]["rate"]) == ("annotator", 0.1)


@pytest.mark.parametrize("people", [{}, {"0": {}}])
def test_nobody_could_tell(people) -> None:
    assert rates(people, people, {}, {"0": "all"}, FLAT, CODES) == {"x": None, "y": None}


def test_a_code_never_seen_still_has_an_interval() -> None:
    sample = numbered([False] * 30)
    found = own_rates(sample, dict.fromkeys(sample, "all"), FLAT, CODES)["x"]
    assert found["rate"] == found["lo"] == 0
    assert 0 < found["hi"] < 0.15
