"""`arf monitor` on a small folder: what it says, draws, writes and refuses, by exit code."""

import json
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from mock_endpoint import Behaviour, MockEndpoint
from ruamel.yaml import YAML
from typer.testing import CliRunner

from arf.annotate.rules import RulesAnnotator
from arf.cli import app
from arf.errors import ArfError
from arf.files import read_records, write_json, write_records
from arf.monitor.baseline import baseline_path
from arf.monitor.mirror import mirror_batch
from arf.prompts import load_prompt
from arf.records import Annotation, Case, Output
from arf.taxonomy import load_taxonomy
from arf.track.mirror import tracking_uri

ROOT = Path(__file__).parents[2]
SAD, PLAIN = "The customer was furious. The parcel is late.", "The parcel is late."
N = 60
COMMAND = sys.modules["arf.cli.monitor"]  # the module: `arf.cli.monitor` is the command itself
pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]


def row(channel: str, i: int, sad: int) -> dict[str, Any]:
    output = SAD if i < sad else PLAIN
    return {"id": f"c{i}", "channel": channel, "text": "Where is my parcel?", "output": output}


def rows(n: int = N, *, botchat: int = 6, webform: int = 6) -> list[dict[str, Any]]:
    sad = {"botchat": botchat, "webform": webform}
    return [row(channel, i, count) for channel, count in sad.items() for i in range(n)]


def label(folder: Path, source: str, batch: list[dict[str, Any]]) -> None:
    """Writes what the rules say of outputs as the labels that a batch is held against."""
    pairs = [
        (
            Case(id=one["id"], channel=one["channel"], split="train", text=one["text"]),
            Output(id=one["id"], channel=one["channel"], source=source, text=one["output"],
                   provider="recorded"),
        )
        for one in batch
    ]  # fmt: skip
    labels = list(RulesAnnotator(load_taxonomy(folder / "prompts/taxonomy.yaml")).annotate(pairs))
    for channel in ("botchat", "webform"):
        own = [one for one in labels if one.channel == channel]
        write_records(folder / baseline_path(source, channel), own)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which nothing has run; MLflow stays out of it."""
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    shutil.copy(ROOT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(COMMAND, "mirror_batch", lambda *_: True)
    return tmp_path


@pytest.fixture
def folder(bare: Path) -> Path:
    """A project with an audit of r0: one output in ten has the error."""
    label(bare, "r0", rows())
    return bare


@pytest.fixture
def mirrored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, with a store of runs."""
    monkeypatch.setattr(COMMAND, "mirror_batch", mirror_batch)
    return folder


def write(lines: list[Any], name: str = "new.jsonl") -> None:
    raw = (one if isinstance(one, str) else json.dumps(one) + "\n" for one in lines)
    Path(name).write_text("".join(raw), encoding="utf-8")


