"""An endpoint, its network and its clients in virtual time: hours pass in milliseconds."""

import asyncio
import random
import selectors
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from arf.llm.limiter import Limiter

T = TypeVar("T")
Clock = Callable[[], float]


class _Jump(selectors.SelectSelector):
    """Moves the clock to the next timer instead of waiting for it."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        assert timeout is not None, "everything waits and no timer is set: a deadlock"
        self.now += max(timeout, 0.0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


def run(work: Callable[[Clock], Coroutine[Any, Any, T]]) -> T:
    """Runs `work(clock)` in virtual time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work(loop.time))
    finally:
        loop.close()


@dataclass
class Server:
    """Answers after a while, from a bucket if it has one, and not at all in an outage.

    Attributes:
        rate, capacity: requests a second and the burst; no bucket where rate is null.
        retry_after: what a 429 says, if anything.
        outage: from when to when each request gets `outage_verdict`.
        a_minute: requests that each minute by the clock allows, if there is such a quota.
        always: the verdict on every request.
        flaky: the share of requests that get a 503.
        fussy: the share of requests that get a 429, whatever the load.
        most: requests at once, above which each gets a 429.
        wire: seconds of the network, each way.
        headers: what an answer bears, from the bucket's level.
        sends: when requests arrived.
    """

    latency: tuple[float, float] = (0.2, 0.2)
    rate: float | None = None
    capacity: float = 1
    retry_after: float | None = None
    outage: tuple[float, float] = (0.0, 0.0)
    outage_verdict: str = "down"
    a_minute: int | None = None
    always: str | None = None
    flaky: float = 0.0
    fussy: float = 0.0
    most: int | None = None
    wire: float = 0.001
    headers: Callable[[float], dict[str, str]] = lambda level: {}
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    sends: list[float] = field(default_factory=list)
    throttled: int = 0
    down: int = 0
    inside: int = 0  # sends inside a Retry-After window
    peak: int = 0  # requests under way at once, at most
    _under_way: int = 0
    _level: float | None = None
    _at: float = 0.0
    _window: float = -1.0
    _minutes: Counter[float] = field(default_factory=Counter)

    async def answer(self, now: Clock) -> tuple[str, float | None, dict[str, str]]:
        await asyncio.sleep(self.wire)
        outcome = self._arrived(now())
        self._under_way += 1
        self.peak = max(self.peak, self._under_way)
        if outcome == "ok":
            await asyncio.sleep(self.rng.uniform(*self.latency))
        self._under_way -= 1
        headers = self.headers(self._level or 0.0)
        await asyncio.sleep(self.wire)
        return outcome, self.retry_after if outcome == "throttled" else None, headers

    def _arrived(self, now: float) -> str:
        self.sends.append(now)
        self.inside += now < self._window
        if self.outage[0] <= now < self.outage[1]:
            self.throttled += self.outage_verdict == "throttled"
            self.down += self.outage_verdict == "down"
            return self.outage_verdict
        if self.always == "down" or self.rng.random() < self.flaky:
            self.down += 1
            return "down"
        if self.fussy and self.rng.random() < self.fussy:
            self.throttled += 1
            return "throttled"
        if self.most is not None and self._under_way >= self.most:
            self.throttled += 1
            return "throttled"
        self._minutes[now // 60] += 1
        full = self.a_minute is not None and self._minutes[now // 60] > self.a_minute
        if self.rate is not None:
            level = self.capacity if self._level is None else self._level
            self._level = min(self.capacity, level + self.rate * (now - self._at))
            self._at = now
        empty = self._level is not None and self._level < 1
        if full or empty or self.always == "throttled":
            self.throttled += 1
            self._window = max(self._window, now + (self.retry_after or 0.0))
            return "throttled"
        if self._level is not None:
            self._level -= 1
        return "ok"


async def send(limiter: Limiter, server: Server, now: Clock, tokens: int = 1) -> int:
    """Sends one row until it is answered; returns how often."""
    tries = 0
    while True:
        await limiter.slot(tokens)
        tries += 1
        sent_at = now()
        outcome, retry_after, headers = await server.answer(now)
        if outcome == "ok":
            limiter.succeeded(headers, tokens, sent_at)
            return tries
        limiter.failed(outcome, retry_after, sent_at)  # type: ignore[arg-type]


def wall(limiter_of: Callable[[Clock], Limiter], server: Server, rows: int) -> float:
    """Returns the seconds in which so many rows are answered."""

    async def work(now: Clock) -> float:
        limiter = limiter_of(now)
        await asyncio.gather(*(send(limiter, server, now) for _ in range(rows)))
        return now()

    return run(work)
