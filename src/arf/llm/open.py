"""Which asker a role's parameters mean."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from arf.llm import Asker
from arf.llm.account import Account
from arf.llm.endpoint import Endpoint, LocalModel
from arf.state import state_dir

if TYPE_CHECKING:
    from arf.llm.cache.claims import Claims


def open_asker(model: Endpoint | LocalModel, role: str, account: Account) -> Asker:
    """Returns the asker of a role; the account closes it at its end.

    Args:
        model: the role's section of `params.yaml`.
        role: the role, as `params.yaml` and messages name it.
        account: what the stage's requests come to.

    Raises:
        ArfError: the key is not set, there is no such model, or no price where there is a budget.
    """
    meter = account.meter(role, model)
    if isinstance(model, LocalModel):
        from arf.llm.local import open_local

        return open_local(model, role, meter)
    if model.mode != "file":
        model.read_key(role)
    from arf.llm.cache import Answers

    folder = state_dir("answers")
    answers = Answers(folder / "answers.db")
    account.closing.callback(answers.close)
    answers.make_room()
    meter.spent_before = answers.spent(account.run)
    privacy = None
    if account.params.pseudonymise and (account.params.tracing or not model.is_loopback):
        from arf.llm.privacy import Pseudonymiser

        privacy = Pseudonymiser(account.params.names)
    tracer = None
    if account.params.tracing:
        from arf.llm.tracing import Tracer

        tracer = Tracer(account.stage, privacy if model.is_loopback else None)
    if model.is_loopback:
        privacy = None
    from arf.llm.desk import Desk

    desk = Desk(role, model, meter, answers, privacy, tracer)
    if model.mode == "batch":
        from arf.llm.deferred.batch import BatchAsker

        return BatchAsker(desk)
    if model.mode == "file":
        from arf.llm.deferred.handover import FileAsker

        return FileAsker(desk, account.stage)
    from arf.llm.live.engine import EndpointAsker

    asker = EndpointAsker(desk, _claims(folder / "claims"))
    account.closing.callback(asker.close)
    return asker


@cache
def _claims(path: Path) -> "Claims":
    """Returns the claims of this process: a second opening and closing would drop them all."""
    from arf.llm.cache.claims import Claims

    return Claims(path)
