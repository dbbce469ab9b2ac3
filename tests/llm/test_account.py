"""What a stage's requests come to: files, budgets, the share of failures."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arf.errors import ArfError
from arf.llm import Failure
from arf.llm.account import account
from arf.llm.account.meter import BudgetUsedUp
from arf.llm.account.run_id import current_run
from arf.llm.endpoint import Endpoint, LlmParams, LocalModel

PRICES = """\
currency: USD
models:
  - {model: priced, since: 2026-01-01, input: 1000000, output: 2000000, cached_input: 500000,
     batch: 0.5, source: a test}
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES)
    monkeypatch.chdir(tmp_path)


def endpoint(model: str = "priced", url: str = "https://api.example.com/v1", **values: Any) -> Any:
    return Endpoint.model_validate(
        {"provider": "openai", "base_url": url, "model": model, **values}
    )


def written(folder: Path, stage: str = "teach") -> tuple[dict[str, Any], list[dict[str, Any]]]:
    lines = (folder / stage / "failures.jsonl").read_text().splitlines()
    usage = json.loads((folder / stage / "usage.json").read_text())
    return usage, [json.loads(line) for line in lines]


def test_counts_tokens_money_and_failures_are_written(tmp_path: Path) -> None:
    limits = {"max_failed": 0.5}
    with account("teach", LlmParams(), tmp_path) as spending:
        meter = spending.meter("teacher", endpoint(limits=limits))
        assert spending.meter("teacher", endpoint(limits=limits)) is meter
        meter.count(asked=4, hits=1, sent=3, retries=1)
        meter.check(10, 20)
        details = {"cached_tokens": 4}
        meta = meter.paid(
            {"prompt_tokens": 12, "completion_tokens": 5, "prompt_tokens_details": details}
        )
        meter.settle(10, 20)
        meter.failed("botchat/7", Failure("length", "it was cut"))
        meter.failed("botchat/9", Failure("length", "it was cut"))
    assert meta.money == pytest.approx(8 + 2 + 10)
    assert (meta.prompt_tokens, meta.completion_tokens) == (12, 5)
    assert (meta.role, meta.stage, meta.model) == ("teacher", "teach", "priced")
    assert meta.run == spending.run
    usage, failures = written(tmp_path)
    assert usage == {
        "teacher": {
            "provider": "openai", "model": "priced", "asked": 4, "hits": 1, "sent": 3,
            "retries": 1, "throttled": 0, "repaid": 0, "failed": {"length": 2},
            "prompt_tokens": 12, "cached_tokens": 4, "completion_tokens": 5,
            "money": pytest.approx(20), "saved_prompt_tokens": 0, "saved_completion_tokens": 0,
            "saved_money": None, "currency": "USD",
        }
    }  # fmt: skip
    assert failures == [
        {"id": f"botchat/{n}", "role": "teacher", "kind": "length", "reason": "it was cut"}
        for n in (7, 9)
    ]


def test_a_stage_that_asks_no_model_writes_empty_files(tmp_path: Path) -> None:
    with account("audit", LlmParams(), tmp_path):
        pass
    assert written(tmp_path, "audit") == ({}, [])


def test_a_stage_that_fails_writes_all_the_same_and_closes_what_is_open(tmp_path: Path) -> None:
    closed = []
    with pytest.raises(ZeroDivisionError), account("teach", LlmParams(), tmp_path) as spending:
        spending.closing.callback(closed.append, 1)
        meter = spending.meter("teacher", endpoint())
        meter.count(asked=1)
        meter.failed("botchat/7", Failure("refusal", "no"))
        raise ZeroDivisionError
    usage, failures = written(tmp_path)
    assert usage["teacher"]["failed"] == {"refusal": 1}
    assert len(failures) == 1
    assert closed == [1]
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(
    ("model", "parameter"),
    [
        (endpoint(limits={"max_failed": 0.1}), r"roles\.judge\.limits\.max_failed \(0\.1\)"),
        (
            LocalModel(provider="local", model="m", max_failed=0.1),
            r"roles\.judge\.max_failed \(0\.1\)",
        ),
    ],
)
def test_too_many_failures_fail_the_stage_in_one_line(
    tmp_path: Path, model: Any, parameter: str
) -> None:
    def run(failed: int) -> None:
        with account("audit", LlmParams(), tmp_path) as spending:
            meter = spending.meter("judge", model)
            meter.count(asked=20)
            for i in range(failed):
                meter.failed(f"a/{i}", Failure("invalid" if i else "length", "why"))

    run(2)
    words = rf"audit: 3 of 20.*invalid 2, length 1.*failures\.jsonl.*{parameter}.*dvc repro"
    with pytest.raises(ArfError, match=words) as caught:
        run(3)
    assert "\n" not in str(caught.value)
    assert len(written(tmp_path, "audit")[1]) == 3


def test_a_budget_counts_what_is_spent_and_what_is_under_way(tmp_path: Path) -> None:
    """A request of 10 tokens and 20 for the answer costs up to 50."""
    with account("teach", LlmParams(), tmp_path) as spending:
        meter = spending.meter("teacher", endpoint(budget=120))
        meter.spent_before = {"teacher": 10.0, "judge": 1000.0}
        meter.check(10, 20)
        meter.check(10, 20)
        with pytest.raises(BudgetUsedUp):
            meter.check(10, 20)
        meter.paid({"prompt_tokens": 10, "completion_tokens": 5})
        meter.settle(10, 20)
        words = r"roles\.teacher\.budget: 120\.00 USD is used up \(30\.00 spent.*nothing that was"
        with pytest.raises(BudgetUsedUp, match=words):
            meter.check(1, 21)
        meter.check(0, 20)


