"""Training of one student on one source: which rows, and what is told of it."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from arf.disk import explaining_full_disk
from arf.errors import ArfError
from arf.files import sha256_text
from arf.models.chat import Chat
from arf.models.load import load_chat, pick_device
from arf.progress import say
from arf.prompts import Prompt
from arf.records import Case, Output
from arf.train.checkpoints import checkpoints_of, folder_sha256
from arf.train.params import TrainParams
from arf.train.rows import Rows, choose_rows
from arf.train.sft import LIBRARIES, Tuned, fine_tune, save_adapter

HELDOUT_SHARE = 0.25  # of the token budget, which bounds what the held-out loss costs


@dataclass(frozen=True)
class TrainResult:
    """What a training tells of itself.

    Attributes:
        metrics: `loss`, the mean of the last quarter of the steps; `heldout_loss`, the mean over
            batches of the split `heldout`, of as many pairs as fit a quarter of the token budget,
            or null where there is none; `tokens` trained on, repetitions and the student's own
            answers counted; `steps`. Losses are in nats a token of the answer.
        losses: `{step, loss}` by step.
        timing: `seconds` and `tokens_per_second` of the steps that this process did, `device`,
            and `resumed_at`, the step that a checkpoint spared it.
        left_out: `channel/id` of training pairs longer than `max_length`.
    """

    metrics: dict[str, float | int | None]
    losses: list[dict[str, float]]
    timing: dict[str, float | int | str]
    left_out: list[str]


def train_student(
    params: TrainParams,
    pairs: Iterable[tuple[Case, Output]],
    prompt: Prompt,
    base_folder: Path,
    out_folder: Path,
) -> TrainResult:
    """Fine-tunes a student and writes its adapter.

    Killed and started again with the same arguments, it goes on from its newest checkpoint and
    ends with the same adapter. On one machine and thread count, the same arguments give the same
    bytes.

    Args:
        params: the section `train`.
        pairs: cases with the outputs of the source to learn, of all channels and splits.
        prompt: what the student is asked; it should be asked the same when it predicts.
        base_folder: a base as `arf.bases.prepare.prepare_base` writes it.
        out_folder: where to put `adapter_config.json` and `adapter_model.safetensors`; named
            after the student. What is there is replaced.

    Raises:
        ArfError: there is no training pair or none short enough, the loss is no number, or the
            disk is full.
    """
    name = out_folder.name
    chat = load_chat(base_folder)
    pairs = list(pairs)
    rows = _training_rows(params, pairs, chat, prompt, name)
    heldout = choose_rows(
        pairs,
        split="heldout",
        chat=chat,
        prompt=prompt,
        token_budget=math.ceil(HELDOUT_SHARE * params.token_budget),
        max_length=params.max_length,
        seed=params.seed,
        repeat=False,
    )
    with (
        explaining_full_disk(f"train {name}", "resumes"),
        checkpoints_of(_key(params, rows, base_folder), f"train {name}") as checkpoints,
    ):
        tuned = fine_tune(params, name, rows.rows, heldout.rows, chat, base_folder, checkpoints)
        save_adapter(tuned.model, base_folder, out_folder)
    return _result(params, rows, tuned)


def _training_rows(
    params: TrainParams, pairs: list[tuple[Case, Output]], chat: Chat, prompt: Prompt, name: str
) -> Rows:
    rows = choose_rows(
        pairs,
        split="train",
        chat=chat,
        prompt=prompt,
        token_budget=params.token_budget,
        max_length=params.max_length,
        seed=params.seed,
    )
    if rows.left_out:
        say(
            f"train {name}: {len(rows.left_out)} pairs left out, longer than train.max_length "
            f"({params.max_length} tokens): {', '.join(rows.left_out[:5])}"
            + (", …" if len(rows.left_out) > 5 else "")
        )
    if not rows.rows:
        raise ArfError(
            f"train {name}: no pair of split train is shorter than {params.max_length} tokens; "
            "raise train.max_length"
            if rows.left_out
            else f"train {name}: split train is empty; raise data.splits.train or add cases"
        )
    return rows


def _key(params: TrainParams, rows: Rows, base_folder: Path) -> str:
    """Returns the hash of all that shapes a training: its checkpoints are of no use to another."""
    import torch

    device, dtype = pick_device()
    parts = [
        params.model_dump(),
        [(row.key, row.input_ids(), len(row.prompt)) for row in rows.rows],
        folder_sha256(base_folder),
        {library: version(library) for library in LIBRARIES},
        [device, str(dtype), torch.get_num_threads()],
    ]
    return sha256_text(json.dumps(parts))[:32]


def _result(params: TrainParams, rows: Rows, tuned: Tuned) -> TrainResult:
    last = tuned.losses[-max(1, len(tuned.losses) // 4) :]
    here = Rows(rows.rows[tuned.resumed_at * params.batch_size :]).tokens()
    device, dtype = pick_device()
    return TrainResult(
        metrics={
            "loss": sum(last) / len(last),
            "heldout_loss": tuned.heldout_loss,
            "tokens": rows.tokens(),
            "steps": len(tuned.losses),
        },
        losses=[{"step": step, "loss": loss} for step, loss in enumerate(tuned.losses, start=1)],
        timing={
            "seconds": round(tuned.seconds, 1),
            "tokens_per_second": round(here / tuned.seconds, 1),
            "device": f"{device} {str(dtype).removeprefix('torch.')}",
            "resumed_at": tuned.resumed_at,
        },
        left_out=rows.left_out,
    )
