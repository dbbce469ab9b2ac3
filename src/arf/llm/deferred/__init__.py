"""Questions whose answers come later, in files: which are open, and what became of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from arf.errors import ArfError
from arf.llm import Failure, Messages, Question, Reply, tokens
from arf.llm.account.meter import BudgetUsedUp
from arf.llm.answers import Answer, load, verdict
from arf.llm.cache import Meta, Stored
from arf.llm.deferred.rows import Result, Row, answer_of, key_and_index, name, row
from arf.llm.desk import Desk, Slot
from arf.llm.exchange import FINAL, NO_FORM, Exchange
from arf.llm.faults import Fault, NoSchema, Refused
from arf.llm.no_schema import give_up_schema
from arf.progress import say

REASONS = 3  # that a line names
CHUNK = 1000  # results that are kept in one transaction


class _Paid(NamedTuple):
    """A fresh answer: what to keep, and whose reply it makes."""

    key: str
    stored: Stored
    meta: Meta
    messages: Messages
    text: str | None
    exchange: Exchange | None = None
    reply: Reply | None = None


class Deferred:
    """The questions of one `ask`, all of them held in memory.

    The same question twice is asked once.

    Args:
        desk: looks questions up.
        questions: the questions.

    Attributes:
        stopped: why `rows` ended before the last row; null where it did not.
    """

    def __init__(self, desk: Desk, questions: Iterable[Question]) -> None:
        self.stopped: BudgetUsedUp | None = None
        self._desk = desk
        self._endpoint = desk.endpoint
        self._meter = desk.meter
        self._tokens = tokens.Counter(desk.endpoint.tokenizer)
        self._open: dict[str, list[Slot]] = {}
        self._faults: Counter[str] = Counter()  # by key, as all of these
        self._answered: Counter[str] = Counter()
        self._refused_schema: set[str] = set()
        self._reserved: dict[str, tuple[int, int]] = {}
        self._slots = [desk.take_in(question) for question in questions]
        for slot in self._slots:
            self._wait(slot)

    @property
    def ids(self) -> dict[str, str]:
        """The keys of all open questions by the ids of their next rows."""
        return {name(key, slots[0].exchange.index): key for key, slots in self._open.items()}

    def has_any(self, ids: Iterable[str]) -> bool:
        """Says whether one of the rows is of a question that is open, under whatever index."""
        return any(key_and_index(row_id)[0] in self._open for row_id in ids)

    def refresh(self) -> None:
        """Takes what other processes have got meanwhile."""
        for key, (slot, *_) in self._open.items():
            slot.exchange.see(self._desk.answers.get(key))
        self.settle()

    def rows(self, under_way: Set[str]) -> Iterator[Row]:
        """Yields what is to be asked now, as far as the budget goes.

        Args:
            under_way: ids of rows that are being answered already.
        """
        self.stopped = None
        self._desk.answers.check_room()
        longest = self._endpoint.sampling.longest
        for row_id, key in self.ids.items():
            if row_id in under_way:
                continue
            exchange = self._open[key][0].exchange
            body = exchange.next_body()
            prompt = self._tokens.count(body["messages"])
            if (failure := tokens.too_long(prompt, self._endpoint)) is not None:
                exchange.fail(failure)
                continue
            try:
                self._meter.check(prompt, longest)
            except BudgetUsedUp as error:
                self.stopped = error
                return
            self._reserved[row_id] = prompt, longest
            yield row(row_id, body)

    def take(
        self, results: Iterable[Result], ids: Set[str], source: str, begun: float
    ) -> ArfError | None:
        """Takes the results of a file of requests: answers are durable before anyone uses them.

        An answer to what is not asked in this run was paid all the same and is kept.

        Args:
            results: the results, in any order.
            ids: of all rows of the file; one that has no result has met a fault.
            source: what messages call the results.
            begun: when they were asked for, in seconds of Unix time.

        Returns:
            Why rows were refused for what every other row will be refused for, if any was.
        """
        seen: set[str] = set()
        unknown = 0
        faults: Counter[str] = Counter()
        fatal: ArfError | None = None
        rest = iter(results)
        while chunk := list(islice(rest, CHUNK)):
            paid: list[_Paid] = []
            for result in chunk:
                row_id = result.custom_id
                if row_id not in ids:
                    unknown += 1
                    continue
                if row_id in seen:
                    continue
                seen.add(row_id)
                try:
                    answer = answer_of(result, self._endpoint, self._desk.role)
                except ArfError as error:
                    fatal = error
                except (Fault, Refused, NoSchema) as error:
                    faults.update([str(error)] if isinstance(error, Fault) else [])
                    fatal = self._refuse(row_id, error) or fatal
                else:
                    paid += self._accept(row_id, answer)
            self._desk.answers.put_many(answered[:3] for answered in paid)
            for answered in paid:
                self._use(answered, begun)
        if unknown:
            say(f"{source}: {unknown} results of no request in it were ignored")
        for row_id in ids - seen:
            faults.update(["no result"])
            self._refuse(row_id, Fault("no result", "down", own=True))
        if faults:
            told = ", ".join(f"{reason} ({count})" for reason, count in faults.most_common(REASONS))
            say(f"{source}: {faults.total()} of {len(ids)} rows are to be asked again: {told}")
        self.release(ids)
        return fatal

    def release(self, ids: Iterable[str]) -> None:
        """Says that rows are no longer under way."""
        for row_id in ids:
            if (reserved := self._reserved.pop(row_id, None)) is not None:
                self._meter.settle(*reserved)

    def settle(self) -> bool:
        """Sorts out what has a reply, and says whether anything is open."""
        if self._refused_schema:
            self._desk.schema = False
        before, self._open = self._open, {}
        for key, slots in before.items():
            exchange = slots[0].exchange
            if exchange.reply is None and self._answered[key] > self._endpoint.limits.reasks:
                # The earlier ones were answers to earlier runs that waited for the same.
                last = load(self._desk.answers.get(key)[-1].answer)
                _, failure = verdict(last, exchange.question.shape)
                exchange.fail(failure or Failure("invalid", "no answer can be used"))
            if exchange.reply is not None:
                for twin in slots[1:]:
                    twin.exchange.reply = replace(exchange.reply, question=twin.hidden)
                continue
            for slot in slots:
                if key in self._refused_schema:
                    self._desk.look_up(slot)
                self._wait(slot)
        self._refused_schema.clear()
        return bool(self._open)

    def replies(self) -> Iterator[Reply]:
        """Yields the reply of each question, in order, once none is open."""
        for slot in self._slots:
            assert slot.exchange.reply is not None
            yield self._desk.hand_back(slot, slot.exchange.reply)

    def _wait(self, slot: Slot) -> None:
        if slot.exchange.reply is None:
            self._open.setdefault(slot.exchange.key, []).append(slot)

    def _accept(self, row_id: str, answer: Answer) -> list[_Paid]:
        """Returns what there is to keep: nothing where an earlier run kept the answer."""
        key, index = key_and_index(row_id)
        if key not in self._open:
            if any(kept.index == index for kept in self._desk.answers.get(key)):
                return []
            _, failure = verdict(answer, None)
            reason = f"{failure.kind}: {failure.reason}" if failure else None
            stored = Stored(index, answer.dump(), failure is None, reason)
            return [_Paid(key, stored, self._meter.paid(answer.usage), [], answer.text)]
        exchange = self._open[key][0].exchange
        self._answered[key] += 1
        if index < exchange.index:
            _, failure = verdict(answer, exchange.question.shape)
            if failure is not None and failure.kind in FINAL:
                exchange.fail(failure)
            return []
        self._meter.count(sent=1, repaid=int(exchange.index > 0))
        messages = exchange.next_body()["messages"]
        stored, reply = exchange.take(answer)
        meta = self._meter.paid(answer.usage)
        return [_Paid(key, stored, meta, messages, answer.text, exchange, reply)]

    def _use(self, paid: _Paid, begun: float) -> None:
        """Makes an answer that is kept a reply."""
        if paid.exchange is None:
            return
        paid.exchange.reply = paid.reply
        if self._desk.tracer is not None:
            question = paid.exchange.question
            self._desk.tracer.write(
                paid.meta, question.id, paid.messages, paid.text, paid.stored.reason, begun
            )

    def _refuse(self, row_id: str, error: Fault | Refused | NoSchema) -> ArfError | None:
        key, index = key_and_index(row_id)
        if key not in self._open or self._open[key][0].exchange.index > index:
            return None
        exchange = self._open[key][0].exchange
        self._meter.count(sent=1)
        if isinstance(error, Refused):
            exchange.fail(error.failure)
        elif isinstance(error, Fault):
            self._faults[key] += 1
            self._meter.count(retries=1)
            if self._faults[key] >= self._endpoint.limits.tries:
                exchange.fail(Failure(error.kind, f"{error} in {self._faults[key]} tries"))
        elif not exchange.asks_by_schema:
            exchange.fail(NO_FORM)
        else:
            try:
                give_up_schema(self._endpoint, self._desk.role)
            except ArfError as insists:
                return insists
            self._refused_schema.add(key)
        return None
