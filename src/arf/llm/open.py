"""Which asker a role's parameters mean."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from arf.llm import Asker
from arf.llm.account import Account
from arf.llm.endpoint import Endpoint, LlmParams, LocalModel
from arf.state import state_dir

if TYPE_CHECKING:
    from arf.llm.cache.claims import Claims
    from arf.llm.privacy import Pseudonymiser
    from arf.llm.tracing import Tracer


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
    from arf.llm.desk import Desk

    privacy = privacy_of(model, account.params)
    desk = Desk(role, model, meter, answers, privacy, _tracer(model, account))
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


def privacy_of(model: Endpoint, params: LlmParams) -> "Pseudonymiser | None":
    """Returns what replaces personal data on the way to an endpoint; null where nothing does.

    Args:
        model: the endpoint; what is asked on loopback does not leave this machine.
        params: what holds for every role.

    Raises:
        ArfError: names are to be replaced, and their model is not there.
    """
    return None if model.is_loopback else _pseudonymiser(params)


@cache
def _pseudonymiser(params: LlmParams) -> "Pseudonymiser | None":
    if not params.pseudonymise:
        return None
    from arf.llm.privacy import Pseudonymiser

    return Pseudonymiser(params.names)


def _tracer(model: Endpoint, account: Account) -> "Tracer | None":
    """Returns what notes requests; those to loopback bear personal data, which it replaces."""
    if not account.params.tracing:
        return None
    from arf.llm.tracing import Tracer

    return Tracer(account.stage, _pseudonymiser(account.params) if model.is_loopback else None)


@cache
def _claims(path: Path) -> "Claims":
    """Returns the claims of this process: a second opening and closing would drop them all."""
    from arf.llm.cache.claims import Claims

    return Claims(path)
