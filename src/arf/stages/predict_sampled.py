"""Let a student answer by sampling: `python -m arf.stages.predict_sampled SOURCE`."""

from functools import partial

from arf.channels import Channels, count_cases
from arf.layout import base, student
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.models.generate import Sampling
from arf.params import load_section
from arf.predict import PredictParams, Sampled, predict
from arf.stages import run
from arf.write.providers import StudentRole, open_student


def main(source: str) -> None:
    params = load_section("predict", PredictParams)
    own = load_section(f"sampled.{source}", Sampled)
    role = load_section("roles.student", StudentRole)
    channels = load_section("channels", Channels).root
    llm = load_section("llm", LlmParams)
    expected = partial(count_cases, channels, "test")
    with account(f"predict-{source}", llm, expected=expected) as spending:
        writer = open_student(
            role,
            source,
            base(own.base),
            student(own.student),
            params.max_new_tokens,
            params.batch_size,
            Sampling(own.temperature, own.seed),
            spending,
        )
        predict(writer, source, channels)


if __name__ == "__main__":
    run(main)
