"""When requests are sent: figures of whole runs in virtual time, and each rule by itself."""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest
from simulated import Clock, Server, run, send, wall

from arf.llm.endpoint import Limits
from arf.llm.limiter import GaveUp, Limiter, pace, window


def limiter(**limits: Any) -> Callable[[Clock], Limiter]:
    return lambda clock: Limiter(Limits(**limits), clock, random.Random(1))


def bucket(capacity: float, retry_after: float | None, **more: Any) -> Server:
    return Server((0.05, 0.2), rate=200, capacity=capacity, retry_after=retry_after, **more)


def ending(server: Server, rows: int, **limits: Any) -> tuple[float, list[Any]]:
    """Returns when the last of so many rows has ended, and how each did."""

    async def work(now: Clock) -> tuple[float, list[Any]]:
        one = limiter(**limits)(now)
        work = (send(one, server, now) for _ in range(rows))
        ends = await asyncio.gather(*work, return_exceptions=True)
        return now(), ends

    return run(work)


# Whole runs.


@pytest.mark.parametrize("wire", [0.001, 0.01])
@pytest.mark.parametrize(
    ("capacity", "retry_after", "at_most"),
    [
        (200, 1, 1.1), (1000, 1, 1.1), (20, 1, 1.45),
        (200, None, 1.15), (1000, None, 1.1), (20, None, 1.3),
    ],
)  # fmt: skip
def test_the_rate_of_a_bucket_is_found(
    capacity: float, retry_after: float | None, at_most: float, wire: float
) -> None:
    server = bucket(capacity, retry_after, wire=wire)
    seconds = wall(limiter(concurrency=128), server, 2000)
    assert seconds <= at_most * (2000 - capacity) / 200
    assert server.throttled <= 0.05 * 2000
    assert server.inside <= 0.05 * 2000


