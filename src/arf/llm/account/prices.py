"""What tokens cost, read from `prices.yaml`."""

import re
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from arf.errors import ArfError
from arf.files import describe
from arf.llm.endpoint import Endpoint
from arf.params import Section, read_yaml

PRICES = Path("prices.yaml")
MILLION = 1_000_000
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")  # gpt-4o-2024-08-06


class Price(Section):
    """What a model costs from a day on, for 1,000,000 tokens.

    Attributes:
        model: its name, also for its dated snapshots, or a pattern such as `llama-*`.
        host: the endpoint's host, such as `api.openai.com`; any if null.
        since: the first day of the price, or the day on which it was looked up.
        input: for tokens of the prompt.
        cached_input: for those that the endpoint had in its cache; as `input` if null.
        output: for tokens of the answer.
        batch: what share of it a batch costs.
        source: where the price stands.
    """

    model: str = Field(min_length=1)
    host: str | None = None
    since: date
    input: float = Field(ge=0)
    cached_input: float | None = Field(default=None, ge=0)
    output: float = Field(ge=0)
    batch: float = Field(default=1, gt=0, le=1)
    source: str = Field(min_length=1)

    def money(self, prompt: int, completion: int, cached: int = 0) -> float:
        """Returns what a number of tokens cost.

        Args:
            prompt: tokens of the prompt.
            completion: tokens of the answer.
            cached: how many of the prompt's tokens the endpoint had in its cache.
        """
        cheap = self.input if self.cached_input is None else self.cached_input
        cost = (prompt - cached) * self.input + cached * cheap + completion * self.output
        return cost / MILLION

    def as_batch(self) -> "Price":
        """Returns the price of the same tokens in a batch."""
        cheap = self.cached_input
        return self.model_copy(
            update={
                "input": self.input * self.batch,
                "cached_input": None if cheap is None else cheap * self.batch,
                "output": self.output * self.batch,
            }
        )


FREE = Price(model="*", since=date.min, input=0, output=0, source="this machine")


class Prices(Section):
    """The price table.

    Attributes:
        currency: of all prices and budgets.
        models: the prices.
    """

    currency: str = Field(default="USD", min_length=1)
    models: tuple[Price, ...] = ()

    def price(self, endpoint: Endpoint) -> Price | None:
        """Returns what an endpoint costs in its mode, null where the table does not say.

        Its exact name counts before the name without the date of a snapshot, that before a
        pattern, a price of one host before one of any, and the newest that is not in the future
        before older ones.
        """
        host = urlsplit(endpoint.base_url).hostname
        today = datetime.now(UTC).date()
        names = (endpoint.model, _DATED.sub("", endpoint.model))
        found = [
            price
            for price in self.models
            if price.since <= today
            and price.host in (None, host)
            and any(fnmatchcase(name, price.model) for name in names)
        ]
        if not found:
            return None
        best = max(
            found,
            key=lambda price: (
                price.model == names[0], price.model == names[1], price.host is not None,
                price.since,
            ),
        )  # fmt: skip
        return best.as_batch() if endpoint.mode == "batch" else best

    def cost(self, endpoint: Endpoint) -> Price | None:
        """Returns the same; what is asked on this machine is free where nobody says otherwise."""
        own = FREE if endpoint.is_loopback and endpoint.budget is None else None
        return self.price(endpoint) or own


def read_prices(path: Path = PRICES) -> Prices:
    """Reads the price table; an empty one where there is no file.

    Raises:
        ArfError: it is no price table.
    """
    if not path.exists():
        return Prices()
    try:
        return Prices.model_validate(read_yaml(path))
    except ValidationError as error:
        raise ArfError(f"{path}: {describe(error)}") from error


def missing_price(endpoint: Endpoint) -> str:
    """Returns what to do where a budget needs a price that the table lacks."""
    today = datetime.now(UTC).date()
    return (
        f"{PRICES} has no price for {endpoint.model}: add below models a line such as "
        f"- {{model: {endpoint.model}, since: {today}, input: 1.00, output: 2.00, source: ...}} "
        "(money for 1,000,000 tokens)"
    )


def sum_of_money(value: float) -> str:
    """Returns an amount with two decimals, or as many as a small one needs."""
    return f"{value:,.2f}" if value == 0 or value >= 0.1 else f"{value:.2g}"
