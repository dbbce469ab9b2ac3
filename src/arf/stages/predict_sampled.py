"""Let a student answer by sampling: `python -m arf.stages.predict_sampled SOURCE`."""

from arf.channels import Channels
from arf.layout import base, student
from arf.params import load_section
from arf.predict import PredictParams, Sampled, predict
from arf.prompts import PROMPTS, load_prompt
from arf.stages import run
from arf.write.local import LocalWriter, Sampling


def main(source: str) -> None:
    params = load_section("predict", PredictParams)
    own = load_section(f"sampled.{source}", Sampled)
    prompt = load_prompt(PROMPTS / "teacher.yaml")
    writer = LocalWriter(
        source,
        base(own.base),
        student(own.student),
        prompt,
        params.max_new_tokens,
        params.batch_size,
        Sampling(own.temperature, own.seed),
    )
    predict(writer, source, load_section("channels", Channels).root)


if __name__ == "__main__":
    run(main)
