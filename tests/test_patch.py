"""Values set in the text of a YAML file, with everything around them kept."""

from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from arf.patch import PatchError, flow, patch

TEXT = """\
# Every knob.

roles:                        # who does what
  teacher: {provider: recorded}
  editor: {provider: rules}   # rules | recorded

  # asked last
  judge:
    provider: rules
    limits: {tries: 1}

train: {token_budget: 20, lora: {r: 16}}   # all on one line
limits:
- 1
"""
LONG = {"provider": "openai", "base_url": "https://api.example.org/v1", "sampling": {"a": "b" * 60}}


def read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(StringIO(text))


def changed(text: str) -> list[str]:
    """The lines that are new against `TEXT`."""
    old = TEXT.splitlines()
    return [line for line in text.splitlines() if line not in old]


def test_a_short_value_stays_on_its_line_and_its_comment_in_its_column() -> None:
    text = patch(TEXT, {"roles": {"editor": {"provider": "x"}}})
    assert text == TEXT.replace("{provider: rules}   # rules |", "{provider: x}       # rules |")


def test_a_long_mapping_becomes_a_block_and_back() -> None:
    text = patch(TEXT, {"roles": {"editor": LONG, "teacher": LONG}})
    assert changed(text)[:2] == ["  teacher:", "    provider: openai"]
    assert "  editor:                     # rules | recorded\n    provider: openai\n" in text
    assert read(text)["roles"]["teacher"] == LONG
    back = {"teacher": {"provider": "recorded"}, "editor": {"provider": "rules"}}
    assert patch(text, {"roles": back}) == TEXT


def test_a_block_is_replaced_whole_but_not_the_comments_behind_it() -> None:
    text = patch(TEXT, {"roles": {"judge": {"provider": "x"}}})
    assert changed(text) == ["  judge: {provider: x}"]
    assert "  # asked last\n  judge: {provider: x}\n\ntrain" in text


def test_a_value_on_a_line_with_others() -> None:
    text = patch(TEXT, {"train": {"token_budget": 9, "seed": None}})
    assert changed(text) == [
        "train: {token_budget: 9, lora: {r: 16}, seed: null}   # all on one line"
    ]


def test_what_is_not_there_is_added() -> None:
    text = patch(TEXT, {"roles": {"student": {"provider": "local"}}, "llm": {"budget": 1.5}})
    assert changed(text) == ["  student: {provider: local}", "llm:", "  budget: 1.5"]
    assert "{tries: 1}\n  student: {provider: local}\n\ntrain" in text


def test_the_ends_of_lines_are_kept() -> None:
    text = patch(TEXT.replace("\n", "\r\n"), {"roles": {"editor": LONG, "a": 1}})
    assert "\n" not in text.replace("\r\n", "")
    assert text.replace("\r\n", "\n") == patch(TEXT, {"roles": {"editor": LONG, "a": 1}})


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {b: 1}\nroles: {teacher: *x}\n",
        "a:\n  b: &x 1\nroles:\n  teacher: *x\n",
        "roles: [1]\n",
        "roles:\n",
    ],
)
def test_what_cannot_be_changed_in_place_is_said(text: str) -> None:
    with pytest.raises(PatchError, match="roles"):
        patch(text, {"roles": {"teacher": 2}})


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["teacher", "editor", "judge", "new"]), VALUES))
def test_any_value_is_what_is_read_afterwards(values: dict[str, Any]) -> None:
    text = patch(TEXT, {"roles": values})
    assert read(text) == read(TEXT) | {"roles": read(TEXT)["roles"] | values}
    kept = [line for line in TEXT.splitlines() if line.startswith(("#", "train", "limits", "-"))]
    assert [line for line in text.splitlines() if line in kept] == kept


@given(SCALARS)
def test_flow_is_one_line(value: Any) -> None:
    assert "\n" not in flow(value)
