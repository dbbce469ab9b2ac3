"""Let a student answer the test cases: `python -m arf.stages.predict STUDENT`."""

from arf.channels import Channels
from arf.layout import base, student
from arf.params import load_section
from arf.predict import PredictParams, predict
from arf.prompts import PROMPTS, load_prompt
from arf.stages import run
from arf.train.params import Student
from arf.write.local import Greedy, LocalWriter


def main(name: str) -> None:
    params = load_section("predict", PredictParams)
    own = load_section(f"students.{name}", Student)
    prompt = load_prompt(PROMPTS / "teacher.yaml")
    writer = LocalWriter(
        name,
        base(own.base),
        student(name),
        prompt,
        params.max_new_tokens,
        params.batch_size,
        Greedy(params.repetition_penalty),
    )
    predict(writer, name, load_section("channels", Channels).root)


if __name__ == "__main__":
    run(main)
