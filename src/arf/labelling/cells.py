r"""How texts stand in the cells of a spreadsheet, and how they are taken out again unchanged.

- A character that a spreadsheet cannot hold (a control character other than tab and line feed) is
  written as `\uHHHH`. So is the `_` of what an xlsx reader would take for such a character
  (`_x000D_`), and the backslash of a text that reads `\uHHHH` itself.
- In csv, a text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-` or `@`,
  perhaps after blanks) or write otherwise as a number or date (it is all digits and the signs of
  such) is written with an apostrophe before it. In xlsx, cells are typed as text instead.
"""

import re

CELL = 32_767  # the most UTF-16 units that a cell of a spreadsheet holds
_UNWRITABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)|\\(?=u[0-9A-Fa-f]{4})"
)
_WRITTEN = re.compile(r"\\u([0-9A-Fa-f]{4})")
_LIVE = re.compile(  # the wide signs are formulas to East Asian Excel
    r"'*\s*(?:[=+\-@＝＋－＠]|[$€£¥]?\s*[.0-9][0-9.,:/eE%\s+-]*\Z)"
)
_BREAK = re.compile(r"\r\n?")


def length(text: str) -> int:
    """Returns how much of a cell a text takes, in UTF-16 units."""
    return len(written(text).encode("utf-16-le")) // 2


def written(text: str) -> str:
    """Returns a text as it stands in a cell of a workbook."""
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04X}", text)


def plain(text: str) -> str:
    """Returns the text of a cell of a workbook."""
    text = _BREAK.sub("\n", text)  # ours are escaped: these are a spreadsheet's own line ends
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)


def guarded(text: str) -> str:
    """Returns a text as it stands in a cell of a csv file."""
    text = written(text)
    return f"'{text}" if _LIVE.match(text) else text


def unguarded(text: str) -> str:
    """Returns the text of a cell of a csv file."""
    return plain(text[1:] if text.startswith("'") and _LIVE.match(text) else text)
