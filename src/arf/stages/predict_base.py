"""Let an untuned base answer the test cases: `python -m arf.stages.predict_base BASE`."""

from functools import partial

from arf.channels import Channels, count_cases
from arf.layout import base, untuned
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import load_section
from arf.predict import PredictParams, predict
from arf.stages import run
from arf.write.providers import StudentRole, open_student


def main(name: str) -> None:
    params = load_section("predict", PredictParams)
    role = load_section("roles.student", StudentRole)
    channels = load_section("channels", Channels).root
    source = untuned(name)
    llm = load_section("llm", LlmParams)
    expected = partial(count_cases, channels, "test")
    with account(f"predict-{source}", llm, expected=expected) as spending:
        writer = open_student(
            role,
            source,
            base(name),
            None,
            params.max_new_tokens,
            params.batch_size,
            params.greedy,
            spending,
        )
        predict(writer, source, channels)


if __name__ == "__main__":
    run(main)
