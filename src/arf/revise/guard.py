"""Whether an edit may be kept: the error is gone, no other came, no fact was lost."""

import re
from collections import Counter

from rapidfuzz.distance import LCSseq
from rapidfuzz.fuzz import partial_ratio

from arf.records import Annotation, Finding
from arf.revise.facts import KINDS, mentions, stands, values
from arf.taxonomy import Code
from arf.text import Mention

OLD_WORDS = 75  # per cent of a span that the old text must hold in one place
_WORD = re.compile(r"\w+")
REASONS = {
    "answered": "the editor gave the text back as it was, or none",
    "gone": "the error is still there",
    "no_new_error": "another error came in",
    "numbers": "a number was lost",
    "names": "a name was lost",
    "negations": "a negation was lost",
}


def check(
    code: Code,
    name: str,
    before: Annotation,
    after: Annotation,
    texts: tuple[str, str],
) -> dict[str, bool]:
    """Checks an edit.

    Args:
        code: the code that the edit was to clear.
        name: its name.
        before: the annotation of the text before the edit.
        after: the same annotator's of the text after it.
        texts: the text before and after.

    Returns:
        Each check and whether it passed. A fact inside the faulty span may go if the code
        `drops` facts of its kind.
    """
    old, new = texts
    spans = [error for error in before.errors if error.code == name]
    checks = {
        "answered": bool(new.strip()) and new != old,
        "gone": after.status == "scored" and name not in after.codes(),
        "no_new_error": not _new_errors(before, after, texts),
    }
    for kind in KINDS:
        kept = values(new, kind)
        checks[kind] = all(
            mention.value in kept
            or (kind in code.drops and _inside(mention, spans))
            or (kind == "names" and stands(old[mention.start : mention.end], new))
            for mention in mentions(old, kind)
        )
    return checks


def _new_errors(before: Annotation, after: Annotation, texts: tuple[str, str]) -> set[str]:
    """Returns the codes that came in: more findings than before, not all of them old words.

    A finding in words that nearly stood there before was hidden by the cleared one: no damage. It
    is of a code that was there, or the edit did no more than take words away.
    """
    risen = Counter(error.code for error in after.errors)
    risen -= Counter(error.code for error in before.errors)
    if not risen:
        return set()
    old, new = texts
    shorter = _WORD.findall(new.casefold())
    cut = LCSseq.similarity(shorter, _WORD.findall(old.casefold())) == len(shorter)
    return {
        error.code
        for error in after.errors
        if error.code in risen
        and not (
            error.span is not None
            and (cut or error.code in before.codes())
            and partial_ratio(error.span, old) >= OLD_WORDS
        )
    }


def _inside(mention: Mention, spans: list[Finding]) -> bool:
    return any(
        error.start is not None
        and error.span is not None
        and error.start <= mention.start
        and mention.end <= error.start + len(error.span)
        for error in spans
    )
