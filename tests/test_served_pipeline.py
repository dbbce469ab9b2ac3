"""The graph against `transformers serve` on loopback, with SmolLM2-135M in every role: opt in.

pytest -m "slow and network" tests/test_served_pipeline.py
"""

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from project import Project, copy_project

from arf.files import read_records
from arf.records import Annotation, Output

pytestmark = [pytest.mark.slow, pytest.mark.network, pytest.mark.timeout(3000)]
CHANNELS = ("botchat", "webform")
BASE = "models/base/default"
PER_CHANNEL = 20


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_project(tmp_path_factory.mktemp("served") / "project")
    wheel = {"source": "wheel", "name": "smollm2-135m-instruct"}
    project.set(bases={"default": wheel}, sample__per_channel=PER_CHANNEL, train__token_budget=1500)
    project.ok("dvc repro base@default")
    return project


@pytest.fixture(scope="module")
def url(project: Project) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = shutil.which("transformers", path=project.env["PATH"])
    assert program is not None
    server = subprocess.Popen(
        [program, "serve", "--port", str(port), "--device", "cpu"],
        cwd=project.root, env=project.env | {"HF_HUB_OFFLINE": "1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/health", timeout=1)
                break
            except OSError:
                time.sleep(1)
        yield f"http://localhost:{port}/v1"
    finally:
        server.kill()
        server.wait()


def test_teacher_editor_judge_and_student_are_served(project: Project, url: str) -> None:
    """So small a model rarely keeps to a schema: its failures are counted, and nothing is lost."""
    endpoint = {
        "provider": "openai", "base_url": url, "model": BASE, "context": 8192, "tokenizer": BASE,
        "sampling": {"max_tokens": 90, "temperature": 0}, "answers": "prompt",
        "limits": {"concurrency": 2, "timeout": 300, "max_failed": 1, "reasks": 0},
    }  # fmt: skip
    project.set(
        roles__teacher=endpoint,
        roles__editor=endpoint,
        roles__judge=endpoint,
        roles__student=endpoint | {"model": "served/{student}", "prompt": "prompts/teacher.yaml"},
    )
    told = project.type("arf doctor --endpoints", COLUMNS="250").stdout
    assert "answers as models/base/default" in told
    project.ok("dvc repro judge@r1 train@student-r1")
    project.ok("arf merge student-r1 served/student-r1")
    project.ok("dvc repro predict@student-r1")
    outputs, labels = (
        [row for channel in CHANNELS for row in read_records(path / f"{channel}.jsonl", model)]
        for path, model in (
            (project.root / "data/outputs/r0", Output),
            (project.root / "data/annotations/judge/r1", Annotation),
        )
    )
    asked = json.loads((project.root / "metrics/requests/teach/usage.json").read_text())["teacher"]
    failed = sum(asked["failed"].values())
    assert len(outputs) + failed == asked["asked"] == 2 * PER_CHANNEL
    assert outputs
    assert all(output.text.strip() for output in outputs)
    scored = [label for label in labels if label.status == "scored"]
    assert all(label.rating is not None for label in scored)
    assert all(label.reason for label in labels if label.status == "unscored")
    students = Path(project.root / "data/outputs/student-r1")
    assert any(list(read_records(students / f"{channel}.jsonl", Output)) for channel in CHANNELS)
