"""An asker for tests that answers by a function and remembers what it was asked."""

from collections.abc import Callable, Iterable, Iterator

from pydantic import ValidationError

from arf.files import describe
from arf.llm import Failure, Question, Reply


class MockAsker:
    """Answers each question with a text, or fails it.

    Args:
        answer: gives a question's answer; where the question has a shape, the text is JSON of it.
    """

    provider = "mock"
    model = "mock"

    def __init__(self, answer: Callable[[Question], str | Failure]) -> None:
        self._answer = answer
        self.asked: list[Question] = []

    def ask(self, questions: Iterable[Question]) -> Iterator[Reply]:
        """Streams the replies."""
        for question in questions:
            self.asked.append(question)
            yield self._reply(question)

    def _reply(self, question: Question) -> Reply:
        answer = self._answer(question)
        if isinstance(answer, Failure):
            return Reply(question, failure=answer)
        if question.shape is None:
            return Reply(question, answer)
        try:
            return Reply(question, answer, question.shape.model_validate_json(answer))
        except ValidationError as error:
            return Reply(question, failure=Failure("invalid", describe(error)))
