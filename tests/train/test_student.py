import errno
import json
import math
import multiprocessing
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from arf.bases.prepare import Base, prepare_base
from arf.errors import ArfError
from arf.models.load import load_chat
from arf.prompts import Prompt
from arf.records import Case, Output
from arf.state import state_dir
from arf.train import sft, student
from arf.train.params import Lora, Student, TrainParams
from arf.train.rows import IGNORED, choose_rows
from arf.train.student import TrainResult, train_student

PARAMS = TrainParams(
    token_budget=600,
    seed=0,
    batch_size=2,
    learning_rate=1e-2,
    max_length=200,
    checkpoint_steps=2,
    lora=Lora(r=2, alpha=4),
)
PROMPT = Prompt(user="Sum up: {{ body }}")
Pairs = list[tuple[Case, Output]]


def make_pairs(heldout: bool = True, count: int = 10) -> Pairs:
    """Makes pairs on two channels, every third of them held out."""
    pairs = []
    for number in range(count):
        split = "heldout" if number % 3 == 2 and heldout else "train"
        same = {"id": f"c{number}", "channel": "ab"[number % 2]}
        text = f"the order {number} was " + "very " * (number % 4) + "late"
        pairs.append(
            (
                Case(**same, split=split, text=text),
                Output(**same, source="r0", text=f"Order {number} is late.", provider="recorded"),
            )
        )
    return pairs


def train_tiny(base: Path, out: Path, pairs: Pairs | None = None, **changed: Any) -> TrainResult:
    params = PARAMS.model_copy(update=changed)
    return train_student(params, make_pairs() if pairs is None else pairs, PROMPT, base, out)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    prepare_base(Base.model_validate({"source": "tiny"}), folder)
    return folder


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    return tmp_path


@pytest.fixture
def trainer(base: Path, tmp_path: Path) -> Any:
    chat = load_chat(base)
    rows = choose_rows(make_pairs(), "train", chat, PROMPT, 300, 200, 0).rows
    return sft._trainer(PARAMS, rows, chat, base, tmp_path / "checkpoints")


