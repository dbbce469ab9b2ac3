"""The whole section `roles` of `params.yaml`."""

from arf.annotate.providers import AnnotatorRole
from arf.params import Section
from arf.revise.providers import EditorRole
from arf.write.providers import StudentRole, TeacherRole


class Roles(Section):
    """The whole `roles` section."""

    teacher: TeacherRole
    annotator: AnnotatorRole
    editor: EditorRole
    judge: AnnotatorRole
    student: StudentRole
