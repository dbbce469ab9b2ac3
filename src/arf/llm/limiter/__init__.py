"""When the next request to one endpoint may be sent."""

import asyncio
import math
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Literal

from arf.llm.endpoint import Limits
from arf.llm.limiter.pace import Bucket, Pace
from arf.llm.limiter.quota import Quota
from arf.llm.limiter.window import Window

MEMORY = 64  # outcomes over which the share of 429s is averaged
FEW = 0.1  # a share of 429s without a Retry-After that says nothing of the endpoint as a whole,
IN_A_ROW = 3  # unless so many come one after the other


class GaveUp(Exception):
    """The endpoint has answered nothing for longer than `patience`, or asks to wait that long.

    Attributes:
        seconds: since when nothing succeeds, or how long it asks to wait.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no success in {seconds:.0f} s")
        self.seconds = seconds


class Limiter:
    """Lets requests through first come, first served, as fast as the endpoint takes them.

    It lives in one event loop. Each `slot` is followed by one call of `succeeded` or `failed`.
    """

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        rng = rng or random.Random()
        self._clock = clock
        self._patience = limits.patience
        self._window = Window(limits.concurrency, rng)
        self._pace = Pace(rng)
        self._quota = Quota()
        a_minute, tokens = limits.requests_per_minute, limits.tokens_per_minute
        self._requests = Bucket(a_minute, least=1) if a_minute else None
        self._tokens = Bucket(tokens) if tokens else None
        self._under_way = 0
        self._waiters: deque[tuple[asyncio.Future[None], int]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._hold = -math.inf  # no request before this moment, on the endpoint's word
        self._failing: float | None = None  # since when, without a success
        self._turned_away = 0.0  # the share of late answers that were 429s
        self._in_a_row = 0

    async def slot(self, tokens: int) -> None:
        """Waits until one more request of so many tokens may be sent.

        Raises:
            GaveUp: there is no sense in waiting any longer.
        """
        now = self._clock()
        if self._hold - now > self._patience:
            raise GaveUp(self._hold - now)
        if not self._waiters and self._wait(now, tokens) <= 0:
            self._send(now, tokens)
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append((waiter, tokens))
        if len(self._waiters) == 1:
            self._let_through(now)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                now = self._clock()
                self._window.ended(now, now)
                self._pace.ended(now)
                self._end(now)
            elif self._waiters:
                self._let_through(self._clock())
            raise

    def succeeded(self, headers: Mapping[str, str], tokens: int, sent_at: float) -> None:
        """Notes an answer, and frees its slot.

        Args:
            headers: of the response, by lower-case names.
            tokens: what its `slot` was asked for.
            sent_at: when it was sent, by the same clock.
        """
        now = self._clock()
        self._turned_away -= self._turned_away / MEMORY
        self._in_a_row = 0
        self._failing = None
        self._window.succeeded(sent_at)
        self._pace.succeeded(sent_at)
        self._quota.told(headers, now, sent_at)
        self._end(now)

    def failed(
        self,
        verdict: Literal["throttled", "down", "row"],
        retry_after: float | None,
        sent_at: float,
    ) -> bool:
        """Notes a failure, and frees its slot.

        Args:
            verdict: `throttled` for too many requests, `down` for an endpoint that is not well,
                `row` for a fault of this one request.
            retry_after: seconds that the endpoint asks to wait.
            sent_at: when it was sent, by the same clock.

        Returns:
            Whether it is put down to this one request, so that no other waits for it.
        """
        now = self._clock()
        self._turned_away += ((verdict == "throttled") - self._turned_away) / MEMORY
        self._in_a_row = self._in_a_row + 1 if verdict == "throttled" else 0
        alone = self._in_a_row < IN_A_ROW and self._turned_away < FEW
        if verdict == "throttled" and alone and not retry_after:
            verdict = "row"  # an empty bucket would turn the next ones away, too
        if verdict != "throttled":
            self._pace.ended(sent_at)
        if verdict == "row":
            self._window.ended(now, sent_at)
            self._end(now)
            return True
        if self._failing is None:
            self._failing = now
        if retry_after:
            self._hold = max(self._hold, now + retry_after)
        if verdict == "throttled":
            self._window.throttled(now, sent_at, self._pace.shut)
            self._pace.throttled(now, sent_at, retry_after)
        else:
            self._window.down(now, sent_at, self._under_way - 1)
        if retry_after and retry_after > self._patience:
            self._give_up(retry_after)
        elif now - self._failing >= self._patience:
            self._give_up(now - self._failing)
        self._end(now)
        return False

    def _wait(self, now: float, tokens: int) -> float:
        """Returns the seconds until such a request may go; infinity before another has ended."""
        wait = self._window.wait(now, self._under_way)
        if wait == math.inf:
            return wait
        wait = max(wait, self._hold - now, self._quota.wait(now, tokens), self._pace.wait(now))
        if self._requests:
            wait = max(wait, self._requests.wait(now, 1))
        if self._tokens:
            wait = max(wait, self._tokens.wait(now, tokens))
        return wait

    def _send(self, now: float, tokens: int) -> None:
        self._under_way += 1
        self._window.sent(now)
        self._pace.sent(now)
        if self._requests:
            self._requests.take(1)
        if self._tokens:
            self._tokens.take(tokens)

    def _end(self, now: float) -> None:
        self._under_way -= 1
        self._let_through(now)

    def _let_through(self, now: float) -> None:
        """Lets the first waiters go that may, and sets the timer for the next."""
        waiters = self._waiters
        while waiters:
            waiter, tokens = waiters[0]
            if waiter.done():
                waiters.popleft()
                continue
            wait = self._wait(now, tokens)
            if wait > 0:
                self._set_timer(now, wait)
                return
            waiters.popleft()
            self._send(now, tokens)
            waiter.set_result(None)
        self._clear_timer()

    def _set_timer(self, now: float, wait: float) -> None:
        if self._failing is not None and not self._under_way:
            wait = min(wait, max(0.0, self._failing + self._patience - now))
        self._clear_timer()
        if wait < math.inf:
            self._timer = asyncio.get_running_loop().call_later(wait, self._ring)

    def _clear_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        now = self._clock()
        if (
            self._failing is not None
            and not self._under_way
            and now - self._failing >= self._patience
        ):
            self._give_up(now - self._failing)
        self._let_through(now)

    def _give_up(self, seconds: float) -> None:
        """Ends all waiting; whoever asks later gets a fresh try."""
        self._failing = None
        while self._waiters:
            waiter, _ = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(GaveUp(seconds))
