"""`arf rules evaluate` on a small folder: what it prints, what it writes, what it says is wrong."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from arf.cli import app
from arf.errors import ArfError

ROOT = Path(__file__).parents[2]
SAD, COURTESY = "inferred_sentiment", "unn_content_pleasantry"
TEXTS = {  # the first two say what nobody said; the third is the customer's own word
    "a": "The customer was furious. The parcel was late.",
    "b": "The parcel was late. The customer was furious.",
    "c": "The customer was confused about the parcel.",
    "d": "The parcel was late. The bot thanked the customer.",
}


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two channels with the same four outputs, one of which nobody labelled."""
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    for name in ("botchat", "webform"):
        case = {"text": "Where is my parcel? I am confused."}
        write(tmp_path / f"raw/{name}.jsonl", [{"id": key} | case for key in TEXTS])
        write(
            tmp_path / f"raw/teacher/{name}.jsonl",
            [{"id": key, "text": text} for key, text in TEXTS.items()],
        )
        write(
            tmp_path / f"raw/annotations/A/{name}.jsonl",
            [
                {"id": "a", "errors": [{"code": SAD, "span": "customer was furious"}]},
                {"id": "b", "errors": []},
                {"id": "c", "errors": [{"code": SAD, "span": "confused"}]},
            ],
        )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def evaluate(*options: str) -> str:
    command = ["rules", "evaluate", "--data", "raw", *options]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "80"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_people(folder: Path) -> None:
    out = evaluate()
    lines = out.splitlines()
    assert "botchat, against A; left out: 1 unlabelled" in lines
    assert "all, against A; left out: 2 unlabelled" in lines
    of_all = lines[lines.index("all, against A; left out: 2 unlabelled") :]
    (sad,) = (i for i, line in enumerate(of_all) if line.split()[:1] == [SAD])
    # Of six outputs two are found, two found in vain, two missed; three of four words overlap.
    assert of_all[sad].split()[1:5] == ["6", "4", "0", "0.50"]
    assert of_all[sad].split()[-2:] == ["0.500", "0.857"]
    assert of_all[sad + 1].split()[:6] == ["flag", "everything", "6", "4", "0", "0.67"]
    assert "…" not in out
    assert lines[-3:] == [
        "metrics/rules/evaluation.json",
        "metrics/rules/false_positives.jsonl",
        "metrics/rules/false_negatives.jsonl",
    ]
    written = json.loads((folder / "metrics/rules/evaluation.json").read_text("utf-8"))
    assert (written["annotator"], written["reference"]) == ("rules", "A")
    assert [*written["channels"]] == ["botchat", "webform", "all"]
    assert written["channels"]["all"]["codes"][SAD]["found"]["fp"] == 2
    assert "[" not in json.dumps(written)
    assert rows(folder / "metrics/rules/false_positives.jsonl")[0] == {
        "id": "b",
        "channel": "botchat",
        "code": SAD,
        "spans": ["The customer was furious"],
        "text": TEXTS["b"],
        "source": "A",
    }
    missed = rows(folder / "metrics/rules/false_negatives.jsonl")
    assert [(row["id"], row["spans"]) for row in missed] == [("c", ["confused"])] * 2


def test_the_truth_with_forms_and_traps(folder: Path) -> None:
    for name in ("botchat", "webform"):
        found = {"code": SAD, "span": "The customer was furious", "form": "sentence"}
        trap = {"kind": "stated_feeling", "span": "The customer was confused", "start": 0}
        write(
            folder / f"truth/{name}.jsonl",
            [
                {"id": "a", "errors": [found | {"start": 0}], "traps": []},
                {"id": "b", "errors": [found | {"start": 21}], "traps": []},
                {"id": "c", "errors": [], "traps": [trap]},
            ],
        )
    out = evaluate("--truth", "truth", "--out", "elsewhere")
    lines = [line.split() for line in out.splitlines()]
    assert [SAD, "sentence", "4", "4", "1.00", "(0.51", "to", "1.00)"] in lines
    assert ["stated_feeling", "2", "0", "0.00", "(0.00", "to", "0.66)"] in lines
    assert rows(folder / "elsewhere/false_positives.jsonl") == []
    assert not (folder / "metrics").exists()


def test_some_annotators(folder: Path) -> None:
    write(folder / "raw/annotations/B/webform.jsonl", [{"id": "d", "errors": []}])
    assert "left out: 4 unlabelled" not in evaluate("--annotators", "A, B")
    out = evaluate("--annotators", "B")
    assert "botchat, against B; left out: 4 unlabelled" in out
    written = json.loads((folder / "metrics/rules/evaluation.json").read_text("utf-8"))
    assert written["channels"]["botchat"]["codes"] == {}
    assert rows(folder / "metrics/rules/false_positives.jsonl")[0]["code"] == COURTESY


def test_what_is_wrong_is_one_line_and_writes_nothing(folder: Path) -> None:
    with pytest.raises(ArfError, match="nobody called 'a'"):
        evaluate("--annotators", "a")
    write(folder / "raw/annotations/A/webform.jsonl", [{"id": "a", "errors": [{"code": "sad"}]}])
    with pytest.raises(ArfError, match=r"A/webform\.jsonl:1: unknown code 'sad'"):
        evaluate()
    for name in ("botchat", "webform"):
        write(folder / f"raw/annotations/A/{name}.jsonl", [{"id": "z", "errors": []}])
    with pytest.raises(ArfError, match=r"both an output and a label .*2 labels without output"):
        evaluate()
    assert not [*folder.glob("metrics/rules/*")]
