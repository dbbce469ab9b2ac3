"""`arf taxonomy check` and `arf taxonomy suggest` in a copy of the parameters and prompts."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mock_endpoint import Behaviour, MockEndpoint
from ruamel.yaml import YAML
from typer.testing import CliRunner

from arf.cli import app
from arf.errors import ArfError
from arf.files import read_json, write_records
from arf.labels import append
from arf.layout import people
from arf.patch import patch
from arf.records import UNLISTED, Annotation, Finding
from arf.taxonomy import Code

ROOT = Path(__file__).parents[2]
SAD = "inferred_sentiment"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    monkeypatch.chdir(tmp_path)
    for channel in ("botchat", "webform"):
        write_records(people(channel), [])
    return tmp_path


def run(*options: str) -> tuple[int, str]:
    command = ["taxonomy", *options]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "250"}, catch_exceptions=False)
    return result.exit_code, result.output


def code(name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes a code of the taxonomy."""
    yaml, path = YAML(), Path("prompts/taxonomy.yaml")
    taxonomy = yaml.load(path)
    change(taxonomy["codes"][name])
    yaml.dump(taxonomy, path)


def of(out: str, name: str) -> list[str]:
    return [line.split(None, 1)[1] for line in out.splitlines() if line.split()[:1] == [name]]


def test_the_taxonomy_of_a_fresh_clone_is_sound(folder: Path) -> None:
    status, out = run("check")
    assert status == 0
    assert "FAIL" not in out
    assert "note" not in out
    assert [line.split(None, 1)[1].strip() for line in of(out, SAD)] == [
        "detector sentiment: 6 of 6 examples",
        "fixer neutral_wording",
        "prompt fix/r1/inferred_sentiment.yaml renders for botchat, webform",
    ]
    assert of(out, "rounds")[0].startswith("ok  r1, r2")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda c: c["detector"].update(name="sentimental"), "(did you mean sentiment?)"),
        (lambda c: c.update(fixer="neutral_words"), "(did you mean neutral_wording?)"),
        (lambda c: c.update(prompt="fix/r1/no.yaml"), "prompts/fix/r1/no.yaml: no such file"),
        (lambda c: c.update(channels=["webfrom"]), "webfrom is none of params.yaml (did you mean"),
        (
            lambda c: c["examples"]["negative"][0].update(source="Where is my table?"),
            "examples.negative.0 'The customer was upset about the scratch on the table.' is "
            "flagged at 'The customer was upset'",
        ),
        (
            lambda c: c["examples"]["positive"][0].update(source="I am frustrated."),
            "examples.positive.0 'The customer was frustrated that the heater had not come.' is "
            "not flagged",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_code_is_said_beside_it(
    folder: Path, change: Callable[[dict[str, Any]], object], complaint: str
) -> None:
    code(SAD, change)
    status, out = run("check")
    assert status == 1
    (line,) = (line for line in of(out, SAD) if line.startswith("FAIL"))
    assert complaint in line
    assert out.count("FAIL") == 1
    assert out.splitlines()[-1] == "prompts/taxonomy.yaml: 1 thing fails"


def test_what_is_wrong_with_one_code_hides_nothing_of_another(folder: Path) -> None:
    code(SAD, lambda entry: entry["detector"].update(name="sentimental"))
    code("exposed_identifier", lambda entry: entry.update(fixer="masks"))
    template = Path("prompts/fix/r2/unn_content_redundant.yaml")
    template.write_text("user: '{{ body }} {{ nobody }}'\n", "utf-8")
    status, out = run("check")
    assert status == 1
    assert [line[:4] for line in of(out, SAD)] == ["FAIL", "ok  ", "ok  "]
    redundant = of(out, "unn_content_redundant")
    assert "body stands there without" in redundant[2]
    assert "'nobody' is undefined" in redundant[3]
    assert out.splitlines()[-1] == "prompts/taxonomy.yaml: 3 things fail"


def test_an_example_that_needs_a_source_is_a_note(folder: Path) -> None:
    code(SAD, lambda entry: entry["examples"]["positive"][0].pop("source"))
    status, out = run("check")
    assert status == 0
    assert "detector sentiment: 5 of 6 examples" in out
    (line,) = (line for line in of(out, SAD) if line.startswith("note"))
    assert "is not checked: depends on the case; add source" in line


def test_a_taxonomy_that_cannot_be_read_is_one_line(folder: Path) -> None:
    code(SAD, lambda entry: entry.pop("definition"))
    with pytest.raises(ArfError, match=r"taxonomy\.yaml: codes\.inferred_sentiment\.definition"):
        run("check")
    shutil.copy(ROOT / "prompts/taxonomy.yaml", "prompts/taxonomy.yaml")
    Path("prompts/lexicons/feelings.yaml").unlink()
    with pytest.raises(ArfError, match=r"inferred_sentiment\.detector\.lexicon.*no such file"):
        run("check")


DRAFTS = Path("metrics/taxonomy/suggestions.yaml")
STIFF = ["stiff tone", "tone too stiff", "a stiff formal tone", "formal tone, stiff", "stiff tone!"]
MONEY = ["wrong currency", "currency dollars not euros", "currency wrong: euros", "euros currency"]
LABELS = Path("data/labels")


def label(item: str, who: str, *errors: Finding, channel: str = "botchat") -> Annotation:
    return Annotation(
        id=item, channel=channel, source="r0", text_sha256="x", annotator=who, taxonomy={},
        errors=errors,
    )  # fmt: skip


def remark(note: str, code: str = UNLISTED) -> Finding:
    return Finding(code=code, span=f"It is {note[0]}", start=0, note=note)


@pytest.fixture
def labelled(folder: Path) -> Path:
    """What B had labelled before, and what A labelled here."""
    brought = [label(f"b{i}", "B", remark(note)) for i, note in enumerate(MONEY)]
    write_records(people("webform"), [x.model_copy(update={"channel": "webform"}) for x in brought])
    for i, note in enumerate(STIFF):
        append(LABELS, label(f"a{i}", "A", remark(note)))
    return folder


def drafts() -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(DRAFTS))


