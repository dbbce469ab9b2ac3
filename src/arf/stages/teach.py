"""Let the teacher write r0: `python -m arf.stages.teach`."""

from arf.channels import Channels
from arf.files import read_records, write_records
from arf.layout import cases, outputs, recorded_teacher
from arf.params import load_section
from arf.records import Case
from arf.rounds import TEACHER
from arf.stages import run
from arf.write.providers import TeacherRole, open_teacher


def main() -> None:
    role = load_section("roles.teacher", TeacherRole)
    for channel in load_section("channels", Channels).root:
        teacher = open_teacher(role, recorded_teacher(channel))
        stream = read_records(cases(channel), Case)
        write_records(outputs(TEACHER, channel), teacher.write(stream))


if __name__ == "__main__":
    run(main)
