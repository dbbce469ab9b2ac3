"""Gets one exchange through claims, limiter, client and cache, and tries again where it helps."""

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from arf.errors import ArfError
from arf.llm import Failure
from arf.llm.account.meter import BudgetHeld
from arf.llm.answers import Answer
from arf.llm.cache.claims import Claims
from arf.llm.desk import Desk
from arf.llm.endpoint import parameter
from arf.llm.exchange import Exchange
from arf.llm.faults import Fault, Refused
from arf.llm.limiter import GaveUp, Limiter
from arf.llm.tokens import Counter, too_long

if TYPE_CHECKING:
    from arf.llm.live.client import Client

SECONDS_PER_TOKEN = 0.1  # what a slow server needs for one
SLOWER = 1.5  # a time-out's growth from try to try
HOPELESS = 20  # questions that fail before any is answered, after which the run stops
OUTAGE = 60.0  # seconds that the last rows of a run wait for an endpoint that is down
SLOW_TRY = 2  # tries that one which ends in a time-out counts for, as it takes so long
UNREACHED = 20.0  # seconds after which an address that never answered counts as wrong
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between two tries of a row
THROTTLED_TRIES = 3  # times the tries of other faults: being turned away costs nothing
LOOK_AGAIN = 0.25  # seconds between two looks at what another process is paying for


class Sender:
    """Gets an exchange to its reply; everything runs in one event loop.

    Attributes:
        in_flight: tasks whose request is on its way or whose answer is being kept.
    """

    def __init__(self, desk: Desk, claims: Claims) -> None:
        self._desk = desk
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
        self._hopeless = 0
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
                self._note_failure(exchange)
            finally:
                self.claims.release(exchange.key)
        finally:
            del self._flying[exchange.key]
            flying.set_result(exchange)

    def _note_failure(self, exchange: Exchange) -> None:
        """Ends a run in which nothing that comes can be used, unless all may fail."""
        reply = exchange.reply
        if reply is None or reply.failure is None or self._desk.has_answers:
            return
        self._hopeless += reply.failure.kind != "context"
        if self._hopeless >= HOPELESS and self.endpoint.limits.max_failed < 1:
            raise ArfError(
                f"{parameter(self.role)}: {self.endpoint.base_url}: {self._hopeless} questions "
                f"failed and none has an answer, such as {exchange.question.id}: "
                f"{reply.failure.reason}; mend this and run dvc repro again"
            )

    async def _send(self, exchange: Exchange) -> None:
        """Sends until there is an answer or a refusal, usable or not."""
        body = exchange.next_body()
        longest = self.endpoint.sampling.longest
        prompt = self.tokens.count(body["messages"])
        if (failure := too_long(prompt, self.endpoint)) is not None:
            exchange.fail(failure)
            return
        if exchange.index:
            self.meter.count(repaid=1)
        limits = self.endpoint.limits
        seconds = limits.timeout + SECONDS_PER_TOKEN * longest
        tries = sent = throttled = 0
        while True:
            sent += 1
            try:
                await self._try(exchange, body, prompt, longest, seconds)
                return
            except Fault as fault:
                self._give_up_if_unreached(fault)
                if fault.verdict == "throttled":
                    throttled += fault.alone
                    self.meter.count(throttled=1)
                else:
                    if fault.own or self._others_succeed(fault):
                        tries += SLOW_TRY if fault.kind == "timeout" else 1
                    self.meter.count(retries=1)
                if tries >= limits.tries or throttled >= THROTTLED_TRIES * limits.tries:
                    exchange.fail(Failure(fault.kind, f"{fault}, at the last of {sent} tries"))
                    return
                if fault.kind == "timeout":
                    seconds *= SLOWER
                own = max(tries, throttled)
                if own:
                    pause = min(FIRST_PAUSE * 2.0 ** min(own - 1, 9), LONGEST_PAUSE)
                    await asyncio.sleep(pause * random.uniform(0.5, 1))

    def _others_succeed(self, fault: Fault) -> bool:
        """Says whether a fault is the row's own, whatever it is: others are answered meanwhile.

        Where none is left to tell, it is so after a while in which an outage might have ended.
        """
        if self._last_success is None:
            return False
        longest = min(OUTAGE, self.endpoint.limits.patience / 10)
        last = self._last_success
        return last > fault.sent_at or time.monotonic() - last > longest

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
            role, patience = parameter(self.role), self.endpoint.limits.patience
            raise ArfError(
                f"{role}: {self.endpoint.base_url}: no success in {patience:.0f} s, at last: "
                f"{self._last_fault}; dvc repro goes on from here when it is well again (or raise "
                f"{role}.limits.patience)"
            ) from error

    async def _send_once(
        self, exchange: Exchange, body: dict[str, Any], tokens: int, seconds: float
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        sent_at, begun = time.monotonic(), time.time()
        told = False
        self.in_flight.add(task)
        try:
            self.answers.check_room()
            self.meter.count(sent=1)
            if self._client is None:
                from arf.llm.live.client import Client

                self._client = Client(self.endpoint, self.role)
            answer, headers = await self._client.complete(body, seconds)
            await self._keep(exchange, answer, body, begun)
            self._desk.has_answers |= exchange.reply is not None
            self._last_success = time.monotonic()
            self.limiter.succeeded(headers, tokens, sent_at)
            told = True
        except Fault as fault:
            self._last_fault = str(fault)
            fault.sent_at = sent_at
            fault.alone = self.limiter.failed(fault.verdict, fault.retry_after, sent_at)
            told = True
            raise
        except Refused as refused:
            self._last_success = time.monotonic()
            exchange.fail(refused.failure)
        finally:
            self.in_flight.discard(task)
            if not told:
                self.limiter.failed("row", None, sent_at)

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
                f"{parameter(self.role)}: {self.endpoint.base_url}: {fault}; start the server, or "
                f"correct {parameter(self.role)}.base_url"
            ) from fault
