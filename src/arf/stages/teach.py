"""Let the teacher write r0: `python -m arf.stages.teach`."""

from functools import partial

from arf.channels import Channels, count_cases, read_cases, write_by_channel
from arf.layout import outputs, recorded_teacher
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import load_section
from arf.rounds import TEACHER
from arf.stages import run
from arf.write.providers import TeacherRole, open_teacher


def main() -> None:
    role = load_section("roles.teacher", TeacherRole)
    channels = load_section("channels", Channels).root
    llm = load_section("llm", LlmParams)
    with account("teach", llm, expected=partial(count_cases, channels)) as spending:
        teacher = open_teacher(role, TEACHER, recorded_teacher, spending)
        written = teacher.write(read_cases(channels))
        write_by_channel(written, channels, partial(outputs, TEACHER))


if __name__ == "__main__":
    run(main)
