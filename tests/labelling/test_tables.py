"""Tables out and back: every character, whatever a spreadsheet makes of it, and what is refused."""

import csv
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from arf.errors import ArfError
from arf.labelling.cells import CELL
from arf.labelling.tables import read_table, write_table
from arf.labelling.workbook import Column, Page

KINDS = ("xlsx", "csv")
ODD = [
    "=1+1", "+49 30", "-", "@here", "\ttab", "'=1", "''=1", "'twas", "'", " =1", "\n=1", "＝1",
    "014", "4.0", "1e5", "1-2", ".5", "$5", "10:30", "5\n", "14 days", "TRUE",
    "a\rb", "a\r\nb", "a\n\nb", "\r", "\n", " ", " a ",
    "a\u2028b\u2029c\x85d", "\x00\x07\x0b\x1b\x7f", "_x000D_", "_x005F_x000D_", "_x000d_x000D_",
    "x005F_", "\\u000D", "\\\\u000D", "\\u005Cu000D", "\\n", "\ufffe\uffff\ufeff",
    "\U0001f600\u200f", '"', '""a,b;c\td"', "a,b", "<a>&amp;]]>", "https://a.b/c", "{=1}", "#REF!",
    "e\u0301", "key",
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
tricky = st.lists(st.sampled_from([*ODD, "a", "1"]), max_size=4).map("".join)


def there_and_back(kind: str, cells: list[str]) -> list[str]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{kind}"
        write_table(path, ["key", "text"], [[f"k{i}", cell] for i, cell in enumerate(cells)])
        return [row["text"] for _, row in read_table(path, ["key"])]


@pytest.mark.parametrize("kind", KINDS)
def test_every_odd_text_comes_back(kind: str) -> None:
    assert there_and_back(kind, ODD) == ODD


@pytest.mark.parametrize("kind", KINDS)
@given(cells=st.lists(texts | tricky, min_size=1, max_size=8))
@example(cells=["\\u005Fx000D_"])
def test_any_text_comes_back(kind: str, cells: list[str]) -> None:
    assert there_and_back(kind, cells) == cells


def test_a_cell_never_runs(tmp_path: Path) -> None:
    live = ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"]
    write_table(tmp_path / "a.xlsx", ["text"], [[text] for text in live])
    write_table(tmp_path / "a.csv", ["text"], [[text] for text in live])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[0][0] for row in csv.reader(file)][1:] == ["'"] * 5 + ["\\"] + ["'"] * 3


def test_numbers_come_as_people_see_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["rating", "span", "done", "sum"])
        sheet.write_row(1, 0, [4.0, 14, True])
        sheet.write_formula(1, 3, "=A2+1", None, 5)
        sheet.write_row(2, 0, [2.5, "", "x"])
    assert [row for _, row in read_table(path)] == [
        {"rating": "4", "span": "14", "done": "TRUE", "sum": "5"},
        {"rating": "2.5", "span": "", "done": "x", "sum": ""},
    ]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t")]
)
def test_csv_as_spreadsheets_write_it(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    lines = ["key;text;note", "", 'a;"x\r\ny,""z""";ü', "b", ";;", ""]
    path.write_bytes("\r\n".join(lines).replace(";", delimiter).encode(encoding))
    assert read_table(path) == [
        (f"{path}:3", {"key": "a", "text": 'x\ny,"z"', "note": "ü"}),
        (f"{path}:4", {"key": "b", "text": "", "note": ""}),
    ]


def test_the_page_and_the_columns_may_move(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("guide").write_row(0, 0, ["code", "meaning"])
        sheet = book.add_worksheet("mine")
        sheet.write_row(2, 1, ["text", "", "key "])
        sheet.write_row(4, 1, ["x", "thrown away", "k"])
    assert read_table(path, ["key", "text"]) == [(f"{path}:5", {"text": "x", "key": "k"})]


def test_a_workbook_has_drop_downs_hidden_columns_and_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    header = [Column("code", choices=("a", "b")), Column("rating", choices=(1, 2)),
              Column("kept", hidden=True)]  # fmt: skip
    rows = [["a", 1, "x"]]
    write_table(path, header, rows, [Page("guide", ["code"], [["what a is"]])])
    first = path.read_bytes()
    write_table(path, header, rows, [Page("guide", ["code"], [["what a is"]])])
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == 2 and "lists!$A$1:$A$2" in sheet
    assert sheet.count('hidden="1"') == 1 and "<pane " in sheet
    assert read_table(path, ["rating"])[0][1] == {"code": "a", "rating": "1", "kept": "x"}
    assert read_table(path, ["code"])[0][1]["code"] == "a"


def folded(path: Path) -> bytes:
    """Returns a zip file that is no workbook."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("word/document.xml", "<a/>")
    return path.read_bytes()


def broken(folder: Path, name: str) -> bytes:
    write_table(folder / "good.xlsx", ["key"], [["a"]])
    good = (folder / "good.xlsx").read_bytes()
    return {
        "empty": b"", "blank": b"\r\n;;\r\n", "ansi": "key\r\nü".encode("cp1252"),
        "half.xlsx": good[: len(good) // 2], "old.xls": b"\xd0\xcf\x11\xe0 and so on",
        "zip": b"PK\x03\x04 and so on", "half.csv": b'key,text\r\na,"half a te',
        "docx": folded(folder / "x.docx"), "wide": b"key,text\r\na,b,c\r\n",
        "other": b"id,text\r\na,b\r\n", "twice": b"key,text,text\r\na,b,c\r\n",
    }[name]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("empty", "empty"), ("blank", "empty"), ("ansi", "UTF-8"), ("half.xlsx", "half-written"),
        ("old.xls", "protected"), ("zip", "half-written"), ("half.csv", ":2: broken"),
        ("docx", "no workbook"), ("wide", ":2: more cells"), ("other", "no column 'key'"),
        ("twice", "two columns 'text'"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, told: str) -> None:
    path = tmp_path / "given"
    path.write_bytes(broken(tmp_path, name))
    with pytest.raises(ArfError, match=told) as caught:
        read_table(path, ["key"])
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_what_does_not_fit_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_table(path, ["text"], [["\U0001f600" * (CELL // 2)]])
    before = path.read_bytes()
    with pytest.raises(ArfError, match=r"a\.xlsx:3: text: 32,768 characters"):
        write_table(path, ["text"], [["x" * CELL], ["\U0001f600" * (CELL // 2 + 1)]])
    assert path.read_bytes() == before
    assert there_and_back("csv", ["x" * 200_000]) == ["x" * 200_000]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArfError, match="no such file"):
        read_table(tmp_path / "none.xlsx")
    with pytest.raises(ArfError, match="a folder"):
        read_table(tmp_path)
    with pytest.raises(ArfError, match=r"ends in \.xlsx or \.csv"):
        write_table(tmp_path / "a.ods", ["a"], [])
