"""`arf doctor` in a copy of the parameters and prompts, with one thing wrong at a time."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mock_endpoint import Behaviour, MockEndpoint
from ruamel.yaml import YAML
from typer.testing import CliRunner

from arf.cli import app

ROOT = Path(__file__).parents[2]
FIX = "fix/r1/exposed_identifier.yaml"
ENDPOINT = {"provider": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    for name in (".git", ".dvc"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def diagnose() -> tuple[int, str]:
    result = CliRunner().invoke(app, ["doctor"], env={"COLUMNS": "250"}, catch_exceptions=False)
    return result.exit_code, result.output


def change(section: str, value: object) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        yaml = YAML()
        params = yaml.load(folder / "params.yaml")
        *parents, last = section.split(".")
        target = params
        for parent in parents:
            target = target[parent]
        target[last] = value
        yaml.dump(params, folder / "params.yaml")

    return apply


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def write(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text, "utf-8") and None


def test_a_fresh_clone_is_healthy(folder: Path) -> None:
    code, out = diagnose()
    assert "FAIL" not in out
    assert code == 0
    assert "18 sections are valid" in out
    assert "dvc repro writes it" in out


@pytest.mark.parametrize(
    ("breakage", "finding"),
    [
        (change("train.lr", 1), "unknown parameter train.lr"),
        (change("trial.gate", 2), "trial.gate: Input should be less than or equal to 1"),
        (change("stduents", {}), "unknown section stduents .did you mean students"),
        (change("rounds.r2.parent", "r7"), "rounds.r2.parent: no round r7"),
        (change("rounds.r1.parent", "r2"), "circular"),
        (
            change("rounds.r1.codes", {"botchat": ["wrong_outcome"]}),
            "rounds.r1.codes.botchat: wrong_outcome has no fixer and no prompt",
        ),
        (change("students.student-r1.data", "r11"), "students.student-r1.data: unknown r11"),
        (change("students.student-r1.base", "llama"), "students.student-r1.base: unknown llama"),
        (
            change("sampled.student-r1-sampled.student", "student-r9"),
            "sampled.student-r1-sampled.student: unknown student-r9",
        ),
        (
            change("sampled.student-r1-sampled.base", "llama"),
            "sampled.student-r1-sampled.base: unknown llama",
        ),
        (change("judge.sources", {"r0": {}}), "compare.contrasts: unknown r1"),
        (change("channels", ["botchat", "email"]), "prompts.*email"),
        (change("data.dir", "data/raw"), "data.dir: data/raw/botchat.jsonl is missing"),
        (change("data.splits.train", 0.9), "data.splits: .*must add up to 1"),
        (change("data.dir", "data/sample/"), "data.dir: .*without the slash"),
        (change("channels", []), "channels"),
        (change("channels", ["all"]), "channels.*what metrics call all"),
        (change("rounds", {}), "rounds is empty"),
        (change("students", {}), "students is empty"),
        (change("bases", {"a.b": {"source": "tiny"}}), "a.b: use letters, digits"),
        (change("rounds.r1.codes", {"botcaht": []}), "rounds.r1.codes.botcaht: no such channel"),
        (
            change("rounds.r3", {"parent": "r2", "codes": "auto"}),
            "rounds.r3: no code to clear",
        ),
        (change("roles.judge.provider", "openai"), "roles.judge.base_url: Field required"),
        (change("roles.judge", ENDPOINT | {"promt": 1}), "roles.judge.promt .did you mean prompt"),
        (change("roles.student", {"provider": "local"}), "roles.student.prompt: Field required"),
        (change("roles.teacher", ENDPOINT | {"prompt": "p.yaml"}), "prompt: has to lie under prom"),
        (change("llm.budget", -1), "llm.budget: Input should be greater"),
        (
            change("roles.annotator", ENDPOINT | {"prompt": f"prompts/{FIX}"}),
            "exposed_identifier.yaml: user message: 'code' is undefined",
        ),
        (change("roles.editor.provider", "recorded"), "data/sample/edits/botchat.jsonl is missing"),
        (change("data.dir", "data/[/odd]"), r"data/\[/odd\]/botchat.jsonl is missing"),
        (change("bases.default.source", "ftp"), "bases.default"),
        (change("roles.editor.provider", "magic"), "roles.editor.provider"),
        (remove("prompts/teacher.yaml"), "prompts/teacher.yaml: no such file"),
        (remove("prompts/taxonomy.yaml"), "prompts/taxonomy.yaml: no such file"),
        (remove("prompts/fix/r1/inferred_sentiment.yaml"), "inferred_sentiment.yaml: no such file"),
        (
            write("prompts/teacher.yaml", "user: '{{ nonsense }} {{ body }}'"),
            "'nonsense' is undefined",
        ),
        (write("prompts/teacher.yaml", "usre: x"), "teacher.yaml: "),
        (write("params.yaml", "data: ["), "params.yaml:\\d+: no YAML"),
    ],
)
def test_one_thing_wrong(folder: Path, breakage: Callable[[Path], None], finding: str) -> None:
    breakage(folder)
    code, out = diagnose()
    assert code == 1
    assert re.search(finding, out), out
    assert "Traceback" not in out


def test_endpoints_are_asked_and_what_leaves_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MockEndpoint(Behaviour(answer=lambda body: '{"ok": true}', models=["m"])) as server:
        monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        change("roles.teacher", ENDPOINT | {"base_url": "http://models.invalid/v1"})(folder)
        change("roles.judge", ENDPOINT | {"base_url": server.url, "model": "other"})(folder)
        result = CliRunner().invoke(app, ["doctor", "--endpoints"], env={"COLUMNS": "999"})
    assert "roles.teacher: http://models.invalid/v1 answers as m" in result.output
    assert "teacher: replaced are" in result.output
    assert "e-mail addresses" in result.output
    assert "not names of people, places (llm.names)" in result.output
    assert "has no model other: correct roles.judge.model" in result.output
    assert "(there: m)" in result.output
    assert result.exit_code == 1


def test_a_prompt_that_fences_nothing_is_noted(folder: Path) -> None:
    write("prompts/bare.yaml", "user: 'Sum up: {{ body }}'")(folder)
    change("roles.teacher", ENDPOINT | {"prompt": "prompts/bare.yaml"})(folder)
    code, out = diagnose()
    assert code == 0
    assert 'prompts/bare.yaml: user: body stands there without | fence("tag")' in out


def test_help_teaches() -> None:
    out = CliRunner().invoke(app, ["--help"]).output
    assert "doctor" in out
    assert "MLflow" in out
