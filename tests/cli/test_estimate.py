"""`arf estimate`: what is asked where, before anything is sent."""

from pathlib import Path

import pytest

from arf.cli.estimate import estimate
from arf.errors import ArfError
from arf.estimate import Asked, Estimator
from arf.files import write_records
from arf.layout import cases, outputs
from arf.llm import Question
from arf.llm.account.prices import Price, Prices
from arf.llm.endpoint import Endpoint, LlmParams
from arf.records import Case, Output

ROOT = Path(__file__).resolve().parents[2]
PRICE = Price.model_validate(
    {"model": "m", "since": "2026-01-01", "input": 1e6, "output": 2e6, "source": "a test"}
)
MODEL = "provider: openai, base_url: 'http://127.0.0.1:9/v1', model: m"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    (tmp_path / "prompts").symlink_to(ROOT / "prompts")
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text())
    for channel in ("botchat", "webform"):
        rows = [
            Case(id=f"{channel}-{i}", channel=channel, split="train", text=f"Parcel {i} is late.")
            for i in range(7)
        ]
        write_records(cases(channel), rows)
    return tmp_path


def with_teacher(project: Path, more: str = "") -> None:
    path = project / "params.yaml"
    path.write_text(
        path.read_text().replace("teacher: {provider: recorded}", f"teacher: {{{MODEL}{more}}}")
    )


def endpoint(model: str = "m") -> Endpoint:
    return Endpoint.model_validate(
        {"provider": "openai", "base_url": "http://127.0.0.1:9/v1", "model": model,
         "sampling": {"max_tokens": 100}}
    )  # fmt: skip


def question(text: str) -> Question:
    return Question(text, [{"role": "user", "content": text}])


def test_where_no_role_asks_an_endpoint_nothing_is_sent(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    estimate()
    assert "nothing is sent" in capsys.readouterr().out


def test_without_cases_it_says_how_to_get_them(project: Path) -> None:
    cases("webform").unlink()
    with pytest.raises(ArfError, match=r"data/cases/webform\.jsonl: .*dvc repro ingest"):
        estimate()


def test_outputs_of_other_cases_are_not_taken_for_those_of_these(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_teacher(project)
    text = (project / "params.yaml").read_text()
    rules = "annotator: {provider: rules}"
    assert rules in text
    (project / "params.yaml").write_text(text.replace(rules, f"annotator: {{{MODEL}}}"))
    old = Output(id="other-1", channel="botchat", source="r0", text="Late.", provider="recorded")
    write_records(outputs("r0", "botchat"), [old])
    estimate()
    told = capsys.readouterr().out
    row = next(line for line in told.splitlines() if "audit " in line).split()
    assert row[2:5] == ["14", "0", "14"]
    assert "not there yet are taken to have" in told


def test_the_teacher_is_asked_each_case(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_teacher(project, ", budget: 5")
    (project / "prices.yaml").write_text(
        "models: [{model: m, since: 2026-01-01, input: 1000000, output: 0, source: x}]"
    )
    estimate()
    told = capsys.readouterr().out
    row = next(line for line in told.splitlines() if "teach " in line).split()
    assert row[2:5] == ["14", "0", "14"]
    assert "roles.teacher.budget: 5.00 USD may be used up" in told
    (project / "prices.yaml").unlink()
    estimate()
    assert "roles.teacher.budget: 5.00 USD cannot be kept to" in capsys.readouterr().out


def test_a_question_is_counted_once_and_one_like_it_as_often_as_it_is_asked(
    project: Path,
) -> None:
    estimator = Estimator(LlmParams(), Prices(models=(PRICE,)))
    estimator.add("judge", "a", endpoint(), [Asked(question("x")), Asked(question("x"))])
    estimator.add("judge", "b", endpoint(), [Asked(question("x")), Asked(question("y"), 3, False)])
    first, second = estimator.rows
    assert (first.questions, first.hits, first.longest) == (2, 1, 100)
    assert (second.questions, second.hits, second.longest) == (4, 1, 300)
    assert second.money(second.expected) == pytest.approx(second.prompt_tokens + 2 * 150)


def test_this_machine_is_free_and_a_missing_price_is_unknown(project: Path) -> None:
    estimator = Estimator(LlmParams(pseudonymise=False), Prices())
    far = endpoint().model_copy(update={"base_url": "https://api.example.com/v1"})
    estimator.add("judge", "a", endpoint(), [Asked(question("x"))])
    estimator.add("editor", "a", far, [Asked(question("x"))])
    assert [row.money(10) for row in estimator.rows] == [0, None]


def test_what_the_cache_answers_is_counted_out(project: Path) -> None:
    from arf.llm.cache import Answers, Meta, Stored
    from arf.llm.exchange import body_of, key_of
    from arf.state import state_dir

    target = endpoint()
    answers = Answers(state_dir("answers") / "answers.db")
    meta = Meta("", "m", "judge", "a", "run", 1, 1, 0.0, 0.0)
    for text, finish in (("x", "stop"), ("y", "length")):
        key = key_of(target, body_of(target, question(text).messages, None, schema=True))
        stored = Stored(0, {"text": "fine", "finish": finish}, finish == "stop", None)
        answers.put_many([(key, stored, meta)])
    answers.close()
    estimator = Estimator(LlmParams(), Prices())
    estimator.add("judge", "a", target, [Asked(question(text)) for text in "xyz"])
    assert (estimator.rows[0].questions, estimator.rows[0].hits) == (3, 1)
