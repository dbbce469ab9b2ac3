"""An editor for tests that answers by a function and remembers what it was asked."""

from collections.abc import Callable, Iterable, Iterator

from arf.revise import Answer, Request


class MockEditor:
    """Answers each request by a function."""

    name = "mock"

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self._answer = answer
        self.asked: list[Request] = []

    def revise(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Answers each request."""
        for request in requests:
            self.asked.append(request)
            yield self._answer(request)
