"""What Label Studio shows: the case, the output, the codes with their definitions, a rating, notes.

The tags are those of https://labelstud.io/tags. `alias` is what stands in an export for a value
that people read.
"""

from xml.etree import ElementTree

from arf.records import UNLISTED
from arf.taxonomy import Code, Taxonomy

OUTPUT = "output"  # the text that is labelled
ERRORS = "errors"  # codes on marked words
WHOLE = "whole"  # codes without a place
WHY = "why"  # a note on marked words
RATING = "rating"
NOTE = "note"
SKIP = "cannot_say"

_COLOURS = (
    "#c0392b", "#d35400", "#b7950b", "#1e8449", "#117864", "#2471a3", "#6c3483", "#ad1457",
    "#5d4037", "#455a64",
)  # fmt: skip
_SMALL = "font-size: 14px; font-weight: 400; margin: 4px 0"
_UNLISTED = "Something else is wrong"
_STYLE = """
.arf { display: flex; gap: 24px; align-items: flex-start; }
.arf-case { flex: 1 1 0; min-width: 0; }
.arf-output { flex: 1 1 0; min-width: 0; position: sticky; top: 0; }
"""


def configuration(taxonomy: Taxonomy) -> str:
    """Returns the labelling configuration, as XML."""
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Style").text = _STYLE
    columns = _add(view, "View", className="arf")
    _case(_add(columns, "View", className="arf-case"))
    _output(_add(columns, "View", className="arf-output"), taxonomy)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, attributes)


def _case(column: ElementTree.Element) -> None:
    _add(column, "Header", value="Case ($channel)", size="5")
    _add(column, "Text", name="case", value="$case", selectionEnabled="false")


def _output(column: ElementTree.Element, taxonomy: Taxonomy) -> None:
    _add(column, "Header", value="Output: choose a code, then mark the words", size="5")
    _add(column, "Header", value="$notice", style=_SMALL)
    labels = _add(column, "Labels", name=ERRORS, toName=OUTPUT, showInline="true")
    for number, (name, code) in enumerate(taxonomy.codes.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        _add(labels, "Label", value=_title(code), alias=name, hint=_hint(code), background=colour)
    _add(labels, "Label", value=_UNLISTED, alias=UNLISTED, hint=_unlisted(), background="#000000")
    _add(column, "Text", name=OUTPUT, value="$output", granularity="symbol")
    _add(
        column, "TextArea", name=WHY, toName=OUTPUT, perRegion="true", editable="true",
        placeholder="Why? (of the marked words)", maxSubmissions="1",
    )  # fmt: skip
    _add(column, "Header", value="Wrong as a whole, with no words to mark", size="5")
    choices = _add(column, "Choices", name=WHOLE, toName=OUTPUT, choice="multiple", layout="inline")
    for name, code in taxonomy.codes.items():
        _add(choices, "Choice", value=_title(code), alias=name, hint=_hint(code))
    _add(choices, "Choice", value=_UNLISTED, alias=UNLISTED, hint=_unlisted())
    _add(column, "Header", value="Rating", size="5")
    ratings = _add(column, "Choices", name=RATING, toName=OUTPUT, choice="single-radio")
    for number in sorted(taxonomy.ratings, reverse=True):
        _add(ratings, "Choice", value=f"{number}: {taxonomy.ratings[number]}", alias=str(number))
    _add(
        column, "TextArea", name=NOTE, toName=OUTPUT, editable="true", rows="2",
        placeholder="A remark on the whole", maxSubmissions="1",
    )  # fmt: skip
    _add(
        column, "TextArea", name=SKIP, toName=OUTPUT, editable="true", maxSubmissions="1",
        placeholder="If you cannot say: write why, then Submit",
    )  # fmt: skip
    _definitions(column, taxonomy)


def _definitions(column: ElementTree.Element, taxonomy: Taxonomy) -> None:
    collapse = _add(column, "Collapse", accordion="false")
    panel = _add(collapse, "Panel", value="The codes: the first that fits counts")
    for name, code in taxonomy.codes.items():
        _add(panel, "Header", value=f"{_title(code)} ({name})", size="5")
        _add(panel, "Header", value=_hint(code), style=_SMALL)
        for example in code.examples.positive:
            marked = (
                f"error: {example.span!r} in {example.text!r}"
                if example.span
                else (f"error: {example.text!r}")
            )
            _add(panel, "Header", value=_because(marked, example.why), style=_SMALL)
        for example in code.examples.negative:
            _add(
                panel,
                "Header",
                value=_because(f"none: {example.text!r}", example.why),
                style=_SMALL,
            )


def _because(words: str, why: str | None) -> str:
    return f"{words} - {why}" if why else words


def _title(code: Code) -> str:
    """Returns what the code is called; where it is none of all channels, its channels too."""
    return code.title if code.channels is None else f"{code.title} ({', '.join(code.channels)})"


def _hint(code: Code) -> str:
    only = "" if code.channels is None else f"Only on {', '.join(code.channels)}. "
    return f"{only}{code.definition} Not: {code.exception}"


def _unlisted() -> str:
    return "Words that are wrong where no code fits"
