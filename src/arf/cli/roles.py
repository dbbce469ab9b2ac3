"""The whole section `roles` of `params.yaml`."""

from arf.annotate.providers import AnnotatorRole
from arf.params import Section, load_section
from arf.predict import PredictParams
from arf.revise.providers import EditorRole
from arf.write.providers import EndpointStudent, StudentRole, TeacherRole


class Roles(Section):
    """The whole `roles` section."""

    teacher: TeacherRole
    annotator: AnnotatorRole
    editor: EditorRole
    judge: AnnotatorRole
    student: StudentRole


def served(role: EndpointStudent, name: str) -> EndpointStudent:
    """Returns the role of one student that answers greedily."""
    params = load_section("predict", PredictParams)
    return role.of(name, params.max_new_tokens, params.greedy)
