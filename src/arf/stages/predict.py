"""Let a student answer the test cases: `python -m arf.stages.predict STUDENT`."""

from arf.channels import Channels
from arf.files import read_records, write_records
from arf.layout import base, cases, outputs, student
from arf.params import load_section
from arf.predict import predict
from arf.prompts import PROMPTS, load_prompt
from arf.records import Case
from arf.stages import run
from arf.train.params import Student
from arf.write.local import LocalWriter, PredictParams


def main(name: str) -> None:
    params = load_section("predict", PredictParams)
    own = load_section(f"students.{name}", Student)
    prompt = load_prompt(PROMPTS / "teacher.yaml")
    channels = load_section("channels", Channels).root
    writer = LocalWriter(
        name, base(own.base), student(name), prompt, params.max_new_tokens, params.batch_size
    )
    asked = {channel: list(read_records(cases(channel), Case)) for channel in channels}
    for channel, written in predict(writer, asked).items():
        write_records(outputs(name, channel), written)


if __name__ == "__main__":
    run(main)
