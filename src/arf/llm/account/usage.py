"""What the requests of a role come to."""

from dataclasses import dataclass, field


@dataclass
class Usage:
    """What the requests of one role come to in one stage, as `usage.json` has it.

    Attributes:
        provider: who answers.
        model: the model.
        asked: questions.
        hits: questions that the cache answered.
        sent: requests, tries included.
        retries: requests that met a fault and were sent again.
        throttled: requests that were turned away as too many.
        repaid: answers asked for anew because an earlier one could not be used.
        failed: questions without an answer, by kind of failure.
        prompt_tokens: as the endpoint counts them.
        cached_tokens: the part of them that the endpoint had in its own cache.
        completion_tokens: as the endpoint counts them.
        money: what it cost; null where the price is not known.
        saved_prompt_tokens: the same of the answers that the cache had, when they were asked for.
        saved_completion_tokens: likewise.
        saved_money: likewise; null where no price was known.
        currency: of the money.
    """

    provider: str
    model: str
    asked: int = 0
    hits: int = 0
    sent: int = 0
    retries: int = 0
    throttled: int = 0
    repaid: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    money: float | None = None
    saved_prompt_tokens: int = 0
    saved_completion_tokens: int = 0
    saved_money: float | None = None
    currency: str = "USD"
