"""The asker behind an endpoint: many requests under way, replies in the order of the questions."""

import asyncio
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator

from arf.llm import Question, Reply
from arf.llm.account.meter import BudgetUsedUp
from arf.llm.cache.claims import Claims
from arf.llm.cache.database import DiskFullError
from arf.llm.desk import Desk, Slot
from arf.llm.exchange import NO_FORM
from arf.llm.faults import NoSchema
from arf.llm.live.sender import Sender
from arf.llm.no_schema import give_up_schema

OPEN = 1024  # questions without an answer, at most, or four times those that may be under way
HELD = 32_768  # questions whose replies wait for that of an earlier one, at most
GRACE = 5.0  # seconds that requests under way have when a run stops
SWITCH = 0.001  # seconds of Python code in one thread before the other may look at its sockets


class EndpointAsker:
    """Asks an OpenAI-compatible endpoint, live.

    Questions are rendered and looked up, and replies handed on, in the caller's thread; requests
    run in an event loop in a thread of its own, and so go on while the caller works. At most `OPEN`
    questions are held, however many come, and up to `HELD` behind one that is slow.

    Args:
        desk: looks questions up and hands replies back.
        claims: keeps other processes from paying for the same.
    """

    provider = "openai"

    def __init__(self, desk: Desk, claims: Claims) -> None:
        self.model = desk.endpoint.model
        self._desk = desk
        self._sender = Sender(desk, claims)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._inbox: deque[Slot] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = threading.Event()
        self._error: BaseException | None = None
        self._oldest: Slot | None = None
        self._wants_room = False
        self._most_open = max(OPEN, 4 * desk.endpoint.limits.concurrency)

    def ask(self, questions: Iterable[Question]) -> Iterator[Reply]:
        """Answers each question, in order.

        Raises:
            ArfError: the endpoint refuses everything or does not answer at all, or the budget is
                used up. What was answered by then is in the cache.
        """
        waiting: deque[Slot] = deque()
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH)
        try:
            for question in questions:
                waiting.append(self._begin(question))
                while waiting and waiting[0].exchange.reply is not None:
                    yield self._finish(waiting.popleft())
                while waiting and not self._has_room(len(waiting)):
                    if self._wait(waiting[0], for_room=len(waiting) < HELD):
                        yield self._finish(waiting.popleft())
            while waiting:
                self._wait(waiting[0])
                yield self._finish(waiting.popleft())
        finally:
            sys.setswitchinterval(interval)
            if self._tasks or self._inbox:
                self._stop()

    def close(self) -> None:
        """Ends the thread and closes all connections."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._sender.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = None

    def _begin(self, question: Question) -> Slot:
        """Looks a question up, and sends it on its way where there is no answer yet."""
        slot = self._desk.take_in(question)
        if slot.exchange.reply is None:
            self._inbox.append(slot)
            if len(self._inbox) == 1:
                self._running_loop().call_soon_threadsafe(self._take_in)
        return slot

    @property
    def _open(self) -> int:
        """How many questions have no answer yet."""
        return len(self._inbox) + len(self._tasks)

    def _has_room(self, held: int) -> bool:
        return held < HELD and self._open < self._most_open

    def _wait(self, oldest: Slot, for_room: bool = False) -> bool:
        """Waits for the oldest reply, or for room if that is wanted; says whether it is there."""
        self._oldest = oldest
        self._wants_room = for_room
        while oldest.exchange.reply is None:
            if self._error is not None:
                raise self._error
            if for_room and self._is_roomy():
                return False
            self._news.wait()
            self._news.clear()
        return True

    def _is_roomy(self) -> bool:
        """Says whether so much is answered that it is worth while to take questions in."""
        return self._open <= self._most_open // 2

    def _finish(self, slot: Slot) -> Reply:
        """Turns a reply back into the words of the question."""
        reply = slot.exchange.reply
        assert reply is not None
        return self._desk.hand_back(slot, reply)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=self._loop.run_forever, name=f"ask {self.model}", daemon=True
            )
            self._thread.start()
        return self._loop

    def _stop(self) -> None:
        """Ends what waits; what is under way has a moment, so that its answers are kept."""
        loop = self._running_loop()
        patient = isinstance(self._error, BudgetUsedUp | DiskFullError)
        asyncio.run_coroutine_threadsafe(self._wind_down(patient), loop).result()
        self._error = None

    # In the event loop's thread.

    def _take_in(self) -> None:
        while self._inbox:
            task = asyncio.get_running_loop().create_task(self._settle(self._inbox.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _settle(self, slot: Slot) -> None:
        try:
            if slot.exchange.asks_by_schema and not self._desk.schema:
                self._desk.look_up(slot)
            while slot.exchange.reply is None:
                try:
                    await self._sender.settle(slot.exchange)
                except NoSchema:
                    if not slot.exchange.asks_by_schema:
                        slot.exchange.fail(NO_FORM)
                        break
                    give_up_schema(self._desk.endpoint, self._desk.role)
                    self._desk.schema = False
                    self._desk.look_up(slot)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._error = self._error or error
        roomy = self._wants_room and self._is_roomy()
        if slot is self._oldest or self._error is not None or roomy:
            self._news.set()

    async def _wind_down(self, patient: bool) -> None:
        self._inbox.clear()
        under_way = self._tasks & self._sender.in_flight
        for task in self._tasks - under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way, timeout=None if patient else GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
