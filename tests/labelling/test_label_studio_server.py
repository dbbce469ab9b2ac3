"""Out to a real Label Studio server and back.

python3 -m venv label-studio && label-studio/bin/pip install label-studio==1.23.2
ARF_LABEL_STUDIO=label-studio/bin/label-studio pytest -m network tests/labelling
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from arf.errors import ArfError
from arf.labelling.drafts import read_draft, to_label
from arf.labelling.items import Item
from arf.labelling.label_studio import read_export, write_tasks
from arf.records import UNLISTED, Annotation, Case, Output
from arf.taxonomy import Taxonomy

PROGRAM = os.environ.get("ARF_LABEL_STUDIO") or shutil.which("label-studio")
TOKEN = "0123456789abcdef0123456789abcdef01234567"
pytestmark = [
    pytest.mark.network,
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        PROGRAM is None, reason="no Label Studio: name its program in ARF_LABEL_STUDIO"
    ),
]


class Server:
    """A Label Studio on loopback."""

    def __init__(self, url: str):
        self.client = httpx.Client(
            base_url=url, headers={"Authorization": f"Token {TOKEN}"}, timeout=60, trust_env=False
        )

    def ask(self, method: str, path: str, **fields: Any) -> Any:
        answer = self.client.request(method, path, **fields)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json()

    def open(self, tasks: Path) -> "Project":
        """A project of the files that arf wrote."""
        config = tasks.with_suffix(".xml").read_text()
        made = self.ask("POST", "/api/projects", json={"title": "audit", "label_config": config})
        self.ask("POST", f"/api/projects/{made['id']}/import", json=json.loads(tasks.read_text()))
        return Project(self, made["id"])


class Project:
    """A project in it."""

    def __init__(self, server: Server, number: int):
        self.server, self.number = server, number
        listed = server.ask("GET", "/api/tasks", params={"project": number, "fields": "all"})
        self.tasks = {task["data"]["arf"]["key"]: task["id"] for task in listed["tasks"]}

    def annotate(self, item: Item, result: list[dict[str, Any]], **fields: Any) -> Any:
        path = f"/api/tasks/{self.tasks[item.key]}/annotations"
        return self.server.ask("POST", path, json={"result": result, **fields})

    def export(self, path: Path, form: str = "JSON") -> Path:
        asked = {"exportType": form, "download_all_tasks": "true"}
        answer = self.server.client.get(f"/api/projects/{self.number}/export", params=asked)
        path.write_bytes(answer.raise_for_status().content)
        return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("label-studio")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "USERNAME": "anna@example.org",
        "PASSWORD": "correct-horse-1",
        "USER_TOKEN": TOKEN,
        "ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }
    env = {f"LABEL_STUDIO_{name}": value for name, value in settings.items()}
    env |= {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(PROGRAM), "start", "--no-browser", "--internal-host", "127.0.0.1",
             "--port", str(port), "--data-dir", str(folder), "--enable-legacy-api-token"],
            env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None, (folder / "log").read_text()[-3000:]
            try:
                httpx.get(f"{url}/health", trust_env=False, timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.5)
        one = Server(url)
        yield one
        one.client.close()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


BROKEN = "two is spaced\\n\\nindented"  # how the front end puts it
TEXTS = (
    "🎉 The customer was frustrated. 😀 Order 5 is late and was late.",
    "Line one\r\nline two is  spaced\n\n  indented e\u0301a 👩‍👩‍👧 end.  ",
    "The customer was frustrated.",
    "The request was passed on.",
)


@pytest.fixture
def items() -> list[Item]:
    return [
        Item(
            Case(
                id=f"c{i}", channel="botchat", split="train", text="Hello 😀\nMy order 5 is late."
            ),
            Output(id=f"c{i}", channel="botchat", source="r0", provider="recorded", text=text),
        )
        for i, text in enumerate(TEXTS)
    ]


def label(item: Item, codes: Taxonomy, **given: Any) -> Annotation:
    return to_label(read_draft(given), item, "anna", codes)


def result(name: str, kind: str, region: str, **value: Any) -> dict[str, Any]:
    """A result as the front end sends it."""
    return {
        "value": value, "id": region, "from_name": name, "to_name": "output", "type": kind,
        "origin": "manual",
    }  # fmt: skip


def read(path: Path, items: list[Item], taxonomy: Taxonomy, user: str | None = None) -> Any:
    """The labels of an export by key, in which nothing is wrong."""
    by_key = {item.key: item for item in items}
    entries = read_export(path, user)
    assert [entry.faults for entry in entries if entry.faults] == []
    return {
        one.key: to_label(read_draft(one.value), by_key[one.key], "anna", taxonomy)
        for one in entries
    }


def test_labels_survive_the_server(
    server: Server, items: list[Item], taxonomy: Taxonomy, tmp_path: Path
) -> None:
    odd = 'café "q" \\ <b> 😀\r\n\ttwo'
    items[3] = Item(items[3].case, items[3].output, label(items[2], taxonomy))
    labels = [
        label(
            items[0], taxonomy, rating=2, note=odd, seen="rules", taxonomy={"wrong_outcome": "0"},
            errors=[
                {"code": "missing_reason", "note": odd},
                {"code": "wrong_outcome", "span": "late", "start": 57, "note": odd},
                {"code": UNLISTED, "span": "late", "start": TEXTS[0].index("late")},
                {"code": UNLISTED},
            ],
        ),
        label(items[1], taxonomy, errors=[{"code": "wrong_outcome", "span": "one\r\nline two"}]),
        label(items[2], taxonomy, skipped="cannot tell"),
    ]  # fmt: skip
    tasks = tmp_path / "tasks.json"
    keyed = {item.key: one for item, one in zip(items, labels, strict=False)}
    write_tasks(tasks, items, keyed, taxonomy)
    export = server.open(tasks).export(tmp_path / "export.json")
    back = read(export, items, taxonomy)
    for key, one in keyed.items():
        assert back.pop(key).model_dump_json() == one.model_dump_json()
    assert back == {}


def test_what_a_person_does_becomes_labels(
    server: Server, items: list[Item], taxonomy: Taxonomy, tmp_path: Path
) -> None:
    """The results are those that the front end of 1.23.2 sent, driven by mouse in a browser."""
    tasks = tmp_path / "tasks.json"
    write_tasks(tasks, items, {}, taxonomy)
    project = server.open(tasks)
    feeling, outcome = ["inferred_sentiment"], ["wrong_outcome"]
    first = [
        result("errors", "labels", "a", start=19, end=29, text="frustrated", labels=feeling),
        result("why", "textarea", "a", start=19, end=29, text=["not “said” 😀"]),
        result("errors", "labels", "b", start=57, end=61, text="late", labels=outcome),
        result("whole", "choices", "c", choices=["missing_reason"]),
        result("rating", "choices", "d", choices=["3"]),
        result("note", "textarea", "e", text=["line one\nline 2 "]),
    ]  # fmt: skip
    second = [
        result("errors", "labels", "a", start=15, end=41, text=BROKEN, labels=feeling),
        result("errors", "labels", "b", start=52, end=56, text="end.", labels=outcome),
    ]  # fmt: skip
    project.annotate(items[0], first)
    project.annotate(items[1], second)
    project.annotate(items[2], [], was_cancelled=True)
    labels = read(project.export(tmp_path / "export.json"), items, taxonomy)
    assert labels == {
        items[0].key: label(
            items[0], taxonomy, rating=3, note="line one\nline 2 ",
            errors=[
                {"code": "inferred_sentiment", "span": "frustrated", "note": "not “said” 😀"},
                {"code": "wrong_outcome", "span": "late", "start": 57},
                {"code": "missing_reason"},
            ],
        ),
        items[1].key: label(
            items[1], taxonomy,
            errors=[
                {"code": "inferred_sentiment", "span": "two is  spaced\n\n  indented"},
                {"code": "wrong_outcome", "span": "end."},
            ],
        ),
        items[2].key: label(items[2], taxonomy, skipped="skipped in Label Studio"),
    }  # fmt: skip


def test_what_is_not_one_persons_finished_work_is_named(
    server: Server, items: list[Item], taxonomy: Taxonomy, tmp_path: Path
) -> None:
    tasks = tmp_path / "tasks.json"
    write_tasks(tasks, items, {}, taxonomy)
    project = server.open(tasks)
    ben = server.ask("POST", "/api/users", json={"email": "ben@example.org", "username": "ben"})
    anna = project.annotate(items[0], [])["completed_by"]
    rating = [result("rating", "choices", "d", choices=["3"])]
    project.annotate(items[0], rating, completed_by=ben["id"])
    export = project.export(tmp_path / "export.json")
    with pytest.raises(ArfError, match=rf"by several people .*{anna}.*{ben['id']}.*--user ID"):
        read_export(export, None)
    assert read(export, items, taxonomy, str(ben["id"]))[items[0].key].rating == 3
    assert read(export, items, taxonomy, str(anna))[items[0].key].rating is None
    number = project.tasks[items[1].key]
    server.ask("POST", f"/api/tasks/{number}/drafts", json={"result": rating, "lead_time": 1})
    export = project.export(tmp_path / "export.json")
    [fault] = [one for one in read_export(export, str(anna)) if one.faults]
    assert fault.place == f"export.json: task {number}" and "submit" in fault.faults[0]
    assert not any(one.faults for one in read_export(export, str(ben["id"])))
    with pytest.raises(ArfError, match=r"JSON-MIN.*export as JSON"):
        read_export(project.export(tmp_path / "min.json", "JSON_MIN"), None)
    with pytest.raises(ArfError, match="no JSON"):
        read_export(project.export(tmp_path / "all.csv", "CSV"), None)
