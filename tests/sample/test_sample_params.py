"""The section `sample` of params.yaml, and the plan that follows from it."""

import re
from pathlib import Path
from typing import Any

import pytest
from corpora import RATES
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from arf.errors import ArfError
from arf.params import load_section
from arf.sample import SampleParams, make_rows
from arf.sample.corpus import load_channel
from arf.sample.plan import TIERS, Features, Planner, shown

GOOD = {"per_channel": 1, "seed": 0, "families": ["a"], "rates": RATES}


@given(
    per_channel=st.integers(1, 3),
    seed=st.integers(),
    families=st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True),
    rates=st.dictionaries(
        st.sampled_from(["botchat", "webform"]),
        st.dictionaries(st.sampled_from(list(TIERS)), st.floats(0, 1)),
        min_size=1,
    ),
)
def test_whatever_is_valid_makes_rows(
    per_channel: int, seed: int, families: list[str], rates: dict[str, dict[str, float]]
) -> None:
    params = SampleParams(per_channel=per_channel, seed=seed, families=tuple(families), rates=rates)
    for channel, codes in rates.items():
        rows = list(make_rows(params, channel))
        assert len(rows) == per_channel
        for row in rows:
            for error in row.truth["errors"]:
                assert codes[error["code"]] > 0
                start = error["start"]
                assert row.teacher["text"][start:].startswith(error["span"])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"rates": {"botchat": {"missing_reason": 0.1}}},
            "botchat.missing_reason cannot be planted",
        ),
        ({"rates": {"botchat": {"infered_sentiment": 0.1}}}, "did you mean inferred_sentiment?"),
        ({"rates": {"phone": {}}}, "there is no sample for channel phone"),
        ({"rates": {"botchat": {"inferred_sentiment": 1.2}}}, "rates.botchat.inferred_sentiment"),
        ({"rates": {"botchat": {"inferred_sentiment": -0.1}}}, "rates.botchat.inferred_sentiment"),
        ({"rates": {"botchat": {"inferred_sentiment": float("nan")}}}, "inferred_sentiment"),
        ({"rates": {}}, "rates"),
        ({"families": []}, "families"),
        ({"families": ["z"]}, "there is no family z; take a or b or c"),
        ({"families": ["a", "a"]}, "family a is named twice"),
        ({"per_channel": 0}, "per_channel"),
        ({"seed": "x"}, "seed"),
        ({"volume": 3}, "volume"),
    ],
)
def test_bad_parameters(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(complaint)):
        SampleParams.model_validate(GOOD | change)


def test_a_bad_rate_in_the_file_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(
        "sample: {per_channel: 1, seed: 0, families: [a], rates: {webform: {wrong_outcome: 0.1}}}\n"
    )
    with pytest.raises(ArfError) as caught:
        load_section("sample", SampleParams, path)
    message = str(caught.value)
    assert "sample.rates" in message
    assert "webform.wrong_outcome cannot be planted" in message
    assert "\n" not in message


def features(kind: Any, **changes: bool) -> Features:
    plain = dict.fromkeys(("about_copy", "feeling", "copy", "courtesy", "identifier"), False)
    return Features(kind, **plain | changes)


def test_planner_prefers_the_cases_that_call_for_an_error() -> None:
    shares = load_channel("a", "botchat").frame.shares
    endings = {("resolved", False): 0.5, ("pending", False): 0.25, ("refused", False): 0.25}
    planner = Planner({"unn_content_redundant": 0.5}, endings, shares)
    for kind, expected in (("refused", 1.0), ("pending", 1 / 3), ("resolved", 1 / 3)):
        case = features(kind)
        found = sum("unn_content_redundant" in planner.plan(case, str(n)) for n in range(3000))
        assert found / 3000 == pytest.approx(expected, abs=0.035)


def test_planner_makes_up_for_cases_about_a_copy() -> None:
    shares = load_channel("a", "botchat").frame.shares.model_copy(update={"copy_": 0.0})
    endings = {("resolved", False): 0.5, ("resolved", True): 0.5}
    planner = Planner({"unn_content_email_copy": 0.3}, endings, shares)
    for about_copy, expected in ((False, 0.6), (True, 0.0)):
        case = features("resolved", about_copy=about_copy)
        found = sum("unn_content_email_copy" in planner.plan(case, str(n)) for n in range(3000))
        assert found / 3000 == pytest.approx(expected, abs=0.035)


def test_shown_makes_the_case_fit_the_plan() -> None:
    case = features("pending", feeling=True)
    assert shown(case, frozenset()) == case
    assert shown(case, frozenset(TIERS)) == features(
        "pending", copy=True, courtesy=True, identifier=True
    )
    assert not shown(features("pending", about_copy=True, copy=True), frozenset()).copy
