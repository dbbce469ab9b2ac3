"""Label Studio's files: what goes out comes back, and what cannot be right is named."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arf.errors import ArfError
from arf.labelling.drafts import read_draft, to_label
from arf.labelling.entries import Entry, check
from arf.labelling.items import Item
from arf.labelling.label_studio import read_export, write_tasks
from arf.labelling.label_studio.config import configuration
from arf.labelling.label_studio.offsets import find_region
from arf.records import UNLISTED, Annotation, Case, Output
from arf.taxonomy import Taxonomy

TEXT = "🎉 The customer was late. Café\r\nThe customer paid 👩‍👩‍👧 twice.  "


def make_item(text: str, case_id: str = "a", **fields: Any) -> Item:
    """An output of some case."""
    case = Case(id=case_id, channel="botchat", split="train", text="Order 5 is late.")
    output = Output(
        id=case_id, channel="botchat", source="r0", provider="openai", model="big-7", text=text
    )
    return Item(case, output, **fields)


def label(item: Item, given: dict[str, Any], taxonomy: Taxonomy) -> Annotation:
    """A person's label of it."""
    return to_label(read_draft(given), item, "anna", taxonomy)


def read(entries: list[Entry], items: list[Item], taxonomy: Taxonomy) -> list[Annotation]:
    """The labels of entries in which nothing is wrong."""
    by_key = {item.key: item for item in items}
    assert [entry.faults for entry in entries if entry.faults] == []
    return [to_label(read_draft(one.value), by_key[one.key], "anna", taxonomy) for one in entries]


def out(path: Path, items: list[Item], labels: list[Annotation], taxonomy: Taxonomy) -> Any:
    """The tasks as they are written, of items and a label for each."""
    write_tasks(
        path,
        items,
        {item.key: label for item, label in zip(items, labels, strict=False)},
        taxonomy,
    )
    return json.loads(path.read_text())


WORDS = st.text(st.characters(exclude_categories=["Cs"]))
ODD = st.lists(
    st.sampled_from(
        [
            "😀",
            "e\u0301",
            "\r\n",
            "\n",
            '"',
            "\\n",
            "\\",
            " ",
            "a",
            "aa",
            "<b>",
            "\0",
            "\x85",
            "\u2028",
        ]
    )
).map("".join)
CODES = st.sampled_from(["wrong_outcome", "inferred_sentiment", "missing_reason", UNLISTED])