def set_params(value: dict[str, Any]) -> None:
    path = Path("params.yaml")
    path.write_text(patch(path.read_text("utf-8"), value), "utf-8")


def test_remarks_become_drafts(labelled: Path) -> None:
    status, out = run("suggest")
    assert status == 0
    rows = [line.split() for line in out.splitlines()]
    assert [row[:2] for row in rows if row[:1] in (["candidate_1"], ["candidate_2"])] == [
        ["candidate_1", "5"], ["candidate_2", "4"],
    ]  # fmt: skip
    assert out.splitlines()[-1] == f"0 of 9 remarks are in no cluster; drafts: {DRAFTS}"
    assert "  # draft: 4 remarks (webform 4)" in DRAFTS.read_text("utf-8")
    spans = {example["span"] for example in drafts()["candidate_1"]["examples"]["positive"]}
    assert spans <= {f"It is {note[0]}" for note in STIFF}
    before = DRAFTS.read_bytes()
    assert run("suggest") == (0, out)
    assert DRAFTS.read_bytes() == before


def test_whose_labels_count(labelled: Path) -> None:
    set_params({"audit": {"people": ["B"]}})
    status, out = run("suggest")
    assert status == 0
    assert out.splitlines() == [
        "4 remarks without a code, of 6 that candidates need: label more outputs, mark what fits "
        "no code as unlisted, and note why it is wrong",
        "4 remarks in all, and no cluster among them: nothing is written",
    ]
    assert not DRAFTS.exists()


def test_without_any_label(folder: Path) -> None:
    status, out = run("suggest")
    assert status == 0
    assert out.startswith("0 remarks without a code, of 6 that candidates need: label more outputs")


