"""Which editor a role asks for."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, RootModel

from arf.llm.account import Account
from arf.llm.endpoint import Endpoint, LocalModel
from arf.params import Section
from arf.revise import Editor
from arf.revise.asking import ModelEditor
from arf.revise.cascade import WINDOW
from arf.revise.recorded import RecordedEditor
from arf.revise.rules import RulesEditor
from arf.taxonomy import Taxonomy

LIVE_WINDOW = 4096  # outputs: many times the requests that an endpoint takes at once


class RulesRole(Section):
    """The taxonomy's fixers."""

    provider: Literal["rules"]


class RecordedRole(Section):
    """An editor's answers that came with the data."""

    provider: Literal["recorded"]


class EditorRole(RootModel[RulesRole | RecordedRole | Endpoint | LocalModel]):
    """`roles.editor`, or one of `trial.editors`: who corrects; `provider` says which."""

    root: Annotated[
        RulesRole | RecordedRole | Endpoint | LocalModel, Field(discriminator="provider")
    ]


def open_editor(
    role: EditorRole,
    name: str,
    taxonomy: Taxonomy,
    recorded: Callable[[str], Path],
    account: Account,
) -> Editor:
    """Returns the editor.

    Args:
        role: who edits.
        name: the role, `editor`, or `trial.editors.NAME`.
        taxonomy: the codes, their fixers and prompts.
        recorded: gives the file of a channel's recorded edits.
        account: what asking a model comes to.

    Raises:
        ArfError: a fixer or a model's parameters are wrong.
    """
    match role.root:
        case RecordedRole():
            return RecordedEditor(recorded)
        case RulesRole():
            return RulesEditor(taxonomy)
        case model:
            from arf.llm.open import open_asker

            return ModelEditor(open_asker(model, name, account), taxonomy)


def window_of(*roles: Section) -> int | None:
    """Returns how many outputs are to go through a round together, null for all.

    Args:
        roles: who annotates and who edits. A batch or a file takes all questions at once; a live
            endpoint is kept busy by many.
    """
    modes = {role.mode for role in roles if isinstance(role, Endpoint)}
    if modes - {"live"}:
        return None
    return LIVE_WINDOW if modes else WINDOW
