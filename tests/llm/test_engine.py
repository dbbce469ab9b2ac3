"""The engine against a real server on loopback: order, cache, retries, refusals."""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import Shape, asking, question, replies
from mock_endpoint import Behaviour, MockEndpoint

from arf.errors import ArfError
from arf.llm import Question


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with MockEndpoint(Behaviour(latency=0.01)) as running:
        yield running


def usage(folder: Path) -> dict[str, object]:
    found = json.loads((folder / "teach" / "usage.json").read_text())
    return dict(found["teacher"])


def test_replies_come_in_order_and_a_second_run_asks_nothing(
    server: MockEndpoint, tmp_path: Path
) -> None:
    questions = [question(i, "first:slow1" if i == 3 else "") for i in range(200)]
    first = replies(server.url, tmp_path, questions)
    assert [reply.question for reply in first] == questions
    assert all(reply.text and reply.failure is None for reply in first)
    assert len({reply.text for reply in first}) == 200
    assert server.stats.total == 200
    assert replies(server.url, tmp_path, questions) == first
    assert server.stats.total == 200
    assert usage(tmp_path)["hits"] == 200


def test_the_key_holds_what_shapes_an_answer_and_nothing_else(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", "secret-one")
    replies(server.url, tmp_path, [question(0)])
    same = ({"limits": {"concurrency": 3, "timeout": 9}}, {"key": "A_KEY"}, {"context": 10**6})
    for changes in same:
        replies(server.url, tmp_path, [question(0)], **changes)
    assert server.stats.total == 1
    other = (
        {"sampling": {"temperature": 0.5}},
        {"sampling": {"max_tokens": 51}},
        {"model": "mock-2"},
        {"sampling": {"extra": {"top_k": 3}}},
    )
    for count, changes in enumerate(other, start=2):
        replies(server.url, tmp_path, [question(0)], **changes)
        assert server.stats.total == count
    replies(server.url, tmp_path, [question(0, shape=Shape)])
    assert server.stats.total == 6


PASSING = ("429", "429-after", "500", "502", "503", "504", "reset", "reset-mid", "truncated",
           "notjson", "no-choices")  # fmt: skip


def test_faults_that_pass_lose_nothing(server: MockEndpoint, tmp_path: Path) -> None:
    questions = [question(i, f"first:{kind}") for i, kind in enumerate(PASSING)]
    questions += [question(100 + i) for i in range(40)]
    found = replies(server.url, tmp_path, questions)
    assert [reply.question for reply in found] == questions
    assert [reply.failure for reply in found] == [None] * len(questions)
    assert server.stats.total <= len(questions) + len(PASSING)


@pytest.mark.parametrize("kind", ["hang", "hang-mid"])
def test_a_connection_that_hangs_is_given_up_and_asked_again(
    server: MockEndpoint, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arf.llm.live.sender.SECONDS_PER_TOKEN", 0.0)
    questions = [question(0, f"first:{kind}"), question(1)]
    found = replies(server.url, tmp_path, questions, limits={"timeout": 1})
    assert [reply.failure for reply in found] == [None, None]


@pytest.mark.parametrize(
    ("fault", "kind", "asked"),
    [
        ("always:500", "server", 2),
        ("always:503", "server", 20),  # none of them paid: it might be an outage
        ("always:reset", "server", 2),
        ("always:truncated", "server", 2),
        ("always:length", "length", 3),
        ("always:null", "empty", 3),
        ("always:empty", "empty", 3),
        ("always:refusal", "refusal", 1),
        ("always:filter", "content_filter", 1),
        ("always:filter400", "content_filter", 1),
        ("always:context", "context", 1),
    ],
)
def test_a_row_that_cannot_be_answered_is_a_recorded_failure(
    server: MockEndpoint, tmp_path: Path, fault: str, kind: str, asked: int
) -> None:
    """One bad row costs its own tries and nobody else's answer."""
    bad = question(5, fault)
    questions = [question(0), bad, *(question(i) for i in range(10, 400))]
    found = replies(server.url, tmp_path, questions, limits={"tries": 2, "concurrency": 8})
    failures = [reply.failure.kind for reply in found if reply.failure]
    assert failures == [kind]
    assert found[1].failure is not None
    assert found[1].text is None
    assert len([reply for reply in found if reply.text]) == len(questions) - 1
    assert server.stats.total - (len(questions) - 1) <= asked
    lines = (tmp_path / "teach" / "failures.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["botchat/5"]
    assert usage(tmp_path)["failed"] == {kind: 1}


def test_an_answer_that_was_not_accepted_is_asked_again_in_the_next_run(
    server: MockEndpoint, tmp_path: Path
) -> None:
    row = [question(0, "first:length*3")]
    assert replies(server.url, tmp_path, row)[0].failure is not None
    assert server.stats.total == 3
    again = replies(server.url, tmp_path, row)
    assert again[0].failure is None
    assert server.stats.total == 4
    assert usage(tmp_path)["repaid"] == 1


def test_shapes_are_read_as_models_write_them(server: MockEndpoint, tmp_path: Path) -> None:
    faults = ("", "always:fenced", "always:trailing")
    questions = [question(i, fault, Shape) for i, fault in enumerate(faults)]
    found = replies(server.url, tmp_path, questions)
    assert all(isinstance(reply.value, Shape) for reply in found)
    assert server.stats.total == 3


@pytest.mark.parametrize("fault", ["badjson", "wrongschema"])
def test_a_wrong_shape_is_asked_again_with_the_error_told(
    server: MockEndpoint, tmp_path: Path, fault: str
) -> None:
    server.record = True
    found = replies(server.url, tmp_path, [question(0, f"first:{fault}", Shape)])
    assert isinstance(found[0].value, Shape)
    assert server.stats.total == 2
    second = server.stats.bodies[1]["messages"]
    assert [message["role"] for message in second] == ["user", "assistant", "user"]
    assert "cannot be used" in second[-1]["content"]


def test_after_so_many_wrong_shapes_the_row_has_failed(
    server: MockEndpoint, tmp_path: Path
) -> None:
    found = replies(server.url, tmp_path, [question(0, "always:wrongschema", Shape)])
    assert found[0].failure is not None
    assert found[0].failure.kind == "invalid"
    assert "rating" in found[0].failure.reason or "note" in found[0].failure.reason
    assert server.stats.total == 3


def test_an_endpoint_without_schemas_is_asked_by_prompt(
    server: MockEndpoint, tmp_path: Path
) -> None:
    server.behaviour.schema = False
    server.behaviour.answer = lambda body: '{"note": "fine", "rating": 4}'
    server.record = True
    found = replies(server.url, tmp_path, [question(i, shape=Shape) for i in range(100)])
    assert all(isinstance(reply.value, Shape) for reply in found)
    assert "schema" in server.stats.bodies[-1]["messages"][-1]["content"]
    assert "response_format" not in server.stats.bodies[-1]
    seen = server.stats.total
    later = replies(server.url, tmp_path, [question(i, shape=Shape) for i in range(101)])
    assert [reply.value for reply in later[:100]] == [reply.value for reply in found]
    assert server.stats.total == seen + 1  # what was learnt is known to a later run
    with pytest.raises(ArfError, match="set answers: auto or prompt"):
        replies(server.url, tmp_path, [question(1000, shape=Shape)], answers="schema")


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ({"key": "right"}, r"roles\.teacher.*A_KEY.*valid"),
        ({"models": ["other"]}, r"no model mock"),
        ({"always": {"status": 402, "body": {}}}, "credit"),
    ],
)
def test_what_no_request_can_pass_is_said_once(
    server: MockEndpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: dict[str, object],
    words: str,
) -> None:
    monkeypatch.setenv("A_KEY", "wrong-key-value")
    for name, value in behaviour.items():
        setattr(server.behaviour, name, value)
    with pytest.raises(ArfError, match=words) as caught:
        replies(
            server.url, tmp_path, [question(i) for i in range(500)], key="A_KEY",
            limits={"concurrency": 8},
        )  # fmt: skip
    assert "wrong-key-value" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert server.stats.total <= 100  # of 500; how many were under way is the machine's affair


def test_a_wrong_path_is_told_from_a_wrong_model(server: MockEndpoint, tmp_path: Path) -> None:
    with pytest.raises(ArfError, match=r"roles\.teacher\.base_url"):
        replies(server.url.removesuffix("/v1") + "/v2", tmp_path, [question(0)])


@pytest.mark.parametrize(
    "reply",
    [
        {"status": 429, "headers": {}, "body": {}},
        {"status": 429, "headers": {"Retry-After": "1"}, "body": {}},
        {"status": 503, "headers": {}, "body": {}},
        {"status": 500, "headers": {}, "body": {}},
    ],
)
def test_an_endpoint_that_never_answers_ends_the_run(
    server: MockEndpoint, tmp_path: Path, reply: dict[str, object]
) -> None:
    server.behaviour.always = reply
    begun = time.monotonic()
    limits = {"patience": 3, "concurrency": 8, "tries": 50}
    with pytest.raises(ArfError, match=r"no success in 3 s.*dvc repro goes on"):
        replies(server.url, tmp_path, [question(i) for i in range(100)], limits=limits)
    assert time.monotonic() - begun < 20
    assert server.stats.total < 100


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9/v1", "cannot connect"),
        ("http://no-such-host.invalid/v1", "no address"),
    ],
)
def test_an_address_that_never_answered_is_told_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setattr("arf.llm.live.sender.UNREACHED", 0.5)
    begun = time.monotonic()
    with pytest.raises(ArfError, match=f"{words}.*base_url"):
        replies(url, tmp_path, [question(i) for i in range(20)])
    assert time.monotonic() - begun < 20


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    with MockEndpoint(Behaviour(), tls=True) as server:
        with pytest.raises(ArfError, match="certificate is not trusted"):
            replies(server.url, tmp_path, [question(0)])
        assert server.stats.total == 0


