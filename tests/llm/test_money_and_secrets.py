"""Budgets stop cleanly, keys stay where they are, personal data does not leave."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import Shape, asking, endpoint, question, replies
from mock_endpoint import Behaviour, MockEndpoint

from arf.errors import ArfError
from arf.llm import Question
from arf.llm.account import account
from arf.llm.cache import Answers
from arf.llm.cache.claims import Claims
from arf.llm.desk import Desk
from arf.llm.endpoint import LlmParams
from arf.llm.live.engine import EndpointAsker
from arf.llm.privacy import Pseudonymiser

PRICES = """\
currency: USD
models:
  - {model: mock, since: 2026-01-01, input: 1000000, output: 0, source: a test}
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with MockEndpoint(Behaviour(latency=0.01)) as running:
        yield running


def test_the_key_is_nowhere(
    server: MockEndpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    secret = "sk-very-secret-0123456789"
    monkeypatch.setenv("A_KEY", secret)
    server.behaviour.key = secret
    questions = [question(i, "always:500" if i == 3 else "") for i in range(20)]
    replies(server.url, tmp_path / "m", questions, key="A_KEY", limits={"tries": 1})
    server.behaviour.key = "another"
    with pytest.raises(ArfError) as caught:
        replies(server.url, tmp_path / "m", [question(50)], key="A_KEY")
    told = "".join(capfd.readouterr()) + str(caught.value)
    assert secret not in told
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_a_key_that_is_not_set_is_told_before_anything_is_sent(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("A_KEY", raising=False)
    with pytest.raises(ArfError, match=r"roles\.teacher\.key.*A_KEY"):
        replies(server.url, tmp_path, [question(0)], key="A_KEY")
    assert server.stats.total == 0


def test_a_key_that_an_endpoint_repeats_is_masked(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", "sk-0123456789abcdef")
    told = {"error": {"message": "no luck with sk-0123456789abcdef today"}}
    server.behaviour.always = {"status": 400, "body": told}
    (found,) = replies(server.url, tmp_path, [question(0)], key="A_KEY")
    assert found.failure is not None
    assert "no luck with *** today" in found.failure.reason
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"no luck with" in kept
    assert b"sk-0123456789abcdef" not in kept


def test_what_the_cache_saves_is_counted(server: MockEndpoint, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES)
    questions = [question(number) for number in range(5)]

    def usage(count: int) -> dict[str, Any]:
        replies(server.url, tmp_path / "m", questions[:count])
        return dict(json.loads((tmp_path / "m/teach/usage.json").read_text())["teacher"])

    first = usage(3)
    assert first["money"] > 0 == first["saved_prompt_tokens"]
    second = usage(5)
    assert second["hits"] == 3
    assert second["saved_money"] == pytest.approx(first["money"])
    assert second["saved_prompt_tokens"] == first["prompt_tokens"]
    assert second["saved_completion_tokens"] == first["completion_tokens"]
    assert 0 < second["money"] < first["money"]


PERSON = "ann.lee@example.org"
PHONE = "+44 20 7946 0958"
CARD = "4111 1111 1111 1111"


def private(server: MockEndpoint, folder: Path, questions: list[Question]) -> list[object]:
    """Asks with pseudonyms, as for an endpoint elsewhere."""
    with account("teach", LlmParams(), folder) as spending:
        target = endpoint(server.url)
        meter = spending.meter("teacher", target)
        answers = Answers(folder / "answers.db")
        desk = Desk("teacher", target, meter, answers, Pseudonymiser())
        asker = EndpointAsker(desk, Claims(folder / "claims"))
        try:
            return list(asker.ask(questions))
        finally:
            asker.close()


def test_no_request_holds_personal_data_and_answers_are_turned_back(
    server: MockEndpoint, tmp_path: Path
) -> None:
    server.record = True
    text = f"Write to {PERSON} or call {PHONE}; my card is {CARD}. Order 48213."
    server.behaviour.answer = lambda body: json.dumps(
        {"note": body["messages"][-1]["content"].split("; ")[0], "rating": 4}
    )
    questions = [
        Question(f"webform/{i}", [{"role": "system", "content": "Sum up."},
                                  {"role": "user", "content": f"{i}: {text}"}], shape)
        for i, shape in enumerate((None, Shape))
    ]  # fmt: skip
    plain, shaped = private(server, tmp_path, questions)
    sent = json.dumps(server.stats.bodies)
    for secret in (PERSON, PHONE, CARD, "4111111111111111", "ann.lee", "7946"):
        assert secret not in sent
    assert "48213" in sent
    assert f"Write to {PERSON} or call {PHONE}" in plain.text  # type: ignore[attr-defined]
    assert shaped.value.note == f"1: Write to {PERSON} or call {PHONE}"  # type: ignore[attr-defined]
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("answers.db*"))
    assert PERSON.encode() not in kept


def test_a_budget_stops_cleanly_and_keeps_everything(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token costs one dollar here; a question has about seven of them."""
    (tmp_path / "prices.yaml").write_text(PRICES)
    questions = [question(i) for i in range(100)]
    limits = {"concurrency": 4}
    monkeypatch.setenv("ARF_RUN", "one")
    with pytest.raises(ArfError, match=r"roles\.teacher\.budget.*nothing.*lost"):
        replies(server.url, tmp_path / "m", questions, budget=200.0, limits=limits)
    seen = server.stats.total
    assert 5 < seen < 40
    spent = json.loads((tmp_path / "m" / "teach" / "usage.json").read_text())["teacher"]["money"]
    assert 200 - 60 < spent <= 200  # a question can cost 57
    with pytest.raises(ArfError, match=r"roles\.teacher\.budget"):
        replies(server.url, tmp_path / "m", questions, budget=200.0, limits=limits)
    assert server.stats.total - seen <= 4
    spent = json.loads((tmp_path / "m" / "teach" / "usage.json").read_text())["teacher"]["money"]
    assert spent <= 200
    found = replies(server.url, tmp_path / "m", questions, budget=1e6, limits=limits)
    assert all(reply.text for reply in found)
    assert server.stats.total == 100


def test_a_budget_of_zero_sends_nothing(server: MockEndpoint, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES)
    with pytest.raises(ArfError, match="budget"):
        replies(server.url, tmp_path / "m", [question(0)], budget=0)
    with (
        pytest.raises(ArfError, match=r"llm\.budget"),
        asking(server.url, tmp_path / "m", LlmParams(budget=0)) as asker,
    ):
        list(asker.ask([question(0)]))
    assert server.stats.total == 0


def test_a_budget_without_a_price_is_refused(server: MockEndpoint, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES.replace("mock", "other"))
    with pytest.raises(ArfError, match=r"prices\.yaml.*mock"):
        replies(server.url, tmp_path / "m", [question(0)], budget=5)
    assert server.stats.total == 0


def test_traces_hold_no_personal_data_of_this_machine_either(
    server: MockEndpoint, tmp_path: Path
) -> None:
    server.behaviour.answer = lambda body: str(body["messages"][-1]["content"])
    messages = [{"role": "user", "content": f"Write to {PERSON}."}]
    with asking(server.url, tmp_path / "m", LlmParams(tracing=True)) as asker:
        (reply,) = asker.ask([Question("webform/1", messages)])
    assert reply.text == f"Write to {PERSON}."
    trace = json.loads((tmp_path / ".arf/traces/teach.jsonl").read_text())
    assert PERSON not in json.dumps(trace)
    assert trace["text"] == trace["messages"][0]["content"] == "Write to [EMAIL_1]."
