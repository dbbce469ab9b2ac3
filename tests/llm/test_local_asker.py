import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from arf.bases.prepare import Base, prepare_base
from arf.errors import ArfError
from arf.llm import Question, Reply, local
from arf.llm.account import account
from arf.llm.endpoint import LlmParams, LocalModel
from arf.llm.local import LocalAsker, open_local
from arf.llm.structured import instruct
from arf.models.generate import Generator, Greedy, Sampling
from arf.models.load import load_chat, load_model
from arf.prompts import Prompt
from arf.records import Case, Output
from arf.write.asking import ModelWriter

PROMPT = Prompt(user="Sum up: {{ body }}")


@pytest.fixture(scope="module")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    prepare_base(Base.model_validate({"source": "tiny"}), folder)
    return folder


@pytest.fixture
def cases(make_case: Callable[..., Case]) -> list[Case]:
    return [make_case(f"c{n}", text=f"order {n} " * (1 + n * 7 % 5)) for n in range(7)]


def write(
    cases: Iterable[Case],
    base: Path | str,
    adapter: Path | None,
    max_new_tokens: int,
    batch_size: int,
    decoding: Greedy | Sampling,
) -> list[Output]:
    asker = LocalAsker("s", base, adapter, max_new_tokens, batch_size, decoding)
    return list(ModelWriter("student-r0", asker, PROMPT).write(cases))


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
    outputs = write(iter(cases), base_folder, adapter, 6, batch_size, Greedy(penalty))
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
        outputs = write(cases, base_folder, None, 24, 7, Greedy(penalty))
        chat = load_chat(base_folder)
        answers = [chat.tokenizer(output.text)["input_ids"] for output in outputs]
        return sum(len(answer) - len(set(answer)) for answer in answers)

    assert repetitions(2.0) < repetitions(1.0)


def test_sampling_follows_the_model_s_own_distribution(
    base_folder: Path, make_case: Callable[..., Case]
) -> None:
    import torch

    def first_tokens(temperature: float, seed: int) -> list[str]:
        twins = [make_case(str(number), text="the same") for number in range(400)]
        sampling = Sampling(temperature, seed)
        return [output.text for output in write(twins, base_folder, None, 1, 400, sampling)]

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
    (output,) = write([case], folder, None, 6, 1, Greedy())
    assert output.text == ""


def test_the_model_s_own_stop_tokens_count(
    base_folder: Path, tmp_path: Path, make_case: Callable[..., Case]
) -> None:
    case, folder = make_case(), copy(base_folder, tmp_path)
    answer = by_hand(folder, None, case, 6)
    change(folder / "generation_config.json", eos_token_id=[answer[2]])
    (output,) = write([case], folder, None, 6, 1, Greedy())
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
    outputs = write(cases, folder, None, 6, 2, Greedy())
    assert [output.id for output in outputs] == ["short"]
    assert "s: 1 of 2 questions left out: longer than the 60 tokens" in capsys.readouterr().err


def test_no_case_loads_no_model(tmp_path: Path) -> None:
    assert write([], tmp_path / "absent", None, 6, 2, Greedy()) == []


def test_a_missing_adapter_is_one_line(
    base_folder: Path, tmp_path: Path, make_case: Callable[..., Case]
) -> None:
    with pytest.raises(ArfError, match="absent: no model there"):
        write([make_case()], base_folder, tmp_path / "absent", 6, 2, Greedy())


class Verdict(BaseModel):
    rating: int


ASKED = [{"role": "user", "content": "How good is it?"}]


def answering(monkeypatch: pytest.MonkeyPatch, base_folder: Path, texts: list[str]) -> list[str]:
    """Lets the generator say these texts in turn, and returns what it is going to be asked."""
    chat, asked, queue = load_chat(base_folder), [], iter(texts)

    def generate(_: Generator, prompts: list[list[int]]) -> Iterator[tuple[int, list[int]]]:
        asked.extend(chat.tokenizer.decode(ids) for ids in prompts)
        # Out of order, as the real one answers.
        answers = [(number, chat.answer_ids(next(queue))) for number in range(len(prompts))]
        yield from reversed(answers)

    monkeypatch.setattr(Generator, "generate", generate)
    return asked


def ask_shaped(base_folder: Path, count: int, reasks: int) -> list[Reply]:
    asker = LocalAsker("judge", base_folder, None, 6, 2, Greedy(), reasks)
    return list(asker.ask(Question(f"q{n}", ASKED, Verdict, subject=n) for n in range(count)))


def test_a_shape_is_told_and_read(monkeypatch: pytest.MonkeyPatch, base_folder: Path) -> None:
    asked = answering(monkeypatch, base_folder, ['{"rating": 1}', 'So: {"rating": 2,}'])
    replies = ask_shaped(base_folder, 2, reasks=0)
    assert [reply.value for reply in replies] == [Verdict(rating=1), Verdict(rating=2)]
    assert [reply.question.subject for reply in replies] == [0, 1]
    assert '"rating"' in asked[0]


