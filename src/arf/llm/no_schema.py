"""Which endpoints take no `response_format`: what a run has learnt, the next one need not ask."""

from pathlib import Path

from arf.errors import ArfError
from arf.files import sha256_text
from arf.llm.endpoint import Endpoint, parameter
from arf.progress import say
from arf.state import state_dir


def takes_schema(endpoint: Endpoint) -> bool:
    """Says whether an endpoint is asked for shapes by `response_format`."""
    if endpoint.answers == "auto":
        return not _mark(endpoint).exists()
    return endpoint.answers == "schema"


def give_up_schema(endpoint: Endpoint, role: str) -> None:
    """Notes that an endpoint has refused a `response_format`.

    Raises:
        ArfError: its role insists on one.
    """
    where = f"{parameter(role)}: {endpoint.base_url} takes no response_format"
    if endpoint.answers == "schema":
        raise ArfError(f"{where}; set answers: auto or prompt for this role")
    if not _mark(endpoint).exists():
        _mark(endpoint).touch()
        say(f"{where}: its prompts hold the schema from now on")


def forget(endpoint: Endpoint) -> None:
    """Takes a note back: the endpoint has answered by schema."""
    _mark(endpoint).unlink(missing_ok=True)


def _mark(endpoint: Endpoint) -> Path:
    where = sha256_text(f"{endpoint.base_url}\n{endpoint.model}")[:12]
    return state_dir("endpoints") / f"no-schema-{where}"
