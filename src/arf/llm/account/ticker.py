"""How far a role's requests are: answered, from the cache, a second, money, time left."""

from contextlib import ExitStack
from time import monotonic

from arf.llm.account.prices import sum_of_money
from arf.llm.account.usage import Usage
from arf.progress import Advance, progress

EVERY = 0.2  # seconds between two looks
SHORT = 2.0  # seconds of work that need no telling


class Ticker:
    """Shows one role's progress within a stage, once it takes longer than a moment.

    Args:
        label: what is being done.
        usage: the role's counts.
        total: how many questions there will be, null where nobody knows.
    """

    def __init__(self, label: str, usage: Usage, total: int | None) -> None:
        self._label = label
        self._usage = usage
        self._total = total
        self._stack = ExitStack()
        self._advance: Advance | None = None
        self._start = self._looked = monotonic()
        self._done = self._shown = 0

    def tick(self) -> None:
        """Notes one reply."""
        self._done += 1
        now = monotonic()
        if now - self._looked < EVERY:
            return
        self._looked = now
        if now - self._start >= SHORT:
            self._show(now)

    def close(self) -> None:
        """Shows the end of what was begun to be shown."""
        if self._advance is not None and self._shown < self._done:
            self._show(monotonic())
        self._stack.close()

    def _show(self, now: float) -> None:
        if self._advance is None:
            shown = progress(self._label, self._total, self._done)
            self._advance = self._stack.enter_context(shown)
            self._shown = self._done
        self._advance(self._done - self._shown, self._note(now))
        self._shown = self._done

    def _note(self, now: float) -> str:
        usage = self._usage
        parts = [f"{self._done / max(now - self._start, EVERY):.1f}/s"]
        if usage.hits:
            parts.append(f"{usage.hits} from the cache")
        if usage.money:
            parts.append(f"{sum_of_money(usage.money)} {usage.currency}")
        if failed := sum(usage.failed.values()):
            parts.append(f"{failed} failed")
        return ", ".join(parts)
