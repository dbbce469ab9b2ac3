"""An asker for questions that are built and never asked: to show, count or check them."""

from collections.abc import Iterable, Iterator

from arf.llm import Question, Reply


class Unasked:
    """Has no answer to anything."""

    provider = model = "nobody"

    def ask(self, questions: Iterable[Question]) -> Iterator[Reply]:
        """Answers nothing."""
        return iter(())
