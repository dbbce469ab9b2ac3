"""Which annotator a role asks for: the audit's and the editor's, or the judge's."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from arf.annotate import Annotator
from arf.annotate.asking import ModelAnnotator
from arf.annotate.rules import RulesAnnotator
from arf.llm.account import Account
from arf.llm.endpoint import Endpoint, LocalModel
from arf.params import Section
from arf.prompts import PROMPTS, PromptFile, load_prompt
from arf.taxonomy import Taxonomy


class RulesRole(Section):
    """The taxonomy's detectors."""

    provider: Literal["rules"]


class EndpointRole(Endpoint):
    """A model behind an endpoint, and the file that it is asked by."""

    prompt: PromptFile = PROMPTS / "judge.yaml"


class LocalRole(LocalModel):
    """A model in this process, and the file that it is asked by."""

    prompt: PromptFile = PROMPTS / "judge.yaml"


class AnnotatorRole(RootModel[RulesRole | EndpointRole | LocalRole]):
    """`roles.annotator` or `roles.judge`: who labels errors and rates; `provider` says which."""

    root: Annotated[RulesRole | EndpointRole | LocalRole, Field(discriminator="provider")]


def open_annotator(
    role: AnnotatorRole, name: str, taxonomy: Taxonomy, account: Account
) -> Annotator:
    """Returns the annotator.

    Args:
        role: who labels.
        name: the role, `annotator` or `judge`.
        taxonomy: the codes.
        account: what asking a model comes to.

    Raises:
        ArfError: a detector, a prompt or a model's parameters are wrong.
    """
    if isinstance(role.root, RulesRole):
        return RulesAnnotator(taxonomy)
    from arf.llm.open import open_asker

    asker = open_asker(role.root, name, account)
    return ModelAnnotator(asker, load_prompt(role.root.prompt), taxonomy)
