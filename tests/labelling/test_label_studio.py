"""Label Studio's files: what goes out comes back, and what cannot be right is named."""

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arf.labelling.drafts import read_draft, to_label
from arf.labelling.entries import Entry
from arf.labelling.items import Item
from arf.labelling.label_studio import read_export, write_tasks
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
        ["😀", "e\u0301", "\r\n", "\n", '"', "\\n", "\\", " ", "a", "aa", "<b>", "\0", "\x85",
         "\u2028"]
    )
).map("".join)  # fmt: skip
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
