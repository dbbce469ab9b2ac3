"""Chat messages and answers as tokens: the same ones in training and in generation."""

from functools import cached_property
from typing import Any

from arf.errors import ArfError

Messages = list[dict[str, str]]
_PROBE = "probe"


class Chat:
    """A base's chat template and tokenizer.

    The prompt and the answer are turned into tokens apart and then joined. So a student is
    trained after exactly the prompt tokens that it gets when it generates, whatever the template
    does with a whole conversation.
    """

    def __init__(self, tokenizer: Any, name: str):
        """Wraps a transformers tokenizer that has a chat template.

        Args:
            tokenizer: the tokenizer.
            name: what messages call the base.
        """
        self.tokenizer = tokenizer
        self.name = name
        special = {*tokenizer.all_special_ids}
        special |= {
            token for token, added in tokenizer.added_tokens_decoder.items() if added.special
        }
        self._special = special
        self._words = tuple(str(word) for word in tokenizer.convert_ids_to_tokens(sorted(special)))

    def plain(self, text: str) -> str:
        """Returns a text in which no word is a special token of the tokenizer.

        Otherwise a customer could end the turn, or open one of the system's, by writing
        `<|im_end|>`.
        """
        for word in self._words:
            if len(word) > 1:
                text = text.replace(word, f"{word[0]} {word[1:]}")
        return text

    def _render(self, messages: Messages, answer_next: bool) -> str:
        from jinja2 import TemplateError

        try:
            return str(
                self.tokenizer.apply_chat_template(
                    messages, tokenize=False, add_generation_prompt=answer_next
                )
            )
        except (TemplateError, ValueError) as error:
            roles = ", ".join(message["role"] for message in messages)
            raise ArfError(
                f"base {self.name}: its chat template refuses messages of the roles {roles}: "
                f"{error}; change the prompt's roles or the base"
            ) from error

    def _encode(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def prompt_ids(self, messages: Messages) -> list[int]:
        """Returns the tokens of a conversation up to where the answer begins.

        Raises:
            ArfError: the template refuses these roles.
        """
        safe = [{**message, "content": self.plain(message["content"])} for message in messages]
        return self._encode(self._render(safe, answer_next=True))

    def answer_ids(self, text: str) -> list[int]:
        """Returns the tokens of an answer and those that end the turn."""
        return [*self._encode(self.plain(text)), *self.end_ids]

    @cached_property
    def end_ids(self) -> list[int]:
        """The tokens that end an answer: the template's, up to its first special token.

        Raises:
            ArfError: neither the template nor the tokenizer has an end.
        """
        turn = [{"role": "user", "content": _PROBE}, {"role": "assistant", "content": _PROBE}]
        tail = self._encode(self._render(turn, answer_next=False).rpartition(_PROBE)[2])
        for position, token in enumerate(tail):
            if token in self._special:
                return tail[: position + 1]
        if self.tokenizer.eos_token_id is None:
            raise ArfError(f"base {self.name}: its tokenizer has no end-of-turn token")
        return [int(self.tokenizer.eos_token_id)]

    @cached_property
    def pad_id(self) -> int:
        """The token that fills up a batch; it is masked wherever it stands."""
        pad = self.tokenizer.pad_token_id
        return int(self.end_ids[-1] if pad is None else pad)

    def text(self, ids: list[int]) -> str:
        """Returns the text of generated tokens, without special ones and outer white space."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True)).strip()
