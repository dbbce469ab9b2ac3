"""`arf sample`."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from arf.cli import app
from arf.errors import ArfError

ROOT = Path(__file__).parents[2]
FILES = {
    f"{folder}{channel}.jsonl"
    for folder in ("", "teacher/", "truth/")
    for channel in ("botchat", "webform")
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sample(*options: str) -> str:
    arguments = ["sample", *options]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def fails(*options: str) -> str:
    with pytest.raises(ArfError) as caught:
        sample(*options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def written(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_parameters_are_the_defaults(project: Path) -> None:
    sample("out", "--per-channel", "5")
    assert set(written(project / "out")) == FILES
    assert len(rows(project / "out/webform.jsonl")) == 5
    assert {row["family"] for row in rows(project / "out/truth/botchat.jsonl")} == {"a"}


def test_options_replace_them(project: Path) -> None:
    sample(
        "out", "--per-channel", "40", "--seed", "3", "--family", "b", "--channel", "botchat",
        "--rate", "botchat.inferred_sentiment=0", "--rate", "botchat.exposed_identifier=1",
    )  # fmt: skip
    assert set(written(project / "out")) == {name for name in FILES if "botchat" in name}
    truth = rows(project / "out/truth/botchat.jsonl")
    assert {row["family"] for row in truth} == {"b"}
    for row in truth:
        codes = {error["code"] for error in row["errors"]}
        assert "exposed_identifier" in codes
        assert "inferred_sentiment" not in codes


def test_both_families_and_the_same_bytes_again(project: Path) -> None:
    options = ("--per-channel", "30", "--family", "a", "--family", "b")
    sample("one", *options)
    sample("two", *options)
    assert written(project / "one") == written(project / "two")
    truth = rows(project / "one/truth/webform.jsonl")
    assert {row["family"] for row in truth} == {"a", "b"}


def test_a_new_sample_takes_the_place_of_an_earlier_one(project: Path) -> None:
    sample("out", "--per-channel", "3")
    sample("out", "--per-channel", "2", "--channel", "webform")
    assert set(written(project / "out")) == {name for name in FILES if "webform" in name}
    assert len(rows(project / "out/webform.jsonl")) == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", "mine"),
        ("botchat.jsonl", '{"id": "1", "text": "mine"}\n'),
        ("botchat.jsonl", "no json\n"),
        ("teacher/mine.jsonl", "{}\n"),
    ],
)
def test_data_of_ones_own_is_left_alone(project: Path, name: str, text: str) -> None:
    path = project / "out" / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    message = fails("out", "--per-channel", "1")
    assert name in message
    assert "name a new or empty folder" in message
    assert written(project / "out") == {name: text.encode()}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--family", "z"], "there is no family z; take a or b or c"),
        (["--family", "a", "--family", "a"], "family a is named twice"),
        (["--channel", "botchats"], "no sample for channel botchats .did you mean botchat"),
        (
            ["--rate", "botchat.inferred=0.1"],
            "botchat.inferred cannot be planted .did you mean inf",
        ),
        (["--rate", "botchat.inferred_sentiment=1.5"], "botchat.inferred_sentiment: .*equal to 1"),
        (["--rate", "botchat.inferred_sentiment=-1"], "botchat.inferred_sentiment: .*equal to 0"),
        (["--rate", "botchat.inferred_sentiment=nan"], "botchat.inferred_sentiment: .*finite"),
        (["--rate", "botchat.inferred_sentiment=x"], "x is no number"),
        (["--rate", "botchat.inferred_sentiment"], "expected CHANNEL.CODE=SHARE"),
        (["--rate", "inferred_sentiment=1"], "expected CHANNEL.CODE=SHARE"),
        (["--rate", "phone.inferred_sentiment=1"], "channel phone is not among those to write"),
        (["--channel", "webform", "--rate", "botchat.inferred_sentiment=1"], "channel botchat is"),
        (["--per-channel", "0"], "per_channel: .*greater than or equal to 1"),
    ],
)
def test_mistakes_end_in_one_line(project: Path, options: list[str], complaint: str) -> None:
    assert re.search(complaint, fails("out", *options))
    assert not (project / "out").exists()


def test_a_file_is_no_folder() -> None:
    assert "params.yaml: is a file" in fails("params.yaml")


def test_it_needs_params_yaml(project: Path) -> None:
    (project / "params.yaml").unlink()
    assert "params.yaml: no such file; arf sample takes its rates" in fails("out")
    assert not (project / "out").exists()


def test_help() -> None:
    text = CliRunner().invoke(app, ["sample", "--help"], env={"COLUMNS": "120"}).output
    for word in ("OUT", "--per-channel", "--seed", "--family", "--channel", "--rate"):
        assert word in text