def test_a_budget_of_all_roles_sums_them_up(tmp_path: Path) -> None:
    with account("trial", LlmParams(budget=200), tmp_path) as spending:
        editor = spending.meter("editor", endpoint())
        editor.spent_before = {"teacher": 60.0}
        judge = spending.meter("judge", endpoint())
        judge.spent_before = {"teacher": 60.0, "editor": 1000.0}  # later figures do not count
        editor.check(10, 20)
        editor.paid({"prompt_tokens": 10, "completion_tokens": 15})
        editor.settle(10, 20)
        judge.check(10, 20)
        with pytest.raises(BudgetUsedUp, match=r"llm\.budget: 200\.00 USD.*100\.00 spent"):
            editor.check(10, 21)
        editor.check(10, 20)


@pytest.mark.parametrize("url", ["https://api.example.com/v1", "http://localhost:8000/v1"])
def test_a_budget_of_zero_sends_nothing(tmp_path: Path, url: str) -> None:
    with account("teach", LlmParams(), tmp_path) as spending:
        meter = spending.meter("teacher", endpoint(url=url, budget=0))
        with pytest.raises(BudgetUsedUp, match=r"roles\.teacher\.budget"):
            meter.check(0, 0)
    with account("teach", LlmParams(budget=0), tmp_path) as spending:
        meter = spending.meter("teacher", endpoint(url=url))
        with pytest.raises(BudgetUsedUp, match=r"llm\.budget"):
            meter.check(0, 0)


def test_a_budget_needs_a_price(tmp_path: Path) -> None:
    cases = ((LlmParams(), 5.0, r"roles\.teacher\.budget"), (LlmParams(budget=5), None, "llm.bud"))
    for params, budget, name in cases:
        with (
            pytest.raises(ArfError, match=rf"{name}.*prices\.yaml.*model: other"),
            account("teach", params, tmp_path) as spending,
        ):
            spending.meter("teacher", endpoint("other", budget=budget))


def test_without_a_price_money_is_null_and_that_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with account("teach", LlmParams(), tmp_path) as spending:
        meter = spending.meter("teacher", endpoint("never-priced"))
        for _ in range(3):
            meter.check(1, 1)
            assert meter.paid({"prompt_tokens": 1, "completion_tokens": 1}).money is None
            meter.settle(1, 1)
    assert written(tmp_path)[0]["teacher"]["money"] is None
    assert capsys.readouterr().err.count("never-priced") == 1


def test_this_machine_costs_nothing_unless_the_table_says_so(tmp_path: Path) -> None:
    url = "http://127.0.0.1:8000/v1"
    with account("teach", LlmParams(budget=1), tmp_path) as spending:
        free = spending.meter("teacher", endpoint("llama", url))
        priced = spending.meter("judge", endpoint("priced", url))
        local = spending.meter("editor", LocalModel(provider="local", model="m"))
        free.check(1000, 1000)
        assert free.paid({"prompt_tokens": 1000, "completion_tokens": 9}).money == 0
        with pytest.raises(BudgetUsedUp):
            priced.check(1000, 1000)
    assert local.usage.money == 0


def test_batches_cost_what_the_table_says_of_them(tmp_path: Path) -> None:
    with account("teach", LlmParams(), tmp_path) as spending:
        meter = spending.meter("teacher", endpoint(mode="batch", budget=25))
        meter.check(10, 20)
        meta = meter.paid({"prompt_tokens": 10, "completion_tokens": 10})
    assert meta.money == pytest.approx(15)


@pytest.mark.parametrize(
    "usage", [{}, {"prompt_tokens": None}, {"prompt_tokens": "ten"}, {"prompt_tokens": -3}]
)
def test_an_endpoint_that_tells_no_usage_is_charged_in_full(
    tmp_path: Path, usage: dict[str, Any]
) -> None:
    with account("teach", LlmParams(), tmp_path) as spending:
        meter = spending.meter("teacher", endpoint(budget=1000))
        meter.check(10, 20)
        meter.check(30, 40)
        assert meter.paid(usage).money == pytest.approx(20 + 2 * 30)


def test_a_run_is_that_of_the_nearest_dvc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stages of one `dvc repro` share it; two `dvc repro` do not."""
    monkeypatch.delenv("ARF_RUN", raising=False)
    dvc = tmp_path / "bin" / "dvc"
    dvc.parent.mkdir()
    dvc.write_text(
        "import subprocess, sys\n"
        "for _ in range(2):\n"
        "    subprocess.run(['/bin/sh', '-c', sys.argv[1]], check=True)\n"
    )
    module = "arf.llm.account.run_id"
    shown = f"{sys.executable} -c 'from {module} import current_run; print(current_run())'"
    runs = [
        subprocess.run(
            [sys.executable, str(dvc), shown], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    assert runs[0][0] == runs[0][1]
    assert runs[1][0] == runs[1][1]
    assert runs[0][0] != runs[1][0]
    assert current_run().startswith(f"{os.getpid()}-") or "-" in current_run()
    monkeypatch.setenv("ARF_RUN", "mine")
    assert current_run() == "mine"
