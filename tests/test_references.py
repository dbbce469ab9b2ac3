"""What truth or people say of recorded outputs, and what is said where files are wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from arf.detection import Labelled, Mark, Span, Trap
from arf.errors import ArfError
from arf.references import LabelledChannel, Labels, find_channels, find_labels

SAD, DETAIL = "inferred_sentiment", "unsupported_detail"
TEXT = "They were sad about 3 parcels."


def write(path: Path, *rows: dict[str, Any] | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def marked(code: str, span: str | None = None, **fields: object) -> dict[str, object]:
    return {"code": code, "span": span} | fields


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four cases; three outputs, in another order; two of them labelled by A, one also by B."""
    write(tmp_path / "webform.jsonl", *({"id": key, "text": "Where is it?"} for key in "abcd"))
    write(tmp_path / "teacher/webform.jsonl", *({"id": key, "summary": TEXT} for key in "cba"))
    write(
        tmp_path / "annotations/A/webform.jsonl",
        {"id": "b", "errors": [marked(SAD, "were sad"), marked(DETAIL, "3")], "rating": 2},
        {"id": "a", "errors": []},
    )
    write(
        tmp_path / "annotations/B/webform.jsonl",
        {"id": "b", "errors": [marked(SAD, "sad about"), marked("missing_reason")]},
    )
    return tmp_path


def read(
    data: Path, taxonomy, labels: Labels | None = None
) -> tuple[list[Labelled], dict[str, int]]:
    labels = labels or find_labels(data)
    (name,) = find_channels(data, labels)
    channel = LabelledChannel(data, labels, name, taxonomy)
    return [*channel], {what: n for what, n in channel.counts.items() if n}


def test_labels_are_joined_by_id_in_the_order_of_the_cases(data: Path, taxonomy) -> None:
    (a, b), left_out = read(data, taxonomy)
    assert [item.case.id for item in (a, b)] == [item.output.id for item in (a, b)] == ["a", "b"]
    assert (b.output.channel, b.output.text) == ("webform", TEXT)
    assert left_out == {"unlabelled": 1, "cases_without_output": 1}
    assert a.reference.source == "A"
    assert set(a.reference.verdicts.values()) == {False}
    assert b.reference.source == "A, B"
    assert b.reference.verdicts[SAD] is True
    assert b.reference.verdicts[DETAIL] is None
    assert b.reference.verdicts["missing_reason"] is None
    assert b.reference.verdicts["exposed_identifier"] is False
    assert b.reference.spans(SAD) == [Span(5, 13), Span(10, 19)]
    assert b.reference.spans(DETAIL) == [Span(20, 21)]


def test_some_annotators_alone(data: Path, taxonomy) -> None:
    (b,), left_out = read(data, taxonomy, find_labels(data, annotators=["B"]))
    assert (b.reference.source, b.reference.verdicts[DETAIL]) == ("B", False)
    assert left_out["unlabelled"] == 2


def test_the_truth_goes_before_people(data: Path, taxonomy) -> None:
    write(
        data / "truth/webform.jsonl",
        {
            "id": "c",
            "family": "a",
            "errors": [marked(SAD, "They were sad", start=0, form="sentence")],
            "facts": [{"slot": "count", "value": "3"}],
            "traps": [{"kind": "number_rewritten", "span": "3", "start": 20}],
        },
    )
    (c,), left_out = read(data, taxonomy)
    assert c.reference.source == "truth"
    assert c.reference.verdicts == {code: code == SAD for code in taxonomy.codes}
    assert c.reference.marks == (Mark(SAD, Span(0, 13), "sentence"),)
    assert c.reference.traps == (Trap("number_rewritten", Span(20, 21)),)
    assert left_out == {"unlabelled": 2, "cases_without_output": 1}
    assert read(data, taxonomy, find_labels(data, annotators=["A", "B"]))[0][0].case.id == "a"
    (data / "truth").rename(data / "elsewhere")
    elsewhere = find_labels(data, truth=data / "elsewhere")
    assert [item.case.id for item in read(data, taxonomy, elsewhere)[0]] == ["c"]


