"""Counts what one role uses in a stage, shows it, and stops it at the budget."""

import json
import math
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from arf.errors import ArfError
from arf.llm import Failure
from arf.llm.account.prices import Price, missing_price, read_prices, sum_of_money
from arf.llm.account.ticker import Ticker
from arf.llm.account.usage import Usage
from arf.llm.endpoint import Endpoint, LocalModel, parameter
from arf.progress import say

if TYPE_CHECKING:
    from arf.llm.account import Account
    from arf.llm.cache import Meta


class BudgetUsedUp(ArfError):
    """The next request could cost more than what is left."""


class BudgetHeld(BudgetUsedUp):
    """The next request fits into what is left, but not beside the most that others can cost."""


class Meter:
    """Counts what one role uses, and stops it at the budget.

    Attributes:
        usage: the counts so far.
        max_failed: the share of questions without an answer that the stage bears.
        max_failed_name: the parameter that says so.
        first_failed: the first question without an answer.
    """

    def __init__(self, account: "Account", role: str, endpoint: Endpoint | LocalModel) -> None:
        self.usage = Usage(endpoint.provider, endpoint.model)
        self.first_failed: str | None = None
        self._account = account
        self._role = role
        self._under_way = [0, 0, 0]  # requests, tokens of their prompts, and of their answers
        self._price: Price | None = None
        self._budget: float | None = None
        self._base_url = ""
        if isinstance(endpoint, LocalModel):
            self.max_failed = endpoint.max_failed
            self.max_failed_name = f"{parameter(role)}.max_failed"
            self.usage.money = 0.0
            return
        self.max_failed = endpoint.limits.max_failed
        self.max_failed_name = f"{parameter(role)}.limits.max_failed"
        self._base_url = endpoint.base_url
        self._budget = endpoint.budget
        prices = read_prices()
        self._price = prices.cost(endpoint)
        self.usage.currency = prices.currency
        if self._price is not None:
            self.usage.money = 0.0
        elif endpoint.budget is not None or account.params.budget is not None:
            name = f"{parameter(role)}.budget" if endpoint.budget is not None else "llm.budget"
            raise ArfError(f"{name}: {missing_price(endpoint)}")

    @property
    def spent_before(self) -> Mapping[str, float]:
        """Money by role that earlier processes of this run spent.

        What is set first counts for all meters of the stage: later figures would hold what this
        process has spent by then.
        """
        return self._account.spent_before or {}

    @spent_before.setter
    def spent_before(self, spent: Mapping[str, float]) -> None:
        if self._account.spent_before is None:
            self._account.spent_before = dict(spent)

    def check(self, prompt_tokens: int, longest: int) -> None:
        """Allows one request, and counts it as under way until it is settled.

        Args:
            prompt_tokens: of the prompt.
            longest: the most tokens that the answer may have.

        Raises:
            BudgetHeld: it could cost more than is left beside the requests under way.
            BudgetUsedUp: it could cost more than is left.
        """
        total = self._account.params.budget
        if self._budget is not None:
            spent = self.spent_before.get(self._role, 0.0) + (self.usage.money or 0.0)
            name = f"{parameter(self._role)}.budget"
            self._refuse(name, self._budget, spent, self._bound(), prompt_tokens, longest)
        if total is not None:
            meters = self._account.meters.values()
            spent = sum(self.spent_before.values()) + sum(m.usage.money or 0.0 for m in meters)
            bound = sum(meter._bound() for meter in meters)
            self._refuse("llm.budget", total, spent, bound, prompt_tokens, longest)
        self._add(1, prompt_tokens, longest)

    def settle(self, prompt_tokens: int, longest: int) -> None:
        """Says that a request which `check` allowed is no longer under way."""
        self._add(-1, -prompt_tokens, -longest)

    def paid(self, usage: Mapping[str, Any]) -> "Meta":
        """Counts an answer's tokens and money; to be called before its request is settled.

        Args:
            usage: the tokens as the endpoint tells them. One that tells none is taken to have used
                as many as an average request under way may use.

        Returns:
            What the cache keeps beside the answer.
        """
        from arf.llm.cache import Meta

        prompt, completion = _tokens(usage, "prompt_tokens"), _tokens(usage, "completion_tokens")
        cached = min(prompt, _tokens(usage.get("prompt_tokens_details"), "cached_tokens"))
        count, prompts, longest = self._under_way
        if not prompt and count:
            prompt, completion = prompts // count, completion or longest // count
        self.usage.prompt_tokens += prompt
        self.usage.cached_tokens += cached
        self.usage.completion_tokens += completion
        money = None
        if self._price is not None:
            money = self._price.money(prompt, completion, cached)
            self.usage.money = (self.usage.money or 0.0) + money
        elif self.usage.provider == "openai":
            _say_unpriced(self.usage.model)
        return Meta(
            base_url=self._base_url,
            model=self.usage.model,
            role=self._role,
            stage=self._account.stage,
            run=self._account.run,
            prompt_tokens=prompt,
            completion_tokens=completion,
            money=money,
            created=time.time(),
        )

    def saved(self, prompt_tokens: int, completion_tokens: int, money: float | None) -> None:
        """Counts an answer that the cache had, with what it took when it was asked for."""
        self.usage.saved_prompt_tokens += prompt_tokens
        self.usage.saved_completion_tokens += completion_tokens
        if money is not None:
            self.usage.saved_money = (self.usage.saved_money or 0.0) + money

    def ticker(self) -> Ticker:
        """Returns what shows the progress of this role; the account ends it."""
        account = self._account
        total = account.expected() if account.expected is not None else None
        shown = Ticker(f"{account.stage} {self._role}", self.usage, total)
        account.closing.callback(shown.close)
        return shown

    def count(self, **numbers: int) -> None:
        """Adds to the counts of `usage` that are named."""
        for name, number in numbers.items():
            setattr(self.usage, name, getattr(self.usage, name) + number)

    def failed(self, question_id: str, failure: Failure) -> None:
        """Counts and lists a question that has no answer."""
        failed = self.usage.failed
        self.first_failed = self.first_failed or question_id
        failed[failure.kind] = failed.get(failure.kind, 0) + 1
        row = {
            "id": question_id, "role": self._role, "kind": failure.kind, "reason": failure.reason,
        }  # fmt: skip
        self._account.failures.write(json.dumps(row, ensure_ascii=False) + "\n")

    def _add(self, count: int, prompt: int, longest: int) -> None:
        self._under_way[0] += count
        self._under_way[1] += prompt
        self._under_way[2] += longest

    def _bound(self) -> float:
        """Returns the most that the requests under way can cost."""
        _, prompt, longest = self._under_way
        return self._price.money(prompt, longest) if self._price else 0.0

    def _refuse(
        self, name: str, budget: float, spent: float, bound: float, prompt: int, longest: int
    ) -> None:
        own = self._price.money(prompt, longest) if self._price else 0.0
        if budget > 0 and spent + bound + own <= budget:
            return
        currency = self.usage.currency
        refused = BudgetHeld if 0 < spent + own <= budget else BudgetUsedUp
        open_ = f", up to {sum_of_money(bound)} under way" if bound else ""
        raise refused(
            f"{name}: {sum_of_money(budget)} {currency} is used up ({sum_of_money(spent)} spent in "
            f"this run{open_}); raise it and run dvc repro again: nothing that was paid is lost"
        )


def _tokens(usage: Any, name: str) -> int:
    """Returns a number of tokens, 0 where the endpoint tells none."""
    value = usage.get(name) if isinstance(usage, Mapping) else None
    if not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return max(0, int(value))


@cache
def _say_unpriced(model: str) -> None:
    say(f"prices.yaml has no price for {model}: tokens are counted, money is not")
