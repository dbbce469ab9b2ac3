"""The writer that runs a model in this process: a base, with or without a student's adapter."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from arf.progress import progress, say
from arf.prompts import Prompt
from arf.records import Case, Output
from arf.write.chat import Chat
from arf.write.model import load_chat, load_model, require


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


class LocalWriter:
    """Writes with a transformers model in this process, greedily or by sampling.

    The same cases, folders, batch size and seed give the same texts on one machine. An answer may
    be the empty string, where the model ends its turn at once.
    """

    def __init__(
        self,
        source: str,
        base_folder: Path,
        adapter_folder: Path | None,
        prompt: Prompt,
        max_new_tokens: int,
        batch_size: int,
        decoding: Greedy | Sampling,
    ):
        """Sets the writer up; the model is loaded at the first case.

        Args:
            source: the source that its outputs belong to.
            base_folder: a base as `arf.bases.prepare.prepare_base` writes it.
            adapter_folder: a student's adapter as `arf.train.student.train_student` writes it,
                or none for the untuned base.
            prompt: what the model is asked.
            max_new_tokens: an answer is cut after so many tokens.
            batch_size: how many answers are generated at once.
            decoding: how to choose each token.
        """
        self.source = source
        self.base_folder = base_folder
        self.adapter_folder = adapter_folder
        self.prompt = prompt
        self.max_new_tokens = max_new_tokens
        self.batch_size = batch_size
        self.decoding = decoding
        parts = [base_folder, adapter_folder] if adapter_folder else [base_folder]
        self.model = "+".join(part.name for part in parts)

    def _load(self) -> Any:
        model = load_model(self.base_folder)
        if self.adapter_folder is not None:
            from peft import PeftModel

            require(self.adapter_folder / "adapter_config.json")
            # Merged weights spare two small products in every layer.
            tuned: Any = PeftModel.from_pretrained(model, str(self.adapter_folder))
            model = tuned.merge_and_unload()
        return model.eval()

    def write(self, cases: Iterable[Case]) -> Iterator[Output]:
        """Yields an output for each case, in order.

        The longest prompts go first, so that batches hold prompts of like length and a lack of
        memory shows at once. A case that does not fit into the model's context has no output;
        one line tells how many.

        Args:
            cases: all of one or more channels; they are held in memory.

        Raises:
            ArfError: a folder holds no model, or the prompt or the base's chat template cannot be
                rendered.
        """
        cases = list(cases)
        if not cases:
            return
        chat = load_chat(self.base_folder)
        model = self._load()
        prompts = [chat.prompt_ids(self.prompt.messages(case)) for case in cases]
        context = getattr(model.config, "max_position_embeddings", None)
        room = (context or float("inf")) - self.max_new_tokens
        fitting = [number for number, ids in enumerate(prompts) if len(ids) <= room]
        if len(fitting) < len(cases):
            say(
                f"{self.source}: {len(cases) - len(fitting)} of {len(cases)} cases left out: "
                f"longer than the {context} tokens of {self.base_folder.name}'s context"
            )
        fitting.sort(key=lambda number: -len(prompts[number]))
        texts: dict[int, str] = {}
        if isinstance(self.decoding, Sampling):
            import torch

            torch.manual_seed(self.decoding.seed)
        with progress(f"write {self.source}", len(fitting)) as advance:
            for start in range(0, len(fitting), self.batch_size):
                batch = fitting[start : start + self.batch_size]
                answers = self._generate(model, chat, [prompts[number] for number in batch])
                texts.update(zip(batch, answers, strict=True))
                advance(len(batch))
        for number, text in sorted(texts.items()):
            case = cases[number]
            yield Output(
                id=case.id,
                channel=case.channel,
                source=self.source,
                text=text,
                provider="local",
                model=self.model,
                prompt_sha256=self.prompt.sha256,
            )

    def _generate(self, model: Any, chat: Chat, prompts: list[list[int]]) -> list[str]:
        import torch
        from transformers import (
            GenerationConfig,
            LogitsProcessorList,
            RepetitionPenaltyLogitsProcessor,
        )

        width = max(len(ids) for ids in prompts)
        tokens = [[chat.pad_id] * (width - len(ids)) + ids for ids in prompts]
        mask = [[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts]
        own = model.generation_config.eos_token_id
        stops = {chat.end_ids[-1], *(own if isinstance(own, list) else [own])} - {None}
        processors = LogitsProcessorList()
        if isinstance(self.decoding, Sampling):
            # Without these two, transformers would sample from the 50 likeliest tokens.
            whole = {"top_k": 0, "top_p": 1.0}
            choice = {"do_sample": True, "temperature": self.decoding.temperature, **whole}
        else:
            choice = {"do_sample": False}
            penalty = self.decoding.repetition_penalty
            processors.append(RepetitionPenaltyLogitsProcessor(penalty, prompt_ignore_length=width))
        with torch.inference_mode():
            generated = model.generate(
                input_ids=torch.tensor(tokens, device=model.device),
                attention_mask=torch.tensor(mask, device=model.device),
                logits_processor=processors,
                generation_config=GenerationConfig(
                    **choice,
                    max_new_tokens=self.max_new_tokens,
                    eos_token_id=sorted(stops),
                    pad_token_id=chat.pad_id,
                ),
            )
        return [chat.text(row[width:].tolist()) for row in generated]
