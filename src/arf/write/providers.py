"""Which writer a teacher's role asks for."""

from pathlib import Path
from typing import Literal

from arf.errors import ArfError
from arf.params import Section
from arf.write import Writer
from arf.write.recorded import RecordedWriter


class TeacherRole(Section):
    """`roles.teacher`: where r0 comes from."""

    provider: Literal["recorded", "openai"]


def open_teacher(role: TeacherRole, recorded: Path) -> Writer:
    """Returns the teacher of one channel.

    Args:
        role: `roles.teacher`.
        recorded: the channel's recorded outputs.

    Raises:
        ArfError: the provider is not available.
    """
    if role.provider == "openai":
        raise ArfError(
            "roles.teacher.provider: openai needs the request engine, which this version does not "
            "have yet; put the teacher's outputs under data.dir/teacher and use recorded"
        )
    return RecordedWriter("r0", recorded)
