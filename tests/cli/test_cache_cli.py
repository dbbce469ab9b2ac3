"""`arf cache`: answers counted, carried and thrown away."""

import gzip
from pathlib import Path

import pytest
from typer.testing import CliRunner

from arf.cli.cache import cache
from arf.errors import ArfError
from arf.llm.cache import Answers, Meta, Stored
from arf.state import state_dir

META = Meta("http://localhost/v1", "m", "teacher", "teach", "run", 10, 5, 0.5, 1.0)


def run(*args: str) -> str:
    result = CliRunner().invoke(cache, list(args))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "one"))
    answers = Answers(state_dir("answers") / "answers.db")
    answers.put_many([
        ("k", Stored(0, {"text": "a"}, False, "length"), META),
        ("k", Stored(1, {"text": "b"}, True, None), META),
    ])  # fmt: skip
    answers.close()


def test_stats_count() -> None:
    assert run("stats").splitlines()[-1].split()[:7] == "m teacher 2 1 1 30 1.0000".split()  # noqa: SIM905


def test_what_is_exported_can_be_imported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "out.jsonl.gz")
    assert "2 answers" in run("export", file)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "two"))
    assert "2 new" in run("import", file)
    assert "0 new" in run("import", file)


def test_a_broken_line_imports_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "out.jsonl.gz"
    run("export", str(file))
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()) + b'{"key": 1}\n'))
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "two"))
    with pytest.raises(ArfError, match=r"out.jsonl.gz:3: "):
        run("import", str(file))
    assert len(run("stats").splitlines()) == 1


def test_prune_wants_a_filter_and_a_yes() -> None:
    with pytest.raises(ArfError, match="--older-than"):
        run("prune")
    assert "1 answers that cost 0.5000" in run("prune", "--not-accepted", "--yes")
    assert run("stats").splitlines()[-1].split()[2] == "1"
