"""Corrections by a model, behind an endpoint or in this process."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from arf.errors import ArfError
from arf.llm import Asker, Question
from arf.prompts import PROMPTS, load_prompt
from arf.revise import Answer, Request
from arf.taxonomy import Taxonomy


class Corrected(BaseModel):
    """What a model has to answer: the whole corrected text."""

    model_config = ConfigDict(extra="ignore")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class ModelEditor:
    """Lets a model correct outputs, by the prompt of each code.

    Args:
        asker: the model.
        taxonomy: the codes and their prompts.
        folder: what the prompts' paths are relative to.
    """

    def __init__(self, asker: Asker, taxonomy: Taxonomy, folder: Path = PROMPTS) -> None:
        self._asker = asker
        self._taxonomy = taxonomy
        self._prompt = cache(lambda path: load_prompt(folder / path))
        self.name = f"{asker.provider}:{asker.model}"

    def question(self, request: Request) -> Question:
        """Returns what the model is asked.

        Raises:
            ArfError: the code has no prompt, or it cannot be rendered.
        """
        code = self._taxonomy.codes[request.code]
        if code.prompt is None:
            raise ArfError(
                f"prompts/taxonomy.yaml: codes.{request.code} has no prompt, which an editor model "
                f"needs; name one, or take the code out of rounds.{request.round}"
            )
        messages = self._prompt(code.prompt).messages(
            request.case, output=request.output.text, findings=request.findings, code=code
        )
        name = f"{request.case.channel}/{request.case.id}/{request.code}"
        return Question(name, messages, Corrected, request)

    def revise(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Answers each request with the model's text, or null and the reason.

        Raises:
            ArfError: a code has no prompt, or the model cannot be asked at all.
        """
        for reply in self._asker.ask(map(self.question, requests)):
            code = self._taxonomy.codes[reply.question.subject.code]
            sha256 = self._prompt(code.prompt).sha256
            if reply.failure is not None:
                reason = f"{reply.failure.kind}: {reply.failure.reason}"
                yield Answer(None, reason, sha256)
            else:
                yield Answer(reply.value.text, None, sha256)
