"""Let a student answer the test cases: `python -m arf.stages.predict STUDENT`."""

from functools import partial

from arf.channels import Channels, count_cases
from arf.layout import base, student
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import load_section
from arf.predict import PredictParams, predict
from arf.stages import run
from arf.train.params import Student
from arf.write.providers import StudentRole, open_student


def main(name: str) -> None:
    params = load_section("predict", PredictParams)
    own = load_section(f"students.{name}", Student)
    role = load_section("roles.student", StudentRole)
    channels = load_section("channels", Channels).root
    llm = load_section("llm", LlmParams)
    expected = partial(count_cases, channels, "test")
    with account(f"predict-{name}", llm, expected=expected) as spending:
        writer = open_student(
            role,
            name,
            base(own.base),
            student(name),
            params.max_new_tokens,
            params.batch_size,
            params.greedy,
            spending,
        )
        predict(writer, name, channels)


if __name__ == "__main__":
    run(main)
