"""Answers of a transformers model, batch by batch."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from arf.models.chat import Chat


class Greedy(NamedTuple):
    """Take the likeliest token, those that stand in the answer already made less likely.

    The penalty keeps small models from saying one sentence for ever (arXiv:1909.05858, section
    4.1); 1 is none. It leaves the tokens of the prompt alone, which a summary has to take up.
    """

    repetition_penalty: float = 1.0


class Sampling(NamedTuple):
    """Draw each token from the model's own distribution, sharpened by a temperature below 1."""

    temperature: float
    seed: int


class Generator:
    """A loaded model that answers, greedily or by sampling.

    The same prompts, batch size and seed give the same answers on one machine.

    Args:
        model: a transformers model.
        chat: its chat template and tokenizer.
        max_new_tokens: an answer is cut after so many tokens.
        batch_size: how many answers are generated at once.
        decoding: how to choose each token.

    Attributes:
        context: the most tokens of prompt and answer together that the model takes; null where
            it tells none.
    """

    def __init__(
        self,
        model: Any,
        chat: Chat,
        max_new_tokens: int,
        batch_size: int,
        decoding: Greedy | Sampling,
    ) -> None:
        self.context: int | None = getattr(
            model.config.get_text_config(), "max_position_embeddings", None
        )
        self._model = model
        self._chat = chat
        self._max_new_tokens = max_new_tokens
        self._batch_size = batch_size
        self._decoding = decoding
        own = model.generation_config.eos_token_id
        self._stops = {chat.end_ids[-1], *(own if isinstance(own, list) else [own])} - {None}

    def fits(self, prompt: Sequence[int]) -> bool:
        """Whether a prompt leaves room for the longest answer in the model's context."""
        return len(prompt) + self._max_new_tokens <= (self.context or float("inf"))

    def generate(self, prompts: Sequence[list[int]]) -> Iterator[tuple[int, list[int]]]:
        """Yields each prompt's number and the tokens of its answer, up to what ends it.

        The longest prompts go first, so that batches hold prompts of like length and a lack of
        memory shows at once.
        """
        if isinstance(self._decoding, Sampling):
            import torch

            torch.manual_seed(self._decoding.seed)
        order = sorted(range(len(prompts)), key=lambda number: -len(prompts[number]))
        for start in range(0, len(order), self._batch_size):
            batch = order[start : start + self._batch_size]
            yield from zip(batch, self._batch([prompts[n] for n in batch]), strict=True)

    def _batch(self, prompts: list[list[int]]) -> list[list[int]]:
        import torch
        from transformers import (
            GenerationConfig,
            LogitsProcessorList,
            RepetitionPenaltyLogitsProcessor,
        )

        pad, device = self._chat.pad_id, self._model.device
        width = max(len(ids) for ids in prompts)
        tokens = [[pad] * (width - len(ids)) + ids for ids in prompts]
        mask = [[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts]
        processors = LogitsProcessorList()
        if isinstance(self._decoding, Sampling):
            # Without these two, transformers would sample from the 50 likeliest tokens.
            whole = {"top_k": 0, "top_p": 1.0}
            choice = {"do_sample": True, "temperature": self._decoding.temperature, **whole}
        else:
            choice = {"do_sample": False}
            penalty = self._decoding.repetition_penalty
            processors.append(RepetitionPenaltyLogitsProcessor(penalty, prompt_ignore_length=width))
        with torch.inference_mode():
            generated = self._model.generate(
                input_ids=torch.tensor(tokens, device=device),
                attention_mask=torch.tensor(mask, device=device),
                logits_processor=processors,
                generation_config=GenerationConfig(
                    **choice,
                    max_new_tokens=self._max_new_tokens,
                    eos_token_id=sorted(self._stops),
                    pad_token_id=pad,
                ),
            )
        return [self._ended(row[width:].tolist()) for row in generated]

    def _ended(self, answer: list[int]) -> list[int]:
        """Returns an answer without what fills it up to its batch's longest."""
        ends = (place for place, token in enumerate(answer) if token in self._stops)
        return answer[: next(ends, len(answer)) + 1]
