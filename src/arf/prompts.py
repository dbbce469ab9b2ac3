"""Prompts as YAML files: templates in which a missing variable is an error."""

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field, PrivateAttr, ValidationError

from arf.errors import ArfError
from arf.files import describe, sha256_text
from arf.params import Section, read_yaml
from arf.records import Case

PROMPTS = Path("prompts")
_JINJA = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def fence(text: str, tag: str) -> str:
    """Escapes the `<` of every `<tag` and `</tag` in a text that is put between these tags.

    Nothing is taken out, so that what is left cannot come together as a tag.
    """
    return re.sub(rf"<(?=(?:\s*/\s*)?{re.escape(tag)}(?!\w))", "&lt;", text, flags=re.IGNORECASE)


_JINJA.filters["fence"] = fence


class Prompt(Section):
    """A prompt for a chat model.

    Attributes:
        user: jinja2 template of the user message; sees `case`, `body` (all that the case says),
            the channel's variables, and what the caller adds.
        system: jinja2 template of the system message, if any.
        channels: variables per channel, such as what its documents are called.
    """

    user: str = Field(min_length=1)
    system: str | None = None
    channels: dict[str, dict[str, str]] = Field(default_factory=dict)

    _path: Path = PrivateAttr(default=Path("prompt"))

    @cached_property
    def sha256(self) -> str:
        """The hash that records carry."""
        return sha256_text(self.model_dump_json())

    def messages(self, case: Case, **variables: Any) -> list[dict[str, str]]:
        """Renders the chat messages for a case.

        Raises:
            ArfError: the template is broken, fails, or uses a variable that is not set.
        """
        names = {
            "case": case,
            "body": case.body(),
            **self.channels.get(case.channel, {}),
            **variables,
        }
        rendered = []
        for role, template in (("system", self.system), ("user", self.user)):
            if template is None:
                continue
            try:
                content = _JINJA.from_string(template).render(names).strip()
            except Exception as error:  # a template can raise whatever its expressions do
                reason = " ".join(str(error).split())
                raise ArfError(
                    f"{self._path}: {role} message: {reason}; set it under channels."
                    f"{case.channel}, or correct the template"
                ) from error
            rendered.append({"role": role, "content": content})
        return rendered


def load_prompt(path: Path) -> Prompt:
    """Reads and validates a prompt file.

    Raises:
        ArfError: it is absent or malformed.
    """
    try:
        prompt = Prompt.model_validate(read_yaml(path))
    except ValidationError as error:
        raise ArfError(f"{path}: {describe(error)}") from error
    prompt._path = path
    return prompt
