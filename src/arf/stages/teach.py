"""Let the teacher write r0: `python -m arf.stages.teach`."""

from functools import partial

from arf.channels import Channels, count_cases
from arf.files import read_records, write_records
from arf.layout import cases, outputs, recorded_teacher
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import load_section
from arf.records import Case
from arf.rounds import TEACHER
from arf.stages import run
from arf.write.providers import TeacherRole, open_teacher


def main() -> None:
    role = load_section("roles.teacher", TeacherRole)
    channels = load_section("channels", Channels).root
    llm = load_section("llm", LlmParams)
    with account("teach", llm, expected=partial(count_cases, channels)) as spending:
        teacher = open_teacher(role, TEACHER, recorded_teacher, spending)
        for channel in channels:
            stream = read_records(cases(channel), Case)
            write_records(outputs(TEACHER, channel), teacher.write(stream))


if __name__ == "__main__":
    run(main)
