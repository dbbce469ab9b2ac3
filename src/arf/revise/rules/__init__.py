"""The rules editor: the taxonomy's fixers, each the smallest rewrite that it is sure of."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from arf.errors import ArfError
from arf.params import did_you_mean
from arf.records import Case, Finding
from arf.revise import Answer, Request
from arf.revise.facts import stands, words_of
from arf.revise.guard import REASONS, keeps
from arf.revise.rules.masking import extent, mask, names_a_thing
from arf.revise.rules.narration import narration, repetition, says_nothing
from arf.revise.rules.neutral import neutral
from arf.revise.rules.rebuild import rebuild
from arf.revise.rules.saying import said, slight
from arf.revise.rules.sound import Refusal, check_sound
from arf.revise.rules.surgery import replace_sentences
from arf.taxonomy import TAXONOMY, Taxonomy
from arf.text import Clause, Span, clauses, sentences

Places = list[tuple[int, int]]
_BY_CLAUSE: Mapping[str, Callable[[Clause, int, int, str], str | None]] = {
    "neutral_wording": neutral,
    "drop_narration": narration,
    "drop_repetition": repetition,
}
_LISTED = re.compile(r",?\s(?:and|or|but|yet)\s(?:(?:an?|very|so|also)\s)?")
_WANT = re.compile(r"^(?:For|By|In|Out of) (?:want|need|lack) of\b")
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
        self._codes = taxonomy.codes
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
        places = places if fixer == "mask" else _joined(text, places)
        if not places:
            return Answer(None, "no finding has a span in the text")
        try:
            return Answer(self._rewritten(request, fixer, text, places))
        except Refusal as refusal:
            edited = text
            # From the last to the first, so that the others still stand where they stood.
            for place in reversed(places) if len(places) > 1 else ():
                with suppress(Refusal):
                    edited = self._rewritten(request, fixer, edited, [place])
            return Answer(None, str(refusal)) if edited == text else Answer(edited)

    def _rewritten(self, request: Request, fixer: str, text: str, places: Places) -> str:
        """Returns a text without the faulty places.

        Raises:
            Refusal: there is no safe rewrite, or a fact would be lost.
        """
        first = request.output.text
        if any(text[start:end] != first[start:end] for start, end in places):
            raise Refusal("another edit touches the place")
        if fixer == "mask":
            notes = {found.span: found.note for found in request.findings if found.span}
            return _masked(text, places, notes)
        edited = _named(text, _edited(text, places, fixer), request.case)
        if len(request.findings) > 1:
            kept = keeps(text, edited, places, self._codes[request.code].drops)
            lost = next((kind for kind, all_there in kept.items() if not all_there), None)
            if lost:
                raise Refusal(REASONS[lost])
        return edited


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


def _joined(text: str, places: Places) -> Places:
    """Returns places with those made one that an *and* joins: *[upset] and [cross]*."""
    joined: Places = []
    for start, end in places:
        if joined and _LISTED.fullmatch(text, joined[-1][1], start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _masked(text: str, places: Places, notes: Mapping[str, str | None]) -> str:
    for start, stop in reversed(places):
        end = extent(text, start, stop)
        before, value, after = text[:start], text[start:end], text[end:]
        if names_a_thing(before, value, after):
            raise Refusal("the number of a thing is no identifier")
        text = before + mask(before, value, after, notes.get(text[start:stop])) + after
    return text


def _edited(text: str, places: Places, fixer: str) -> str:
    new: list[tuple[Span, str]] = []
    for sentence in sentences(text):
        inside = [
            (max(start, sentence.start) - sentence.start, min(end, sentence.end) - sentence.start)
            for start, end in places
            if start < sentence.end and sentence.start < end
        ]
        if inside:
            around = text[: sentence.start] + " " + text[sentence.end :]
            new.append((sentence, _sentence(sentence.text, inside, around, fixer)))
    edited = replace_sentences(text, new)
    return edited if "  " in text else re.sub(" {2,}", " ", edited)


def _named(text: str, edited: str, case: Case) -> str:
    """Returns an edited text in which a person is still named, if need be instead of *she*.

    Raises:
        Refusal: a name of the case would be lost.
    """
    lost = words_of(text) - words_of(edited)
    for match in _NAME.finditer(text) if any(word[0].isupper() for word in lost) else ():
        name = match[0]
        if stands(name, edited) or not re.search(rf"[a-z,] {re.escape(name)}\b", case.body()):
            continue
        same = next((i for i, (a, b) in enumerate(zip(text, edited, strict=False)) if a != b), 0)
        after = edited.rfind(". ", 0, same + 1) + 1
        person = _PERSON.match(edited, after)
        if person is None or not re.search(rf"(?:^|[.;] |, (?:and )?){re.escape(name)} ", text):
            raise Refusal("a name would be lost")
        edited = edited[: person.start("who")] + name + edited[person.end() :]
    return edited


def _sentence(sentence: str, places: Places, around: str, fixer: str) -> str:
    """Returns a sentence without the faulty places; empty where nothing of it is left."""
    parts = clauses(sentence)
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
    try:
        rebuilt = rebuild(sentence, parts, texts, around)
        if not any(letter.isalnum() for letter in rebuilt):
            return ""
        check_sound(rebuilt, sentence)
    except Refusal:
        kept = _WANT.sub("", " ".join(filter(None, texts)))
        short = len(kept.split()) <= _SHORT and slight(kept, around)
        if short or (fixer == "drop_repetition" and said(kept, around)):
            return ""
        raise
    return rebuilt
