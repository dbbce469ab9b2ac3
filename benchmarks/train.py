"""Measures training and generation: `python benchmarks/train.py models/base/default`.

The pairs are made up, of about the length of the embedded corpus: it is speed that is measured.
"""

import argparse
import tempfile
from contextlib import nullcontext
from pathlib import Path
from random import Random
from time import perf_counter
from unittest.mock import patch

from arf import train
from arf.prompts import Prompt
from arf.records import Case, Output
from arf.train import Lora, TrainParams, train_student
from arf.write.local import LocalWriter

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


def main() -> None:
    """Trains for a token budget, then answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("--tokens", type=int, default=16000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--plain", action="store_true", help="TRL's own head")
    parser.add_argument("--answers", type=int, default=0)
    parser.add_argument("--answer-batch", type=int, default=16)
    parser.add_argument("--answer-tokens", type=int, default=130)
    options = parser.parse_args()
    made = pairs(400)
    with tempfile.TemporaryDirectory() as folder:
        adapter = None
        if options.tokens:
            adapter = Path(folder, "student")
            params = TrainParams(
                token_budget=options.tokens,
                seed=0,
                batch_size=options.batch,
                learning_rate=1e-3,
                max_length=1024,
                checkpoint_steps=5,
                lora=Lora(r=16, alpha=32),
            )
            head = patch.object(train, "_compact_head", nullcontext)
            with head if options.plain else nullcontext():
                start = perf_counter()
                result = train_student(params, made, PROMPT, options.base, adapter)
            print(result.metrics, result.timing, f"{perf_counter() - start:.1f} s with loading")
        if options.answers:
            writer = LocalWriter(
                "student",
                options.base,
                adapter,
                PROMPT,
                options.answer_tokens,
                options.answer_batch,
            )
            start = perf_counter()
            texts = [
                output.text for output in writer.write(case for case, _ in made[: options.answers])
            ]
            seconds = perf_counter() - start
            print(f"{len(texts)} answers in {seconds:.1f} s: {len(texts) / seconds:.2f} a second")


if __name__ == "__main__":
    main()
