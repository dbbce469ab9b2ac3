"""`arf taxonomy check` and `arf taxonomy suggest` in a copy of the parameters and prompts."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from arf.cli import app
from arf.errors import ArfError

ROOT = Path(__file__).parents[2]
SAD = "inferred_sentiment"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    monkeypatch.chdir(tmp_path)
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