def test_without_a_pace_a_small_bucket_costs_far_more(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses_alone = lambda self, now: max(0.0, self._resume - now)  # noqa: E731
    monkeypatch.setattr(pace.Pace, "wait", pauses_alone)
    server = bucket(20, 1)
    assert wall(limiter(concurrency=128), server, 2000) > 2 * (2000 - 20) / 200
    assert server.throttled > 0.05 * 2000


def test_a_long_run_settles_near_the_rate() -> None:
    server = bucket(200, 1)
    assert wall(limiter(concurrency=128), server, 10_000) <= 1.03 * (10_000 - 200) / 200
    assert server.throttled <= 0.01 * 10_000


@pytest.mark.parametrize(("first", "then"), [(200, 50), (50, 200)])
def test_a_rate_that_changes_is_followed(first: float, then: float) -> None:
    server = bucket(50, 1)
    server.rate = first

    async def work(now: Clock) -> float:
        asyncio.get_running_loop().call_later(10, setattr, server, "rate", then)
        one = limiter(concurrency=128)(now)
        await asyncio.gather(*(send(one, server, now) for _ in range(4000)))
        return now()

    assert run(work) <= 1.5 * (10 + (4000 - 50 - 10 * first) / then)
    assert server.throttled <= 0.02 * 4000


def test_an_outage_costs_few_calls_and_little_more_than_its_time() -> None:
    for seed in range(6):
        server = Server(outage=(2, 5), rng=random.Random(seed))
        one = Limits(concurrency=64)
        seconds = wall(partial(Limiter, one, rng=random.Random(seed)), server, 3000)
        assert seconds <= 1.2 * (3 + 3000 / 320)
        assert server.down <= 0.1 * 3000


@pytest.mark.parametrize("retry_after", [None, 1, 10])
@pytest.mark.parametrize("end", [5, 20, 60, 600])
def test_an_endpoint_that_turns_all_away_for_a_while_is_back_at_once_when_it_ends(
    end: float, retry_after: float | None
) -> None:
    server = Server(outage=(2, end), outage_verdict="throttled", retry_after=retry_after)
    seconds = wall(limiter(concurrency=128, patience=900), server, 3000)
    assert seconds <= 1.2 * (end - 2) + 3000 / 640 + (retry_after or 0.5)
    assert server.throttled <= 2 * 128 + (end - 2) / (retry_after or 5)


def test_a_quota_by_the_minute_is_used_in_each_minute() -> None:
    server = Server(a_minute=300)
    assert wall(limiter(concurrency=128), server, 2000) <= 1.1 * (2000 // 300 * 60)
    assert server.throttled <= 0.15 * 2000


def test_without_the_breaker_an_outage_wastes_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "DOWNS", 10**9)
    monkeypatch.setattr(
        window.Window, "down", lambda self, now, sent_at, _: self._cut(now, sent_at)
    )
    server = Server(outage=(2, 5))
    wall(limiter(concurrency=64), server, 3000)
    assert server.down > 0.1 * 3000


@pytest.mark.parametrize(("rows", "concurrency", "least"), [(2000, 64, 0.97), (3000, 256, 0.85)])
def test_a_steady_endpoint_is_kept_busy(rows: int, concurrency: int, least: float) -> None:
    server = Server(wire=0)
    seconds = wall(limiter(concurrency=concurrency), server, rows)
    assert rows / seconds >= least * concurrency / 0.2
    assert server.peak == concurrency


def test_an_endpoint_that_takes_few_at_once_is_not_stormed() -> None:
    server = Server(most=20, retry_after=1)
    wall(limiter(concurrency=128), server, 2000)
    assert server.throttled <= 0.05 * 2000


@pytest.mark.parametrize(
    ("always", "retry_after", "calls"),
    [("throttled", 1, 64 + 60), ("throttled", None, 64 + 20), ("down", None, 2 * 64)],
)
def test_what_fails_for_ever_is_given_up_after_patience_with_few_calls(
    always: str, retry_after: float | None, calls: int
) -> None:
    server = Server(always=always, retry_after=retry_after)
    seconds, ends = ending(server, 500, patience=60)
    assert 60 <= seconds <= 62
    assert all(isinstance(end, GaveUp) and 60 <= end.seconds < 62 for end in ends)
    assert len(server.sends) <= calls


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_every_row_ends_and_every_slot_comes_back(seed: int) -> None:
    rng = random.Random(seed)

    async def row(one: Limiter, now: Clock) -> bool:
        while True:
            await one.slot(rng.choice([1, 50, 400]))
            sent_at = now()
            outcome = rng.choice(["ok"] * 6 + ["throttled", "down", "down", "row"])
            try:
                await asyncio.sleep(rng.choice([0, 0.01, 2]))
            except asyncio.CancelledError:
                one.failed("row", None, sent_at)
                raise
            if outcome == "ok":
                one.succeeded({"x-ratelimit-remaining-requests": "0"}, 1, sent_at)
                return True
            one.failed(outcome, rng.choice([None, 0.0, 3.0]), sent_at)  # type: ignore[arg-type]

    async def work(now: Clock) -> None:
        one = limiter(concurrency=20, tokens_per_minute=20_000)(now)
        tasks = [asyncio.ensure_future(row(one, now)) for _ in range(300)]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0.05)
            if rng.random() < 0.3:
                rng.choice(tasks).cancel()
        assert sum(task.cancelled() for task in tasks) < 300
        assert one._under_way == 0
        await asyncio.sleep(1000)
        for _ in range(int(one._window.size)):
            await one.slot(0)

    run(work)


# Rules by themselves.


def at(moments: list[float]) -> Callable[[Limiter, Clock, int], Coroutine[Any, Any, None]]:
    """Returns what waits for a slot and writes down when it came."""

    async def ask(one: Limiter, now: Clock, tokens: int) -> None:
        await one.slot(tokens)
        moments.append(now())

    return ask


def test_first_come_first_served() -> None:
    order: list[int] = []

    async def work(now: Clock) -> None:
        one = limiter(concurrency=1)(now)

        async def ask(number: int) -> None:
            await one.slot(1)
            order.append(number)
            sent_at = now()
            await asyncio.sleep(0.1)
            one.succeeded({}, 1, sent_at)

        await asyncio.gather(*(ask(number) for number in range(20)))

    run(work)
    assert order == list(range(20))


