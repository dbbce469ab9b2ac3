"""The rules editor: the taxonomy's fixers, each the smallest rewrite that it is sure of."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from arf.errors import ArfError
from arf.params import did_you_mean
from arf.records import Case, Finding
from arf.revise import Answer, Request
from arf.revise.facts import stands
from arf.revise.rules.masking import mask
from arf.revise.rules.narration import narration, repetition, says_nothing
from arf.revise.rules.neutral import neutral
from arf.revise.rules.rebuild import rebuild
from arf.revise.rules.saying import slight
from arf.revise.rules.surgery import Refusal, check_sound, replace_sentences, take_apart
from arf.taxonomy import TAXONOMY, Taxonomy
from arf.text import Clause, Span

Places = list[tuple[int, int]]
_BY_CLAUSE: Mapping[str, Callable[[Clause, int, int, str], str | None]] = {
    "neutral_wording": neutral,
    "drop_narration": narration,
    "drop_repetition": repetition,
}
_SHORT = 4  # words of a rest that is no sentence and says nothing
_NAME = re.compile(r"[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+)*")
_PERSON = re.compile(r"\s*(?P<who>He|She|The customer)\b")
FIXERS = frozenset((*_BY_CLAUSE, "mask"))


class RulesEditor:
    """Corrects each flagged place by the fixer of its code, or says why it cannot.

    Args:
        taxonomy: the codes and their fixers.
        path: the file that errors name.

    Raises:
        ArfError: a code names a fixer that does not exist.
    """

    name = "rules"

    def __init__(self, taxonomy: Taxonomy, path: Path = TAXONOMY) -> None:
        self._fixers = {name: code.fixer for name, code in taxonomy.codes.items() if code.fixer}
        for name, fixer in self._fixers.items():
            if fixer not in FIXERS:
                guess = did_you_mean(fixer, sorted(FIXERS))
                raise ArfError(f"{path}: codes.{name}.fixer: no fixer {fixer}{guess}")

    def revise(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Answers each request with the whole new text, or null and the reason."""
        for request in requests:
            yield self._answer(request)

    def _answer(self, request: Request) -> Answer:
        fixer = self._fixers.get(request.code)
        if fixer is None:
            return Answer(None, f"no rule mends {request.code}")
        text = request.output.text
        places = _places(text, request.findings)
        if not places:
            return Answer(None, "no finding has a span in the text")
        try:
            if fixer == "mask":
                notes = {found.span: found.note for found in request.findings if found.span}
                return Answer(_masked(text, places, notes))
            return Answer(_named(text, _edited(text, places, fixer), request.case))
        except Refusal as refusal:
            return Answer(None, str(refusal))


def _places(text: str, findings: Iterable[Finding]) -> Places:
    """Returns where the findings' spans are, in order and without overlap."""
    found = (finding.place(text) for finding in findings)
    places: Places = []
    for start, end in sorted(place for place in found if place):
        if places and start < places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return places


def _masked(text: str, places: Places, notes: Mapping[str, str | None]) -> str:
    for start, end in reversed(places):
        before, value, after = text[:start], text[start:end], text[end:]
        text = before + mask(before, value, after, notes.get(value)) + after
    return text


def _edited(text: str, places: Places, fixer: str) -> str:
    new: list[tuple[Span, str]] = []
    for sentence, parts in take_apart(text):
        inside = [
            (max(start, sentence.start) - sentence.start, min(end, sentence.end) - sentence.start)
            for start, end in places
            if start < sentence.end and sentence.start < end
        ]
        if inside:
            around = text[: sentence.start] + " " + text[sentence.end :]
            new.append((sentence, _sentence(sentence.text, parts, inside, around, fixer)))
    edited = replace_sentences(text, new)
    return edited if "  " in text else re.sub(" {2,}", " ", edited)


def _named(text: str, edited: str, case: Case) -> str:
    """Returns an edited text in which a person is still named, if need be instead of *she*.

    Raises:
        Refusal: a name of the case would be lost.
    """
    for match in _NAME.finditer(text):
        name = match[0]
        if stands(name, edited) or not re.search(rf"[a-z,] {re.escape(name)}\b", case.body()):
            continue
        same = next((i for i, (a, b) in enumerate(zip(text, edited, strict=False)) if a != b), 0)
        after = edited.rfind(". ", 0, same + 1) + 1
        person = _PERSON.match(edited, after)
        if person is None:
            raise Refusal("a name would be lost")
        edited = edited[: person.start("who")] + name + edited[person.end() :]
    return edited


def _sentence(sentence: str, parts: list[Clause], places: Places, around: str, fixer: str) -> str:
    """Returns a sentence without the faulty places; empty where nothing of it is left."""
    texts: list[str | None] = [clause.text for clause in parts]
    for index, clause in enumerate(parts):
        # From the last place to the first, so that the positions of the others hold.
        for start, end in reversed(places):
            begin, stop = max(start, clause.start), min(end, clause.end)
            if begin >= stop or texts[index] is None:
                continue
            current = clause._replace(text=texts[index] or "")
            rest = f"{sentence[clause.end :]} {around} {sentence[: clause.start]}"
            texts[index] = _BY_CLAUSE[fixer](
                current, begin - clause.start, stop - clause.start, rest
            )
    if fixer == "drop_narration" and None in texts:
        left = [clause for clause, text in zip(parts, texts, strict=True) if text == clause.text]
        if len(left) == len(texts) - texts.count(None) and all(map(says_nothing, left)):
            return ""
    if all(text is None for text in texts):
        return ""
    rebuilt = rebuild(sentence, parts, texts, around)
    if not any(letter.isalnum() for letter in rebuilt):
        return ""
    try:
        check_sound(rebuilt, sentence)
    except Refusal:
        if len(rebuilt.split()) <= _SHORT and slight(rebuilt, around):
            return ""
        raise
    return rebuilt
