"""Each request with its answer, as it left this machine, for the traces in MLflow."""

import json
import os
from typing import TYPE_CHECKING, Any

from arf.llm import Messages
from arf.llm.cache import Meta
from arf.state import state_dir

if TYPE_CHECKING:
    from arf.llm.privacy import Pseudonymiser


class Tracer:
    """Appends what a stage asks and gets to `.arf/traces/<stage>.jsonl`.

    Lines of several processes do not mix. `arf.track.traces` takes them to MLflow.

    Args:
        stage: the stage.
        privacy: replaces personal data in what was sent as it is, to this machine itself; null
            where it has been replaced already, or is to stay.
    """

    def __init__(self, stage: str, privacy: "Pseudonymiser | None" = None) -> None:
        self.stage = stage
        self._privacy = privacy
        self.path = state_dir("traces") / f"{stage}.jsonl"

    def write(
        self,
        meta: Meta,
        question_id: str,
        messages: Messages,
        text: str | None,
        failure: str | None,
        begun: float,
    ) -> None:
        """Adds one request.

        Args:
            meta: who was asked, and what it took.
            question_id: of the question.
            messages: as sent.
            text: the answer as received.
            failure: why the answer cannot be used.
            begun: when it was sent, in seconds since 1970.
        """
        if self._privacy is not None:
            told = [{"role": "assistant", "content": part or ""} for part in (text, failure)]
            (*messages, answer, reason), _ = self._privacy.hide([*messages, *told])
            text = None if text is None else answer["content"]
            failure = None if failure is None else reason["content"]
        row: dict[str, Any] = {
            "role": meta.role,
            "model": meta.model,
            "id": question_id,
            "messages": messages,
            "text": text,
            "failure": failure,
            "begun": begun,
            "ended": meta.created,
            "prompt_tokens": meta.prompt_tokens,
            "completion_tokens": meta.completion_tokens,
        }
        line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)
