"""Where a region of Label Studio lies in a text.

Its front end places a region in code points (1.23: `fixCodePointsInRange` of `selection-tools.js`,
checked in a browser), but not on the path by which edges are dragged, where the browser's UTF-16
code units come through. A region's `text` has a line break as backslash and n, and of several
spaces one. So neither is trusted alone.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_BREAKS = re.compile(r"\\n|\s")
_NUL, _FOR_NUL = "\0", "␀"


def showable(text: str) -> str:
    """Returns a text that the front end can show, every character in its place.

    HTML has no NUL: the front end would leave it out, and place what follows one too early.
    """
    return text.replace(_NUL, _FOR_NUL)


def hidden(text: str) -> list[int]:
    """Returns where `showable` puts something else into a text."""
    return [place for place, sign in enumerate(text) if sign == _NUL]


def restored(text: str, places: Iterable[int]) -> str:
    """Returns the text of which this is what was shown."""
    signs = list(text)
    for place in places:
        signs[place] = _NUL
    return "".join(signs)


def find_region(value: Mapping[str, Any], text: str) -> tuple[int, int] | None:
    """Returns where a region starts and ends (exclusive) in a text, in code points.

    Args:
        value: of the region: `start`, `end` and `text`.
        text: the text that was labelled.

    Returns:
        The place that reads as the region's text does: at the offsets as code points, or as UTF-16
        code units, or where it stands if it stands there once; null if there is no such place.
    """
    start, end, marked = value.get("start"), value.get("end"), value.get("text")
    places = []
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end:
        places = [(start, end)] if end <= len(text) else []
        if (units := _of_utf16(start, end, text)) is not None:
            places.append(units)
    if not isinstance(marked, str):
        return places[0] if places else None
    for same in (str, _bare):
        for begin, stop in places:
            if same(text[begin:stop]) == same(marked):
                return begin, stop
    return _once(marked, text)


def _of_utf16(start: int, end: int, text: str) -> tuple[int, int] | None:
    """Returns a place in code points, null where it is amid a character or beyond the text."""
    units = text.encode("utf-16-le", "surrogatepass")
    if 2 * end > len(units):
        return None
    try:
        return (
            len(units[: 2 * start].decode("utf-16-le")),
            len(units[: 2 * end].decode("utf-16-le")),
        )
    except UnicodeDecodeError:
        return None


def _bare(text: str) -> str:
    return _BREAKS.sub("", text)


def _once(marked: str, text: str) -> tuple[int, int] | None:
    """Returns where the only place in a text is that reads so, line breaks and spaces aside."""
    kept = [True] * len(text)
    for gap in _BREAKS.finditer(text):
        kept[gap.start() : gap.end()] = [False] * len(gap.group())
    places = [place for place, keep in enumerate(kept) if keep]
    bare, sought = "".join(text[place] for place in places), _bare(marked)
    found = bare.find(sought) if sought else -1
    if found < 0 or bare.find(sought, found + 1) >= 0:
        return None
    return places[found], places[found + len(sought) - 1] + 1