def test_labels_that_nothing_belongs_to_are_counted(data: Path, taxonomy) -> None:
    write(data / "annotations/A/webform.jsonl", *({"id": key, "errors": []} for key in "adxyz"))
    write(data / "teacher/webform.jsonl", *({"id": key, "text": TEXT} for key in "abxy"))
    items, left_out = read(data, taxonomy)
    assert [item.case.id for item in items] == ["a", "b"]  # B labelled b
    assert left_out == {
        "cases_without_output": 2, "labels_without_output": 2, "labels_without_case": 2,
    }  # fmt: skip


def test_a_channel_without_outputs_has_nothing(data: Path, taxonomy) -> None:
    (data / "teacher/webform.jsonl").unlink()
    items, left_out = read(data, taxonomy)
    assert (items, left_out) == ([], {"cases_without_output": 4, "labels_without_output": 3})


LABELS, TRUTH = "annotations/A/webform.jsonl", "truth/webform.jsonl"
GOOD = {"id": "a", "errors": []}


@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        (LABELS, "{", "no JSON"),
        (LABELS, {"errors": []}, "missing id"),
        (LABELS, {"id": "b"}, "errors: expected a list"),
        (LABELS, GOOD, "repeated id a"),
        (LABELS, {"id": "b", "errors": [marked("sad")]}, "unknown code 'sad'"),
        (LABELS, {"id": "b", "errors": [marked(SAD, "glad")]}, "'glad' is not in the output"),
        (LABELS, {"id": "b", "errors": [], "channel": "botchat"}, "wrong channel"),
        (LABELS, {"id": "b", "errors": [], "rating": 6}, "rating: "),
        (TRUTH, {"id": "b"}, "errors: Field required"),
        (TRUTH, GOOD, "repeated id a"),
        (TRUTH, {"id": "b", "errors": [marked("sad", "sad", start=10)]}, "unknown code 'sad'"),
        (TRUTH, {"id": "b", "errors": [marked(SAD, "sad", start=9)]}, "is not at 9"),
        (TRUTH, {"id": "b", "errors": [marked(SAD, "sad")]}, "start: "),
        (
            TRUTH,
            {"id": "b", "errors": [], "traps": [{"kind": "hole", "span": "sad", "start": 10}]},
            "unknown trap 'hole'",
        ),
        ("teacher/webform.jsonl", {"id": "b", "text": " "}, "empty text"),
        ("teacher/webform.jsonl", {"id": "a", "text": TEXT}, "repeated id a"),
        ("webform.jsonl", {"id": "b"}, "either text or turns"),
        ("webform.jsonl", {"id": "a", "text": "Hi"}, "repeated id a"),
    ],
)
def test_a_broken_row_is_named(
    data: Path, taxonomy, file: str, row: dict[str, Any] | str, message: str
) -> None:
    if file == TRUTH:
        write(data / TRUTH)
    write(data / file, GOOD | {"text": TEXT}, row)
    with pytest.raises(ArfError) as raised:
        read(data, taxonomy)
    said = str(raised.value)
    assert said.startswith(f"{data / file}:2: ")
    assert message in said
    assert "\n" not in said


def test_labels_that_are_not_there(data: Path, tmp_path: Path) -> None:
    for arguments, message in (
        ({"data": tmp_path / "nowhere"}, "--data: there is no folder"),
        ({"data": data / "teacher"}, "has neither truth/ nor annotations/"),
        ({"data": data, "truth": data / "nowhere"}, "--truth: there is no folder"),
        ({"data": data, "truth": data, "annotators": ["A"]}, "give one of them"),
        ({"data": data, "annotators": ["A", "C"]}, "nobody called 'C' in"),
    ):
        with pytest.raises(ArfError, match=message):
            find_labels(**arguments)


def test_channels_that_are_not_there(data: Path) -> None:
    labels = find_labels(data)
    write(data / "annotations/B/webforms.jsonl")
    with pytest.raises(ArfError, match=r"webforms\.jsonl: .* \(did you mean webform\?\)"):
        find_channels(data, labels)
    with pytest.raises(ArfError, match=r"has no <channel>\.jsonl"):
        find_channels(data / "annotations", labels)
    write(data / "all.jsonl")
    with pytest.raises(ArfError, match="rename the channel"):
        find_channels(data, labels)
