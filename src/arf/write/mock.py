"""A writer for tests that answers from a queue and remembers what it was asked."""

from collections.abc import Iterable, Iterator

from arf.records import Case, Output


class MockWriter:
    """Answers each case with the next text of a queue; null means no output for that case."""

    def __init__(self, source: str, texts: Iterable[str | None]) -> None:
        self._source = source
        self._texts = iter(texts)
        self.asked: list[str] = []

    def write(self, cases: Iterable[Case]) -> Iterator[Output]:
        """Streams the queued texts."""
        for case in cases:
            self.asked.append(case.id)
            text = next(self._texts)
            if text is not None:
                yield Output(
                    id=case.id,
                    channel=case.channel,
                    source=self._source,
                    text=text,
                    provider="mock",
                )
