"""Fine-tuning by TRL and PEFT: LoRA on all linear layers, of rows that are tokens already."""

import json
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from arf.errors import ArfError
from arf.models.chat import Chat
from arf.models.load import load_model, pick_device
from arf.progress import Advance, progress, say
from arf.train.checkpoints import newest_whole, seal
from arf.train.params import TrainParams
from arf.train.rows import Row

if TYPE_CHECKING:
    from transformers import TrainerCallback
    from trl import SFTTrainer


ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate")  # which shape the weights


@dataclass(frozen=True)
class Tuned:
    """What became of a fine-tuning.

    Attributes:
        model: the model with its trained adapter.
        losses: the loss by step, from the first step on, checkpoint or not.
        heldout_loss: the mean over the batches of the held-out rows, or null where there are none.
        resumed_at: how many steps a checkpoint spared this process.
        seconds: what the other steps took.
    """

    model: Any
    losses: list[float]
    heldout_loss: float | None
    resumed_at: int
    seconds: float


def fine_tune(
    params: TrainParams,
    name: str,
    rows: list[Row],
    heldout: list[Row],
    chat: Chat,
    base_folder: Path,
    checkpoints: Path,
) -> Tuned:
    """Trains an adapter on rows in their order, from the newest whole checkpoint on.

    Args:
        params: the section `train`.
        name: the student's, for messages.
        rows: what to learn.
        heldout: what to measure the loss on afterwards.
        chat: the base's tokenizer.
        base_folder: the base.
        checkpoints: where checkpoints of exactly this training are.

    Raises:
        ArfError: the loss is no number; the checkpoints are removed then.
    """
    checkpoint = newest_whole(checkpoints)
    done = int(checkpoint.name.rpartition("-")[2]) if checkpoint else 0
    steps = math.ceil(len(rows) / params.batch_size)
    if checkpoint:
        say(f"train {name}: resuming after step {done} of {steps}")
    with _compact_head():
        trainer = _trainer(params, rows, chat, base_folder, checkpoints)
        with progress(f"train {name}", steps, done) as advance:
            trainer.add_callback(_callback(advance, params, name))
            start = perf_counter()
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
            seconds = perf_counter() - start
        heldout_loss = None
        if heldout:
            say(f"train {name}: loss on {len(heldout)} held-out pairs")
            heldout_loss = trainer.evaluate(_dataset(heldout))["eval_loss"]
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return Tuned(trainer.model, losses, heldout_loss, done, seconds)


def _dataset(rows: list[Row]) -> Any:
    from datasets import Dataset

    return Dataset.from_dict(
        {
            "input_ids": [row.input_ids() for row in rows],
            "labels": [row.labels() for row in rows],
        }
    )


def _trainer(
    params: TrainParams, rows: list[Row], chat: Chat, base_folder: Path, checkpoints: Path
) -> "SFTTrainer":
    """Builds TRL's trainer for rows that are tokens already."""
    import torch
    from peft import LoraConfig
    from transformers import PrinterCallback
    from trl import SFTConfig, SFTTrainer

    device, dtype = pick_device()
    model = load_model(base_folder)
    arguments = SFTConfig(
        output_dir=str(checkpoints),
        num_train_epochs=1,
        per_device_train_batch_size=params.batch_size,
        per_device_eval_batch_size=params.batch_size,
        train_sampling_strategy="sequential",
        dataset_kwargs={"skip_prepare_dataset": True},
        learning_rate=params.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=0.1,
        seed=params.seed,
        bf16=dtype == torch.bfloat16,
        # It trades time for memory that a CPU has and a GPU may lack.
        activation_checkpointing=device == "cuda",
        use_cpu=device == "cpu",
        dataloader_pin_memory=device == "cuda",
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_steps=params.checkpoint_steps,
        save_total_limit=2,
        report_to="none",
        disable_tqdm=True,
    )
    trainer = SFTTrainer(
        model=model,
        args=arguments,
        train_dataset=_dataset(rows),
        processing_class=chat.tokenizer,
        peft_config=LoraConfig(
            r=params.lora.r,
            lora_alpha=params.lora.alpha,
            lora_dropout=0.0,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        ),
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _callback(advance: Advance, params: TrainParams, name: str) -> "TrainerCallback":
    """Builds what watches a training: progress, losses that are no number, whole checkpoints."""
    from transformers import TrainerCallback

    class Watch(TrainerCallback):  # type: ignore[misc]  # transformers is untyped to mypy
        def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            loss = kwargs["logs"].get("loss")
            if loss is None:
                return
            if not math.isfinite(loss):
                shutil.rmtree(args.output_dir)
                raise ArfError(
                    f"train {name}: the loss of step {state.global_step} is {loss}; lower "
                    f"train.learning_rate ({params.learning_rate:g})"
                )
            advance(1, f"loss {loss:.3f}")

        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            seal(Path(args.output_dir, f"checkpoint-{state.global_step}"))

    return Watch()


@contextmanager
def _compact_head() -> Iterator[None]:
    """Has TRL score the answers' tokens alone.

    TRL does so where it runs Triton and scores prompts and padding as well on every other device,
    to keep shapes fixed for compilers that need it. A CPU does not, and the head over a whole
    vocabulary is a large part of a small model. The losses are the same. Where the private switch
    is gone, TRL's own way is taken.
    """
    from trl.trainer import utils

    plain = getattr(utils, "_use_triton", None)
    if plain is None:
        yield
        return
    utils._use_triton = lambda device: True
    try:
        yield
    finally:
        utils._use_triton = plain


def save_adapter(model: Any, base_folder: Path, out_folder: Path) -> None:
    """Saves an adapter without anything that differs from run to run or names the machine.

    Args:
        model: the model that carries the adapter.
        base_folder: the base that it belongs to; the adapter names it by this path if relative.
        out_folder: where to put the adapter; what is there is replaced.
    """
    config = model.peft_config["default"]
    config.base_model_name_or_path = (
        base_folder.name if base_folder.is_absolute() else base_folder.as_posix()
    )
    part = out_folder.with_name(f".{out_folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        model.save_pretrained(part, save_embedding_layers=False)
        for file in part.iterdir():
            if file.name not in ADAPTER_FILES:
                file.unlink()
        written = part / ADAPTER_FILES[0]
        values = json.loads(written.read_text(encoding="utf-8"))
        values["target_modules"] = sorted(values["target_modules"])
        written.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        shutil.rmtree(out_folder, ignore_errors=True)
        part.rename(out_folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
