"""The writer that runs a model in this process: a base, with or without a student's adapter."""

import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from arf.errors import ArfError
from arf.params import Section
from arf.progress import progress, say
from arf.prompts import Prompt
from arf.records import Case, Output
from arf.write.chat import Chat

if TYPE_CHECKING:
    import torch


class PredictParams(Section):
    """The section `predict`: how students and bases answer.

    Attributes:
        max_new_tokens: an answer is cut after so many tokens.
        batch_size: how many answers are generated at once.
    """

    max_new_tokens: int = Field(gt=0)
    batch_size: int = Field(gt=0)


def tame_libraries() -> None:
    """Keeps transformers and its kin from talking over our progress, and threads from spinning.

    To be called before PyTorch is first imported. GNU's OpenMP waits for milliseconds in a busy
    loop, which makes a training beside any other work on the same cores two to four times slower.
    A shorter loop costs nothing alone.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "5000")

    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    # They warn of what they call in one another.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"(transformers|peft|trl)\.")


def pick_device() -> "tuple[str, torch.dtype]":
    """Returns the device to compute on and the precision that pays there.

    That is bfloat16 on a GPU that has it and on a CPU with AMX. AVX-512's bfloat16 alone halves
    the speed of matrix products, so that other CPUs compute in float32.
    """
    import torch

    if torch.cuda.is_available():
        return "cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    amx = bool(torch.cpu.get_capabilities().get("amx_bf16", False))
    return "cpu", torch.bfloat16 if amx else torch.float32


def _require(file: Path) -> None:
    """Refuses a folder without that file, before transformers looks for it on the hub."""
    if not file.is_file():
        raise ArfError(f"{file.parent}: no model there; run the stage that writes it (dvc repro)")


def load_chat(base_folder: Path) -> Chat:
    """Loads the tokenizer of a base folder as `arf.bases.prepare` writes it.

    Raises:
        ArfError: there is no such folder.
    """
    _require(base_folder / "config.json")
    tame_libraries()
    from transformers import AutoTokenizer

    return Chat(AutoTokenizer.from_pretrained(base_folder), base_folder.name)


def load_model(base_folder: Path) -> Any:
    """Loads the model of a base folder, on the device and in the precision that pay."""
    tame_libraries()
    from transformers import AutoModelForCausalLM

    device, dtype = pick_device()
    return AutoModelForCausalLM.from_pretrained(base_folder, dtype=dtype).to(device)


class LocalWriter:
    """Writes with a transformers model in this process, greedily.

    The same cases, folders and batch size give the same texts on one machine. An answer may be
    the empty string, where the model ends its turn at once.
    """

    def __init__(
        self,
        source: str,
        base_folder: Path,
        adapter_folder: Path | None,
        prompt: Prompt,
        max_new_tokens: int,
        batch_size: int,
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
        """
        self.source = source
        self.base_folder = base_folder
        self.adapter_folder = adapter_folder
        self.prompt = prompt
        self.max_new_tokens = max_new_tokens
        self.batch_size = batch_size
        parts = [base_folder, adapter_folder] if adapter_folder else [base_folder]
        self.model = "+".join(part.name for part in parts)

    def _load(self) -> Any:
        model = load_model(self.base_folder)
        if self.adapter_folder is not None:
            from peft import PeftModel

            _require(self.adapter_folder / "adapter_config.json")
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
        from transformers import GenerationConfig

        width = max(len(ids) for ids in prompts)
        tokens = [[chat.pad_id] * (width - len(ids)) + ids for ids in prompts]
        mask = [[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts]
        own = model.generation_config.eos_token_id
        stops = {chat.end_ids[-1], *(own if isinstance(own, list) else [own])} - {None}
        with torch.inference_mode():
            generated = model.generate(
                input_ids=torch.tensor(tokens, device=model.device),
                attention_mask=torch.tensor(mask, device=model.device),
                generation_config=GenerationConfig(
                    do_sample=False,
                    max_new_tokens=self.max_new_tokens,
                    eos_token_id=sorted(stops),
                    pad_token_id=chat.pad_id,
                ),
            )
        return [chat.text(row[width:].tolist()) for row in generated]
