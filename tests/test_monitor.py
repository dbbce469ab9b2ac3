"""A batch held against a baseline: what counts as moved, what rings, and what is refused."""

import json
import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from arf.audit_stats.differences import mean_difference, rate_difference
from arf.errors import ArfError
from arf.files import sha256_text, write_records
from arf.ingest.convert import DataParams
from arf.monitor.baseline import Labeller, baseline_path, check_source, read_baseline
from arf.monitor.batch import Batch
from arf.monitor.compare import compare
from arf.monitor.params import MonitorParams
from arf.monitor.plot import draw_forest
from arf.monitor.tally import Tally
from arf.monitor.verdict import alarmed, verdict
from arf.records import Annotation, Finding
from arf.stats import rate

PARAMS = MonitorParams(alpha=0.05, max_rise=0.05, least=30)
DATA = {
    "dir": Path("raw"),
    "splits": {"train": 0.6, "heldout": 0.2, "test": 0.2},
    "max_quarantine": 0.25,
    "max_words": 50,
}


@pytest.mark.parametrize(
    ("new", "old", "lo", "hi"),
    [  # Newcombe, Statistics in Medicine 17:873 (1998), table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_newcombes_examples(new: tuple[int, int], old: tuple[int, int], lo, hi) -> None:
    found = rate_difference(new, old)
    assert (found["lo"], found["hi"]) == pytest.approx((lo, hi), abs=6e-5)


def test_fishers_tea() -> None:
    """The Design of Experiments (1935): of eight cups three of four told right; p is 34/70."""
    assert rate_difference((3, 4), (1, 4))["p"] == pytest.approx(34 / 70)


def test_means_are_welchs() -> None:
    from scipy.stats import ttest_ind

    new, old = [1, 1, 2, 5, 3, 3], [4, 4, 5, 5, 5, 3, 4, 1]
    found = mean_difference(Counter(new), Counter(old))
    reference = ttest_ind(new, old, equal_var=False)
    lo, hi = reference.confidence_interval()
    assert found is not None
    assert (found["lo"], found["hi"]) == pytest.approx((lo, hi), rel=1e-5)
    assert found["p"] == pytest.approx(reference.pvalue, rel=1e-5)
    assert mean_difference(Counter([1]), Counter(old)) is None
    same = mean_difference(Counter([2, 2]), Counter([3, 3, 3]))
    assert same == {"diff": -1, "lo": None, "hi": None, "p": None}
    assert mean_difference(Counter([2, 2]), Counter(old))["p"] is not None


def tally(n: int, unscored: int = 0, **found: int) -> Tally:
    made = Tally()
    made.errors.update({0: n} if n else {})
    made.unscored = unscored
    made.assessed.update(dict.fromkeys(found, n))
    made.found.update(found)
    return made


def test_a_rise_that_is_surely_too_large_rings() -> None:
    batch = {"webform": tally(160, x=50, y=8), "botchat": tally(160, x=20)}
    baseline = {"webform": tally(400, x=48, y=24), "botchat": tally(400, x=40)}
    figures = compare(batch, baseline, PARAMS)
    row = figures["webform"]["codes"]["x"]
    assert (row["moved"], row["over"]) == ("up", True)
    assert row["p_holm"] == pytest.approx(3 * row["p"], rel=1e-4)
    assert figures["webform"]["codes"]["y"]["moved"] is None
    assert alarmed(figures)
    assert verdict(figures, PARAMS) == [
        "x rose on webform from 12 % to 31 % (+19 points, 12 to 27): over monitor.max_rise"
    ]


def test_a_rise_that_is_only_perhaps_too_large_is_told_without_an_alarm() -> None:
    figures = compare({"a": tally(200, x=40)}, {"a": tally(400, x=40)}, PARAMS)
    row = figures["a"]["codes"]["x"]
    assert (row["moved"], row["over"], row["diff"]) == ("up", False, 0.1)
    assert not alarmed(figures)
    assert verdict(figures, PARAMS) == [
        "x rose on a from 10 % to 20 % (+10 points, 4 to 17): not surely by more than "
        "monitor.max_rise (5 points)"
    ]
    every = PARAMS.model_copy(update={"max_rise": 0.0})
    assert alarmed(compare({"a": tally(200, x=40)}, {"a": tally(400, x=40)}, every))


def test_a_fall_is_told_and_rings_nothing() -> None:
    figures = compare({"a": tally(100, x=9)}, {"a": tally(100, x=87)}, PARAMS)
    assert verdict(figures, PARAMS) == ["x fell on a from 87 % to 9 % (-78 points, -85 to -67)"]
    assert not alarmed(figures)


def test_too_few_outputs_tell_nothing() -> None:
    batch = {"a": tally(12, unscored=3, x=12), "b": tally(99, x=1), "c": tally(30, x=3)}
    baseline = {"a": tally(99, x=0), "b": tally(29, x=0), "c": tally(30, x=3)}
    figures = compare(batch, baseline, PARAMS)
    assert [figures["a"]["codes"]["x"][name] for name in ("p", "p_holm", "moved", "over")] == [
        None, None, None, False,
    ]  # fmt: skip
    assert figures["c"]["codes"]["x"]["p_holm"] == pytest.approx(1)
    assert verdict(figures, PARAMS) == [
        "nothing has moved on c",
        "too few outputs to tell on a: 12, monitor.least 30",
        "too few outputs to tell on b: 29 in the baseline, monitor.least 30",
        "3 of 15 outputs on a could not be scored",
    ]


def test_what_was_not_looked_for_is_null(tmp_path: Path) -> None:
    figures = compare({"a": tally(40, x=1)}, {"a": tally(40, y=1)}, PARAMS)
    assert figures["a"]["codes"] == {"x": None, "y": None}
    assert verdict(figures, PARAMS) == ["nothing has moved on a"]
    draw_forest(figures, ("new", "old"), tmp_path / "empty.png")
    assert (tmp_path / "empty.png").read_bytes().startswith(b"\x89PNG")


def test_an_empty_channel_has_figures_without_a_number() -> None:
    figures = compare({"a": tally(0, unscored=9)}, {"a": tally(0)}, PARAMS)
    assert json.dumps(figures, allow_nan=False)
    assert figures["a"]["errors_per_case"] == dict.fromkeys(
        ("batch", "baseline", "diff", "lo", "hi", "p")
    )


def test_unchanged_batches_ring_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 batches of 100 from the baseline's own rates, five codes on two channels."""
    monkeypatch.setattr("arf.monitor.compare.rate", cache(rate))
    monkeypatch.setattr("gc.collect", lambda: 0)  # statsmodels calls it for each set of p values
    chance = random.Random(5)
    rates = {"a": 0.02, "b": 0.1, "c": 0.3, "d": 0.5, "e": 0.85}

    def drawn(n: int) -> dict[str, Tally]:
        return {
            channel: tally(
                n, **{k: sum(chance.random() < p for _ in range(n)) for k, p in rates.items()}
            )
            for channel in ("botchat", "webform")
        }

    moved = rung = 0
    for _ in range(300):
        figures = compare(drawn(100), drawn(250), PARAMS)
        moved += any(row["moved"] for block in figures.values() for row in block["codes"].values())
        rung += alarmed(figures)
    assert moved / 300 <= 0.06
    assert rung / 300 <= 0.025


def row(i: int, **fields: object) -> dict[str, Any]:
    case = {"id": f"c{i}", "channel": "webform", "text": f"Parcel {i}?", "output": f"Parcel {i}."}
    return {name: value for name, value in (case | fields).items() if value is not None}


@pytest.fixture
def batch(tmp_path: Path) -> Callable[..., Batch]:
    def make(rows: list[Any], **params: object) -> Batch:
        path = tmp_path / "new.jsonl"
        path.write_bytes(
            b"".join(r if isinstance(r, bytes) else json.dumps(r).encode() + b"\n" for r in rows)
        )
        data = DataParams(**DATA | params)
        return Batch(path, ["botchat", "webform"], data, tmp_path / "out")

    return make


GOOD = [row(i) for i in range(9)]


def test_a_batch_is_cases_with_outputs(batch) -> None:
    turns = [{"speaker": "customer", "text": "Hello?"}]
    rows = [
        row(1, fields={"product": "desk"}, mood="x"),
        row(1, channel="botchat", text=None, turns=turns, output=None, summary="A greeting."),
        row(2, output=""),
        row(3, output="Kept.", summary="Not this."),
    ]
    read = batch(rows)
    (case, output), (other, greeting), (_, silent), (_, both) = read.pairs()
    assert (case.fields, case.extra, output.text) == (
        {"product": "desk"},
        {"mood": "x"},
        "Parcel 1.",
    )
    assert (other.turns[0].text, greeting.text, greeting.source) == ("Hello?", "A greeting.", "new")
    assert (silent.text, both.text) == ("", "Kept.")
    assert (read.counts, read.broken) == ({"webform": 3, "botchat": 1}, 0)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"id": "c9", "channel": "webf', "no JSON"),  # half-written
        (b"[]\n", "not a JSON object"),
        (row(0), "repeated id c0"),
        (row(9, channel="webfrom"), "unknown channel 'webfrom' (did you mean webform?)"),
        (row(9, channel=None), "no channel"),
        (row(9, channel=["webform"]), "unknown channel ['webform']"),
        (row(9, output=None), "no output: a row is a case with its output"),
        (row(9, output=7), "no output"),
        (row(9, text=None), "either text or turns"),
        (row(9, text="word " * 51), "absurd length"),
    ],
)
def test_a_broken_row_is_set_aside(batch, broken: Any, reason: str) -> None:
    read = batch([*GOOD, broken])
    assert (len(list(read.pairs())), read.broken) == (9, 1)
    (listed,) = [json.loads(line) for line in read.quarantine.read_text("utf-8").splitlines()]
    assert (listed["line"], reason in listed["reason"]) == (10, True), listed
    again = batch(GOOD)
    assert (again.broken, again.quarantine.exists()) == (0, False)


