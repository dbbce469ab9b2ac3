"""Names in an English text."""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from arf.text.sentences import sentences, without_tags
from arf.text.spans import Mention

# Words that often begin a sentence and are no names: function words, roles, and plain nouns that
# stand without an article. A name that is spelt like one of them still counts inside a sentence.
_COMMON = frozenset(
    files("arf.text").joinpath("common_words.txt").read_text(encoding="utf-8").split()
)
_CAPITAL = r"[A-Z\u00c0-\u00de](?:[^\W\d_]|&(?=\w))*(?:[.'\u2019-][^\W\d_]+)*"
_PHRASE = re.compile(
    rf"(?<![\w@])(?:(?:Dr|Mr|Mrs|Ms|Prof)\.?\s)?"
    rf"(?P<name>{_CAPITAL}(?:\s(?:(?:of|of\sthe|de|du|la|van|von|&)\s)?{_CAPITAL}(?![\w@]))*)"
    rf"(?![\w@])"
)
_WHOLE_MASK = re.compile(r"X{2,}$")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_INFLECTED = re.compile(r"(?:\w{3,}(?:ing|ed|ment|ness|tion|sion|tude)|\w{7,}ly)$")
_PLURAL = re.compile(r"\w+[^aiu']s$")
_VERB = re.compile(r"\s(?:\w+ed|was|is|has|had|said|told|gave|took|chose|made|found|left|then)\b")
_OPENING = frozenset("\"'\u201c\u2018(:-\u2013\u2014\u2022")
_WORD = re.compile(r"[^\W\d_]{2,}")
_PART = re.compile(r"[^\W_]+")
_LETTER = re.compile(r"[A-Z\u00c0-\u00de]")
# Words that an English sentence of some length hardly does without and other languages lack.
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "to",
        "and",
        "for",
        "with",
        "that",
        "which",
        "by",
        "is",
        "were",
        "had",
        "has",
        "have",
        "been",
        "not",
        "from",
        "but",
        "his",
        "her",
        "their",
        "they",
        "he",
        "she",
        "it",
        "this",
        "there",
        "are",
        "after",
        "about",
        "when",
        "who",
        "would",
        "could",
        "did",
        "be",
        "at",
    ]
)
_ENGLISH_ENDINGS = ("ed", "ing")
_LONG = 6
_ALL_CAPITALS = 0.6


class _Candidate(NamedTuple):
    mention: Mention
    sure: bool


def _says_nothing(text: str) -> bool:
    """Says whether capitals mark no names here: a text all in capitals, or not in English."""
    words = _WORD.findall(text)
    if len(words) < _LONG:
        return len(words) > 2 and all(map(str.isupper, words))
    if sum(map(str.isupper, words)) >= _ALL_CAPITALS * len(words):
        return True
    return _ENGLISH.isdisjoint(words) and not any(word.endswith(_ENGLISH_ENDINGS) for word in words)


def without_possessive(name: str) -> str:
    """Returns a name without the *'s* at its end."""
    return _POSSESSIVE.sub("", name)


def _at_beginning(phrase: str) -> int | None:
    """Returns where the name begins in a phrase that opens a sentence; null where none is sure.

    0: the first word may be a name; more: it is a common word, and the name follows.
    """
    first = phrase.split(None, 1)[0]
    plain = without_possessive(first)
    if plain.casefold() not in _COMMON and (first == phrase or not _INFLECTED.search(plain)):
        return 0
    rest = _LETTER.search(phrase, len(first))
    return rest.start() if rest else None


@lru_cache(maxsize=4096)
def _in_sentence(text: str) -> tuple[_Candidate, ...]:
    """Returns the names of a sentence, those not sure that only another sentence can confirm."""
    text = without_tags(text)
    if _says_nothing(text):
        return ()
    found = []
    for match in _PHRASE.finditer(text):
        start, end = match.span("name")
        phrase = match["name"]
        before = text[: match.start()].rstrip()
        sure = start > match.start() or bool(before and before[-1] not in _OPENING)
        if not sure:
            begin = _at_beginning(phrase)
            if begin is None:
                continue
            start, phrase, sure = start + begin, phrase[begin:], begin > 0
        if _WHOLE_MASK.match(phrase) or (sure and phrase.casefold() in ("i", "ok")):
            continue
        bare = without_possessive(phrase)
        mention = Mention(bare.casefold(), start, end)
        if (
            sure
            or len(bare.split()) > 1
            or bare != phrase
            or (_VERB.match(text, end) and not (_INFLECTED.search(bare) or _PLURAL.search(bare)))
        ):
            found.append(_Candidate(mention, True))
        else:
            found.append(_Candidate(mention, False))
    return tuple(found)


def names(text: str) -> list[Mention]:
    """Finds the capitalised words and phrases of a text that are names, in order of position.

    A word that begins a sentence (or a quotation) counts only where the same word is capitalised
    inside a sentence too, or where it is no common word and the words after it are a name's:
    another capital, a possessive, a verb. Values are in lower case, without possessive and title
    (`Dr. Morgan's` is `morgan`), and a part of a name has the value of the whole where the text
    has it in full. Words with digits belong to `numbers`; masks of X are no names, and capitals
    say nothing in a sentence that is all in capitals or not in English.
    """
    return _confirmed(
        [
            _Candidate(candidate.mention.moved(sentence.start), candidate.sure)
            for sentence in sentences(text)
            for candidate in _in_sentence(sentence.text)
        ]
    )


@lru_cache(maxsize=4096)
def names_of(sentence: str) -> tuple[Mention, ...]:
    """Finds the names of one sentence, as far as it alone tells; see `names`."""
    return tuple(_confirmed(_in_sentence(sentence)))


@lru_cache(maxsize=4096)
def capitals_of(sentence: str) -> frozenset[str]:
    """Returns the words, in lower case, of all that may be a name in a sentence."""
    return frozenset(
        word for found in _in_sentence(sentence) for word in _PART.findall(found.mention.value)
    )


def _confirmed(found: Sequence[_Candidate]) -> list[Mention]:
    """Returns the candidates that are names, parts of a full name with the value of the whole."""
    inside = {word for c in found if c.sure for word in c.mention.value.split()}
    return _in_full([c.mention for c in found if c.sure or c.mention.value in inside])


def _in_full(found: list[Mention]) -> list[Mention]:
    """Gives a part of a name that the text has once in full (*Ines* of *Ines Lund*) that value."""
    full = {mention.value for mention in found if " " in mention.value}
    owners: dict[str, set[str]] = {}
    for name in full:
        for word in name.split():
            owners.setdefault(word, set()).add(name)
    return [
        mention._replace(value=next(iter(owners[mention.value])))
        if len(owners.get(mention.value, ())) == 1
        else mention
        for mention in found
    ]