@st.composite
def labelled(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A text and what a person says of it."""
    text = draw(st.one_of(ODD, WORDS))
    errors = []
    for _ in range(draw(st.integers(0, 4))):
        error = {"code": draw(CODES), "note": draw(st.none() | ODD | WORDS)}
        if text.strip() and draw(st.booleans()):
            start = draw(st.integers(0, len(text) - 1))
            span = text[start : draw(st.integers(start + 1, len(text)))]
            if span.strip():
                error |= {"span": span, "start": start}
        errors.append(error)
    given = {
        "errors": errors,
        "rating": draw(st.none() | st.integers(1, 5)),
        "note": draw(st.none() | ODD | WORDS),
        "skipped": draw(st.none() | ODD | WORDS),
        "seen": draw(st.none() | st.just("rules")),
        "taxonomy": draw(st.none() | st.just({"wrong_outcome": "0" * 64})),
    }
    return text, given


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labelled())
def test_labels_come_back_byte_for_byte(
    tmp_path: Path, taxonomy: Taxonomy, case: tuple[str, dict[str, Any]]
) -> None:
    text, given = case
    item = make_item(text)
    before = label(item, given, taxonomy)
    path = tmp_path / "tasks.json"
    write_tasks(path, [item], {item.key: before}, taxonomy)
    [after] = read(read_export(path, None), [item], taxonomy)
    assert after.model_dump_json() == before.model_dump_json()


def at(text: str, start: int, end: int, /, **value: Any) -> tuple[int, int] | None:
    return find_region({"start": start, "end": end, **value}, text)


def test_a_region_is_where_its_words_are() -> None:
    late = TEXT.index("late")
    assert at(TEXT, late, late + 4, text="late") == (late, late + 4)
    assert at(TEXT, late + 1, late + 5, text="late") == (late, late + 4)  # in UTF-16 code units
    assert at(TEXT, late, late + 4) == (late, late + 4)
    lines = TEXT.index("Café")
    assert at(TEXT, lines, lines + 9, text="Café\\n\\nThe") == (lines, lines + 9)
    paid = TEXT.index("paid 👩")
    assert at(TEXT, 0, 3, text="paid 👩‍👩‍👧 twice.") == (paid, len(TEXT) - 2)  # only there
    assert at("a  b", 0, 4, text="a b") == (0, 4)
    assert at("a\\nb c", 0, 4, text="a\\nb") == (0, 4)  # a real backslash


@pytest.mark.parametrize(
    "value",
    [
        {"start": 0, "end": 3, "text": "The customer"},  # there, twice
        {"start": 0, "end": 3, "text": "another text"},
        {"start": 0, "end": 3, "text": " "},
        {"start": 90, "end": 99},
        {"start": 3, "end": 3},
        {"start": -3, "end": 3},
        {"start": "0", "end": "3"},
        {"start": 0, "end": 1e9},
        {"start": 1, "end": 3, "text": "\ud83d"},
        {},
    ],
)
def test_a_region_that_is_nowhere_has_no_place(value: dict[str, Any]) -> None:
    assert find_region(value, TEXT) is None


@given(st.one_of(ODD, WORDS), st.data())
def test_regions_are_found_in_code_points_and_code_units(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if start == end:
        return
    words = text[start:end]
    assert at(text, start, end, text=words) == (start, end)
    units = [len(text[:place].encode("utf-16-le")) // 2 for place in (start, end)]
    found = at(text, *units, text=words)
    assert found is not None and text[slice(*found)] == words


def test_nothing_in_the_files_gives_a_system_or_case_away(
    taxonomy: Taxonomy, tmp_path: Path
) -> None:
    item = make_item(TEXT, "case-77")
    shown = label(item, {"errors": [{"code": "wrong_outcome", "span": "late"}]}, taxonomy)
    item = Item(item.case, item.output, shown.model_copy(update={"annotator": "rules"}))
    [task] = out(tmp_path / "t.json", [item], [], taxonomy)
    written = (tmp_path / "t.json").read_text() + (tmp_path / "t.xml").read_text()
    for word in ("case-77", '"r0"', "openai", "big-7", "recorded"):
        assert word not in written
    assert task["data"]["arf"]["key"] == item.key and task["data"]["arf"]["seen"] == "rules"
    assert task["predictions"][0]["model_version"] == "machine"
    assert task["predictions"][0]["result"][0]["value"]["text"] == "late"
    assert "machine" in task["data"]["notice"] and "annotations" not in task


def test_the_codes_stand_in_the_order_of_precedence(taxonomy: Taxonomy) -> None:
    codes = {
        name: code.model_copy(update={"channels": ("webform",)})
        if name == "missing_reason"
        else code
        for name, code in taxonomy.codes.items()
    }
    root = ElementTree.fromstring(configuration(taxonomy.model_copy(update={"codes": codes})))
    for tag in ("Label", "Choices[@name='whole']/Choice"):
        found = root.findall(f".//{tag}")
        assert [one.get("alias") for one in found] == [*taxonomy.codes, UNLISTED]
        assert found[0].get("hint", "").startswith(taxonomy.codes["wrong_outcome"].definition)
        assert found[-3].get("value") == "Missing reason (webform)"
    ratings = root.findall(".//Choices[@name='rating']/Choice")
    assert [one.get("alias") for one in ratings] == ["5", "4", "3", "2", "1"]


def region(code: str | None, start: int, text: str, identity: str = "x") -> dict[str, Any]:
    value: dict[str, Any] = {"start": start, "end": start + len(text), "text": text}
    if code is not None:
        value["labels"] = [code]
    return {"id": identity, "from_name": "errors", "type": "labels", "value": value}


def given_as(name: str, kind: str, *values: Any) -> dict[str, Any]:
    return {"id": name, "from_name": name, "type": kind, "value": {kind: list(values)}}


class Export:
    """An export of one task, as Label Studio would write it."""

    def __init__(self, path: Path, item: Item, taxonomy: Taxonomy, before: Any = None) -> None:
        self.path, self.item, self.taxonomy = path / "export.json", item, taxonomy
        [self.task] = out(path / "tasks.json", [item], [before] if before else [], taxonomy)
        self.task |= {"id": 7, "annotations": self.task.get("annotations", []), "drafts": []}

    def add(self, *results: Any, by: Any = 1, **fields: Any) -> "Export":
        number = len(self.task["annotations"]) + 30
        annotation = {"id": number, "completed_by": by, "result": list(results), **fields}
        self.task["annotations"].append(annotation)
        return self

    def read(self, user: str | None = None) -> list[Entry]:
        self.path.write_text(json.dumps([self.task]))
        return read_export(self.path, user)

    def label(self) -> Annotation:
        [one] = read(self.read(), [self.item], self.taxonomy)
        return one


@pytest.fixture
def export(tmp_path: Path, taxonomy: Taxonomy) -> Export:
    return Export(tmp_path, make_item(TEXT), taxonomy)


def test_what_a_person_gave_is_read(export: Export) -> None:
    late = TEXT.index("late")
    export.add(
        region("wrong_outcome", late, "late"),
        {**given_as("why", "text", "said", "so"), "id": "x"},
        given_as("whole", "choices", "missing_reason", UNLISTED),
        given_as("rating", "choices", "2"),
        given_as("note", "text", "a\nb"),
        given_as("cannot_say", "text", " "),
    )
    label = export.label()
    assert [(one.code, one.start, one.note) for one in label.errors] == [
        ("wrong_outcome", late, "said\nso"),
        ("missing_reason", None, None),
        (UNLISTED, None, None),
    ]
    assert (label.rating, label.note, label.status) == (2, "a\nb", "scored")
    assert label.taxonomy == export.taxonomy.hashes(frozenset(export.taxonomy.codes), "botchat")


def test_who_cannot_say_leaves_the_item_unscored(export: Export) -> None:
    export.add(given_as("cannot_say", "text", "too long"))
    assert (export.label().status, export.label().reason) == ("unscored", "too long")
    export.task["annotations"] = []
    export.add(was_cancelled=True)
    assert (export.label().status, export.label().reason) == ("unscored", "skipped in Label Studio")


def test_changed_labels_keep_what_label_studio_cannot_hold(
    tmp_path: Path, taxonomy: Taxonomy
) -> None:
    item = make_item(TEXT)
    errors = [
        {"code": "missing_reason", "note": "vague"},
        {"code": "wrong_outcome", "span": "late"},
        {"code": "unsupported_detail", "span": "paid"},
        {"code": "missing_outcome"},
    ]
    old = {"wrong_outcome": "0" * 64}
    given = {"errors": errors, "seen": "rules", "taxonomy": old, "rating": 4}
    export = Export(tmp_path, item, taxonomy, label(item, given, taxonomy))
    [annotation] = export.task["annotations"]
    annotation |= {"import_id": annotation["id"], "id": 3, "completed_by": 1}
    kept = [
        one
        for one in annotation["result"]
        if one["value"].get("labels") != ["wrong_outcome"] and one["from_name"] != "rating"
    ]
    annotation["result"] = [region("inferred_sentiment", TEXT.index("Café"), "Café"), *kept]
    changed = export.label()
    assert [(one.code, one.note) for one in changed.errors] == [
        ("missing_reason", "vague"),
        ("unsupported_detail", None),
        ("missing_outcome", None),
        ("inferred_sentiment", None),
    ]
    assert (changed.seen, changed.taxonomy, changed.rating) == ("rules", old, None)
    annotation["import_id"] = None  # somebody else's, begun anew
    assert export.label().seen is None and export.label().taxonomy != old


@pytest.mark.parametrize(
    ("results", "fault"),
    [
        ([region("wrong_outcome", 0, "another text")], "'another text' at 0 is of another text"),
        ([region("wrong_outcome", 0, "The customer")], "nor just once elsewhere; mark them anew"),
        ([region(None, 0, "🎉")], "'🎉' has no code; give it one or delete it"),
        ([given_as("rating", "choices", "9")], "'9' is none of 1 to 5; choose one"),
        ([given_as("rating", "choices", "1", "2")], "'1, 2' is none of 1 to 5"),
        ([given_as("rating", "choices", 3)], "cannot be read; export from Label Studio anew"),
        ([{"from_name": "note"}], "cannot be read"),
        (["x"], "cannot be read"),
    ],
)
def test_what_cannot_be_right_is_named_with_its_task(
    export: Export, results: list[Any], fault: str
) -> None:
    [entry] = export.add(*results).read()
    assert entry.place == "export.json: task 7" and entry.key == export.item.key
    [found] = entry.faults
    assert fault in found and "\n" not in found


def test_what_arf_wrote_must_be_as_it_wrote_it(tmp_path: Path, taxonomy: Taxonomy) -> None:
    item = make_item(TEXT)
    export = Export(tmp_path, item, taxonomy, label(item, {"rating": 3}, taxonomy))
    meta = export.task["data"]["arf"]
    for broken in ({"rating": "3"}, {"errors": [3]}, 3, None):
        meta["label"] = broken
        assert "was changed; export anew" in export.read()[0].faults[0]
    meta["label"] = {"errors": [{}, {"code": "missing_reason"}]}
    export.task["annotations"][0]["result"] = [given_as("whole", "choices", "missing_reason")]
    assert [one.code for one in export.label().errors] == ["missing_reason"]
    meta["key"] = "no key"
    with pytest.raises(ArfError, match="no task of arf's"):
        export.read()


def test_an_unknown_code_reaches_the_check(export: Export) -> None:
    [entry] = export.add(region("no_such", 0, "🎉")).read()
    faults = check([entry], {entry.key: export.item}, "anna", export.taxonomy, {}).faults
    assert faults == [
        "export.json: task 7: unknown code 'no_such'; prompts/taxonomy.yaml lists the codes"
    ]


def test_two_annotations_of_one_person_are_two_entries(export: Export) -> None:
    entries = export.add().add().read()
    assert [one.key for one in entries] == [export.item.key] * 2
    assert [one.place for one in entries] == [
        "export.json: task 7, annotation 30",
        "export.json: task 7, annotation 31",
    ]


def test_of_several_people_one_is_chosen(export: Export) -> None:
    anna = {"id": 1, "email": "anna@example.org"}
    export.add(given_as("rating", "choices", "2"), by=anna)
    export.add(given_as("rating", "choices", "4"), by={"id": 2})
    several = r"export.json: by several people \(1 anna@example.org, 2\); choose one with --user ID"
    with pytest.raises(ArfError, match=several):
        export.read()
    for user, rating in (("1", 2), ("anna@example.org", 2), ("2", 4)):
        assert [one.value["rating"] for one in export.read(user)] == [rating]
    with pytest.raises(ArfError, match=r"nothing by '3'; there is 1 anna@example.org, 2"):
        export.read("3")


def test_unsubmitted_changes_are_named(export: Export) -> None:
    export.task["drafts"] = [{"user": "ben@example.org", "created_username": "ben@example.org, 2"}]
    [entry] = export.read()
    assert "never submitted; submit or discard them" in entry.faults[0]
    export.add(by=1).add(by=2)
    assert [bool(one.faults) for one in export.read("1")] == [False]
    assert [bool(one.faults) for one in export.read("2")] == [True]


def test_a_task_that_nobody_labelled_is_no_entry(export: Export) -> None:
    assert export.read() == []


def test_a_task_of_another_project_is_named(export: Export) -> None:
    ours = export.add().task
    path = export.path.with_name("mixed.json")
    path.write_text(json.dumps([ours, {"id": 8, "annotations": [{}], "data": {"text": "x"}}]))
    [_, entry] = read_export(path, "1") + [
        one for one in read_export(path, "unknown") if one.faults
    ]
    assert entry.place == "mixed.json: task 8" and "no task of arf's" in entry.faults[0]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "no JSON, or only the half of it; export from Label Studio anew, as JSON"),
        (b'[{"id": 7, "data": {"arf"', "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"id,rating\n1,2\n", "no JSON"),
        (b"[" + b"9" * 5000 + b"]", "no JSON"),
        (b"{}", "no list of tasks"),
        (b"[1]", "no list of tasks"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no task in it"),
        (b'[{"id": 7, "annotation_id": 3, "output": "x", "rating": "3"}]', "JSON-MIN"),
        (
            b'[{"id": 7, "data": {"text": "x"}, "annotations": [{"result": []}]}]',
            "no task of arf's",
        ),
        (b'[{"id": 7, "data": null}]', "no task of arf's"),
        (b'[{"id": 7, "data": {"arf": {"key": "a"}}}]', "no task of arf's"),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_one_line(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(ArfError, match=fault) as error:
        read_export(path, None)
    assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArfError, match="no such file; export from Label Studio as JSON"):
        read_export(tmp_path / "none.json", None)
    with pytest.raises(ArfError, match="directory"):
        read_export(tmp_path, None)


def test_tasks_do_not_take_the_configurations_name(taxonomy: Taxonomy, tmp_path: Path) -> None:
    with pytest.raises(ArfError, match=r"name the tasks \.json"):
        write_tasks(tmp_path / "audit.xml", [], {}, taxonomy)
    assert list(tmp_path.iterdir()) == []


def test_marks_after_a_nul_are_where_the_front_end_puts_them(
    tmp_path: Path, taxonomy: Taxonomy
) -> None:
    export = Export(tmp_path, make_item("a\0b ␀ sad sad"), taxonomy)
    assert export.task["data"]["output"] == "a␀b ␀ sad sad"
    export.add(region("wrong_outcome", 10, "sad"), region("wrong_outcome", 0, "a␀b ␀"))
    assert [(one.span, one.start) for one in export.label().errors] == [
        ("sad", 10),
        ("a\0b ␀", 0),
    ]
    for broken in (None, [99], ["x"], [0.0]):
        export.task["data"]["arf"]["nul"] = broken
        with pytest.raises(ArfError, match="no task of arf's"):
            export.read()