def monitor(*options: str, code: int = 0, name: str = "new.jsonl") -> str:
    result = CliRunner().invoke(app, ["monitor", name, *options], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def refused(*options: str, name: str = "new.jsonl") -> str:
    with pytest.raises(ArfError) as error:
        monitor(*options, name=name)
    assert "\n" not in str(error.value)
    return str(error.value)


def played(body: dict[str, Any]) -> str:
    """Answers as an annotator that sees one error."""
    found = "The customer was furious." in body["messages"][-1]["content"]
    error = {"code": "inferred_sentiment", "span": "The customer was furious."}
    return json.dumps({"errors": [error] if found else [], "rating": 4})


def set_param(name: str, value: object) -> None:
    yaml = YAML()
    params = yaml.load(Path("params.yaml"))
    *parents, last = name.split(".")
    section = params
    for parent in parents:
        section = section[parent]
    section[last] = value
    yaml.dump(params, Path("params.yaml"))


def test_a_planted_rise_is_found(folder: Path) -> None:
    write(rows(webform=30))
    lines = monitor(code=3).splitlines()
    assert (
        "inferred_sentiment rose on webform from 10 % to 50 % (+40 points, 24 to 53): "
        "over monitor.max_rise" in lines
    )
    assert sum("rose" in line or "fell" in line for line in lines) == 1
    out = folder / "metrics/monitor/new"
    found = json.loads((out / "monitor.json").read_text("utf-8"))
    assert found["alarm"] is True
    assert found["batch"]["n"] == 2 * N
    row = found["channels"]["webform"]["codes"]["inferred_sentiment"]
    assert (row["batch"]["rate"], row["baseline"]["rate"], row["over"]) == (0.5, 0.1, True)
    assert found["channels"]["botchat"]["codes"]["inferred_sentiment"]["moved"] is None
    assert (out / "monitor.png").read_bytes().startswith(b"\x89PNG")
    labels = (out / "labels.jsonl").read_text("utf-8").splitlines()
    assert [Annotation.model_validate_json(line).id for line in labels] == [
        one["id"] for one in rows()
    ]


def test_an_unchanged_batch_alarms_nobody_and_is_the_same_again(folder: Path) -> None:
    write(rows())
    assert "nothing has moved on botchat and webform\n" in monitor("--out", "here")
    first = [Path("here", name).read_bytes() for name in ("monitor.json", "monitor.png")]
    monitor("--out", "here")
    assert first == [Path("here", name).read_bytes() for name in ("monitor.json", "monitor.png")]


def test_too_few_outputs(folder: Path) -> None:
    write(rows(12, botchat=12, webform=12))
    out = monitor()
    assert "too few outputs to tell on botchat: 12, monitor.least 30\n" in out
    assert "rose" not in out


def test_one_channel_is_enough(folder: Path) -> None:
    write([one for one in rows() if one["channel"] == "webform"])
    assert "nothing has moved on webform\n" in monitor()


def test_outputs_without_a_word_are_counted(folder: Path) -> None:
    write([one | {"output": ""} if i % 4 == 0 else one for i, one in enumerate(rows())])
    assert "15 of 60 outputs on webform could not be scored\n" in monitor()


def test_a_half_written_last_line_is_named_and_costs_itself_alone(folder: Path) -> None:
    write([*rows(), '{"id": "c99", "channel": "webf'])
    out = monitor()
    listed = Path("metrics/monitor/new/quarantine/new.jsonl")
    assert f"1 of 121 rows are broken, listed in {listed}" in out
    assert json.loads(listed.read_text("utf-8"))["line"] == 121


def test_what_the_audit_found_wanting_is_said(folder: Path) -> None:
    below = {"inferred_sentiment": {"below": "sensitivity 0.50 (0.10 to 0.90) under 0.8",
                                    "surely": False, "n": 9},
             "exposed_identifier": {"below": None}}  # fmt: skip
    calibration = {"rules": {"codes": below, "against": "gold"}, "other": {"codes": below}}
    write_json(Path("metrics/audit.json"), {"webform": {"calibration": calibration}})
    write(rows())
    said = [line for line in monitor().splitlines() if "audit.least" in line]
    assert said == [
        "webform: rules may be below audit.least at inferred_sentiment: sensitivity 0.50 (0.10 to "
        "0.90) under 0.8, on 9 outputs, against gold. Do not rely on its own labels of this code."
    ]


def test_a_judged_source_can_be_the_baseline(folder: Path) -> None:
    label(folder, "student-r1", rows(botchat=30, webform=30))
    write(rows())
    out = monitor("--against", "student-r1")
    assert "inferred_sentiment fell on webform from 50 % to 10 % (-40 points, -53 to -24)\n" in out
    assert refused("--against", "student-r2").startswith(
        "--against: no labels of student-r2 (did you mean student-r1?)"
    )


def test_wrong_files(folder: Path) -> None:
    assert refused(name="none.jsonl") == (
        "none.jsonl: no such file; name a JSON Lines file (docs/monitor.md)"
    )
    write([])
    assert refused() == "new.jsonl: no row with an output in it; see docs/monitor.md"
    write([{"id": "1", "code": "x", "text": "An edit."}] * 3)
    assert refused().startswith("new.jsonl:1: no channel; 3 of 3 rows are broken")
    write([one | {"channel": "webfrom"} for one in rows(3)])
    assert refused().startswith("new.jsonl:1: unknown channel 'webfrom' (did you mean webform?)")
    Path("new.jsonl").write_bytes(bytes(range(256)))
    assert refused().startswith("new.jsonl:1: ")
    assert not Path("metrics/monitor/new/monitor.json").exists()


def test_no_audit_yet(bare: Path) -> None:
    write(rows())
    assert refused() == "nothing to hold the batch against: no audit yet; run dvc repro audit"


def test_a_changed_definition_is_refused(folder: Path) -> None:
    path = Path("prompts/taxonomy.yaml")
    yaml = YAML()
    taxonomy = yaml.load(path)
    taxonomy["codes"]["inferred_sentiment"]["definition"] += " And more."
    yaml.dump(taxonomy, path)
    write(rows())
    assert refused() == (
        "data/annotations/audit/r0/botchat.jsonl:1: labelled by another definition of "
        "inferred_sentiment; like must be held against like: run dvc repro audit"
    )


def test_another_annotator_is_refused_before_anything_is_asked(folder: Path) -> None:
    endpoint = {"provider": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"}
    set_param("roles.annotator", endpoint)
    write(rows())
    assert "labelled by rules, and roles.annotator is now openai:m; like must be" in refused()


def test_a_model_labels_the_batch_and_nothing_is_asked_twice(folder: Path) -> None:
    with MockEndpoint(Behaviour(answer=played)) as server:
        endpoint = {"provider": "openai", "base_url": server.url, "model": "m"}
        set_param("roles.annotator", endpoint)
        sha = load_prompt(Path("prompts/judge.yaml")).sha256
        taxonomy = load_taxonomy()
        for channel in ("botchat", "webform"):
            path = baseline_path("r0", channel)
            hashes = taxonomy.hashes(frozenset(taxonomy.codes), channel)
            model = {"annotator": "openai:m", "prompt_sha256": sha, "taxonomy": hashes}
            old = list(read_records(path, Annotation))
            write_records(path, [label.model_copy(update=model) for label in old])
        write(rows(40, webform=30))
        out = monitor(code=3)
        asked = server.stats.total
        assert "inferred_sentiment rose on webform from 10 % to 75 %" in out
        assert "rose on botchat" not in out
        monitor(code=3)
        assert server.stats.total == asked
    usage = json.loads(Path("metrics/requests/monitor/usage.json").read_text("utf-8"))
    assert usage["annotator"]["asked"] == usage["annotator"]["hits"] == 80


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("monitor.alpha", 0, "params.yaml: monitor.alpha: "),
        ("monitor.max_raise", 0.1, "unknown parameter monitor.max_raise (did you mean max_rise?)"),
    ],
)
def test_wrong_parameters(folder: Path, name: str, value: object, told: str) -> None:
    set_param(name, value)
    write(rows())
    assert told in refused()