def test_retry_after_is_obeyed_to_the_letter() -> None:
    moments: list[float] = []

    async def work(now: Clock) -> None:
        one = limiter()(now)
        await one.slot(1)
        one.failed("throttled", 7.5, now())
        await asyncio.gather(*(at(moments)(one, now, 1) for _ in range(2)))

    run(work)
    assert moments[0] == pytest.approx(7.5)
    assert min(moments) >= 7.5


def test_a_503_may_ask_to_wait_too() -> None:
    moments: list[float] = []

    async def work(now: Clock) -> None:
        one = limiter()(now)
        await one.slot(1)
        one.failed("down", 4, now())
        await at(moments)(one, now, 1)

    run(work)
    assert moments == [pytest.approx(4)]


def test_pauses_that_no_header_sets_grow_until_a_success() -> None:
    moments: list[float] = []

    async def work(now: Clock) -> None:
        one = limiter()(now)
        for _ in range(20):
            await at(moments)(one, now, 1)
            one.failed("throttled", None, now())
        await one.slot(1)
        one.succeeded({}, 1, now())
        for _ in range(4):
            await at(moments)(one, now, 1)
            one.failed("throttled", None, now())

    run(work)
    pauses = [later - sooner for sooner, later in itertools.pairwise(moments)]
    assert pauses[:2] == [0, 0]  # the first of them could be those of two rows
    pauses = pauses[2:]
    nominal = [min(0.5 * 1.3**number, 15) for number in range(17)]
    assert all(
        0.74 * of <= pause <= 1.26 * of for pause, of in zip(pauses, nominal, strict=False)
    ), pauses
    assert pauses[-1] < 4
    assert len({pause / of for pause, of in zip(pauses, nominal, strict=False)}) > 5  # jitter


def test_the_window_grows_fast_then_slowly_and_is_cut_once_a_round_trip() -> None:
    one = window.Window(1000, random.Random(1))
    for _ in range(64):
        one.succeeded(0)
    assert one.size == 128
    for _ in range(4):  # of one burst, sent before the first of them came back
        one.throttled(now=1, sent_at=0.5, shut=False)
    assert one.size == pytest.approx(0.7 * 128)
    for _ in range(90):
        one.succeeded(1)
    assert one.size == pytest.approx(0.7 * 128 + 1, abs=0.05)
    one.throttled(now=2, sent_at=1.5, shut=False)
    assert one.size == pytest.approx(0.7 * (0.7 * 128 + 1), abs=0.05)
    for _ in range(50):
        one.throttled(now=3 + _, sent_at=3 + _, shut=False)
    assert one.size == 1
    one.throttled(now=60, sent_at=60, shut=True)
    for _ in range(9):
        one.succeeded(61)
    assert one.size == 10


def test_the_window_shrinks_where_most_requests_fail_and_for_no_single_failure() -> None:
    one = window.Window(64, random.Random(1))
    for round_trip in range(100):
        one.succeeded(round_trip)
        if round_trip % 4 == 0:
            one.down(round_trip, sent_at=round_trip, others=63)
    assert one.size == 64
    for round_trip in range(100, 400):
        one.succeeded(round_trip)
        for _ in range(3):
            one.down(round_trip, sent_at=round_trip, others=63)
    assert one.size < 8


@pytest.mark.parametrize(("share", "least"), [(0.003, 0.9), (0.01, 0.3)])
def test_429s_now_and_then_do_not_slow_all_others_down(share: float, least: float) -> None:
    server = Server(fussy=share)
    rows = 3000
    assert rows / wall(limiter(concurrency=64), server, rows) >= least * 320


@pytest.mark.parametrize(("share", "least"), [(0.01, 0.95), (0.2, 0.95)])
def test_an_endpoint_that_fails_now_and_then_is_kept_busy(share: float, least: float) -> None:
    server = Server(flaky=share)
    seconds = wall(limiter(concurrency=64), server, 3000)
    assert (3000 + server.down) / seconds >= least * 64 / 0.2


def test_the_window_keeps_to_the_limit() -> None:
    server = Server()
    wall(limiter(concurrency=3), server, 50)
    assert server.peak == 3


