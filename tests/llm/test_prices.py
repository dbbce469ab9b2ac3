"""The price table: which line counts, what a mistake in it says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arf.errors import ArfError
from arf.llm.account.prices import PRICES, missing_price, read_prices, sum_of_money
from arf.llm.endpoint import Endpoint

ROOT = Path(__file__).resolve().parents[2]


def endpoint(model: str, host: str = "api.example.com", mode: str = "live") -> Endpoint:
    return Endpoint.model_validate(
        {"provider": "openai", "base_url": f"https://{host}/v1", "model": model, "mode": mode}
    )


def table(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / PRICES
    rows = "".join(f"  - {{{line}, source: a test}}\n" for line in lines)
    path.write_text(f"currency: EUR\nmodels:\n{rows}")
    return path


def test_the_newest_price_that_is_not_in_the_future_counts(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    path = table(
        tmp_path,
        f"model: a, since: {today - timedelta(9)}, input: 1, output: 1",
        f"model: a, since: {today}, input: 2, output: 1",
        f"model: a, since: {today + timedelta(2)}, input: 3, output: 1",
        f"model: a, since: {today - timedelta(5)}, input: 4, output: 1",
    )
    price = read_prices(path).price(endpoint("a"))
    assert price is not None
    assert price.input == 2


@pytest.mark.parametrize(
    ("model", "host", "found"),
    [
        ("m-large", "api.example.com", 1),
        ("m-large-2026-01-31", "api.example.com", 1),
        ("m-large", "other.example.com", 2),
        ("m-2026", "api.example.com", 3),
        ("m-2025", "api.example.com", 4),
        ("n", "api.example.com", None),
    ],
)
def test_a_name_counts_before_a_pattern_and_a_host_before_any(
    tmp_path: Path, model: str, host: str, found: int | None
) -> None:
    path = table(
        tmp_path,
        "model: m-*, since: 2026-01-01, input: 4, output: 0",
        "model: m-large, since: 2026-01-01, input: 2, output: 0",
        "model: m-large, since: 2025-01-01, host: api.example.com, input: 1, output: 0",
        "model: m-2026, since: 2024-01-01, input: 3, output: 0",
    )
    price = read_prices(path).price(endpoint(model, host))
    assert (price and price.input) == found


def test_money_counts_cached_tokens_and_batches_at_their_price(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "model: a, since: 2026-01-01, input: 2, cached_input: 0.5, output: 8, batch: 0.5",
        "model: b, since: 2026-01-01, input: 2, output: 8",
    )
    prices = read_prices(path)
    live, batch = prices.price(endpoint("a")), prices.price(endpoint("a", mode="batch"))
    plain = prices.price(endpoint("b"))
    assert live is not None
    assert batch is not None
    assert plain is not None
    assert live.money(1_000_000, 1_000_000) == pytest.approx(10)
    assert live.money(1_000_000, 0, cached=400_000) == pytest.approx(1.4)
    assert batch.money(1_000_000, 1_000_000, cached=400_000) == pytest.approx(4.7)
    assert plain.money(1_000_000, 0, cached=400_000) == pytest.approx(2)
    assert prices.currency == "EUR"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("models: [{model: a}]", r"models\.0\.since"),
        ("models: [{model: a, since: 2026-13-01, input: 1, output: 1, source: x}]", "prices.yaml"),
        ("models: [{model: a, since: 2026-01-01, input: -1, output: 1, source: x}]", "input"),
        ("models: [{model: a, since: 2026-01-01, inptu: 1, output: 1, source: x}]", "inptu|input"),
        ("models: [", r"prices\.yaml:1"),
        ("- 5", r"prices\.yaml"),
        ("", r"prices\.yaml"),
    ],
)
def test_a_broken_table_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / PRICES
    path.write_text(text)
    with pytest.raises(ArfError, match=words) as caught:
        read_prices(path)
    assert "\n" not in str(caught.value)


def test_without_a_table_no_price_is_known(tmp_path: Path) -> None:
    assert read_prices(tmp_path / PRICES).price(endpoint("a")) is None


def test_the_line_to_add_is_one_that_works(tmp_path: Path) -> None:
    words = missing_price(endpoint("some/model:7b"))
    line = words.split("such as - {")[1].split("}")[0]
    path = table(tmp_path, line.removesuffix(", source: ..."))
    assert read_prices(path).price(endpoint("some/model:7b")) is not None


def test_the_project_table_is_valid_and_names_each_price_once() -> None:
    prices = read_prices(ROOT / PRICES)
    names = [(price.model, price.host, price.since) for price in prices.models]
    assert len(names) == len(set(names)) > 20
    assert all(price.since <= datetime.now(UTC).date() for price in prices.models)
    cheap = prices.price(endpoint("gpt-5.6-luna", "api.openai.com"))
    assert cheap is not None
    assert cheap.input == 0.2


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.00"), (0.00012, "0.00012"), (0.05, "0.05"), (5, "5.00"), (12345.6, "12,345.60")],
)
def test_sums_are_told_with_the_digits_that_they_need(value: float, text: str) -> None:
    assert sum_of_money(value) == text
