"""The taxonomy of the project, and what a broken one says."""

import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from arf.annotate.rules import RulesAnnotator
from arf.errors import ArfError
from arf.files import sha256_text
from arf.revise.rules import RulesEditor
from arf.taxonomy import Code, Taxonomy, load_taxonomy

PATH = Path(__file__).parents[1] / "prompts/taxonomy.yaml"
TAXONOMY = load_taxonomy(PATH)
ORDER = [
    "wrong_outcome", "unsupported_detail", "inferred_sentiment", "unn_content_pleasantry",
    "unn_content_email_copy", "unn_content_redundant", "exposed_identifier", "missing_reason",
    "missing_outcome",
]  # fmt: skip


def raw() -> dict[str, Any]:
    value: dict[str, Any] = YAML(typ="safe", pure=True).load(PATH.read_text(encoding="utf-8"))
    return deepcopy(value)


def write(tmp_path: Path, value: dict[str, Any]) -> Path:
    path = tmp_path / "taxonomy.yaml"
    shutil.copytree(PATH.parent / "lexicons", tmp_path / "lexicons", dirs_exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(value, file)
    return path


def test_codes_severities_and_rounds() -> None:
    assert list(TAXONOMY.codes) == ORDER
    by_severity: dict[str, list[str]] = {}
    for name, code in TAXONOMY.codes.items():
        by_severity.setdefault(code.severity, []).append(name)
    assert by_severity["minor"] == ORDER[2:6]
    assert by_severity["moderate"] == ["exposed_identifier"]
    assert by_severity["major"] == ["unsupported_detail", "missing_reason", "missing_outcome"]
    assert by_severity["critical"] == ["wrong_outcome"]
    rounds = {name: code.round for name, code in TAXONOMY.codes.items() if code.round}
    assert {name for name, which in rounds.items() if which == "r2"} == {"unn_content_redundant"}
    assert {name for name, which in rounds.items() if which == "r1"} == {
        "inferred_sentiment", "unn_content_pleasantry", "unn_content_email_copy",
        "exposed_identifier",
    }  # fmt: skip


def test_what_no_rule_can_tell_has_no_detector() -> None:
    without = {name for name, code in TAXONOMY.codes.items() if code.detector is None}
    assert without == {"wrong_outcome", "missing_reason", "missing_outcome"}


@pytest.mark.parametrize("name", ORDER)
def test_every_code_has_examples_of_both_kinds(name: str) -> None:
    examples = TAXONOMY.codes[name].examples
    assert len(examples.positive) >= 2
    assert len(examples.negative) >= 2


@pytest.mark.parametrize(
    ("code", "setting", "value", "complaint"),
    [
        ("unn_content_redundant", "shares", 90, "unknown setting (did you mean share?)"),
        ("unn_content_redundant", "share", 900, "less than or equal to 100"),
        ("unn_content_redundant", "share", "much", "valid number"),
        ("unn_content_pleasantry", "trailing", ["(thank"], "no regular expression"),
        ("unn_content_pleasantry", "rules", [], "at least 1 item"),
        ("exposed_identifier", "kinds", {"pin": {"pattern": "\\d+"}}, "(?P<value>...)"),
        ("unsupported_detail", "counts", -1, "greater than or equal to 0"),
        ("inferred_sentiment", "groups", [{"often": ["sad"]}], "unknown setting"),
    ],
)
def test_a_wrong_setting_is_named(
    tmp_path: Path, code: str, setting: str, value: object, complaint: str
) -> None:
    taxonomy = raw()
    taxonomy["codes"][code]["detector"].setdefault("settings", {})[setting] = value
    path = write(tmp_path, taxonomy)
    with pytest.raises(ArfError) as caught:
        RulesAnnotator(load_taxonomy(path), path)
    message = str(caught.value)
    assert str(path) in message
    assert f"codes.{code}.detector.settings.{setting}" in message
    assert complaint in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "lexicons/courtesies.yaml: no such file"),
        ("- thanks", "courtesies.yaml: expected a mapping"),
        ("rules: [", "courtesies.yaml"),
        ("rulse: []", "courtesies.yaml: rulse"),
        ("rules: []", "courtesies.yaml: rules"),
    ],
)
def test_a_broken_lexicon_is_named(tmp_path: Path, text: str | None, complaint: str) -> None:
    path = write(tmp_path, raw())
    lexicon = tmp_path / "lexicons/courtesies.yaml"
    lexicon.unlink()
    if text is not None:
        lexicon.write_text(text, encoding="utf-8")
    with pytest.raises(ArfError) as caught:
        RulesAnnotator(load_taxonomy(path), path)
    message = str(caught.value)
    assert complaint in message
    assert "codes.unn_content_pleasantry.detector" in message
    assert "\n" not in message