def test_one_probe_at_a_time_and_half_the_window_after_it() -> None:
    one = window.Window(64, random.Random(1))
    for _ in range(8):
        one.down(now=1, sent_at=0, others=0)
    assert one.open
    assert 0 < one.wait(1, 0) <= 0.25
    assert one.wait(2, 0) == 0
    one.sent(2)
    assert one.wait(9, 1) == float("inf")
    one.succeeded(sent_at=0)  # from before the fault
    assert one.open
    one.down(now=9, sent_at=2, others=0)
    assert 0.25 < one.wait(9, 0) <= 0.375
    one.sent(10)
    one.ended(now=11, sent_at=10)  # tells nothing: the next one may go at once
    assert one.wait(11, 0) == 0
    one.sent(11)
    one.succeeded(sent_at=11)
    assert not one.open
    assert one.size == 33
    for _ in range(5):
        one.down(now=20, sent_at=20, others=0)
    assert 0 < one.wait(20, 0) <= 0.25


def test_five_failures_in_a_row_are_needed_but_no_more_than_a_small_window_has() -> None:
    one = window.Window(20, random.Random(1))
    for _ in range(3):
        for _ in range(4):
            one.down(now=1, sent_at=0, others=0)
        one.succeeded(sent_at=1)
    assert not one.open
    small = window.Window(1, random.Random(1))
    small.down(now=1, sent_at=0, others=0)
    assert small.open


def test_requests_under_way_speak_for_the_endpoint() -> None:
    one = window.Window(64, random.Random(1))
    for _ in range(40):
        one.down(now=1, sent_at=1, others=50)
    assert not one.open
    one.succeeded(sent_at=0)  # sent before the first failure: says nothing of now
    one.down(now=2, sent_at=2, others=41)
    assert one.open


def test_a_fault_of_one_row_is_no_signal() -> None:
    async def work(now: Clock) -> None:
        one = limiter(concurrency=10)(now)
        for _ in range(100):
            await one.slot(1)
            one.failed("row", None, now())
        assert now() == 0
        assert one._window.size == 10

    run(work)


def test_who_stops_waiting_holds_nobody_up() -> None:
    async def work(now: Clock) -> float:
        one = limiter(tokens_per_minute=60)(now)
        await one.slot(1)
        large = asyncio.ensure_future(one.slot(1000))
        small = asyncio.ensure_future(one.slot(0))
        await asyncio.sleep(0.1)
        large.cancel()
        await small
        return now()

    assert run(work) < 0.2


def test_a_small_request_does_not_overtake_a_large_one() -> None:
    order: list[int] = []

    async def work(now: Clock) -> None:
        one = limiter(tokens_per_minute=6000)(now)

        async def ask(tokens: int) -> None:
            await one.slot(tokens)
            order.append(tokens)

        await one.slot(50)
        large = asyncio.ensure_future(ask(90))
        await asyncio.sleep(0.1)
        await ask(10)
        await large

    run(work)
    assert order == [90, 10]


def test_an_answer_that_tells_of_an_empty_quota_holds_the_next_request() -> None:
    moments: list[float] = []
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6s"}

    async def work(now: Clock) -> None:
        one = limiter()(now)
        await one.slot(1)
        one.succeeded(headers, 1, now())
        await at(moments)(one, now, 1)

    run(work)
    assert moments == [pytest.approx(6)]


@pytest.mark.parametrize("given", [True, False])
def test_a_cancelled_waiter_gives_its_slot_back(given: bool) -> None:
    async def work(now: Clock) -> float:
        one = limiter(concurrency=1)(now)
        await one.slot(1)
        first = asyncio.ensure_future(one.slot(1))
        second = asyncio.ensure_future(one.slot(1))
        await asyncio.sleep(1)
        if given:
            one.succeeded({}, 1, 0)
            first.cancel()
        else:
            first.cancel()
            await asyncio.sleep(1)
            one.succeeded({}, 1, 0)
        await second
        assert first.cancelled()
        assert one._under_way == 1
        return now()

    assert run(work) < 3


def test_own_caps_are_smooth() -> None:
    server = Server()
    seconds = wall(limiter(requests_per_minute=600), server, 100)
    assert seconds == pytest.approx((100 - 10) / 10 + 0.2, abs=0.1)
    for start in range(8):
        assert sum(start <= moment < start + 1 for moment in server.sends) <= 21
    slow = Server()
    assert wall(limiter(requests_per_minute=6), slow, 4) == pytest.approx(30.2, abs=0.1)


