"""The codes and the rating guide as people read them beside what they label."""

from arf.labelling.workbook import Column, Page
from arf.records import UNLISTED
from arf.taxonomy import Code, Example, Taxonomy

HOW = (
    "Give each output a rating, and each error a code, the words that are wrong as they stand in "
    "the output (span), and a note where you have one. Where nothing can be marked, leave the span "
    "empty.",
    "Where several codes fit, give the first in the list.",
    f"Write {UNLISTED} for words that are wrong where no code fits, and say why in the note.",
    "Write yes under done when you are through with an output, above all where it has no error; "
    "write skipped where you cannot say, and why in the note.",
    "More than the errors that there is room for: add columns code, span and note with the next "
    "number.",
    "Sort, hide or delete rows as you like. Leave the columns, and what is hidden, as they are.",
)
_NO_CODE = "what is wrong and has no code; say why in the note"


def pages(taxonomy: Taxonomy) -> list[Page]:
    """Returns the guide as pages of a workbook."""
    header = [
        Column("code", 26), Column("title", 26), Column("channels", 14), Column("give it", 60),
        Column("not when", 60), Column("examples", 70), Column("no examples", 70),
    ]  # fmt: skip
    codes = [
        (name, code.title, _channels(code), code.definition, code.exception,
         _told(code.examples.positive), _told(code.examples.negative))
        for name, code in taxonomy.codes.items()
    ]  # fmt: skip
    codes.append((UNLISTED, "", "all", _NO_CODE, "", "", ""))
    ratings = sorted(taxonomy.ratings.items())
    return [
        Page("codes", header, codes),
        Page("ratings", [Column("rating", 10), Column("meaning", 110)], ratings),
        Page("how", [Column("how", 120)], [(line,) for line in HOW]),
    ]


def text(taxonomy: Taxonomy) -> str:
    """Returns the guide as plain text."""
    parts = ["HOW", *HOW, "RATINGS"]
    parts += [f"{rating}: {meaning}" for rating, meaning in sorted(taxonomy.ratings.items())]
    parts.append("CODES")
    for name, code in taxonomy.codes.items():
        parts.append(
            f"{name} ({code.title}; channels: {_channels(code)})\n"
            f"Give it: {code.definition}\nNot when: {code.exception}\n"
            f"Examples:\n{_told(code.examples.positive)}\n"
            f"No examples:\n{_told(code.examples.negative)}"
        )
    parts.append(f"{UNLISTED}: {_NO_CODE}")
    return "\n\n".join(parts) + "\n"


def _channels(code: Code) -> str:
    return "all" if code.channels is None else ", ".join(code.channels)


def _told(examples: tuple[Example, ...]) -> str:
    return "\n".join(f"- {_one(example)}" for example in examples)


def _one(example: Example) -> str:
    span = f" → “{example.span}”" if example.span else ""
    return f"{example.text}{span}{f' ({example.why})' if example.why else ''}"
