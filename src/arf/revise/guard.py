"""Whether an edit may be kept: the error is gone, no other came, no fact was lost."""

import re
from collections import Counter
from collections.abc import Collection

from rapidfuzz.distance import LCSseq
from rapidfuzz.fuzz import partial_ratio

from arf.records import Annotation, Finding
from arf.revise.facts import KINDS, mentions_in, stands, values
from arf.taxonomy import Code, FactKind
from arf.text import Mention, sentences

OLD_WORDS = 75  # per cent of a span that the old text must hold in one place
_WORD = re.compile(r"\w+")
_LEADING = re.compile(
    r"(?:\s(?:mistaking|hiding|denying|doubt(?:ing)?|secret of|lack of|at all|very|too|so|really|"
    r"much))?"
    r"(?:\s(?:of|about))?(?:\s(?:his|her|their|the|an?|any))?\s"
)
_GROUPS = re.compile(r"(?:[ -]\d{3,})*[ -](?=\d{3})")
_REFERS = re.compile(
    r",?\s(?:(?:but|and|though|to which)\s)?(?:there (?:was|were)|(?:he|she|they|the \w+|[A-Z]\w+)"
    r"(?: had| named| needed| said| wanted| answered| replied)?)\s"
)
REASONS = {
    "answered": "the editor gave the text back as it was, or none",
    "fewer": "the error is still there",
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
        Each check and whether it passed. An edit is kept that passes those of `REASONS`: all but
        `gone`, which says that no finding of the code is left and is what counts as success.
        `fewer` are left, and none in new words, is enough to keep an edit, so that what cannot be
        mended does not keep the rest from it. A finding that the cleared one had hidden, in a
        sentence that was not touched, does not count there.
    """
    old, new = texts
    spans = [error for error in before.errors if error.code == name]
    left = [error for error in after.errors if error.code == name]
    gone = after.status == "scored" and not left
    if len(left) >= len(spans):
        had = {error.span for error in spans}
        left = [error for error in left if error.span in had or not _stood(error, old, new)]
    places = [place for error in spans if (place := error.place(old))]
    return {
        "answered": bool(new.strip()) and new != old,
        "gone": gone,
        "fewer": after.status == "scored"
        and len(left) < len(spans)
        and all(_is_old(error, old) for error in left),
        "no_new_error": not _new_errors(before, after, texts),
        **keeps(old, new, places, code.drops),
    }


def keeps(
    old: str, new: str, places: Collection[tuple[int, int]], drops: Collection[FactKind]
) -> dict[str, bool]:
    """Says of each kind of facts whether an edit keeps them.

    Args:
        old: the text before the edit.
        new: the text after it.
        places: where in the old text the faulty words start and end.
        drops: the kinds of which a fact in faulty words may go.
    """
    stood = {sentence.text for sentence in sentences(new)}
    touched = [sentence for sentence in sentences(old) if sentence.text not in stood]
    return {
        kind: all(
            mention.value in values(new, kind)
            or (kind in drops and _may_go(old, new, mention, kind, places))
            or (kind == "names" and stands(old[mention.start : mention.end], new))
            for mention in mentions_in(old, touched, kind)
        )
        for kind in KINDS
    }


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
        and not ((cut or error.code in before.codes()) and _is_old(error, old))
    }


def _stood(error: Finding, old: str, new: str) -> bool:
    """Says whether the whole sentence of a finding stood in the old text."""
    place = error.place(new)
    return place is not None and any(
        sentence.text in old
        for sentence in sentences(new)
        if sentence.start <= place[0] < sentence.end
    )


def _is_old(error: Finding, old: str) -> bool:
    return error.span is not None and partial_ratio(error.span, old) >= OLD_WORDS


def _may_go(
    old: str, new: str, mention: Mention, kind: FactKind, places: Collection[tuple[int, int]]
) -> bool:
    """Says whether a fact goes with faulty words.

    It begins in them; or it is a negation that leads up to them or answers them (*there was no
    mistaking her [anger]*, *[asked for more questions], but there were none*); or a name of which
    the other words still stand (*ID [M-4471]*).
    """
    for start, end in places:
        # *0853 2942*, of which a finding may have the first group alone, is one number.
        if start <= mention.start < end or (
            kind == "numbers" and _GROUPS.fullmatch(old, end, mention.start)
        ):
            return True
        if kind == "negations" and (
            _LEADING.fullmatch(old, mention.end, start)
            or _REFERS.fullmatch(old, end, mention.start)
        ):
            return True
        if kind == "names" and mention.start < start < mention.end <= end:
            return stands(old[mention.start : start], new)
    return False
