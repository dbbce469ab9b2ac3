"""Whether an edit may be kept: the error is gone, no other came, no fact was lost."""

from collections import Counter
from collections.abc import Callable

from rapidfuzz.fuzz import partial_ratio

from arf.records import Annotation, Finding
from arf.taxonomy import Code, FactKind
from arf.text import Mention, names, negations, numbers

OLD_WORDS = 75  # per cent of a span that the old text must hold in one place
FACTS: dict[FactKind, Callable[[str], list[Mention]]] = {
    "numbers": numbers,
    "names": names,
    "negations": negations,
}
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
        "no_new_error": not _new_errors(before, after, old),
    }
    for kind, find in FACTS.items():
        kept = {mention.value for mention in find(new)}
        checks[kind] = all(
            mention.value in kept or (kind in code.drops and _inside(mention, spans))
            for mention in find(old)
        )
    return checks


def _new_errors(before: Annotation, after: Annotation, old: str) -> set[str]:
    """Returns the codes that came in: more findings than before, not all of them old words.

    A finding in words that nearly stood there before was hidden by the cleared one: no damage.
    """
    risen = Counter(error.code for error in after.errors)
    risen -= Counter(error.code for error in before.errors)
    return {
        error.code
        for error in after.errors
        if error.code in risen
        and (
            error.code not in before.codes()
            or error.span is None
            or partial_ratio(error.span, old) < OLD_WORDS
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
