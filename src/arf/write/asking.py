"""Outputs of a model, behind an endpoint or in this process."""

from collections.abc import Iterable, Iterator

from arf.llm import Asker, Question
from arf.prompts import Prompt
from arf.records import Case, Output


class ModelWriter:
    """Lets a model write; a case that it gives no answer to gets no output.

    Args:
        source: the source that the outputs belong to.
        asker: the model.
        prompt: what it is asked.
    """

    def __init__(self, source: str, asker: Asker, prompt: Prompt) -> None:
        self._source = source
        self._asker = asker
        self._prompt = prompt

    def question(self, case: Case) -> Question:
        """Returns what the model is asked of a case."""
        return Question(f"{case.channel}/{case.id}", self._prompt.messages(case), subject=case)

    def write(self, cases: Iterable[Case]) -> Iterator[Output]:
        """Streams the model's outputs of the cases.

        Raises:
            ArfError: the prompt cannot be rendered, or the model cannot be asked at all.
        """
        for reply in self._asker.ask(map(self.question, cases)):
            if reply.text is None:
                continue
            case: Case = reply.question.subject
            yield Output(
                id=case.id,
                channel=case.channel,
                source=self._source,
                text=reply.text,
                provider=self._asker.provider,
                model=self._asker.model,
                prompt_sha256=self._prompt.sha256,
            )