def test_the_cap_on_tokens_lets_a_long_request_through_when_nothing_else_goes() -> None:
    moments: list[float] = []

    async def work(now: Clock) -> None:
        one = limiter(tokens_per_minute=6000)(now)  # 100 a second
        for tokens in (100, 500, 100):
            await at(moments)(one, now, tokens)

    run(work)
    assert moments == [0, pytest.approx(1), pytest.approx(6)]


def test_slow_answers_are_not_failures() -> None:
    server = Server(latency=(500, 500))
    seconds, ends = ending(server, 10, patience=60)
    assert ends == [1] * 10
    assert seconds < 501


def test_failures_among_slow_answers_are_no_reason_to_give_up() -> None:
    async def work(now: Clock) -> float:
        one = limiter(patience=60)(now)
        await one.slot(1)  # is answered after a long time
        for retry_after in (40, 50):
            await one.slot(1)
            one.failed("throttled", retry_after, now())
        await one.slot(1)
        return now()

    assert run(work) == pytest.approx(90)


def test_failures_beside_an_answer_that_never_comes_are_given_up() -> None:
    async def work(now: Clock) -> float:
        one = limiter(patience=60)(now)
        await one.slot(1)  # is never answered
        for _ in range(5):
            await one.slot(1)
            sent_at = now()
            await asyncio.sleep(1)
            waiting = asyncio.ensure_future(one.slot(1))
            await asyncio.sleep(0)
            one.failed("throttled", 20, sent_at)
            await asyncio.sleep(0)
            if waiting.done() and waiting.exception():
                break
            waiting.cancel()
            await asyncio.sleep(0)
        return now()

    assert run(work) == pytest.approx(64, abs=2)


def test_patience_begins_anew_with_every_success() -> None:
    async def work(now: Clock) -> float:
        one = limiter(patience=60)(now)
        for _ in range(5):
            await one.slot(1)
            one.failed("throttled", 40, now())
            await one.slot(1)
            one.succeeded({}, 1, now())
        return now()

    assert run(work) >= 200


def test_a_wait_longer_than_patience_is_given_up_at_once_and_a_later_run_starts_afresh() -> None:
    async def work(now: Clock) -> None:
        one = limiter(patience=60)(now)
        await one.slot(1)
        waiting = [asyncio.ensure_future(one.slot(1)) for _ in range(80)]
        await asyncio.sleep(1)
        one.failed("throttled", 61, 0)
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        assert [end.seconds for end in ends if isinstance(end, GaveUp)] == [61] * 17
        assert now() == 1
        with pytest.raises(GaveUp):
            await one.slot(1)
        for _ in range(63):
            one.failed("row", None, 0)
        await asyncio.sleep(100)
        await one.slot(1)

    run(work)


def test_the_same_seed_sends_at_the_same_moments() -> None:
    runs = []
    for _ in range(2):
        server = bucket(20, None)
        wall(limiter(concurrency=16), server, 300)
        runs.append(server.sends)
    assert runs[0] == runs[1]


def test_the_cost_of_a_request() -> None:
    """At most 25 µs of CPU: bare waiting is measured too and taken off."""
    headers = {"x-ratelimit-remaining-requests": "100", "x-ratelimit-remaining-tokens": "100000"}

    async def work(now: Clock) -> float:
        one = limiter(concurrency=256, requests_per_minute=1e6, tokens_per_minute=1e9)(now)

        async def row(limited: bool) -> None:
            if limited:
                await one.slot(100)
            sent_at = now()
            await asyncio.sleep(0.2)
            if limited:
                one.succeeded(headers, 100, sent_at)

        costs = {}
        for limited in (False, True):
            begun = time.process_time()
            for _ in range(4):
                await asyncio.gather(*(row(limited) for _ in range(1000)))
            costs[limited] = (time.process_time() - begun) / 4000
        return costs[True] - costs[False]

    assert min(run(work) for _ in range(3)) <= 25e-6
