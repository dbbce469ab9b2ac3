"""Let an untuned base answer the test cases: `python -m arf.stages.predict_base BASE`."""

from arf.channels import Channels
from arf.files import read_records, write_records
from arf.layout import base, cases, outputs, untuned
from arf.params import load_section
from arf.predict import predict
from arf.prompts import PROMPTS, load_prompt
from arf.records import Case
from arf.stages import run
from arf.write.local import LocalWriter, PredictParams


def main(name: str) -> None:
    params = load_section("predict", PredictParams)
    prompt = load_prompt(PROMPTS / "teacher.yaml")
    channels = load_section("channels", Channels).root
    source = untuned(name)
    writer = LocalWriter(source, base(name), None, prompt, params.max_new_tokens, params.batch_size)
    asked = {channel: list(read_records(cases(channel), Case)) for channel in channels}
    for channel, written in predict(writer, asked).items():
        write_records(outputs(source, channel), written)


if __name__ == "__main__":
    run(main)
