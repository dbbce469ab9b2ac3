"""Gets one exchange through claims, limiter, client and cache, and tries again where it helps."""

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from arf.errors import ArfError
from arf.llm import Failure
from arf.llm.account.meter import BudgetHeld
from arf.llm.answers import Answer
from arf.llm.cache.claims import Claims
from arf.llm.desk import Desk
from arf.llm.exchange import Exchange
from arf.llm.faults import Fault, Refused
from arf.llm.limiter import GaveUp, Limiter
from arf.llm.tokens import Counter

if TYPE_CHECKING:
    from arf.llm.live.client import Client

SECONDS_PER_TOKEN = 0.1  # what a slow server needs for one
SLOWER = 1.5  # a time-out's growth from try to try
SLOW_TRY = 2  # tries that one which ends in a time-out counts for, as it takes so long
UNREACHED = 20.0  # seconds after which an address that never answered counts as wrong
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between two tries of a row
THROTTLED_TRIES = 20  # times the tries of other faults: being turned away costs nothing
Verdict = Literal["throttled", "down", "row"]  # what an outcome says of the endpoint
LOOK_AGAIN = 0.25  # seconds between two looks at what another process is paying for


class Sender:
    """Gets an exchange to its reply; everything runs in one event loop.

    Attributes:
        in_flight: tasks whose request is on its way or whose answer is being kept.
    """

    def __init__(self, desk: Desk, claims: Claims) -> None:
        self.role = desk.role
        self.endpoint = endpoint = desk.endpoint
        self.meter = desk.meter
        self.answers = desk.answers
        self.tracer = desk.tracer
        self.claims = claims
        self.tokens = Counter(endpoint.tokenizer)
        self.limiter = Limiter(endpoint.limits)
        self.in_flight: set[asyncio.Task[Any]] = set()
        self._client: Client | None = None
        self._settled = asyncio.Event()
        self._flying: dict[str, asyncio.Future[Exchange]] = {}
        self._last_success: float | None = None
        self._first_miss: float | None = None
        self._last_fault = "no answer"

    async def close(self) -> None:
        """Closes all connections."""
        if self._client is not None:
            await self._client.close()

    async def settle(self, exchange: Exchange) -> None:
        """Gets an exchange to its reply.

        Raises:
            NoSchema: the endpoint takes no `response_format`; the exchange has no reply.
            ArfError: no request can succeed any more.
        """
        while (twin := self._flying.get(exchange.key)) is not None:
            # The same question twice in one run is asked once.
            other = await asyncio.shield(twin)
            if other.reply is not None:
                exchange.reply = replace(other.reply, question=exchange.question)
                return
        flying = self._flying[exchange.key] = asyncio.get_running_loop().create_future()
        try:
            while not self.claims.claim(exchange.key):
                await asyncio.sleep(LOOK_AGAIN)
            try:
                # Another process may have got an answer by now.
                exchange.see(self.answers.get(exchange.key))
                while exchange.reply is None:
                    await self._send(exchange)
            finally:
                self.claims.release(exchange.key)
        finally:
            del self._flying[exchange.key]
            flying.set_result(exchange)

    async def _send(self, exchange: Exchange) -> None:
        """Sends until there is an answer or a refusal, usable or not."""
        body = exchange.next_body()
        longest = self.endpoint.sampling.longest
        prompt = self.tokens.count(body["messages"])
        context = self.endpoint.context
        if self.tokens.exact and context is not None and prompt + longest > context:
            exchange.fail(
                Failure("context", f"{prompt} tokens and {longest} for the answer, of {context}")
            )
            return
        if exchange.index:
            self.meter.count(repaid=1)
        limits = self.endpoint.limits
        seconds = limits.timeout + SECONDS_PER_TOKEN * longest
        begun = time.monotonic()
        tries = sent = throttled = 0
        while True:
            sent += 1
            try:
                await self._try(exchange, body, prompt, longest, seconds)
                return
            except Fault as fault:
                self._give_up_if_unreached(fault)
                if fault.verdict == "throttled":
                    throttled += 1
                    self.meter.count(throttled=1)
                else:
                    # Where others succeed meanwhile, the fault is this row's, whatever it is.
                    others = self._last_success is not None and self._last_success > begun
                    if fault.own or others:
                        tries += SLOW_TRY if fault.kind == "timeout" else 1
                    self.meter.count(retries=1)
                if tries >= limits.tries or throttled >= THROTTLED_TRIES * limits.tries:
                    exchange.fail(Failure(fault.kind, f"{fault}, at the last of {sent} tries"))
                    return
                if fault.kind == "timeout":
                    seconds *= SLOWER
                own = max(tries, 0 if fault.retry_after else throttled)
                if own:
                    pause = min(FIRST_PAUSE * 2.0 ** min(own - 1, 9), LONGEST_PAUSE)
                    await asyncio.sleep(pause * random.uniform(0.5, 1))

    async def _try(
        self, exchange: Exchange, body: dict[str, Any], prompt: int, longest: int, seconds: float
    ) -> None:
        """Sends once, within the budget and at the endpoint's pace."""
        await self._afford(prompt, longest)
        try:
            await self._wait_for_slot(prompt + longest)
            await self._send_once(exchange, body, prompt + longest, seconds)
        finally:
            self.meter.settle(prompt, longest)
            self._settled.set()

    async def _afford(self, prompt: int, longest: int) -> None:
        """Waits for the requests under way where only what they can cost stands in the way."""
        while True:
            try:
                self.meter.check(prompt, longest)
            except BudgetHeld:
                self._settled.clear()
                with suppress(TimeoutError):  # another role's requests say nothing here
                    await asyncio.wait_for(self._settled.wait(), LOOK_AGAIN)
            else:
                return

    async def _wait_for_slot(self, tokens: int) -> None:
        try:
            await self.limiter.slot(tokens)
        except GaveUp as error:
            patience = self.endpoint.limits.patience
            raise ArfError(
                f"roles.{self.role}: {self.endpoint.base_url}: no success in {patience:.0f} s, at "
                f"last: {self._last_fault}; dvc repro goes on from here when it is well again "
                f"(or raise roles.{self.role}.limits.patience)"
            ) from error

    async def _send_once(
        self, exchange: Exchange, body: dict[str, Any], tokens: int, seconds: float
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        sent_at, begun = time.monotonic(), time.time()
        outcome: tuple[Verdict, float | None] = ("row", None)
        done = False
        self.in_flight.add(task)
        try:
            self.answers.check_room()
            self.meter.count(sent=1)
            if self._client is None:
                from arf.llm.live.client import Client

                self._client = Client(self.endpoint, self.role)
            answer, headers = await self._client.complete(body, seconds)
            await self._keep(exchange, answer, body, begun)
            self._last_success = time.monotonic()
            self.limiter.succeeded(headers, tokens, sent_at)
            done = True
        except Fault as fault:
            self._last_fault = str(fault)
            outcome = (fault.verdict, fault.retry_after)
            raise
        except Refused as refused:
            self._last_success = time.monotonic()
            exchange.fail(refused.failure)
        finally:
            self.in_flight.discard(task)
            if not done:
                self.limiter.failed(*outcome, sent_at)

    async def _keep(
        self, exchange: Exchange, answer: Answer, body: dict[str, Any], begun: float
    ) -> None:
        """Makes an answer durable before anybody uses it."""
        stored, reply = exchange.take(answer)
        meta = self.meter.paid(answer.usage)
        await self.answers.put(exchange.key, stored, meta)
        exchange.reply = reply
        if self.tracer is not None:
            self.tracer.write(
                meta,
                exchange.question.id,
                body["messages"],
                answer.text,
                stored.reason,
                begun,
            )

    def _give_up_if_unreached(self, fault: Fault) -> None:
        """Ends a run whose address has never answered: it is most likely wrong."""
        if fault.reached or self._last_success is not None:
            return
        now = time.monotonic()
        self._first_miss = self._first_miss or now
        if now - self._first_miss > min(UNREACHED, self.endpoint.limits.patience):
            raise ArfError(
                f"roles.{self.role}: {self.endpoint.base_url}: {fault}; start the server, or "
                f"correct roles.{self.role}.base_url"
            ) from fault
