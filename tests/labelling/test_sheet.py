"""Spreadsheets out and back: the same labels to the byte, whatever people do meanwhile."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from arf.errors import ArfError
from arf.labelling.cells import CELL
from arf.labelling.drafts import read_draft, to_label
from arf.labelling.entries import Checked, check
from arf.labelling.items import Item
from arf.labelling.sheet import read_sheet, write_sheet
from arf.labelling.tables import read_table
from arf.records import Annotation, Case, Output, Turn
from arf.taxonomy import Taxonomy

KINDS = ("xlsx", "csv")
SAD = "inferred_sentiment"
PIECES = [
    "=1+1", "+", "-1", "@x", "\t", "'", "''=", "14", "4.0", "1e5", "\r", "\n", "\r\n", "\u2028",
    "\x00", "\x0b", "\x7f", "\x85", "_x000D_", "x005F_", "\\u000D", "\ufffe",
    "\U0001f600", "\u200f",
    '"', ",", ";", "sad", "He was sad. ", "é", "e\u0301", "<b>&", " ",
]  # fmt: skip
texts = st.lists(
    st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"]), max_size=12
).map("".join)


def item_of(text: str, number: int = 0, case: str = "My order is late.", **more: Any) -> Item:
    name = f"c{number}"
    return Item(
        Case(id=name, channel="botchat", split="train", text=case, extra={"secret": "zebra"}),
        Output(id=name, channel="botchat", source="r0", text=text, provider="openai-x",
               model="model-x"),
        **more,
    )  # fmt: skip


@st.composite
def labelled(draw: st.DrawFn, number: int) -> tuple[Item, dict[str, Any]]:
    text = draw(texts.filter(str.strip))
    errors = []
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(text) - 1))
        span = text[start : draw(st.integers(start + 1, len(text)))]
        placed = {"span": span, "start": start} if span.strip() and draw(st.booleans()) else {}
        code = draw(st.sampled_from([SAD, "unlisted", "wrong_outcome"]))
        errors.append({"code": code, "note": draw(st.none() | texts)} | placed)
    value = {
        "rating": draw(st.none() | st.integers(1, 5)),
        "errors": errors,
        "note": draw(st.none() | texts),
        "skipped": draw(st.none() | texts),
        "seen": draw(st.none() | st.just("rules")),
        "taxonomy": draw(st.none() | st.dictionaries(st.sampled_from([SAD, "old"]), texts)),
    }
    return item_of(text, number, case=draw(texts)), value


def back(path: Path, items: list[Item], taxonomy: Taxonomy) -> Checked:
    found = {item.key: item for item in items}
    return check(read_sheet(path), found, "anna", taxonomy, known={})


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(given=st.tuples(labelled(0), labelled(1)))
@example(  # a span that occurs twice, marked at its second place
    given=[(item_of("sad, sad"), {"errors": [{"code": SAD, "span": "sad", "start": 5}]})]
)
@example(given=[(item_of("14"), {"errors": [{"code": SAD, "span": "14", "note": ""}], "note": ""})])
def test_labels_come_back_to_the_byte(kind: str, given: Any, taxonomy: Taxonomy) -> None:
    items = [item for item, _ in given]
    labels = [to_label(read_draft(value), item, "anna", taxonomy) for item, value in given]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet.{kind}"
        by_key = {item.key: label for item, label in zip(items, labels, strict=True)}
        write_sheet(path, items, by_key, taxonomy)
        checked = back(path, items, taxonomy)
    assert checked.faults == []
    assert [one.model_dump_json() for one in checked.new] == [
        one.model_dump_json() for one in labels
    ]


ITEMS = [item_of(f"He was sad. It is {i}.", i) for i in range(4)]


@pytest.fixture
def sheet(tmp_path: Path, taxonomy: Taxonomy) -> Callable[..., Path]:
    """Writes a csv sheet of four items after cells, by row, were filled and all rows edited."""

    def write(
        cells: dict[int, dict[str, str]], edit: Callable[[list[list[str]]], Any] = lambda rows: rows
    ) -> Path:
        path = tmp_path / "sheet.csv"
        write_sheet(path, ITEMS, {}, taxonomy)
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
        for row, filled in cells.items():
            for name, value in filled.items():
                rows[row][rows[0].index(name)] = value
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(edit(rows))
        return path

    return write


def test_what_counts_as_labelled(sheet, taxonomy) -> None:
    path = sheet({1: {"done": "TRUE"}, 2: {"rating": "4,0"}, 3: {"code 2": SAD, "span 2": "sad"}})
    checked = back(path, ITEMS, taxonomy)
    assert checked.faults == []
    assert [(one.id, one.rating, len(one.errors)) for one in checked.new] == [
        ("c0", None, 0), ("c1", 4, 0), ("c2", None, 1),
    ]  # fmt: skip
    assert checked.new[0].taxonomy == taxonomy.hashes(frozenset(taxonomy.codes), "botchat")


def test_rows_and_columns_may_be_moved_and_rows_be_deleted(sheet, taxonomy) -> None:
    def edit(rows: list[list[str]]) -> list[list[str]]:
        turned = [row[::-1] for row in (rows[0], rows[4], rows[2])]
        return [[], *turned, [""] * len(turned[0]), ["", ""]]

    checked = back(sheet({2: {"rating": "4"}, 4: {"done": "x"}}, edit), ITEMS, taxonomy)
    assert checked.faults == [] and [one.id for one in checked.new] == ["c3", "c1"]


def test_every_fault_is_told_with_its_row(sheet, taxonomy) -> None:
    path = sheet({
        1: {"rating": "6", "code 1": "sentiment", "code 2": SAD, "span 2": "happy"},
        2: {"key": "0000", "done": "yes"},
        3: {"note": "hm"},
        4: {"done": "perhaps", "span 1": "sad", "kept": "{"},
    })  # fmt: skip
    checked = back(path, ITEMS, taxonomy)
    told = ["2: rating: '6'", "2: unknown code 'sentiment'", "2: the span 'happy' is not in",
            "3: unknown item '0000'", "4: a note, but neither", "5: kept: the hidden",
            "5: done: 'perhaps'", "5: code 1: empty"]  # fmt: skip
    assert len(checked.faults) == len(told)
    for fault, part in zip(checked.faults, told, strict=True):
        assert fault.startswith(f"{path}:{part}"), fault
    assert checked.new == []


@pytest.mark.parametrize("column", ["key", "rating", "note", "done", "kept", "code 1", "span 3"])
def test_a_column_that_is_gone_is_told(sheet, column: str) -> None:
    def edit(rows: list[list[str]]) -> list[list[str]]:
        place = rows[0].index(column)
        return [row[:place] + row[place + 1 :] for row in rows]

    with pytest.raises(ArfError, match=f"no column '{column}'"):
        read_sheet(sheet({}, edit))


def test_a_file_that_ends_in_the_middle_of_a_row_is_told(sheet, taxonomy) -> None:
    path = sheet({1: {"rating": "4"}})
    whole = path.read_bytes()
    for end in range(len(whole) - 3, 60 + len(whole) // 2, -31):
        path.write_bytes(whole[:end])
        if whole[:end].rstrip().endswith(b'}"'):
            continue  # rows may be missing, as if they were deleted
        try:
            assert back(path, ITEMS, taxonomy).faults
        except ArfError:
            continue


def test_a_span_keeps_its_place_only_while_it_is_the_same(tmp_path, taxonomy) -> None:
    item = item_of("sad, glad, sad, glad")
    errors = [{"code": SAD, "span": "sad"}, {"code": SAD, "span": "glad", "start": 16},
              {"code": SAD, "span": "sad", "start": 11}]  # fmt: skip
    label = to_label(read_draft({"errors": errors}), item, "anna", taxonomy)
    path = tmp_path / "sheet.csv"
    write_sheet(path, [item], {item.key: label}, taxonomy)
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    for column, value in {"code 1": "", "span 1": "", "span 2": "lad"}.items():
        rows[1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    (changed,) = back(path, [item], taxonomy).new
    assert [(one.span, one.start) for one in changed.errors] == [("lad", 6), ("sad", 11)]


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_reads_who_wrote(kind: str, tmp_path, taxonomy) -> None:
    path = tmp_path / f"sheet.{kind}"
    write_sheet(path, ITEMS, {}, taxonomy)
    ((_, row), *_) = read_table(path, ["key"])
    assert row["key"] == ITEMS[0].key and row["output"] == ITEMS[0].output.text
    files = [one.read_bytes() for one in tmp_path.iterdir()]
    if kind == "xlsx":
        with zipfile.ZipFile(path) as book:
            files = [book.read(name) for name in book.namelist()]
    for word in ("openai-x", "model-x", "secret", "zebra"):
        assert not any(word.encode() in content for content in files)
    assert "r0" not in json.dumps(row)


def test_a_case_is_a_dialogue_and_what_is_shown_is_marked(tmp_path, taxonomy) -> None:
    case = Case(
        id="a",
        channel="botchat",
        split="train",
        fields={"product": "kettle", "x": None},
        turns=(Turn(speaker="bot", text="Hi\r\nthere"), Turn(speaker="user", text="Late!")),
    )
    item = item_of("He was sad.\r\nBye.")
    found = to_label(
        read_draft({"rating": 3, "errors": [{"code": SAD, "span": "sad"}]}), item, "rules", taxonomy
    )
    shown = Item(case, item.output, found)
    write_sheet(tmp_path / "a.xlsx", [shown, ITEMS[0]], {}, taxonomy)
    (_, row), (_, bare) = read_table(tmp_path / "a.xlsx", ["key"])
    assert row["case"] == "bot: Hi\nthere\nuser: Late!\n\nproduct: kettle"
    assert row["output"] == "He was sad.\nBye."
    assert row["suggested"] == f"rating 3\n{SAD}: “sad”" and bare["suggested"] == ""
    assert json.loads(row["kept"])["seen"] == "rules" and not json.loads(bare["kept"])["seen"]
    assert read_sheet(tmp_path / "a.xlsx") == []


def test_a_span_that_a_sheet_gave_other_line_ends_is_found(sheet, taxonomy) -> None:
    item = item_of("He was\r\nsad.")
    value = {"errors": [{"code": SAD, "span": "was\nsad"}]}
    label = to_label(read_draft(value), item, "anna", taxonomy)
    assert (label.errors[0].span, label.errors[0].start) == ("was\r\nsad", 3)


@pytest.mark.parametrize("kind", KINDS)
def test_what_no_cell_holds_is_cut_for_the_eye_alone(kind: str, tmp_path, taxonomy) -> None:
    item = item_of("\x01" * 9_000 + "sad", case="\U0001f600" * 20_000)
    label = to_label(read_draft({"errors": [{"code": SAD, "span": "sad"}]}), item, "anna", taxonomy)
    path = tmp_path / f"sheet.{kind}"
    write_sheet(path, [item], {item.key: label}, taxonomy)
    ((_, row),) = read_table(path, ["key"])
    assert row["case"].endswith(" more characters do not fit into a cell]")
    assert row["case"].startswith("\U0001f600" * 16_000)
    assert "cut: " in row["output"] and "sad" not in row["output"]
    assert len(row["case"].encode("utf-16-le")) // 2 <= CELL
    assert back(path, [item], taxonomy).new == [label]


def test_the_guide_is_beside_what_is_labelled(tmp_path, taxonomy) -> None:
    write_sheet(tmp_path / "a.csv", ITEMS, {}, taxonomy)
    write_sheet(tmp_path / "a.xlsx", ITEMS, {}, taxonomy)
    guide = (tmp_path / "a.guide.txt").read_text(encoding="utf-8")
    rows = [row for _, row in read_table(tmp_path / "a.xlsx", ["code", "not when"])]
    assert [row["code"] for row in rows] == [*taxonomy.codes, "unlisted"]
    for name, code in taxonomy.codes.items():
        row = next(row for row in rows if row["code"] == name)
        assert row["give it"] == code.definition and row["not when"] == code.exception
        for words in (code.definition, code.exception, code.examples.positive[0].text):
            assert words in guide
        assert code.examples.negative[0].text in row["no examples"]
    ratings = [row for _, row in read_table(tmp_path / "a.xlsx", ["meaning"])]
    assert [row["meaning"] for row in ratings] == [taxonomy.ratings[i] for i in range(1, 6)]


def test_there_is_room_for_more_errors_than_there_are(tmp_path, taxonomy) -> None:
    errors = [{"code": "unlisted", "note": str(i)} for i in range(9)]
    label = to_label(read_draft({"errors": errors}), ITEMS[0], "anna", taxonomy)
    write_sheet(tmp_path / "a.csv", ITEMS, {ITEMS[0].key: label}, taxonomy)
    ((_, row), *_) = read_table(tmp_path / "a.csv", ["key"])
    assert row["note 9"] == "8" and row["code 10"] == "" and "code 11" not in row


def test_annotations_are_what_a_sheet_makes() -> None:
    assert set(Annotation.model_fields) == {
        "id", "channel", "source", "text_sha256", "annotator", "taxonomy", "prompt_sha256",
        "status", "reason", "rating", "errors", "seen", "note",
    }, "a new field of a label has to survive a sheet: see Kept"  # fmt: skip
