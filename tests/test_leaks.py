"""What leaves this machine: every body that a run sends is scanned for what customers wrote.

The endpoint's name does not exist; a proxy on loopback plays it, and so it is not on loopback.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from mock_endpoint import Behaviour, MockEndpoint
from project import Project, copy_project

from arf.files import read_records
from arf.records import Output

CHANNELS = ("botchat", "webform")
CASES = 16
KEY = f"sk-{uuid4().hex}"
PERSONAL = (
    "customer{n}@example.org", "415-555-{n:04}", "4111 1111 1111 {n:04}", "{n}77 Cherry Lane",
    "{n:02}998877",
)  # fmt: skip
FEELING = " The customer was frustrated about it."


def personal(number: int) -> list[str]:
    return [form.format(n=number) for form in PERSONAL]


def rows(channel: str) -> Iterator[dict[str, Any]]:
    for number in range(10, 10 + CASES):
        mail, phone, card, street, account = personal(number)
        told = (
            f"My parcel {number} is late. Write to {mail} or call {phone}. My card is {card}, I "
            f"live at {street}, and my account number is {account}."
        )
        turns = [{"speaker": "customer", "text": told}, {"speaker": "agent", "text": "I see."}]
        body = {"turns": turns} if channel == "botchat" else {"text": told}
        yield {"id": f"{channel}-{number}", **body}


class Player:
    """Plays all roles, copies what it is told, and remembers all that it was asked."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def __call__(self, body: dict[str, Any]) -> str:
        self.bodies.append(json.dumps(body, ensure_ascii=False))
        words = "\n".join(message["content"] for message in body["messages"])
        summary = re.search(r"<summary>\n(.*?)\n</summary>", words, re.DOTALL)
        if "You check summaries" in words and summary:
            if len(self.bodies) % 7 == 0:
                return '{"errors": []}'  # it is asked again
            span = FEELING.strip()
            error = {"code": "inferred_sentiment", "span": span, "note": "not stated"}
            return json.dumps({"errors": [error] if span in summary[1] else [], "rating": 4})
        if "You correct one error" in words and summary:
            return json.dumps({"text": summary[1].replace(FEELING, "")})
        told = re.search(r"(Write to .*?account number is \S+)\.", words)
        return f"The parcel is late. {told[1] if told else 'Nothing else'}.{FEELING}"


@pytest.fixture(scope="module")
def player() -> Player:
    return Player()


@pytest.fixture(scope="module")
def project(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = copy_project(tmp_path_factory.mktemp("leaks") / "project")
    folder = project.root / "own"
    folder.mkdir()
    for channel in CHANNELS:
        lines = (json.dumps(row) + "\n" for row in rows(channel))
        (folder / f"{channel}.jsonl").write_text("".join(lines))
    role = {"provider": "openai", "base_url": "http://models.invalid/v1", "model": "m", "key": "K"}
    project.set(
        data__dir="own",
        llm__tracing=True,
        roles__teacher=role,
        roles__annotator=role,
        roles__editor=role,
        roles__judge=role,
    )
    with MockEndpoint(Behaviour(answer=player, key=KEY)) as server:
        for name in ("NO_PROXY", "no_proxy"):
            project.env.pop(name, None)
        proxy = server.url.removesuffix("/v1")
        project.env |= {"HTTP_PROXY": proxy, "http_proxy": proxy, "K": KEY}
        project.printed = project.ok("dvc repro judge@r0 judge@r1")  # type: ignore[attr-defined]
        project.set(roles__teacher=role | {"mode": "batch", "model": "in-batches"})
        project.ok("python -m arf.stages.teach")
        assert server.stats.batches == 1
        project.set(roles__teacher=role | {"mode": "file", "model": "by-hand"})
        assert "vllm run-batch" in project.type("python -m arf.stages.teach").stdout
        project.ok("python -c \"from arf.track.traces import mirror_traces; mirror_traces('arf')\"")
        yield project


def test_no_body_that_leaves_holds_what_customers_wrote_of_themselves(
    project: Project, player: Player
) -> None:
    handed = next((project.root / ".arf/handover").glob("teacher-*.jsonl")).read_text()
    asked = {
        role: [body for body in player.bodies if words in body]
        for role, words in (
            ("teacher", "Summarise this"),
            ("editor", "You correct one error"),
            ("annotator", "You check summaries"),
            ("asked again", "That answer cannot be used"),
            ("batch", '"model": "in-batches"'),
        )
    }
    assert all(asked.values()), {role: len(bodies) for role, bodies in asked.items()}
    sent = "\n".join((*player.bodies, handed))
    for number in range(10, 10 + CASES):
        for value in personal(number):
            assert value not in sent
    assert "[EMAIL_1]" in sent


def test_the_words_come_back_into_the_records(project: Project) -> None:
    for channel in CHANNELS:
        for output in read_records(project.root / f"data/outputs/r1/{channel}.jsonl", Output):
            number = int(output.id.rsplit("-", 1)[1])
            assert all(value in output.text for value in personal(number)), output.text
            assert FEELING not in output.text


def test_what_is_kept_of_requests_holds_no_key_and_nothing_personal(project: Project) -> None:
    kept = {
        path: path.read_bytes()
        for path in project.root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }
    assert any("traces" in path.parts for path in kept)
    assert any(path.name == "mlflow.db" for path in kept)
    assert [path for path, content in kept.items() if KEY.encode() in content] == []
    assert KEY not in project.printed  # type: ignore[attr-defined]
    state = {path: content for path, content in kept.items() if ".arf" in path.parts}
    values = [value.encode() for n in range(10, 10 + CASES) for value in personal(n)]
    assert [path for path, content in state.items() if any(v in content for v in values)] == []
