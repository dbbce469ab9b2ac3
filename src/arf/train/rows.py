"""Which pairs a student is trained on, in which order, and as which tokens."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from arf.files import sha256_text
from arf.models.chat import Chat
from arf.prompts import Prompt
from arf.records import Case, Output, Split

IGNORED = -100  # what PyTorch's cross entropy leaves out


@dataclass(frozen=True)
class Row:
    """One pair as tokens.

    Attributes:
        key: `channel/id`.
        prompt: tokens of the prompt, up to where the answer begins.
        answer: tokens of the answer and of the end of the turn.
        size: tokens that the row takes from the budget: those of the prompt and of the teacher's
            own answer, whatever became of it.
    """

    key: str
    prompt: list[int]
    answer: list[int]
    size: int

    def input_ids(self) -> list[int]:
        """Returns all tokens."""
        return self.prompt + self.answer

    def labels(self) -> list[int]:
        """Returns what the loss is taken of: the answer's tokens and nothing of the prompt's."""
        return [IGNORED] * len(self.prompt) + self.answer


@dataclass
class Rows:
    """Rows in the order in which they are learnt.

    Attributes:
        rows: with repetitions, where the budget outlasts the pairs.
        left_out: keys of the pairs that are longer than the limit.
    """

    rows: list[Row] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def tokens(self) -> int:
        """Returns how many tokens the rows have in all."""
        return sum(len(row.prompt) + len(row.answer) for row in self.rows)


def _shuffled(pairs: list[tuple[Case, Output]], seed: int, epoch: int) -> list[tuple[Case, Output]]:
    """Orders pairs by a hash, so that one pair more or less leaves the order of the others."""
    return sorted(
        pairs, key=lambda pair: sha256_text(f"{seed}/{epoch}/{pair[0].channel}/{pair[0].id}")
    )


def _render(key: str, case: Case, output: Output, chat: Chat, prompt: Prompt) -> Row:
    ids = chat.prompt_ids(prompt.messages(case))
    answer = chat.answer_ids(output.text)
    first = answer if output.text == output.original() else chat.answer_ids(output.original())
    return Row(key, ids, answer, len(ids) + len(first))


def choose_rows(
    pairs: Iterable[tuple[Case, Output]],
    split: Split,
    chat: Chat,
    prompt: Prompt,
    token_budget: int,
    max_length: int,
    seed: int,
    repeat: bool = True,
) -> Rows:
    """Chooses and renders the rows of a split.

    Channels are mixed. Order and number depend on ids, prompts and the texts before any edit
    alone: so students of different rounds get the same ids in the same order.

    Args:
        pairs: cases with the outputs of one source, of all channels.
        split: which of them.
        chat: the base's chat template and tokenizer.
        prompt: what the student is asked.
        token_budget: rows are added until they have so many tokens.
        max_length: a pair with more tokens is left out, never cut.
        seed: of the order.
        repeat: whether to begin again in a new order where the pairs do not use the budget up.

    Returns:
        The rows; none where the split has no pair that is short enough.

    Raises:
        ArfError: the prompt or the chat template cannot be rendered.
    """
    chosen = [(case, output) for case, output in pairs if case.split == split]
    short: dict[str, Row] = {}
    result = Rows()
    spent = 0
    for epoch in count():
        for case, output in _shuffled(chosen, seed, epoch):
            key = f"{case.channel}/{case.id}"
            if epoch == 0:
                row = _render(key, case, output, chat, prompt)
                if row.size > max_length:
                    result.left_out.append(key)
                    continue
                short[key] = row
            elif key not in short:
                continue
            result.rows.append(short[key])
            spent += short[key].size
            if spent >= token_budget:
                return result
        if not short or not repeat:
            break
    return result