def test_an_unknown_detector_or_fixer_is_named(tmp_path: Path) -> None:
    taxonomy = raw()
    taxonomy["codes"]["unsupported_detail"]["detector"]["name"] = "suport"
    taxonomy["codes"]["inferred_sentiment"]["fixer"] = "neutral_words"
    path = write(tmp_path, taxonomy)
    broken = load_taxonomy(path)
    with pytest.raises(ArfError, match=r"unsupported_detail\.detector.*did you mean support"):
        RulesAnnotator(broken, path)
    with pytest.raises(ArfError, match=r"inferred_sentiment\.fixer.*did you mean neutral_wording"):
        RulesEditor(broken, path)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda t: t["ratings"].pop(3), "ratings"),
        (lambda t: t["codes"].clear(), "codes"),
        (lambda t: t["codes"]["missing_reason"].pop("definition"), "missing_reason.definition"),
        (lambda t: t["codes"]["missing_reason"].update(severity="huge"), "missing_reason.severity"),
        (lambda t: t["codes"]["missing_reason"].update(colour="red"), "missing_reason.colour"),
        (lambda t: t["codes"]["missing_reason"].update(round="r1"), "fixer or a prompt"),
        (
            lambda t: t["codes"]["missing_reason"]["examples"]["positive"][0].update(span="none"),
            "is not in its text",
        ),
    ],
)
def test_a_broken_taxonomy_is_refused(tmp_path: Path, change: Any, complaint: str) -> None:
    taxonomy = raw()
    change(taxonomy)
    path = write(tmp_path, taxonomy)
    with pytest.raises(ArfError) as caught:
        load_taxonomy(path)
    assert complaint in str(caught.value)


def test_settings_do_not_change_the_hash_that_labels_carry() -> None:
    taxonomy = raw()
    taxonomy["codes"]["unn_content_redundant"]["detector"]["settings"]["share"] = 99
    assert (
        Taxonomy.model_validate(taxonomy).codes["unn_content_redundant"].sha256()
        == TAXONOMY.codes["unn_content_redundant"].sha256()
    )
    taxonomy["codes"]["unn_content_redundant"]["definition"] += " And more."
    assert (
        Taxonomy.model_validate(taxonomy).codes["unn_content_redundant"].sha256()
        != TAXONOMY.codes["unn_content_redundant"].sha256()
    )


def test_a_source_changes_no_hash_and_a_reason_does() -> None:
    taxonomy = raw()
    code = taxonomy["codes"]["missing_reason"]
    before = Taxonomy.model_validate(taxonomy).codes["missing_reason"].sha256()
    code["examples"]["positive"][0]["source"] = "My lamp is broken."
    code["examples"]["negative"][0]["source"] = [{"speaker": "bot", "text": "Which lamp?"}]
    with_source = Taxonomy.model_validate(taxonomy).codes["missing_reason"]
    assert with_source.examples.positive[0].source == "My lamp is broken."
    assert with_source.sha256() == before
    code["examples"]["positive"][0]["why"] = "another"
    assert Taxonomy.model_validate(taxonomy).codes["missing_reason"].sha256() != before


def test_the_hash_is_of_a_known_form() -> None:
    """Labels that people gave to a definition must find it again."""
    words = {
        "title": "Sad",
        "definition": "d",
        "exception": "e",
        "examples": {
            "positive": [{"text": "sad", "span": "sad", "why": None}],
            "negative": [{"text": "glad", "span": None, "why": "w"}],
        },
    }
    code = Code.model_validate(words | {"severity": "minor"})
    assert code.sha256() == sha256_text(json.dumps(words, sort_keys=True))
