"""Drafts of codes: what they hold, and that they are codes once a person has filled them in."""

import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from ruamel.yaml import YAML

from arf.errors import ArfError
from arf.llm import Failure
from arf.taxonomy import Code, load_taxonomy
from arf.upkeep.clusters import Cluster
from arf.upkeep.drafts import named, to_yaml
from arf.upkeep.naming import Proposal
from arf.upkeep.remarks import Remark

PROMPTS = Path(__file__).parents[2] / "prompts"
TAXONOMY = load_taxonomy(PROMPTS / "taxonomy.yaml")
SAD, DETAIL = "inferred_sentiment", "unsupported_detail"
STIFF = Remark("botchat", None, "too stiff", "Kindly note that")
CLUSTER = Cluster(
    None, (STIFF, Remark("webform", None, "", "Hereby"), Remark("botchat", None, "stiff", "")),
    ("stiff", "too"), DETAIL, 0.25,
)  # fmt: skip
FILLED = {"title": "Stiff", "definition": "It is stiff.", "exception": "A quotation."}
WORDED = FILLED | {"negative": "He quoted it."}


def read(text: str) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(StringIO(text)))


def test_a_draft_says_what_it_is() -> None:
    text = to_yaml(named([CLUSTER]), TAXONOMY)
    assert text.startswith("# Written by arf taxonomy suggest")
    assert "fill in every field that is empty" in text
    assert "  # draft: 3 remarks (botchat 2, webform 1)\n" in text
    assert "  # stiff, too; looks like unsupported_detail (0.25)\n" in text
    draft = read(text)["candidate_1"]
    assert [draft[name] for name in FILLED] == [None] * 3
    assert draft["examples"]["positive"] == [
        {"text": "Kindly note that", "span": "Kindly note that", "why": "too stiff"},
        {"text": "Hereby", "span": "Hereby"},
    ]
    first = TAXONOMY.codes[DETAIL].examples.positive[0]
    assert draft["examples"]["negative"] == [{"text": first.text, "why": f"is {DETAIL}"}]


def test_a_draft_is_refused_as_it_is_and_a_code_once_it_is_filled() -> None:
    draft = read(to_yaml(named([CLUSTER]), TAXONOMY))["candidate_1"]
    with pytest.raises(ValidationError):
        Code.model_validate(draft)
    assert Code.model_validate(draft | FILLED).severity == "minor"


def test_a_draft_that_is_pasted_unfilled_is_one_line(tmp_path: Path) -> None:
    shutil.copytree(PROMPTS, tmp_path / "prompts")
    path = tmp_path / "prompts/taxonomy.yaml"
    yaml = YAML()
    taxonomy = yaml.load(path)
    taxonomy["codes"] |= read(to_yaml(named([CLUSTER]), TAXONOMY))
    yaml.dump(taxonomy, path)
    with pytest.raises(ArfError, match=r"codes\.candidate_1\.title"):
        load_taxonomy(path)
    taxonomy["codes"]["candidate_1"] |= FILLED
    yaml.dump(taxonomy, path)
    assert load_taxonomy(path).codes["candidate_1"].title == "Stiff"


def test_what_nobody_marked_or_resembles_is_left_empty() -> None:
    bare = Cluster(None, (Remark("botchat", None, "too long", ""),) * 3, ("long",), None, None)
    text = to_yaml(named([bare]), TAXONOMY)
    assert "looks like no code" in text
    examples = read(text)["candidate_1"]["examples"]
    assert examples == {
        "positive": [{"text": None, "why": "too long"}], "negative": [{"text": None}],
    }  # fmt: skip


def test_sub_types_are_named_after_their_code_and_weigh_as_much() -> None:
    sub = Cluster(DETAIL, (STIFF,) * 3, ("stiff",), None, None)
    text = to_yaml(named([CLUSTER, sub, sub]), TAXONOMY)
    drafts = read(text)
    assert list(drafts) == ["candidate_1", f"{DETAIL}_1", f"{DETAIL}_2"]
    assert drafts[f"{DETAIL}_1"]["severity"] == "major"
    assert f"all {DETAIL}: a sub-type?" in text
    assert "looks like no other code" in text


def test_what_a_model_says_or_why_it_says_nothing() -> None:
    proposals = {
        "candidate_1": Proposal.model_validate(WORDED),
        "candidate_2": Failure("refusal", "I\ncannot"),
    }
    text = to_yaml(named([CLUSTER, CLUSTER]), TAXONOMY, proposals)
    drafts = read(text)
    assert Code.model_validate(drafts["candidate_1"]).definition == "It is stiff."
    assert drafts["candidate_1"]["examples"]["negative"] == [{"text": "He quoted it."}]
    assert "  # worded by a model: read it" in text
    assert drafts["candidate_2"]["title"] is None
    assert "  # no answer of the model: refusal: I cannot\n" in text


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@given(TEXT, TEXT)
def test_any_words_come_back(note: str, span: str) -> None:
    one = Cluster(None, (Remark("botchat", None, note, span),), (), None, None)
    text = to_yaml(named([one]), TAXONOMY)
    (example,) = read(text)["candidate_1"]["examples"]["positive"]
    assert example == {"text": span, "span": span, "why": note}