@pytest.mark.parametrize(
    "changed",
    [
        {"token_budget": 0},
        {"learning_rate": 0},
        {"batch_size": 0},
        {"checkpoint_steps": 0},
        {"lora": {"r": 0, "alpha": 1}},
        {"epochs": 3},
    ],
)
def test_bad_params(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TrainParams.model_validate(PARAMS.model_dump() | changed)


def test_a_student_needs_data_and_base() -> None:
    with pytest.raises(ValidationError):
        Student.model_validate({"data": "r0"})


def test_batches_carry_labels_on_answers_alone_and_in_the_order_of_rows(
    base: Path, trainer: Any
) -> None:
    chat = load_chat(base)
    rows = choose_rows(make_pairs(), "train", chat, PROMPT, 300, 200, 0).rows
    seen = [
        (ids[mask.bool()].tolist(), labels[mask.bool()].tolist(), labels[~mask.bool()].tolist())
        for batch in trainer.get_train_dataloader()
        for ids, labels, mask in zip(
            batch["input_ids"], batch["labels"], batch["attention_mask"], strict=True
        )
    ]
    assert len(seen) == len(rows)
    for (ids, labels, padding), row in zip(seen, rows, strict=True):
        answer = [label for label in labels if label != IGNORED]
        number = row.key.rpartition("c")[2]
        assert chat.tokenizer.decode(answer) == f"Order {number} is late.<|end|>"
        assert chat.tokenizer.decode(ids[: -len(answer)]).endswith("<|start|>assistant\n")
        assert labels == [IGNORED] * (len(ids) - len(answer)) + answer
        assert set(padding) <= {IGNORED}


@pytest.mark.parametrize("compact", [True, False])
def test_the_loss_is_the_answers_cross_entropy(trainer: Any, compact: bool) -> None:
    """TRL's head, on the answers' tokens or on all, against PyTorch's own loss on the answers."""
    import torch

    batch = next(iter(trainer.get_train_dataloader()))
    with torch.no_grad():
        logits = trainer.model(batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        positions = (batch["labels"][:, 1:] != IGNORED).nonzero().tolist()
        by_hand = [
            -torch.log_softmax(logits[row, at], -1)[batch["labels"][row, at + 1]].item()
            for row, at in positions
        ]
        if compact:
            with sft._compact_head():
                loss = trainer.compute_loss(trainer.model, dict(batch))
        else:
            loss = trainer.compute_loss(trainer.model, dict(batch))
    assert loss.item() == pytest.approx(sum(by_hand) / len(by_hand), abs=1e-4)


def test_the_compact_head_trains_as_the_plain_one(base: Path, tmp_path: Path) -> None:
    from contextlib import nullcontext

    compact = train_tiny(base, tmp_path / "compact")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sft, "_compact_head", nullcontext)
        plain = train_tiny(base, tmp_path / "plain")
    assert [row["loss"] for row in compact.losses] == pytest.approx(
        [row["loss"] for row in plain.losses], abs=1e-4
    )


def test_the_compact_head_is_left_as_it_was_and_may_be_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from trl.trainer import utils

    before = utils._use_triton
    with sft._compact_head():
        assert utils._use_triton is not before
    assert utils._use_triton is before
    monkeypatch.delattr(utils, "_use_triton")
    with sft._compact_head():
        assert not hasattr(utils, "_use_triton")


def test_what_a_training_tells(base: Path, tmp_path: Path) -> None:
    result = train_tiny(base, tmp_path / "student-r0")
    losses = [row["loss"] for row in result.losses]
    steps = result.metrics["steps"]
    assert [row["step"] for row in result.losses] == list(range(1, len(losses) + 1))
    assert steps == len(losses) >= 4
    assert result.metrics["tokens"] >= PARAMS.token_budget
    assert result.metrics["loss"] == pytest.approx(sum(losses[-(steps // 4) :]) / (steps // 4))
    assert losses[-1] < losses[0]
    assert math.isfinite(result.metrics["heldout_loss"])
    assert result.timing["resumed_at"] == 0
    assert list((tmp_path / ".arf" / "checkpoints").glob("*/*")) == []


def test_the_same_training_gives_the_same_bytes_anywhere(base: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one" / "student", tmp_path / "two" / "student"
    first = train_tiny(base, one)
    assert train_tiny(base, two).metrics == first.metrics
    assert contents(one) == contents(two)
    assert set(contents(one)) == {"adapter_config.json", "adapter_model.safetensors"}
    config = json.loads((one / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "tiny"
    assert len(config["target_modules"]) == 14  # seven in each of two layers
    other = tmp_path / "three" / "student"
    train_tiny(base, other, seed=1)
    assert contents(other) != contents(one)


def test_a_relative_base_is_named_by_its_path(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(base.parents[1])
    relative = base.relative_to(base.parents[1])
    train_tiny(relative, tmp_path / "student", token_budget=100)
    config = json.loads((tmp_path / "student" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == relative.as_posix()


def test_without_held_out_pairs_their_loss_is_null(base: Path, tmp_path: Path) -> None:
    result = train_tiny(base, tmp_path / "s", pairs=make_pairs(heldout=False), token_budget=100)
    assert result.metrics["heldout_loss"] is None


def test_half_precision_trains_alike(base: Path, tmp_path: Path) -> None:
    import torch

    single = train_tiny(base, tmp_path / "single", token_budget=300)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("arf.train.sft", "arf.train.student", "arf.models.load"):
            patch.setattr(f"{module}.pick_device", lambda: ("cpu", torch.bfloat16))
        half = train_tiny(base, tmp_path / "half", token_budget=300)
    assert half.timing["device"] == "cpu bfloat16"
    assert [row["loss"] for row in half.losses] == pytest.approx(
        [row["loss"] for row in single.losses], abs=0.1
    )


def test_an_empty_split_is_one_line(base: Path, tmp_path: Path) -> None:
    pairs = [(case, output) for case, output in make_pairs() if case.split == "heldout"]
    with pytest.raises(ArfError, match=r"^train s: split train is empty; raise data\.splits"):
        train_tiny(base, tmp_path / "s", pairs=pairs)


def test_no_pair_short_enough_is_one_line(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ArfError, match=r"^train s: no pair .* raise train\.max_length$"):
        train_tiny(base, tmp_path / "s", max_length=5)


def test_pairs_left_out_are_named(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = make_pairs()
    case, output = pairs[0]
    pairs[0] = case.model_copy(update={"text": "late " * 300}), output
    result = train_tiny(base, tmp_path / "s", pairs=pairs, token_budget=100)
    assert result.left_out == ["a/c0"]
    assert "1 pairs left out, longer than train.max_length (200 tokens): a/c0\n" in (
        capsys.readouterr().err
    )


def test_a_loss_that_is_no_number_is_one_line(base: Path, tmp_path: Path) -> None:
    message = r"^train s: the loss of step \d+ is nan; lower train\.learning_rate \(1e\+30\)$"
    with pytest.raises(ArfError, match=message):
        train_tiny(base, tmp_path / "s", learning_rate=1e30)
    assert not (tmp_path / "s").exists()
    assert list((tmp_path / ".arf" / "checkpoints").glob("*/*")) == []


def test_a_disk_full_at_the_end_costs_no_step(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(student, "save_adapter", full)
        with pytest.raises(ArfError, match=r"^train s: the disk is full; free space and run dvc"):
            train_tiny(base, tmp_path / "s")
    resumed = train_tiny(base, tmp_path / "s")
    undisturbed = train_tiny(base, tmp_path / "t")
    assert resumed.timing["resumed_at"] == resumed.metrics["steps"]
    assert (resumed.metrics, resumed.losses) == (undisturbed.metrics, undisturbed.losses)
    assert contents(tmp_path / "s") == contents(tmp_path / "t")


def test_killed_trainings_end_with_the_same_bytes(base: Path, tmp_path: Path) -> None:
    undisturbed = train_tiny(base, tmp_path / "undisturbed" / "s", checkpoint_steps=1)
    code = f"import sys; sys.path[:0] = [{str(Path(__file__).parent)!r}]; import test_student; "
    code += f"test_student.kill_and_resume({str(base)!r}, {str(tmp_path / 'killed' / 's')!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "killed" / "s") == contents(tmp_path / "undisturbed" / "s")
    told = json.loads(done.stdout)
    assert told["metrics"] == undisturbed.metrics
    assert told["losses"] == undisturbed.losses
    assert told["timing"]["resumed_at"] > 0, done.stderr


def kill_and_resume(base: str, out: str) -> None:
    """Kills a training three times while a checkpoint at a random step is written; prints the last.

    Runs in a process of its own whose children are forked before any tensor has been computed
    with, so that each is a training on its own without paying for the imports again.
    """
    import datasets  # noqa: F401
    import peft  # noqa: F401
    import trl.trainer.sft_trainer  # noqa: F401

    fork = multiprocessing.get_context("fork")
    checkpoints = state_dir("checkpoints")
    for step in sorted(random.sample(range(2, 6), k=3)):
        child = fork.Process(
            target=train_tiny, args=(Path(base), Path(out)), kwargs={"checkpoint_steps": 1}
        )
        child.start()
        while not any(checkpoints.glob(f"*/checkpoint-{step}")):
            assert child.is_alive(), f"ended before step {step}"
            time.sleep(0.001)
        child.kill()
        child.join()
        sys.stderr.write(f"killed at step {step}\n")
    result = train_tiny(Path(base), Path(out), checkpoint_steps=1)
    sys.stdout.write(json.dumps(vars(result)))
