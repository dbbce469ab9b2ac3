"""Models and tokenizers on disk, loaded for the device at hand."""

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arf.errors import ArfError
from arf.write.chat import Chat

if TYPE_CHECKING:
    import torch


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


def require(file: Path) -> None:
    """Refuses a folder without that file, before transformers looks for it on the hub."""
    if not file.is_file():
        raise ArfError(f"{file.parent}: no model there; run the stage that writes it (dvc repro)")


def load_chat(base_folder: Path) -> Chat:
    """Loads the tokenizer of a base folder as `arf.bases.prepare` writes it.

    Raises:
        ArfError: there is no such folder.
    """
    require(base_folder / "config.json")
    tame_libraries()
    from transformers import AutoTokenizer

    return Chat(AutoTokenizer.from_pretrained(base_folder), base_folder.name)


def load_model(base_folder: Path) -> Any:
    """Loads the model of a base folder, on the device and in the precision that pay."""
    tame_libraries()
    from transformers import AutoModelForCausalLM

    device, dtype = pick_device()
    return AutoModelForCausalLM.from_pretrained(base_folder, dtype=dtype).to(device)