def test_https_to_a_server_that_speaks_http_is_told(server: MockEndpoint, tmp_path: Path) -> None:
    with pytest.raises(ArfError, match=r"no TLS is spoken there .*write http://"):
        replies(server.url.replace("http:", "https:"), tmp_path, [question(0)])


def test_a_slow_row_holds_up_no_other(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arf.llm.live.engine.OPEN", 100)
    questions = [question(0, "first:hang"), *(question(i) for i in range(1, 600))]
    limits = {"concurrency": 16, "timeout": 5}
    sampling = {"max_tokens": 10}
    found = replies(server.url, tmp_path, questions, limits=limits, sampling=sampling)
    assert [reply.question for reply in found] == questions
    assert all(reply.failure is None for reply in found)
    *others, again = server.stats.sends
    assert len(others) == 600
    assert again - server.stats.sends[0] > 5 > others[-1] - server.stats.sends[0]


def test_what_waits_behind_a_slow_row_is_bounded(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arf.llm.live.engine.HELD", 500)
    questions = [question(0, "first:slow"), *(question(i) for i in range(1, 1000))]
    assert len(replies(server.url, tmp_path, questions, limits={"concurrency": 8})) == 1000
    early = [at for at in server.stats.sends if at - server.stats.sends[0] < 4.5]
    assert len(early) == 500


def test_the_same_question_twice_is_asked_once(server: MockEndpoint, tmp_path: Path) -> None:
    twice = [question(0), question(0), question(1), question(0)]
    found = replies(server.url, tmp_path, twice)
    assert server.stats.total == 2
    assert found[0].text == found[1].text == found[3].text
    assert [reply.question for reply in found] == twice


def test_a_run_in_which_every_question_is_refused_stops_early(
    server: MockEndpoint, tmp_path: Path
) -> None:
    replies(server.url, tmp_path, [question(number) for number in range(3)])
    told = {"error": {"message": "Unsupported parameter: max_tokens"}}
    server.behaviour.always = {"status": 400, "body": told}
    before = server.stats.total
    with pytest.raises(ArfError, match=r"roles\.teacher: .*none has an answer.*max_tokens.*mend"):
        replies(
            server.url, tmp_path, list(map(question, range(100, 400))), model="another",
            limits={"max_failed": 0.5},
        )  # fmt: skip
    assert server.stats.total - before <= 2 * 64 + 20
    found = replies(server.url, tmp_path, list(map(question, range(40))))
    assert [reply.failure is None for reply in found] == [True] * 3 + [False] * 37


def test_questions_are_taken_as_they_are_needed(server: MockEndpoint, tmp_path: Path) -> None:
    """Input streams: of a million questions no more than a window is taken ahead."""
    taken = itertools.count()
    last = 0

    def endless() -> Iterator[Question]:
        nonlocal last
        for last in taken:
            yield question(last)

    with asking(server.url, tmp_path) as asker:
        found = asker.ask(endless())
        for _ in range(50):
            assert next(found).failure is None
        assert last < 1200
        found.close()


def test_what_was_answered_is_kept_where_the_caller_stops(
    server: MockEndpoint, tmp_path: Path
) -> None:
    questions = [question(i) for i in range(100)]
    with asking(server.url, tmp_path) as asker:
        for number, _ in enumerate(asker.ask(iter(questions))):
            if number == 30:
                break
    seen = server.stats.total
    found = replies(server.url, tmp_path, questions)
    assert all(reply.text for reply in found)
    assert server.stats.total <= 100
    assert seen >= 31


def test_a_jumping_clock_changes_nothing(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jumps = itertools.cycle((0.0, 1e9, -1e9, 3600.0))
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    questions = [question(i, "first:429-after" if i == 2 else "") for i in range(50)]
    found = replies(server.url, tmp_path, questions)
    assert [reply.failure for reply in found] == [None] * 50


def test_a_prompt_over_the_context_is_told_before_it_is_sent(
    server: MockEndpoint, tmp_path: Path, tiny_tokenizer: Path
) -> None:
    long = Question("webform/9", [{"role": "user", "content": "word " * 500}])
    found = replies(
        server.url, tmp_path, [question(0), long], context=200, tokenizer=str(tiny_tokenizer)
    )
    assert found[0].failure is None
    assert found[1].failure is not None
    assert found[1].failure.kind == "context"
    assert server.stats.total == 1
    assert "webform/9" in (tmp_path / "teach" / "failures.jsonl").read_text()


@pytest.fixture
def tiny_tokenizer(tmp_path: Path) -> Path:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "word": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_too_many_failures_fail_the_stage_with_everything_kept(
    server: MockEndpoint, tmp_path: Path
) -> None:
    questions = [question(i, "always:refusal" if i % 10 == 0 else "") for i in range(50)]
    with pytest.raises(ArfError, match=r"5 of 50.*refusal.*failures\.jsonl.*max_failed"):
        replies(server.url, tmp_path, questions, limits={"max_failed": 0.02})
    lines = (tmp_path / "teach" / "failures.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [f"botchat/{i}" for i in range(0, 50, 10)]
    seen = server.stats.total
    replies(server.url, tmp_path, questions, limits={"max_failed": 0.1})
    assert server.stats.total == seen + 5


def test_text_that_no_encoding_has_ends_its_own_row_at_most(
    server: MockEndpoint, tmp_path: Path
) -> None:
    odd = Question("webform/1", [{"role": "user", "content": "late \ud800 again"}])
    found = replies(server.url, tmp_path, [odd, question(1)], limits={"tries": 1})
    assert (found[0].text is None) != (found[0].failure is None)
    assert found[1].failure is None


@pytest.mark.parametrize("answers", ["auto", "prompt"])
def test_words_about_structure_where_no_schema_was_sent_are_a_refusal(
    server: MockEndpoint, tmp_path: Path, answers: str
) -> None:
    told = {"error": {"message": "response_format: this structured input is rejected"}}
    server.behaviour.always = {"status": 400, "body": told}
    shape = Shape if answers == "prompt" else None
    (found,) = replies(server.url, tmp_path, [question(0, shape=shape)], answers=answers)
    assert found.failure is not None
    assert found.failure.kind == "rejected"
    assert server.stats.total == 1


def test_a_refusal_with_odd_characters_ends_in_a_failure(
    server: MockEndpoint, tmp_path: Path
) -> None:
    message = {"content": None, "refusal": "no \ud800 way"}
    body = {"choices": [{"finish_reason": "stop", "message": message}]}
    server.behaviour.always = {"status": 200, "body": body}
    (found,) = replies(server.url, tmp_path, [question(0)])
    assert found.failure is not None
    assert found.failure.kind == "refusal"


def test_what_the_environment_knows_of_openai_goes_nowhere_else(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is a password of a .netrc sent, or in the way."""
    (tmp_path / "netrc").write_text("default login me password a-password\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-mine")
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server.record = True
    for folder, url in ((tmp_path / "a", server.url), (tmp_path / "b", "http://m.invalid/v1")):
        (found,) = replies(url, folder, [question(len(url))])
        assert found.failure is None
    assert len(server.stats.headers) == 2
    assert "mine" not in str(server.stats.headers)
    assert "password" not in str(server.stats.headers)
