"""What a check of `arf doctor` finds."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "fail"]


@dataclass(frozen=True)
class Finding:
    """What a check found; a `fail` says what to do."""

    state: State
    text: str
