"""Replaces personal data on the way to an endpoint, and turns the answer back."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from arf.llm import Messages
from arf.llm.privacy.names import KINDS as NAME_KINDS
from arf.llm.privacy.names import NameFinder
from arf.llm.privacy.personal import KINDS, Span, find_personal

_ALL = {**KINDS, **NAME_KINDS}
_OPEN, _CLOSE = "[({<【", "])}>】"
# What a model makes of [EMAIL_1]: other brackets or none, small letters, another joint, a plural.
# Without brackets and underscore only capitals tell it from words such as "email 1".
_CORE = rf"(?:{'|'.join(_ALL)})S?(?:\\?_|[ -])?[0-9]{{1,6}}"
_SURROGATE = re.compile(
    rf"[{re.escape(_OPEN)}] ?(?P<inner>{_CORE}) ?[{re.escape(_CLOSE)}]"
    rf"|(?<!\w)(?P<bare>{_CORE})(?!\w)",
    re.IGNORECASE,
)
_TAKEN = re.compile(_CORE)  # in capitals: that is faster than to ignore case
_PARTS = re.compile(
    rf"(?P<kind>{'|'.join(_ALL)})S?(?P<joint>\\?_|[ -])?(?P<number>[0-9]{{1,6}})", re.IGNORECASE
)

_NOTICE = (
    "Words such as {} stand for real values that are kept back: take each for the value itself, "
    "and copy it unchanged."
)


class Pseudonymiser:
    """Replaces personal data by words such as `[EMAIL_1]`, the same for the same in one question.

    Args:
        names: the spaCy model by which names of people and places are replaced, too; needs the
            extra `names`. Null leaves them.

    Attributes:
        kinds: what it finds, in words for people.
        missing: what it would find with the extra.

    Raises:
        ArfError: `names` without the extra or the model.
    """

    def __init__(self, names: str | None = None) -> None:
        self._names = NameFinder(names) if names else None
        self.kinds = tuple((_ALL if names else KINDS).values())
        self.missing = () if names else tuple(NAME_KINDS.values())

    def hide(self, messages: Messages) -> tuple[Messages, dict[str, str]]:
        """Returns a question's messages without personal data, and what each surrogate stands for.

        A surrogate that the messages hold already, in whatever spelling, is not used.
        """
        found = [self._find(message["content"]) for message in messages]
        if not any(found):
            return [dict(message) for message in messages], {}
        texts = [message["content"] for message in messages]
        surrogates = _Surrogates(texts)
        for text, spans in zip(texts, found, strict=True):
            for start, end, kind in spans:
                surrogates.add(text[start:end], kind)
        again = surrogates.pattern()
        hidden = [
            {**message, "content": surrogates.put(text, spans, again)}
            for message, text, spans in zip(messages, texts, found, strict=True)
        ]
        return hidden, {surrogate: value for value, surrogate in surrogates.by_value.items()}

    def outgoing(self, messages: Messages) -> tuple[Messages, dict[str, str]]:
        """Returns a question's messages as they may leave, and what each surrogate stands for.

        Where anything is hidden, the first message begins with what surrogates are.
        """
        hidden, surrogates = self.hide(messages)
        if not surrogates:
            return hidden, surrogates
        first, *others = hidden
        notice = _NOTICE.format(next(iter(surrogates)))
        return [{**first, "content": f"{notice}\n\n{first['content']}"}, *others], surrogates

    def restore(self, text: str, mapping: Mapping[str, str]) -> str:
        """Puts the originals back into an answer, however the model spelled their surrogates."""
        if not mapping:
            return text
        return _SURROGATE.sub(lambda match: _original(match, mapping), text)

    def _find(self, text: str) -> list[Span]:
        spans = find_personal(text)
        if self._names is None:
            return spans
        return _without_overlaps(text, spans, self._names.find(text))


class _Surrogates:
    """The surrogates of one question, numbered by first appearance within their kind."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.by_value: dict[str, str] = {}
        self._next: defaultdict[str, int] = defaultdict(int)
        self._taken = {_key(match[0]) for text in texts for match in _TAKEN.finditer(text.upper())}

    def add(self, value: str, kind: str) -> None:
        if value in self.by_value:
            return
        number = self._next[kind] + 1
        while (kind, number) in self._taken:
            number += 1
        self._next[kind] = number
        self.by_value[value] = f"[{kind}_{number}]"

    def pattern(self) -> re.Pattern[str]:
        """Matches the values wherever they stand, such as a PIN that is repeated without a name."""
        values = sorted(self.by_value, key=lambda value: (-len(value), value))
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, values))})(?!\w)")

    def put(self, text: str, spans: list[Span], again: re.Pattern[str]) -> str:
        parts: list[str] = []
        at = 0
        for start, end, _ in [*spans, Span(len(text), len(text), "")]:
            between = again.sub(lambda match: self.by_value[match[0]], text[at:start])
            parts += between, self.by_value.get(text[start:end], "")
            at = end
        return "".join(parts)


def _without_overlaps(text: str, first: list[Span], second: Iterable[Span]) -> list[Span]:
    """Adds what overlaps nothing yet, without the white space around it."""
    spans = list(first)
    for start, end, kind in second:
        value = text[start:end].strip()
        begin = start + text[start:end].find(value)
        span = Span(begin, begin + len(value), kind)
        if value and not any(span.start < other.end and other.start < span.end for other in spans):
            spans.append(span)
    return sorted(spans)


def _key(core: str) -> tuple[str, int]:
    parts = _PARTS.fullmatch(core)
    assert parts is not None
    return parts["kind"].upper(), int(parts["number"])


def _original(match: re.Match[str], mapping: Mapping[str, str]) -> str:
    core = match["inner"] or match["bare"]
    parts = _PARTS.fullmatch(core)
    assert parts is not None
    told = match["inner"] or "_" in (parts["joint"] or "") or parts["kind"].isupper()
    kind, number = _key(core)
    return mapping.get(f"[{kind}_{number}]", match[0]) if told else match[0]
