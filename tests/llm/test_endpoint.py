"""What may be said of an endpoint in params.yaml."""

from pathlib import Path
from typing import Any

import pytest

from arf.errors import ArfError
from arf.llm.endpoint import Endpoint, Sampling
from arf.params import load_section


def endpoint(**changes: Any) -> Endpoint:
    values = {"provider": "openai", "base_url": "https://llm.example/v1/", "model": "m"}
    return Endpoint(**values | changes)


def refused(tmp_path: Path, line: str) -> str:
    path = tmp_path / "params.yaml"
    path.write_text(f"roles:\n  teacher: {line}\n")
    with pytest.raises(ArfError) as caught:
        load_section("roles.teacher", Endpoint, path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{provider: openai, base_url: 'https://me:pw@llm.example/v1', model: m}", "password"),
        ("{provider: openai, base_url: 'https://llm.example/v1?key=abc', model: m}", "? or #"),
        ("{provider: openai, base_url: llm.example, model: m}", "base_url"),
        ("{provider: openai, base_url: 'http://a/v1', model: ''}", "model"),
        ("{provider: openai, base_url: 'http://a/v1', model: m, key: sk-abcdef}", "environment"),
        ("{provider: openai, base_url: 'http://a/v1', model: m, concurrency: 4}", "concurrency"),
        ("{provider: openai, base_url: 'http://a/v1', model: m, budget: -1}", "budget"),
        ("{provider: openai, model: m}", "base_url"),
        ("{provider: openai, base_url: 'http://a/v1/chat/completions', model: m}", "leave that"),
    ],
)
def test_mistakes_name_the_parameter(tmp_path: Path, line: str, words: str) -> None:
    message = refused(tmp_path, line)
    assert words in message
    assert "roles.teacher" in message
    assert "\n" not in message


def test_a_refused_key_or_password_is_not_repeated(tmp_path: Path) -> None:
    line = "{provider: openai, base_url: 'https://me:hunter2@llm.example/v1', model: m}"
    assert "hunter2" not in refused(tmp_path, line)
    line = "{provider: openai, base_url: 'http://a/v1', model: m, key: sk-abcdef}"
    assert "sk-abcdef" not in refused(tmp_path, line)


BASE = "provider: openai, base_url: 'http://a/v1', model: m"


@pytest.mark.parametrize(
    "secret",
    [
        "gsk_abcdefghijklmnopqrstuvwxyz0123456789ABCD", "hf_AbCdEfGhIjKlMnOpQrStUvWx12345678",
        "AKIAIOSFODNN7EXAMPLE", "0123456789abcdef0123456789abcdef", "sk-proj-abcdef0123456789xyz",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "line",
    [
        "{BASE, key: SECRET}", "{BASE, sampling: {extra: {user: SECRET}}}",
        "{BASE, sampling: {extra: {metadata: {a: [SECRET]}}}}",
        "{provider: openai, base_url: 'http://a/v1', model: SECRET}",
    ],
)  # fmt: skip
def test_what_looks_like_a_key_is_refused_and_not_repeated(
    tmp_path: Path, line: str, secret: str
) -> None:
    told = refused(tmp_path, line.replace("BASE", BASE).replace("SECRET", f"'{secret}'"))
    assert "environment" in told
    assert secret not in told


@pytest.mark.parametrize(
    "model",
    [
        "hf-internal-testing/tiny-random-LlamaForCausalLM", "gpt-4o-2024-08-06",
        "hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4", "ft:gpt-4o-mini:org::A1b2C3d4",
    ],
)  # fmt: skip
def test_names_of_models_and_variables_are_no_keys(model: str) -> None:
    assert endpoint(model=model, key="AZURE_OPENAI_API_KEY_2").model == model


@pytest.mark.parametrize("name", ["model", "messages", "stream", "n", "response_format", "api_key"])
def test_extra_fields_set_nothing_that_the_engine_sets(tmp_path: Path, name: str) -> None:
    told = refused(tmp_path, f"{{{BASE}, sampling: {{extra: {{{name}: 1}}}}}}")
    assert "roles.teacher.sampling.extra" in told


@pytest.mark.parametrize(
    ("url", "loopback"),
    [("http://localhost:8000/v1", True), ("http://127.0.0.1:1/v1", True), ("http://[::1]/v1", True),
     ("http://127.3.2.1/v1", True), ("http://10.0.0.4/v1", False),
     ("https://api.openai.com/v1", False), ("http://localhost.example/v1", False)],
)  # fmt: skip
def test_which_addresses_stay_here(url: str, loopback: bool) -> None:
    assert endpoint(base_url=url).is_loopback is loopback


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert endpoint().read_key("judge") == "none"
    named = endpoint(key="SOME_KEY")
    monkeypatch.delenv("SOME_KEY", raising=False)
    with pytest.raises(ArfError, match=r"roles\.judge\.key.*SOME_KEY is not set"):
        named.read_key("judge")
    monkeypatch.setenv("SOME_KEY", "secret\nvalue")
    with pytest.raises(ArfError, match="SOME_KEY") as caught:
        named.read_key("judge")
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("SOME_KEY", " secret\n")
    assert named.read_key("judge") == "secret"


def test_sampling_makes_the_body_and_nothing_else() -> None:
    sampling = Sampling(max_tokens=None, temperature=0, extra={"max_completion_tokens": 9})
    assert sampling.body() == {"temperature": 0, "max_completion_tokens": 9}
    assert sampling.longest == 9
    assert Sampling(max_tokens=None).longest == 4096
