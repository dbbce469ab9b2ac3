"""Ingest against hand-made folders with every kind of broken row."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from memory import peak

from arf.errors import ArfError
from arf.files import read_records
from arf.ingest.convert import DataParams, Splits, ingest
from arf.records import Annotation, Case, RecordedEdits, RecordedText
from arf.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy(Path(__file__).parents[2] / "prompts" / "taxonomy.yaml")
THIRDS = {"train": 0.4, "heldout": 0.3, "test": 0.3}


def message(i: int, **fields: object) -> dict[str, Any]:
    words = f"Number {i} asks about parcel {i * 7} and item {i * 13} of week {i * 3}."
    return {"id": f"c{i}", "text": f"{words} {' '.join(str(i * k) for k in range(9))}"} | fields


def lines(rows: list[Any]) -> bytes:
    return b"".join(
        row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows
    )


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def make(cases: list[Any], **files: list[Any]) -> Path:
        root = tmp_path / "raw"
        named = {"botchat.jsonl": cases} | {f"{k}/botchat.jsonl": v for k, v in files.items()}
        for name, rows in named.items():
            path = root / name.replace("annotations_", "annotations/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(lines(rows))
        return root

    return make


def run(root: Path, recorded: bool = False, **fields: object) -> tuple[dict[str, int], Path]:
    params = DataParams(
        **{"dir": root, "splits": THIRDS, "max_quarantine": 0.2, "max_words": 100} | fields
    )
    out = root.parent / "data"
    return ingest(params, ["botchat"], recorded, TAXONOMY, out)["botchat"], out


def cases_of(out: Path) -> list[Case]:
    return list(read_records(out / "cases" / "botchat.jsonl", Case))


GOOD = [message(i) for i in range(1, 30)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"{not json}\n", "no JSON"),
        (b"[1, 2]\n", "not a JSON object"),
        (b'{"id": "x", "text": "caf\xe9"}\n', "invalid UTF-8 at byte 24"),
        ({"text": "no id"}, "missing id"),
        ({"id": " ", "text": "blank id"}, "missing id"),
        ({"id": 1.0, "text": "a number"}, "id must be text or a whole number"),
        ({"id": True, "text": "no number"}, "id must be text or a whole number"),
        ({"id": "x", "turns": ["hello"]}, "turns.0"),
        ({"id": "x", "turns": "hello"}, "turns"),
        (message(40, received_at=True), "received_at"),
        (message(3, text="again"), "repeated id c3"),
        (message(40, text="  "), "empty text"),
        (message(40, text=None), "either text or turns"),
        ({"id": "x", "turns": []}, "empty text"),
        ({"id": "x", "turns": [{"speaker": "bot"}]}, "turns.0.text"),
        (message(40, channel="email"), "wrong channel 'email'"),
        (message(40, text="word " * 101), "absurd length: 101 words"),
        (b"[" * 100_000 + b"\n", "nested too deeply"),
        (b'{"id": "x", "text": "a", "n": ' + b"[" * 199 + b"]" * 199 + b"}\n", "nested too deeply"),
        (b'{"id": "x", "text": ' + b"[" * 900 + b"]" * 900 + b"}\n", "nested too deeply"),
        (b'{"id": "x", "text": "cut \\ud83d"}\n', "half a character"),
        (b'{"id": "x", "text": "a", "n": [{"\\ud83d": 1}]}\n', "half a character"),
        (b'{"id": "x", "text": "a", "n": ' + b"1" * 5000 + b"}\n", "no JSON that can be read"),
    ],
)
def test_a_broken_row_is_set_aside(folder, row: Any, reason: str) -> None:
    counts, out = run(folder([*GOOD[:10], row, *GOOD[10:]]))
    (kept,) = [
        json.loads(line)
        for line in (out / "quarantine" / "botchat.jsonl").read_text("utf-8").splitlines()
    ]
    assert reason in kept["reason"]
    assert kept["line"] == 11
    assert (counts["n"], counts["quarantined"]) == (29, 1)


def test_many_broken_rows_stop_the_run(folder) -> None:
    root = folder([b"{}\n"] * 9 + GOOD)
    with pytest.raises(ArfError, match=r"botchat.jsonl:1: missing id; 9 of 38 rows are broken"):
        run(root)
    assert run(root, max_quarantine=0.5)[0]["n"] == 29


def test_unknown_fields_travel_in_extra(folder) -> None:
    _, out = run(folder([message(50, facts={"a": 1}, mood="x"), *GOOD]))
    assert cases_of(out)[0].extra == {"facts": {"a": 1}, "mood": "x"}


def test_unknown_fields_of_turns_travel_in_extra(folder) -> None:
    said = {"speaker": "customer", "text": "Where is it?"}
    turns = [said | {"time": 5}, said]
    plain = {"id": "c51", "turns": [said, said | {"text": "Tell me."}]}
    _, out = run(folder([{"id": "c50", "turns": turns}, plain, *GOOD]))
    first, second, *_ = cases_of(out)
    assert first.extra == {"turns": [{"time": 5}, {}]}
    assert first.body() == "customer: Where is it?\ncustomer: Where is it?"
    assert second.extra == {}


@pytest.mark.parametrize(("raw", "kept"), [(1700000000, "1700000000"), (1.5, "1.5"), ("x", "x")])
def test_a_time_that_is_a_number_becomes_text(folder, raw: object, kept: str) -> None:
    _, out = run(folder([message(50, received_at=raw), *GOOD]))
    assert cases_of(out)[0].received_at == kept


def test_text_is_normalised_and_otherwise_left_alone(folder) -> None:
    text = "Cafe\u0301  twice \u00a0 spaced\tSAID {{x}} <b>"
    _, out = run(folder([message(50, text=text), *GOOD]))
    assert cases_of(out)[0].text == text.replace("e\u0301", "\u00e9")


def test_duplicates(folder) -> None:
    long = " ".join(f"word{i}" for i in range(60))
    rows = [message(60, text=long), message(61, text=long), message(62, text=long + " more")]
    counts, out = run(folder([*rows, *GOOD]))
    assert counts["exact_duplicates"] == 1
    assert counts["near_duplicates"] == 1
    near = json.loads((out / "quarantine" / "near-botchat.jsonl").read_text("utf-8"))
    assert near == {"id": "c62", "near": "c60"}


def test_limit(folder) -> None:
    counts, out = run(folder(GOOD), limit=20)
    assert counts["n"] == 20
    assert [case.id for case in cases_of(out)] == [row["id"] for row in GOOD[:20]]


def test_a_split_depends_on_the_id_alone(folder) -> None:
    _, out = run(folder(GOOD))
    once = {case.id: case.split for case in cases_of(out)}
    _, out = run(folder(list(reversed(GOOD[5:])) + [message(i) for i in range(50, 90)]))
    again = {case.id: case.split for case in cases_of(out)}
    assert {i: again[i] for i in once.keys() & again.keys()} == {
        i: once[i] for i in once.keys() & again.keys()
    }
    share = sum(Splits(**THIRDS).of(str(i)) == "train" for i in range(5000)) / 5000
    assert abs(share - 0.4) < 0.03


@pytest.mark.parametrize(
    ("splits", "message_"),
    [
        ({"train": 0.5, "heldout": 0.2, "test": 0.2}, "add up to 1"),
        ({"train": 1.0, "heldout": 0.0, "test": 0.0}, "greater than 0"),
    ],
)
def test_splits_are_checked(splits: dict[str, float], message_: str) -> None:
    with pytest.raises(ValueError, match=message_):
        Splits(**splits)


def test_an_empty_split_is_named(folder) -> None:
    with pytest.raises(ArfError, match=r"data.splits.\w+: channel botchat has no case in it"):
        run(folder(GOOD[:2]))


def test_no_folder_and_no_channel(folder, tmp_path: Path) -> None:
    with pytest.raises(ArfError, match=r"data.dir: there is no folder"):
        run(tmp_path / "none")
    root = folder(GOOD)
    (root / "botchat.jsonl").rename(root / "email.jsonl")
    with pytest.raises(ArfError, match=r"botchat.jsonl is missing; add it or take botchat out"):
        run(root)


def test_recorded_outputs_follow_the_cases(folder) -> None:
    teacher = [{"id": f"c{i}", "summary": f"Summary {i}."} for i in range(28, 0, -1)]
    counts, out = run(folder(GOOD, teacher=[*teacher, {"id": "zz", "text": "?"}]), recorded=True)
    texts = list(read_records(out / "recorded" / "teacher" / "botchat.jsonl", RecordedText))
    assert [text.id for text in texts] == [case.id for case in cases_of(out)]
    assert texts[0].text == "Summary 1."
    assert counts["without_recorded_output"] == 1
    assert counts["recorded_for_unknown_ids"] == 1


def test_a_recorded_teacher_needs_a_file(folder) -> None:
    with pytest.raises(ArfError, match=r"teacher.botchat.jsonl is missing"):
        run(folder(GOOD), recorded=True)
    counts, _ = run(folder(GOOD))
    assert counts["n"] == 29


def test_edits_keep_their_order(folder) -> None:
    teacher = [{"id": "c1", "text": "A sad. B. B."}]
    edits = [
        {"id": "c1", "round": "r1", "code": "inferred_sentiment", "text": "A. B. B."},
        {"id": "zz", "round": "r1", "code": "inferred_sentiment", "text": "?"},
        {"id": "c1", "round": "r2", "code": "unn_content_redundant", "text": "A. B."},
        {"id": "c1", "round": "r2", "code": "unn_content_redundant"},
    ]
    counts, out = run(folder(GOOD, teacher=teacher, edits=edits), max_quarantine=0.3)
    (item,) = read_records(out / "recorded" / "edits" / "botchat.jsonl", RecordedEdits)
    assert item.original == "A sad. B. B."
    assert [edit.text for edit in item.edits] == ["A. B. B.", "A. B."]
    assert counts["quarantined"] == 1


def label(item: str, *spans: str | None, **fields: object) -> dict[str, Any]:
    errors = [{"code": "inferred_sentiment", "span": span, "note": ""} for span in spans]
    return {"id": item, "errors": errors, "rating": 4} | fields


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (label("c2", "not there"), "the span 'not there' is not in the output"),
        (label("c2", errors=[{"code": "greed"}]), "unknown code 'greed'"),
        (label("c2", errors=[{"code": ["greed"]}]), "unknown code ['greed']"),
        (label("c2", errors=None), "errors: expected a list"),
        (label("c2", rating=6), "rating"),
        (label("c1"), "repeated id c1"),
        (label("c2", channel="email"), "wrong channel"),
    ],
)
def test_a_broken_label_is_set_aside(folder, row: dict[str, Any], reason: str) -> None:
    teacher = [{"id": f"c{i}", "text": "They were sad today."} for i in range(1, 6)]
    labels = [label("c1", "were sad"), *(label(f"c{i}") for i in (3, 4, 5)), label("zz"), row]
    counts, out = run(folder(GOOD, teacher=teacher, annotations_ann=labels))
    assert counts["labels"] == 4
    assert counts["labels_without_output"] == 1
    assert reason in (out / "quarantine" / "annotations-ann-botchat.jsonl").read_text("utf-8")
    first, *_ = read_records(out / "annotations" / "people" / "botchat.jsonl", Annotation)
    assert (first.annotator, first.errors[0].start, first.rating) == ("ann", 5, 4)


def test_memory_does_not_grow_with_the_rows(folder) -> None:
    def rows(count: int) -> list[dict[str, Any]]:
        long = "word " * 90
        return [message(i, text=f"{i} {long}" if i % 2 else f"{i}") for i in range(count)]

    def ingested(count: int) -> int:
        root = folder(rows(count), teacher=rows(count))
        return peak(lambda: run(root, recorded=True))

    few, many = ingested(100), ingested(1000)
    assert many < few + 100_000


def test_real_data_is_taken_whole(real_data: Path, tmp_path: Path) -> None:
    params = DataParams(
        dir=real_data, max_quarantine=0, max_words=5000,
        splits={"train": 0.5, "heldout": 0.25, "test": 0.25},
    )  # fmt: skip
    counts = ingest(params, ["botchat", "webform"], True, TAXONOMY, tmp_path)
    for channel in counts.values():
        assert channel["n"] == 160
        assert channel["labels"] == 120
        assert channel["quarantined"] == 0


def test_a_field_says_when_a_case_was_received(folder) -> None:
    rows = [
        message(50, fields={"date_received": "2031-03-09"}),
        message(51, fields={"date_received": "2031-03-09T08:15:00+02:00"}, received_at="x"),
        message(52, fields={"date_received": None}),
        message(53, fields={"date_received": ""}),
        message(54, fields={"date_received": 1700000000}),
        message(55, fields={"date_received": "soon"}),
        message(56, fields={"date_received": True}),
        message(57),
    ]
    root = folder([*rows, *GOOD])
    counts, out = run(root, received_at="fields.date_received")
    kept = {case.id: case.received_at for case in cases_of(out)}
    assert [kept.get(f"c{i}", "none") for i in range(50, 58)] == [
        "2031-03-09", "x", None, None, "1700000000", "none", "none", None,
    ]  # fmt: skip
    quarantine = (out / "quarantine" / "botchat.jsonl").read_text("utf-8").splitlines()
    reasons = {(row := json.loads(line))["line"]: row["reason"] for line in quarantine}
    assert list(reasons) == [6, 7]
    assert reasons[6].startswith("fields.date_received is no date: 'soon'; write it as 2031-03-09")
    assert counts["quarantined"] == 2
    without, _ = run(root)
    assert (without["n"], without["quarantined"]) == (counts["n"] + 2, 0)


def test_a_field_of_extra_says_when_a_case_was_received(folder) -> None:
    _, out = run(
        folder([message(50, metadata={"created": "2031-03-09"}), *GOOD]),
        received_at="metadata.created",
    )
    first = cases_of(out)[0]
    assert (first.received_at, first.extra) == (
        "2031-03-09",
        {"metadata": {"created": first.received_at}},
    )


def test_a_field_that_no_row_has_is_named(folder) -> None:
    root = folder([message(50, fields={"date_received": "2031-03-09"}), *GOOD])
    with pytest.raises(ArfError) as error:
        run(root, received_at="fields.date_recieved")
    assert str(error.value) == (
        "params.yaml: data.received_at: no row of any channel has fields.date_recieved "
        "(did you mean fields.date_received?)"
    )


def test_one_channel_with_dates_is_enough(folder) -> None:
    root = folder(GOOD)
    dated = [message(i, fields={"date": "2031-03-09"}) for i in range(1, 30)]
    (root / "webform.jsonl").write_bytes(lines(dated))
    params = DataParams(
        dir=root, splits=THIRDS, max_quarantine=0, max_words=100, received_at="fields.date"
    )
    ingest(params, ["botchat", "webform"], False, TAXONOMY, root.parent / "data")
    received = {
        name: {
            case.received_at
            for case in read_records(root.parent / f"data/cases/{name}.jsonl", Case)
        }
        for name in ("botchat", "webform")
    }
    assert received == {"botchat": {None}, "webform": {"2031-03-09"}}
