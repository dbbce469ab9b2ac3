"""Prompts as YAML files: templates in which a missing variable is an error."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from jinja2 import UndefinedError
from pydantic import AfterValidator, Field, PrivateAttr, ValidationError

from arf.errors import ArfError
from arf.files import describe, sha256_text
from arf.params import Section, read_yaml
from arf.records import Case
from arf.templates import TAGS, compiled, fences, shows_something, unfenced

PROMPTS = Path("prompts")


def _is_watched(path: Path) -> Path:
    if path.is_absolute() or ".." in path.parts or path.parts[:1] != PROMPTS.parts:
        raise ValueError(f"has to lie under {PROMPTS}/, which dvc.yaml watches for changes")
    return path


PromptFile = Annotated[Path, AfterValidator(_is_watched)]


def _has_text(template: str) -> str:
    if not template.strip():
        raise ValueError("is empty; write what the model is to be told")
    return template


Text = Annotated[str, AfterValidator(_has_text)]


class Shot(Section):
    """One example of a question and its answer, both templates."""

    user: Text
    assistant: Text


class Override(Section):
    """What a prompt has otherwise on one channel; what is left out stays as it is.

    Attributes:
        user: the user message.
        system: the system message; null for none.
        examples: all examples.
    """

    user: Text = ""
    system: Text | None = None
    examples: tuple[Shot, ...] = ()


class Prompt(Section):
    """A prompt for a chat model.

    Attributes:
        user: jinja2 template of the user message; sees `case`, `body` (all that the case says),
            the channel's variables, and what the caller adds.
        system: jinja2 template of the system message, if any.
        examples: few-shot turns between the two, templates that see the same.
        channels: variables per channel, such as what its documents are called.
        overrides: other templates per channel.
    """

    user: Text
    system: Text | None = None
    examples: tuple[Shot, ...] = ()
    channels: dict[str, dict[str, str]] = Field(default_factory=dict)
    overrides: dict[str, Override] = Field(default_factory=dict)

    _path: Path = PrivateAttr(default=Path("prompt"))

    @cached_property
    def sha256(self) -> str:
        """The hash that records carry."""
        return sha256_text(self.model_dump_json(exclude_unset=True))

    def messages(self, case: Case, **variables: Any) -> list[dict[str, str]]:
        """Renders the chat messages for a case.

        Raises:
            ArfError: a template is broken, fails, or uses a variable that is not set.
        """
        names = {
            "case": case,
            "body": case.body(),
            **self.channels.get(case.channel, {}),
            **variables,
        }
        names[TAGS] = [str(names.get(tag, tag)) for tag in self._tags]
        return [
            {"role": role, "content": self._render(template, where, case.channel, names)}
            for role, template, where in self._turns(case.channel)
        ]

    @property
    def shows_something(self) -> bool:
        """Whether a message shows the case or an output, on each channel."""
        return all(
            any(shows_something(template) for _, template, _ in self._turns(channel))
            for channel in (None, *self.overrides)
        )

    def unfenced(self) -> Iterator[str]:
        """Yields each place at which text of a case or an output stands without a fence."""
        for channel in (None, *self.overrides):
            for _, template, where in self._turns(channel):
                if channel is None or where.startswith("overrides"):
                    yield from (f"{where}: {name}" for name in unfenced(template))

    @cached_property
    def _tags(self) -> frozenset[str]:
        """The tags of all fences, or the names of the variables that hold them."""
        channels = (None, *self.overrides)
        templates = (turn[1] for channel in channels for turn in self._turns(channel))
        return frozenset(tag for template in templates for tag in fences(template))

    def _turns(self, channel: str | None) -> Iterator[tuple[str, str, str]]:
        """Yields the role, the template, and what messages call it."""
        own = self.overrides.get(channel) if channel else None
        changed = own.model_fields_set if own else frozenset()

        def pick(field: str) -> tuple[Any, str]:
            if own and field in changed:
                return getattr(own, field), f"overrides.{channel}."
            return getattr(self, field), ""

        system, where = pick("system")
        if system is not None:
            yield "system", system, f"{where}system"
        shots, where = pick("examples")
        for number, shot in enumerate(shots):
            yield "user", shot.user, f"{where}examples.{number}.user"
            yield "assistant", shot.assistant, f"{where}examples.{number}.assistant"
        user, where = pick("user")
        yield "user", user, f"{where}user"

    def _render(self, template: str, where: str, channel: str, names: Mapping[str, Any]) -> str:
        try:
            return compiled(template).render(names).strip()
        except Exception as error:  # a template can raise whatever its expressions do
            reason = " ".join(str(error).split())
            mend = "correct the template"
            if isinstance(error, UndefinedError):
                mend = f"set it under channels.{channel}, or {mend}"
            raise ArfError(f"{self._path}: {where} message: {reason}; {mend}") from error


def load_prompt(path: Path) -> Prompt:
    """Reads and validates a prompt file.

    Raises:
        ArfError: it is absent, empty or malformed.
    """
    value = read_yaml(path)
    if value is None:
        raise ArfError(f"{path}: is empty; write at least `user:`, what the model is asked")
    try:
        prompt = Prompt.model_validate(value)
    except ValidationError as error:
        raise ArfError(f"{path}: {describe(error)}") from error
    if not prompt.shows_something:
        raise ArfError(
            f"{path}: no message shows the case, so that all would get one answer; put "
            '{{ body | fence("case") }} into user'
        )
    prompt._path = path
    return prompt
