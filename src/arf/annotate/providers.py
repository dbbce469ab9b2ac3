"""Which annotator a role asks for: the audit's and the editor's, or the judge's."""

from typing import Literal

from arf.annotate import Annotator
from arf.annotate.rules import RulesAnnotator
from arf.errors import ArfError
from arf.params import Section
from arf.taxonomy import Taxonomy


class AnnotatorRole(Section):
    """`roles.annotator` or `roles.judge`: who labels errors and rates."""

    provider: Literal["rules", "openai"]


def open_annotator(role: AnnotatorRole, taxonomy: Taxonomy) -> Annotator:
    """Returns the annotator.

    Raises:
        ArfError: the provider is not available.
    """
    if role.provider == "openai":
        raise ArfError(
            "roles: the provider openai needs the request engine, which this version does not "
            "have yet; use rules for annotator and judge"
        )
    return RulesAnnotator(taxonomy)
