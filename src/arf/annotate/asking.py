"""Labels and ratings by a model, behind an endpoint or in this process."""

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from arf.annotate.quotes import places
from arf.files import sha256_text
from arf.llm import Asker, Question, Reply
from arf.prompts import Prompt
from arf.records import Annotation, Case, Finding, Output
from arf.taxonomy import Taxonomy


class Told(BaseModel):
    """One error as a model tells it."""

    model_config = ConfigDict(extra="ignore")

    code: str
    span: str | None = None
    note: str | None = None


class Verdict(BaseModel):
    """What a model has to answer."""

    model_config = ConfigDict(extra="ignore")

    errors: list[Told]
    rating: int = Field(ge=1, le=5)


def shape_of(codes: Iterable[str]) -> type[Verdict]:
    """Returns the verdict whose errors have one of these codes."""
    choice: Any = Literal[tuple(codes)]
    error: Any = create_model("Error", __base__=Told, code=choice)
    return create_model("Verdict", __base__=Verdict, errors=list[error])


class ModelAnnotator:
    """Lets a model find the errors of outputs and rate them.

    Args:
        asker: the model.
        prompt: what it is asked.
        taxonomy: the codes; all that apply to a channel are assessed.
    """

    def __init__(self, asker: Asker, prompt: Prompt, taxonomy: Taxonomy) -> None:
        self._asker = asker
        self._prompt = prompt
        self._taxonomy = taxonomy
        self.name = f"{asker.provider}:{asker.model}"
        self.codes = frozenset(taxonomy.codes)
        self._hashes = cache(lambda channel: taxonomy.hashes(self.codes, channel))
        self._shape = cache(lambda channel: shape_of(self._hashes(channel)))

    def question(self, case: Case, output: Output) -> Question:
        """Returns what the model is asked of an output."""
        codes = {name: self._taxonomy.codes[name] for name in self._hashes(case.channel)}
        ratings = self._taxonomy.ratings
        return Question(
            f"{case.channel}/{case.id}",
            self._prompt.messages(case, output=output.text, codes=codes, ratings=ratings),
            self._shape(case.channel),
            output,
        )

    def annotate(self, pairs: Iterable[tuple[Case, Output]]) -> Iterator[Annotation]:
        """Labels each output; the findings are in order of position.

        An output without a word is unscored, and so is one that the model has no verdict on.

        Raises:
            ArfError: the prompt cannot be rendered, or the model cannot be asked at all.
        """
        under_way: deque[Output] = deque()

        def questions() -> Iterator[Question]:
            for case, output in pairs:
                under_way.append(output)
                if not is_blank(output):
                    yield self.question(case, output)

        def blanks() -> Iterator[Annotation]:
            while under_way and is_blank(under_way[0]):
                yield self._unscored(under_way.popleft(), "the output has no word")

        for reply in self._asker.ask(questions()):
            yield from blanks()
            yield self._label(under_way.popleft(), reply)
        yield from blanks()

    def _label(self, output: Output, reply: Reply) -> Annotation:
        if reply.failure is not None:
            return self._unscored(output, f"{reply.failure.kind}: {reply.failure.reason}")
        verdict: Verdict = reply.value
        spans = [error.span if (error.span or "").strip() else None for error in verdict.errors]
        found = places(output.text, [span for span in spans if span is not None])
        findings: dict[tuple[str, int | None], Finding] = {}
        missing = 0
        for error, span in zip(verdict.errors, spans, strict=True):
            place = next(found) if span is not None else None
            if span is not None and place is None:
                missing += 1
                continue
            start = place[0] if place else None
            findings.setdefault(
                (error.code, start),
                Finding(
                    code=error.code,
                    span=output.text[slice(*place)] if place else None,
                    start=start,
                    note=error.note,
                ),
            )
        told = f"{missing} of {len(spans)} findings quote words that the output does not have"
        return self._annotation(
            output,
            reason=told if missing else None,
            rating=verdict.rating,
            errors=tuple(sorted(findings.values(), key=_position)),
        )

    def _unscored(self, output: Output, reason: str) -> Annotation:
        return self._annotation(output, status="unscored", reason=reason)

    def _annotation(self, output: Output, **fields: Any) -> Annotation:
        return Annotation(
            id=output.id,
            channel=output.channel,
            source=output.source,
            text_sha256=sha256_text(output.text),
            annotator=self.name,
            taxonomy=self._hashes(output.channel),
            prompt_sha256=self._prompt.sha256,
            **fields,
        )


def is_blank(output: Output) -> bool:
    """Says whether an output has no word, so that nobody is asked about it."""
    return not any(letter.isalpha() for letter in output.text)


def _position(finding: Finding) -> tuple[bool, int]:
    return finding.start is None, finding.start or 0
