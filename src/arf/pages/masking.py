"""Texts as people may see them: identifiers masked, errors marked."""

import re
from dataclasses import dataclass

from arf.records import Annotation

MASK = "X"
EXPOSED = "exposed_identifier"  # the taxonomy's code for what nobody should read again
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"\+?\(?\d(?:[ ().+/-]{0,3}\d){6,}")
_DIGITS = re.compile(r"\d{4,}")


def mask(text: str, exposed: frozenset[str] = frozenset()) -> str:
    """Masks e-mail addresses, phone numbers, runs of four or more digits and what was exposed.

    The result has the length of the text, so that positions in one are positions in the other.

    Args:
        text: the text.
        exposed: identifiers that a judge found, of whatever kind; masked wherever they stand,
            in upper or lower case.
    """
    shown = _EMAIL.sub(lambda found: re.sub(r"[^@]", MASK, found.group()), text)
    shown = _PHONE.sub(lambda found: re.sub(r"\d", MASK, found.group()), shown)
    shown = _DIGITS.sub(lambda found: MASK * len(found.group()), shown)
    # They are sought in the text as it was: what is masked above may be a part of one of them.
    for secret in exposed:
        for found in re.finditer(re.escape(secret), text, re.IGNORECASE):
            start, end = found.span()
            shown = shown[:start] + re.sub(r"\w", MASK, shown[start:end]) + shown[end:]
    return shown


@dataclass(frozen=True)
class Piece:
    """A stretch of an output's text, with the code of the error that it is, if any."""

    text: str
    code: str | None = None


def pieces(
    text: str, annotation: Annotation | None, exposed: frozenset[str] = frozenset()
) -> tuple[Piece, ...]:
    """Cuts a text at the spans labelled in it, masked; of overlapping spans the first counts."""
    shown = mask(text, exposed)
    spans = sorted(
        (*place, error.code)
        for error in (annotation.errors if annotation else ())
        if (place := error.place(text)) is not None
    )
    result: list[Piece] = []
    at = 0
    for start, end, code in spans:
        if start >= at:
            result += [Piece(shown[at:start]), Piece(shown[start:end], code)]
            at = end
    result.append(Piece(shown[at:]))
    return tuple(piece for piece in result if piece.text)
