"""Let an untuned base answer the test cases: `python -m arf.stages.predict_base BASE`."""

from arf.channels import Channels
from arf.layout import base, untuned
from arf.params import load_section
from arf.predict import PredictParams, predict
from arf.prompts import PROMPTS, load_prompt
from arf.stages import run
from arf.write.local import Greedy, LocalWriter


def main(name: str) -> None:
    params = load_section("predict", PredictParams)
    prompt = load_prompt(PROMPTS / "teacher.yaml")
    source = untuned(name)
    writer = LocalWriter(
        source,
        base(name),
        None,
        prompt,
        params.max_new_tokens,
        params.batch_size,
        Greedy(params.repetition_penalty),
    )
    predict(writer, source, load_section("channels", Channels).root)


if __name__ == "__main__":
    run(main)