def test_many_broken_rows_stop_it(batch) -> None:
    with pytest.raises(ArfError, match=r"new.jsonl:1: no output.*; 9 of 10 rows are broken"):
        batch([*[{"id": str(i), "channel": "webform", "text": "a"} for i in range(9)], GOOD[0]])


@pytest.mark.parametrize("rows", [[], [b"\n\n"]])
def test_an_empty_file_is_refused(batch, rows: list[Any]) -> None:
    with pytest.raises(ArfError, match=r"new.jsonl: no row with an output in it"):
        batch(rows)


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArfError, match="no such file"):
        Batch(tmp_path, ["webform"], DataParams(**DATA), tmp_path)


def label(i: int, **fields: object) -> Annotation:
    made = {"id": f"c{i}", "channel": "webform", "source": "r0", "annotator": "rules", "rating": 4}
    made |= {"text_sha256": sha256_text(f"{i}"), "taxonomy": {"x": "1", "y": "2"}}
    return Annotation(**made | fields)


LABELLER = Labeller("annotator", "rules", None, {"webform": {"x": "1", "y": "2"}})


def test_labels_are_counted() -> None:
    twice = (Finding(code="x"), Finding(code="x"))
    found = Tally(
        [label(0, errors=twice), label(1, taxonomy={"x": "1"}), label(2, status="unscored")]
    )
    assert (found.n, found.unscored, found.found, found.assessed) == (
        2, 1, {"x": 1}, {"x": 2, "y": 1},
    )  # fmt: skip
    assert (found.errors, found.ratings) == ({2: 1, 0: 1}, {4: 2})


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"annotator": "openai:m"}, "labelled by openai:m, and roles.annotator is now rules"),
        ({"prompt_sha256": "1"}, "another version of the prompt of roles.annotator"),
        ({"taxonomy": {"x": "1", "y": "old"}}, "another definition of y"),
    ],
)
def test_only_like_is_held_against_like(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: dict[str, Any], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_records(baseline_path("r0", "webform"), [label(0), label(1, **other)])
    with pytest.raises(ArfError) as error:
        list(read_baseline("r0", "webform", LABELLER))
    assert str(error.value).startswith("data/annotations/audit/r0/webform.jsonl:2: ")
    assert told in str(error.value)
    assert str(error.value).endswith("run dvc repro audit")


def test_a_code_that_is_new_or_gone_is_no_other_definition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    labels = [label(0, taxonomy={"x": "1"}), label(1, taxonomy={"x": "1", "gone": "3"})]
    write_records(baseline_path("r0", "webform"), labels)
    assert list(read_baseline("r0", "webform", LABELLER)) == labels


def test_a_source_without_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArfError, match="no audit yet; run dvc repro audit"):
        check_source("r0")
    write_records(baseline_path("student-r1", "webform"), [])
    check_source("student-r1")
    with pytest.raises(ArfError, match=r"no labels of student-r2 \(did you mean student-r1\?\)"):
        check_source("student-r2")
