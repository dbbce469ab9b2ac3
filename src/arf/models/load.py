"""Models and tokenizers from a folder or the hub, loaded for the device at hand."""

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from arf.disk import is_disk_full
from arf.errors import ArfError
from arf.models.chat import Chat

if TYPE_CHECKING:
    import torch

_HUB_ID = re.compile(r"[\w-][\w.-]*(/[\w.-]+)?")


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


def name_of(base: Path | str) -> str:
    """Returns what records and messages call a base: a folder's name, or the hub id."""
    return base if _is_hub_id(base) else Path(base).absolute().name


def load_chat(base: Path | str) -> Chat:
    """Loads the tokenizer of a base.

    Args:
        base: a folder as `arf.bases.prepare` writes it, or as a string also a hub id.

    Raises:
        ArfError: there is no such folder, or no such model on the hub.
    """
    with _found(base):
        tame_libraries()
        from transformers import AutoTokenizer

        return Chat(AutoTokenizer.from_pretrained(base), name_of(base))


def load_model(base: Path | str, adapter: Path | None = None) -> Any:
    """Loads the model of a base, on the device and in the precision that pay.

    Args:
        base: a folder as `arf.bases.prepare` writes it, or as a string also a hub id.
        adapter: a student's adapter as `arf.train.student.train_student` writes it; it is merged
            into the weights, which spares two small products in every layer.

    Raises:
        ArfError: there is no such folder, or no such model on the hub.
    """
    with _found(base):
        tame_libraries()
        from transformers import AutoModelForCausalLM

        device, dtype = pick_device()
        model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=dtype).to(device)
    if adapter is None:
        return model
    from peft import PeftModel

    _require(adapter / "adapter_config.json")
    tuned: Any = PeftModel.from_pretrained(model, str(adapter))
    return tuned.merge_and_unload().eval()


def _is_hub_id(base: Path | str) -> TypeGuard[str]:
    """Whether a base is looked for on the hub: nothing that looks like a path here is."""
    if not isinstance(base, str) or Path(base).exists() or not _HUB_ID.fullmatch(base):
        return False
    return "/" not in base or not Path(base).parent.exists()


def _require(file: Path) -> None:
    """Refuses a folder without that file, before transformers looks for it on the hub."""
    if not file.is_file():
        raise ArfError(f"{file.parent}: no model there; run the stage that writes it (dvc repro)")


@contextmanager
def _found(base: Path | str) -> Iterator[None]:
    """Turns a base that is not to be found into one line."""
    if not _is_hub_id(base):
        _require(Path(base) / "config.json")
        yield
        return
    try:
        yield
    except (OSError, ValueError) as error:
        if is_disk_full(error):
            raise
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ArfError(
            f"{base}: no folder here, and not to be had from the hub ({reason}); check the name "
            "and the network, or name a folder"
        ) from error
