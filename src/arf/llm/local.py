"""The asker that runs a model in this process: a base, with or without a student's adapter."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from arf.llm import Failure, Messages, Question, Reply
from arf.llm.account.meter import Meter
from arf.llm.answers import without_thoughts
from arf.llm.endpoint import LocalModel
from arf.llm.structured import Unreadable, instruct, read, tell
from arf.models.chat import Chat
from arf.models.generate import Generator, Greedy, Sampling
from arf.models.load import load_chat, load_model, name_of
from arf.progress import progress, say


class _Talk:
    """A question, the messages that are asked next, and what became of it so far."""

    __slots__ = ("messages", "question", "reply")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.messages: Messages = question.messages
        if question.shape is not None:
            self.messages = instruct(question.messages, question.shape)
        self.reply: Reply | None = None

    def hear(self, text: str) -> bool:
        """Takes an answer, and returns whether it can be used; if not, the next messages say so."""
        text = without_thoughts(text)
        if self.question.shape is None:
            self.reply = Reply(self.question, text)
            return True
        try:
            self.reply = Reply(self.question, text, read(text, self.question.shape))
        except Unreadable as error:
            reason = str(error)
            self.reply = Reply(self.question, failure=Failure("invalid", reason))
            self.messages = tell(self.messages, text, reason)
            return False
        return True


class LocalAsker:
    """Asks a transformers model in this process, which is loaded at the first question.

    The same questions, model, batch size and seed give the same answers on one machine. An answer
    to a question without a shape may be the empty string, where the model ends its turn at once,
    and may be cut.

    Args:
        label: what progress and messages call it.
        base: a base as `arf.bases.prepare.prepare_base` writes it, or as a string also a hub id.
        adapter: a student's adapter as `arf.train.student.train_student` writes it, or none for
            the base alone.
        max_new_tokens: an answer is cut after so many tokens.
        batch_size: how many answers are generated at once.
        decoding: how to choose each token.
        reasks: how often an answer that does not have its question's shape is asked for anew.
        meter: counts what is asked, if anyone wants to know.
    """

    provider = "local"

    def __init__(
        self,
        label: str,
        base: Path | str,
        adapter: Path | None,
        max_new_tokens: int,
        batch_size: int,
        decoding: Greedy | Sampling,
        reasks: int = 1,
        meter: Meter | None = None,
    ) -> None:
        self.label = label
        self.base = base
        self.adapter = adapter
        self.max_new_tokens = max_new_tokens
        self.batch_size = batch_size
        self.decoding = decoding
        self.reasks = reasks
        self.meter = meter
        self.model = f"{name_of(base)}+{adapter.name}" if adapter else name_of(base)

    def ask(self, questions: Iterable[Question]) -> Iterator[Reply]:
        """Answers each question, in order.

        Args:
            questions: they are held in memory, and all answered before the first reply.

        Raises:
            ArfError: there is no such model, or the base's chat template cannot render a question.
        """
        talks = [_Talk(question) for question in questions]
        self._count(asked=len(talks))
        unusable = talks
        for _ in range(self.reasks + 1):
            if unusable:
                unusable = self._answer(unusable)
        for talk in talks:
            reply = talk.reply
            assert reply is not None
            if reply.failure is not None and self.meter is not None:
                self.meter.failed(talk.question.id, reply.failure)
            yield reply

    def _answer(self, talks: list[_Talk]) -> list[_Talk]:
        """Asks each once, and returns those whose answers cannot be used."""
        prompts = [self._chat.prompt_ids(talk.messages) for talk in talks]
        fitting = [number for number, ids in enumerate(prompts) if self._generator.fits(ids)]
        if len(fitting) < len(talks):
            self._leave_out(talks, prompts)
        unusable = []
        with progress(f"ask {self.label}", len(fitting)) as advance:
            for place, ids in self._generator.generate([prompts[number] for number in fitting]):
                talk, prompt = talks[fitting[place]], prompts[fitting[place]]
                self._count(sent=1, repaid=int(talk.reply is not None))
                self._count(prompt_tokens=len(prompt), completion_tokens=len(ids))
                if not talk.hear(self._chat.text(ids)):
                    unusable.append(talk)
                advance()
        return unusable

    def _leave_out(self, talks: list[_Talk], prompts: list[list[int]]) -> None:
        """Fails what does not fit; where that is a second try, the first one's failure stands."""
        limit = f"the {self._generator.context} tokens of {name_of(self.base)}'s context"
        count = 0
        for talk, ids in zip(talks, prompts, strict=True):
            if talk.reply is None and not self._generator.fits(ids):
                needed = f"{len(ids)} tokens and {self.max_new_tokens} for the answer"
                reason = f"{needed} are more than {limit}"
                talk.reply = Reply(talk.question, failure=Failure("context", reason))
                count += 1
        if count:
            say(f"{self.label}: {count} of {len(talks)} questions left out: longer than {limit}")

    def _count(self, **numbers: int) -> None:
        if self.meter is not None:
            self.meter.count(**numbers)

    @cached_property
    def _chat(self) -> Chat:
        return load_chat(self.base)

    @cached_property
    def _generator(self) -> Generator:
        model = load_model(self.base, self.adapter)
        return Generator(model, self._chat, self.max_new_tokens, self.batch_size, self.decoding)


def open_local(model: LocalModel, role: str, meter: Meter) -> LocalAsker:
    """Returns the asker of a role that a model in this process answers, greedily.

    Args:
        model: the role's section of `params.yaml`.
        role: the role, for messages.
        meter: counts what it is asked.
    """
    return LocalAsker(
        role,
        model.model,
        None,
        model.max_new_tokens,
        model.batch_size,
        Greedy(),
        model.reasks,
        meter,
    )
