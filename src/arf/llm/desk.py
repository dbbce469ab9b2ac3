"""Where questions are taken in and looked up, and replies handed back, whoever carries requests."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from arf.llm import Question, Reply
from arf.llm.account.meter import Meter
from arf.llm.cache import Answers, Stored
from arf.llm.endpoint import Endpoint
from arf.llm.exchange import Exchange, body_of, key_of
from arf.llm.no_schema import takes_schema
from arf.llm.tracing import Tracer

if TYPE_CHECKING:
    from arf.llm.privacy import Pseudonymiser


class Slot:
    """A question that waits for its reply.

    Attributes:
        question: as it was asked.
        hidden: as it may leave this machine.
        surrogates: what stands in it for what.
        earlier: the answers that the cache had.
        exchange: its way to an answer.
    """

    __slots__ = ("earlier", "exchange", "hidden", "question", "surrogates")

    def __init__(self, question: Question, hidden: Question, surrogates: dict[str, str]) -> None:
        self.question = question
        self.hidden = hidden
        self.surrogates = surrogates
        self.earlier: list[Stored] = []
        self.exchange: Exchange


class Desk:
    """Hides and looks up questions, and turns replies back into their words.

    Args:
        role: the role, for messages.
        endpoint: whom to ask.
        meter: counts, and refuses what the budget does not allow.
        answers: the response cache.
        privacy: replaces personal data on the way out; null leaves it.
        tracer: notes what was asked and answered; null notes nothing.

    Attributes:
        schema: whether the endpoint is asked for shapes by `response_format`.
        has_answers: whether any question has an answer yet.
    """

    def __init__(
        self,
        role: str,
        endpoint: Endpoint,
        meter: Meter,
        answers: Answers,
        privacy: "Pseudonymiser | None",
        tracer: Tracer | None = None,
    ) -> None:
        self.role = role
        self.endpoint = endpoint
        self.meter = meter
        self.answers = answers
        self.tracer = tracer
        self.schema = takes_schema(endpoint)
        self.has_answers = False
        self._privacy = privacy
        self._ticker = meter.ticker()

    def take_in(self, question: Question) -> Slot:
        """Hides a question and looks it up."""
        self.meter.count(asked=1)
        hidden, surrogates = question, dict[str, str]()
        if self._privacy is not None:
            messages, surrogates = self._privacy.outgoing(question.messages)
            hidden = replace(question, messages=messages)
        slot = Slot(question, hidden, surrogates)
        self.look_up(slot)
        return slot

    def look_up(self, slot: Slot) -> None:
        """Begins a slot's exchange, with the answers that the cache has."""
        body = body_of(self.endpoint, slot.hidden.messages, slot.hidden.shape, self.schema)
        key = key_of(self.endpoint, body)
        slot.earlier = self.answers.get(key)
        reasks = self.endpoint.limits.reasks
        slot.exchange = Exchange(slot.hidden, body, key, slot.earlier, reasks)
        self.has_answers |= slot.exchange.reply is not None

    def hand_back(self, slot: Slot, reply: Reply) -> Reply:
        """Counts a reply and returns it in the words of the question."""
        self._ticker.tick()
        for stored in slot.earlier:
            self.meter.saved(*stored.took)
        if reply.failure is not None:
            self.meter.failed(slot.question.id, reply.failure)
        elif not slot.exchange.asked:
            self.meter.count(hits=1)
        if self._privacy is None or not slot.surrogates:
            return replace(reply, question=slot.question)
        text, value = reply.text, reply.value
        if text is not None:
            text = self._privacy.restore(text, slot.surrogates)
        if value is not None:
            value = type(value).model_validate(self._restored(value.model_dump(), slot.surrogates))
        return Reply(slot.question, text, value, reply.failure)

    def _restored(self, value: Any, surrogates: dict[str, str]) -> Any:
        if isinstance(value, str) and self._privacy is not None:
            return self._privacy.restore(value, surrogates)
        if isinstance(value, dict):
            return {name: self._restored(part, surrogates) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self._restored(part, surrogates) for part in value]
        return value
