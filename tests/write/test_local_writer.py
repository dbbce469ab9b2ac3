import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from arf.bases.prepare import Base, prepare_base
from arf.errors import ArfError
from arf.prompts import Prompt
from arf.records import Case
from arf.write.local import Greedy, LocalWriter, Sampling
from arf.write.model import load_chat, load_model

PROMPT = Prompt(user="Sum up: {{ body }}")


@pytest.fixture(scope="module")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    prepare_base(Base.model_validate({"source": "tiny"}), folder)
    return folder


@pytest.fixture
def cases(make_case: Callable[..., Case]) -> list[Case]:
    return [make_case(f"c{n}", text=f"order {n} " * (1 + n * 7 % 5)) for n in range(7)]


def copy(base_folder: Path, into: Path) -> Path:
    return Path(shutil.copytree(base_folder, into / "tiny"))


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def random_adapter(base_folder: Path, folder: Path) -> None:
    """Saves an adapter that changes every linear layer."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    config = LoraConfig(
        r=4, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM"
    )
    get_peft_model(load_model(base_folder), config).save_pretrained(
        folder, save_embedding_layers=False
    )


def by_hand(
    base_folder: Path, adapter: Path | None, case: Case, count: int, penalty: float = 1.0
) -> list[int]:
    """Answers one case without batches, padding, cache or merged weights."""
    import torch
    from peft import PeftModel

    chat = load_chat(base_folder)
    model = load_model(base_folder)
    if adapter:
        model = PeftModel.from_pretrained(model, str(adapter))
    ids = chat.prompt_ids(PROMPT.messages(case))
    answer: list[int] = []
    with torch.inference_mode():
        while len(answer) < count:
            scores = model(input_ids=torch.tensor([ids + answer]), use_cache=False).logits[0, -1]
            for token in set(answer):
                scores[token] *= penalty if scores[token] < 0 else 1 / penalty
            answer.append(int(scores.argmax()))
            if answer[-1] in chat.end_ids:
                break
    return answer


@pytest.mark.parametrize(
    ("batch_size", "tuned", "penalty"), [(1, True, 1.0), (3, True, 1.5), (3, False, 1.0)]
)
def test_answers_are_those_of_one_case_at_a_time(
    base_folder: Path,
    tmp_path: Path,
    cases: list[Case],
    batch_size: int,
    tuned: bool,
    penalty: float,
) -> None:
    adapter = tmp_path / "student-r0" if tuned else None
    if adapter:
        random_adapter(base_folder, adapter)
    greedy = Greedy(penalty)
    writer = LocalWriter("student-r0", base_folder, adapter, PROMPT, 6, batch_size, greedy)
    outputs = list(writer.write(iter(cases)))
    assert [output.id for output in outputs] == [case.id for case in cases]
    assert [output.text for output in outputs] == [
        load_chat(base_folder).text(by_hand(base_folder, adapter, case, 6, penalty))
        for case in cases
    ]
    first = outputs[0]
    assert (first.provider, first.source) == ("local", "student-r0")
    assert first.model == ("tiny+student-r0" if tuned else "tiny")
    assert first.prompt_sha256 == PROMPT.sha256
    assert len({output.text for output in outputs}) > 1


def test_a_penalty_ends_the_repetition_of_a_token(base_folder: Path, cases: list[Case]) -> None:
    def repetitions(penalty: float) -> int:
        writer = LocalWriter("s", base_folder, None, PROMPT, 24, 7, Greedy(penalty))
        chat = load_chat(base_folder)
        answers = [chat.tokenizer(output.text)["input_ids"] for output in writer.write(cases)]
        return sum(len(answer) - len(set(answer)) for answer in answers)

    assert repetitions(2.0) < repetitions(1.0)


def test_sampling_follows_the_model_s_own_distribution(
    base_folder: Path, make_case: Callable[..., Case]
) -> None:
    import torch

    def first_tokens(temperature: float, seed: int) -> list[str]:
        twins = [make_case(str(number), text="the same") for number in range(400)]
        sampling = Sampling(temperature, seed)
        writer = LocalWriter("s", base_folder, None, PROMPT, 1, 400, sampling)
        return [output.text for output in writer.write(twins)]

    chat, model = load_chat(base_folder), load_model(base_folder)
    ids = chat.prompt_ids(PROMPT.messages(make_case(text="the same")))
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([ids])).logits[0, -1]
    sharp = 0.02
    likeliest = torch.softmax(logits / sharp, -1).max().item()
    greedy = chat.text([int(logits.argmax())])
    assert first_tokens(1.0, 1) == first_tokens(1.0, 1) != first_tokens(1.0, 2)
    # A random model's distribution is nearly flat over more tokens than the 50 of a default top_k.
    assert len(set(first_tokens(1.0, 1))) > 60
    drawn = first_tokens(sharp, 1).count(greedy) / 400
    assert abs(drawn - likeliest) < 4 * (likeliest * (1 - likeliest) / 400) ** 0.5 + 0.01


def test_an_answer_that_ends_at_once_is_empty(
    base_folder: Path, tmp_path: Path, make_case: Callable[..., Case]
) -> None:
    import torch

    case, folder = make_case(), tmp_path / "tiny"
    chat, model = load_chat(base_folder), load_model(base_folder)
    ids = torch.tensor([chat.prompt_ids(PROMPT.messages(case))])
    with torch.no_grad():
        last = model.model(input_ids=ids).last_hidden_state[0, -1]
        model.lm_head.weight.zero_()
        model.lm_head.weight[chat.end_ids[0]] = last  # so that nothing else has a logit above 0
    model.save_pretrained(folder)
    chat.tokenizer.save_pretrained(folder)
    (output,) = LocalWriter("s", folder, None, PROMPT, 6, 1, Greedy()).write([case])
    assert output.text == ""


def test_the_model_s_own_stop_tokens_count(
    base_folder: Path, tmp_path: Path, make_case: Callable[..., Case]
) -> None:
    case, folder = make_case(), copy(base_folder, tmp_path)
    answer = by_hand(folder, None, case, 6)
    change(folder / "generation_config.json", eos_token_id=[answer[2]])
    (output,) = LocalWriter("s", folder, None, PROMPT, 6, 1, Greedy()).write([case])
    cut = answer[: answer.index(answer[2]) + 1]
    assert output.text == load_chat(folder).text(cut) != load_chat(folder).text(answer)


def test_a_case_beyond_the_context_has_no_output(
    base_folder: Path,
    tmp_path: Path,
    make_case: Callable[..., Case],
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = copy(base_folder, tmp_path)
    change(folder / "config.json", max_position_embeddings=60)
    cases = [make_case("short"), make_case("long", text="word " * 100)]
    outputs = list(LocalWriter("s", folder, None, PROMPT, 6, 2, Greedy()).write(cases))
    assert [output.id for output in outputs] == ["short"]
    assert "s: 1 of 2 cases left out: longer than the 60 tokens" in capsys.readouterr().err


def test_no_case_loads_no_model(tmp_path: Path) -> None:
    assert list(LocalWriter("s", tmp_path / "absent", None, PROMPT, 6, 2, Greedy()).write([])) == []


def test_a_missing_adapter_is_one_line(
    base_folder: Path, tmp_path: Path, make_case: Callable[..., Case]
) -> None:
    writer = LocalWriter("s", base_folder, tmp_path / "absent", PROMPT, 6, 2, Greedy())
    with pytest.raises(ArfError, match="absent: no model there"):
        list(writer.write([make_case()]))


def test_threads_are_told_to_wait_before_torch_is_there(base_folder: Path) -> None:
    """OpenMP reads its settings once, when PyTorch loads it, and shows them on request."""
    code = "import sys, pathlib as p, arf.write.model as w; f = p.Path(sys.argv[1]); "
    code += "w.load_chat(f); w.load_model(f)"
    environment = {name: v for name, v in os.environ.items() if name != "GOMP_SPINCOUNT"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(base_folder)],
        env=environment | {"OMP_DISPLAY_ENV": "VERBOSE"},
        capture_output=True,
        text=True,
        check=True,
    )
    if "GOMP_SPINCOUNT" not in done.stderr:
        pytest.skip("this OpenMP is not GNU's")
    assert "GOMP_SPINCOUNT = '5000'" in done.stderr
