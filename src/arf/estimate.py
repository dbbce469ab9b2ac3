"""What models behind endpoints will be asked, and what that comes to, before anything is sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from arf.llm import Question
from arf.llm.account.prices import Price, Prices
from arf.llm.endpoint import Endpoint, LlmParams
from arf.llm.exchange import Exchange, body_of, key_of
from arf.llm.no_schema import takes_schema
from arf.llm.open import privacy_of
from arf.llm.tokens import Counter
from arf.state import state_dir

EXPECTED = 0.5  # an answer's length, as a share of the longest


@dataclass
class Row:
    """What one role is asked in one stage.

    Attributes:
        role: the role.
        stage: the stage.
        questions: how many, also of a share of questions that is only known by and by.
        hits: how many of them the cache answers.
        prompt_tokens: of those that are sent.
        longest: the most tokens of their answers.
        price: null where it is not known.
    """

    role: str
    stage: str
    questions: float = 0
    hits: float = 0
    prompt_tokens: float = 0
    longest: float = 0
    price: Price | None = None

    @property
    def expected(self) -> float:
        """Tokens of the answers, if they are half as long as they may be."""
        return self.longest * EXPECTED

    def money(self, answers: float) -> float | None:
        """Returns what it costs with so many tokens of answers."""
        return self.price.money(round(self.prompt_tokens), round(answers)) if self.price else None


class Asked(NamedTuple):
    """A question of a stage.

    Attributes:
        question: the question.
        times: how often one like it is asked.
        known: whether it will be asked in these very words, so that the cache may answer it.
    """

    question: Question
    times: float = 1
    known: bool = True


class Estimator:
    """Counts questions as the engine would send them.

    Args:
        params: what holds for every role.
        prices: the price table.
    """

    def __init__(self, params: LlmParams, prices: Prices) -> None:
        self.rows: list[Row] = []
        self._params = params
        self._prices = prices
        self._seen: set[str] = set()
        self._stored = _stored()

    def add(self, role: str, stage: str, endpoint: Endpoint, questions: Iterable[Asked]) -> None:
        """Counts the questions of a stage.

        Args:
            role: who is asked.
            stage: the stage.
            endpoint: whom the role asks.
            questions: what is asked; the same known question is sent once.
        """
        row = self._row(role, stage, endpoint)
        privacy, schema = privacy_of(endpoint, self._params), takes_schema(endpoint)
        counter = Counter(endpoint.tokenizer)
        for question, times, known in questions:
            messages = privacy.outgoing(question.messages)[0] if privacy else question.messages
            body = body_of(endpoint, messages, question.shape, schema)
            row.questions += times
            if known and self._is_answered(endpoint, question, body):
                row.hits += 1
                continue
            row.prompt_tokens += times * counter.count(body["messages"])
            row.longest += times * endpoint.sampling.longest

    def _row(self, role: str, stage: str, endpoint: Endpoint) -> Row:
        for row in self.rows:
            if (row.role, row.stage) == (role, stage):
                return row
        self.rows.append(Row(role, stage, price=self._prices.cost(endpoint)))
        return self.rows[-1]

    def _is_answered(self, endpoint: Endpoint, question: Question, body: dict[str, Any]) -> bool:
        """Says whether the cache has an answer, or the same was counted before."""
        key = key_of(endpoint, body)
        if key in self._seen:
            return True
        self._seen.add(key)
        stored = self._stored(key)
        return bool(stored) and Exchange(question, body, key, stored, 0).reply is not None


def _stored() -> Callable[[str], Any]:
    path = state_dir("answers") / "answers.db"
    if not path.exists():
        return lambda key: ()
    from arf.llm.cache import Answers

    return Answers(path).get