def test_what_cannot_be_read_is_asked_again_alone_with_the_error(
    monkeypatch: pytest.MonkeyPatch, base_folder: Path
) -> None:
    texts = ['{"rating": 1}', "lovely", '{"rating": 3}']
    asked = answering(monkeypatch, base_folder, texts)
    replies = ask_shaped(base_folder, 2, reasks=1)
    assert [reply.value for reply in replies] == [Verdict(rating=1), Verdict(rating=3)]
    assert [reply.failure for reply in replies] == [None, None]
    assert len(asked) == 3
    assert "lovely" in asked[2]
    assert "there is no whole JSON object in it" in asked[2]


@pytest.mark.parametrize("reasks", [0, 2])
def test_tries_end(monkeypatch: pytest.MonkeyPatch, base_folder: Path, reasks: int) -> None:
    asked = answering(monkeypatch, base_folder, ["", "lovely", '{"rating": "high"}'])
    (reply,) = ask_shaped(base_folder, 1, reasks)
    assert len(asked) == reasks + 1
    assert reply.failure is not None
    assert reply.failure.kind == "invalid"
    assert ("rating" if reasks else "no whole JSON object") in reply.failure.reason
    assert (reply.text, reply.value) == (None, None)


def test_a_second_try_beyond_the_context_leaves_the_first_failure(
    base_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = len(load_chat(base_folder).prompt_ids(instruct(ASKED, Verdict)))
    folder = copy(base_folder, tmp_path)
    change(folder / "config.json", max_position_embeddings=first + 6)
    (reply,) = ask_shaped(folder, 1, reasks=1)
    assert reply.failure is not None
    assert reply.failure.kind == "invalid"
    assert "left out" not in capsys.readouterr().err


def test_a_question_beyond_the_context_is_a_failure(base_folder: Path, tmp_path: Path) -> None:
    folder = copy(base_folder, tmp_path)
    change(folder / "config.json", max_position_embeddings=60)
    long = [{"role": "user", "content": "word " * 100}]
    questions = [Question("a", ASKED), Question("b", long), Question("c", ASKED)]
    replies = list(LocalAsker("s", folder, None, 6, 2, Greedy()).ask(questions))
    assert [reply.question.id for reply in replies] == ["a", "b", "c"]
    assert replies[0].text == replies[2].text is not None
    failure = replies[1].failure
    assert failure is not None
    assert failure.kind == "context"
    assert "and 6 for the answer are more than the 60 tokens of tiny's context" in failure.reason


@pytest.mark.parametrize("room", [5, 6])
def test_the_longest_answer_has_to_fit_too(base_folder: Path, tmp_path: Path, room: int) -> None:
    folder = copy(base_folder, tmp_path)
    needed = len(load_chat(base_folder).prompt_ids(ASKED))
    change(folder / "config.json", max_position_embeddings=needed + room)
    (reply,) = LocalAsker("s", folder, None, 6, 2, Greedy()).ask([Question("a", ASKED)])
    assert (reply.failure is None) == (room == 6)


def test_many_calls_load_one_model(monkeypatch: pytest.MonkeyPatch, base_folder: Path) -> None:
    loaded = []

    def load(*given: Any) -> Any:
        loaded.append(given)
        return load_model(*given)

    monkeypatch.setattr(local, "load_model", load)
    asker = LocalAsker("s", base_folder, None, 6, 2, Sampling(1.0, 3))
    texts = {next(asker.ask([Question("a", ASKED)])).text for _ in range(3)}
    assert len(loaded) == len(texts) == 1


def test_a_role_counts_what_it_asks(
    monkeypatch: pytest.MonkeyPatch, base_folder: Path, tmp_path: Path
) -> None:
    asked = answering(monkeypatch, base_folder, ['{"rating": 1}', "lovely", "lovely"])
    role = LocalModel(provider="local", model=str(base_folder), max_failed=1)
    with account("judge", LlmParams(), tmp_path) as spending:
        meter = spending.meter("judge", role)
        asker = open_local(role, "judge", meter)
        assert (asker.provider, asker.model) == ("local", "tiny")
        replies = list(asker.ask(Question(f"q{n}", ASKED, Verdict) for n in range(2)))
    usage = meter.usage
    assert [reply.failure is None for reply in replies] == [True, False]
    assert (usage.asked, usage.sent, usage.repaid, usage.failed) == (2, 3, 1, {"invalid": 1})
    chat = load_chat(base_folder)
    assert usage.prompt_tokens == sum(len(chat.tokenizer(text)["input_ids"]) for text in asked)
    assert usage.completion_tokens > 0
    failure = json.loads((tmp_path / "judge" / "failures.jsonl").read_text())
    assert (failure["id"], failure["role"], failure["kind"]) == ("q1", "judge", "invalid")
