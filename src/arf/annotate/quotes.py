"""Where a model's quotes stand in the text that it read."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

_QUOTES = "'‘’‚‛`´ʼ\"“”„‟«»"  # models write single ones where double ones end a JSON string
_ALIKE = (_QUOTES, "-‐‑‒–—−")
_MARKS = f"{_QUOTES} .,;:…"


def _verbatim(text: str, quote: str) -> list[tuple[int, int]]:
    """Returns where a quote stands letter by letter; in whole words only, if it does anywhere."""
    found = []
    start = text.find(quote)
    while start >= 0:
        found.append((start, start + len(quote)))
        start = text.find(quote, start + len(quote))
    whole = [place for place in found if not any(_in_a_word(text, cut) for cut in place)]
    return whole or found


def _in_a_word(text: str, cut: int) -> bool:
    return 0 < cut < len(text) and text[cut - 1].isalnum() and text[cut].isalnum()


def _nearly(text: str, quote: str) -> list[tuple[int, int]]:
    """Returns where it stands if case, white space and kinds of quotes and dashes do not matter."""
    classes = {mark: f"[{re.escape(marks)}]" for marks in _ALIKE for mark in marks}
    words = (
        "".join(classes.get(letter, re.escape(letter)) for letter in word) for word in quote.split()
    )
    pattern = re.compile(r"\s+".join(words), re.IGNORECASE)
    return [match.span() for match in pattern.finditer(text)] if pattern.pattern else []


def places(text: str, quotes: Sequence[str]) -> Iterator[tuple[int, int] | None]:
    """Yields the start and end (exclusive) of each quote in the text; null where it has no place.

    Marks around a quote may be the model's own. The same quote again gets the next place, and the
    last one where there are no more.
    """
    told: Counter[str] = Counter()
    for quote in quotes:
        found = _verbatim(text, quote) or _nearly(text, quote) or _nearly(text, quote.strip(_MARKS))
        number = min(told[quote], len(found) - 1)
        told[quote] += 1
        yield found[number] if found else None