def test_labels_that_are_not_there_are_one_line(folder: Path) -> None:
    set_params({"audit": {"people": ["C"]}})
    with pytest.raises(ArfError, match=r"audit\.people: no labels by 'C'"):
        run("suggest")
    people("webform").unlink()
    with pytest.raises(ArfError, match=r"people/webform\.jsonl: no such file; run the stage"):
        run("suggest")


def test_sub_types_are_drafted_where_no_candidate_is(folder: Path) -> None:
    for i, note in enumerate([*STIFF, *MONEY]):
        append(LABELS, label(str(i), "A", remark(note, SAD)))
    out = run("suggest", "--out", "drafts.yaml")[1]
    assert out.startswith("0 remarks without a code")
    found = dict(YAML(typ="safe", pure=True).load(Path("drafts.yaml")))
    assert list(found) == [f"{SAD}_1", f"{SAD}_2"]


def test_a_damaged_label_is_named(labelled: Path) -> None:
    with (LABELS / "A/botchat.jsonl").open("a", encoding="utf-8") as file:
        file.write("{}\n")
    with pytest.raises(ArfError, match=r"A/botchat\.jsonl:6: "):
        run("suggest")


def test_rules_word_nothing_and_the_drafts_are_there(labelled: Path) -> None:
    with pytest.raises(ArfError, match=r"^--llm: roles\.annotator is rules.*endpoints\.md"):
        run("suggest", "--llm")
    assert list(drafts()) == ["candidate_1", "candidate_2"]


def ask(answer: Callable[[dict[str, Any]], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What `--llm` prints where an endpoint answers so."""
    monkeypatch.setenv("DVC_ROOT", str(Path.cwd()))
    with MockEndpoint(Behaviour(answer=answer)) as server:
        role = {"provider": "openai", "base_url": server.url, "model": "m"}
        set_params({"roles": {"annotator": role | {"limits": {"reasks": 0}}}})
        return run("suggest", "--llm")[1]


def test_a_model_words_the_drafts(labelled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(body: dict[str, Any]) -> str:
        stiff = "formal" in body["messages"][-1]["content"]
        title = "Stiff tone" if stiff else "Wrong currency"
        said = {"title": title, "definition": "d", "exception": "e", "negative": "n"}
        return json.dumps(said)

    ask(answer, monkeypatch)
    codes = {name: Code.model_validate(draft) for name, draft in drafts().items()}
    assert {name: code.title for name, code in codes.items()} == {
        "candidate_1": "Stiff tone", "candidate_2": "Wrong currency",
    }  # fmt: skip
    usage = read_json(Path("metrics/requests/taxonomy-suggest/usage.json"))
    assert usage["annotator"]["asked"] == 2


def test_a_model_that_answers_nothing_loses_no_draft(
    labelled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ArfError, match=r"taxonomy-suggest: 2 of 2 questions"):
        ask(lambda body: "no", monkeypatch)
    assert "# no answer of the model: invalid: " in DRAFTS.read_text("utf-8")
    assert list(drafts()) == ["candidate_1", "candidate_2"]


@pytest.mark.parametrize("who", ["A", "B"])
def test_real_notes_show_known_sub_types(folder: Path, real_data: Path, who: str) -> None:
    """Of the notes on feelings, those on thanks taken for joy come together."""
    for channel in ("botchat", "webform"):
        path = real_data / "annotations" / who / f"{channel}.jsonl"
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            errors = (Finding(**{k: e.get(k) for k in ("code", "span", "note")})
                      for e in row["errors"])  # fmt: skip
            append(LABELS, label(row["id"], who, *errors, channel=channel))
    assert run("suggest")[0] == 0
    closing = [
        name for name, draft in drafts().items()
        if any("closing" in example.get("why", "") for example in draft["examples"]["positive"])
    ]  # fmt: skip
    assert closing
    assert all(name.startswith("unn_content_pleasantry_") for name in closing)
