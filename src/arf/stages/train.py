"""Fine-tune a student: `python -m arf.stages.train STUDENT`."""

from pathlib import Path

from arf.channels import Channels, read_pairs
from arf.files import write_csv, write_json
from arf.layout import METRICS, base, student
from arf.params import load_section
from arf.prompts import load_prompt
from arf.stages import run
from arf.train.params import Student, TrainParams
from arf.train.student import train_student


def main(name: str) -> None:
    params = load_section("train", TrainParams)
    own = load_section(f"students.{name}", Student)
    channels = load_section("channels", Channels).root
    pairs = read_pairs(own.data, channels)
    prompt = load_prompt(load_section("roles.student.prompt", Path))
    result = train_student(params, pairs, prompt, base(own.base), student(name))
    write_json(METRICS / "train" / f"{name}.json", result.metrics)
    write_csv(METRICS / "train" / f"{name}.csv", result.losses)
    write_json(METRICS / "timing" / "train" / f"{name}.json", result.timing)


if __name__ == "__main__":
    run(main)