def runs() -> list[Any]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracking_uri())
    found = client.get_experiment_by_name("arf-monitor")
    return list(client.search_runs([found.experiment_id])) if found else []


def test_one_run_a_batch_and_baseline(mirrored: Path) -> None:
    write(rows(webform=30))
    assert "MLflow experiment arf-monitor: a new run" in monitor(code=3)
    assert "its run was there already" in monitor(code=3)
    (run,) = runs()
    assert run.info.run_name == "new"
    assert run.info.status == "FINISHED"
    assert run.data.metrics["monitor.webform/inferred_sentiment"] == 0.5
    assert run.data.metrics["rise.webform/inferred_sentiment"] == pytest.approx(0.4)
    assert run.data.params["monitor.max_rise"] == "0.05"
    assert run.data.params["against"] == "r0"
    assert (run.data.tags["alarm"], run.data.tags["against"]) == ("true", "r0")
    assert "rose on webform" in run.data.tags["mlflow.note.content"]
    label(mirrored, "r0", rows(botchat=7))
    monitor(code=3)
    assert len(runs()) == 2


def test_a_store_that_is_down_costs_the_run_alone(
    mirrored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    write(rows(webform=30))
    out = monitor(code=3)
    (line,) = [line for line in out.splitlines() if line.startswith("no MLflow run: ")]
    assert "Connection refused. All figures are in their files" in line
    assert line.endswith("then run this command again")
    assert Path("metrics/monitor/new/monitor.json").exists()
