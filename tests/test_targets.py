import pytest

from arf.rounds import Round
from arf.targets import TargetsParams, choose, chosen
from arf.trial import verdict

SEVERITY = {"minor": 1, "moderate": 2, "major": 4, "critical": 8}
PARAMS = TargetsParams(min_rate=0.05, most=2, severity=SEVERITY)
AUTO = {"r1": Round(parent="r0", codes="auto")}
PASS = {"verdict": "pass", "flagged": 20, "n": 20, "success": {"rate": 1.0, "lo": 0.9, "hi": 1.0}}
NO_ANSWER = {"verdict": "inconclusive", "flagged": 20, "n": 0, "success": {"rate": None}}
UNTRIED = {"verdict": "inconclusive", "flagged": 0, "n": 0, "success": {"rate": None}}
FAIL = {"verdict": "fail", "flagged": 20, "n": 20, "success": {"rate": 0.1, "lo": 0.0, "hi": 0.3}}


def prevalence(**lows: float | None) -> dict:
    return {k: None if lo is None else {"rate": lo, "lo": lo, "hi": 1.0} for k, lo in lows.items()}


@pytest.mark.parametrize(
    ("lows", "trials", "codes"),
    [
        ({"inferred_sentiment": 0.7}, {"inferred_sentiment": PASS}, ["inferred_sentiment"]),
        ({"inferred_sentiment": 0.7}, {"inferred_sentiment": FAIL}, []),
        ({"inferred_sentiment": 0.7}, {}, []),
        ({"inferred_sentiment": 0.7}, {"inferred_sentiment": NO_ANSWER}, []),
        ({"inferred_sentiment": 0.04}, {"inferred_sentiment": PASS}, []),
        ({"inferred_sentiment": None}, {"inferred_sentiment": PASS}, []),
        (
            {"unn_content_pleasantry": 0.6, "inferred_sentiment": 0.5,
             "exposed_identifier": 0.4},
            {"unn_content_pleasantry": PASS, "inferred_sentiment": PASS,
             "exposed_identifier": PASS},
            ["unn_content_pleasantry", "exposed_identifier"],  # a moderate error weighs twice
        ),
    ],
)  # fmt: skip
def test_choice(taxonomy, lows: dict, trials: dict, codes: list[str]) -> None:
    weighed = choose(PARAMS, AUTO, "botchat", prevalence(**lows), trials, taxonomy)
    assert chosen(weighed) == {"r1": codes}
    assert all(row["decision"] for row in weighed["r1"].values())


def test_codes_by_hand_are_not_argued_with(taxonomy) -> None:
    rounds = {"r1": Round(parent="r0", codes={"botchat": ("exposed_identifier",)})}
    reasons = choose(PARAMS, rounds, "botchat", {}, {}, taxonomy)
    assert chosen(reasons) == {"r1": ["exposed_identifier"]}
    assert chosen(choose(PARAMS, rounds, "webform", {}, {}, taxonomy)) == {"r1": []}


def test_the_reasons_stand_beside_the_choice(taxonomy) -> None:
    weighed = choose(
        PARAMS, AUTO, "botchat",
        prevalence(inferred_sentiment=0.7, exposed_identifier=0.5, unn_content_pleasantry=0.6),
        {"inferred_sentiment": PASS, "exposed_identifier": PASS | {"success": {"rate": 0.5}},
         "unn_content_pleasantry": UNTRIED},
        taxonomy,
    )["r1"]  # fmt: skip
    assert weighed["inferred_sentiment"] == {
        "decision": "chosen", "rate": 0.7, "lo": 0.7, "severity": "minor", "success": 1.0,
        "tried": 20, "priority": 0.7,
    }  # fmt: skip
    assert weighed["exposed_identifier"]["priority"] == 0.5  # twice the weight, half the success
    assert weighed["unn_content_pleasantry"]["priority"] == 0.3  # nothing to try it on
    assert weighed["unn_content_pleasantry"]["decision"] == (
        "not among the 2 of highest priority (targets.most)"
    )


@pytest.mark.parametrize("weights", [{}, SEVERITY | {"minor": 0}])
def test_every_severity_weighs_something(weights: dict) -> None:
    with pytest.raises(ValueError, match="minor: give it a weight above 0"):
        TargetsParams(min_rate=0.05, most=2, severity=weights)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.91, 1.0, "pass"), (0.9, 1.0, "pass"), (0.2, 0.89, "fail"),
        (0.8, 0.95, "inconclusive"), (None, None, "inconclusive"),
    ],
)  # fmt: skip
def test_verdict(low: float | None, high: float | None, expected: str) -> None:
    assert verdict({"rate": None, "lo": low, "hi": high}, 0.9) == expected
