"""Sentences, numbers, names and negations of an English text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from sentencex import segment
from text_to_num import find_numbers


class Span(NamedTuple):
    """A piece of a text: `text` stands at the characters `start` to `end` (exclusive)."""

    start: int
    end: int
    text: str


class Mention(NamedTuple):
    """A fact in a text at the characters `start` to `end` (exclusive).

    `value` is what two mentions of the same fact have in common, however they are written.
    """

    value: str
    start: int
    end: int


def sentences(text: str) -> list[Span]:
    """Splits a text into sentences, without the white space around them.

    A line break ends a sentence too. Segmentation is sentencex's.
    """
    spans = []
    offset = 0
    for line in text.splitlines(keepends=True):
        for piece in segment("en", line):
            stripped = piece.strip()
            if stripped:
                start = offset + piece.index(stripped)
                spans.append(Span(start, start + len(stripped), stripped))
            offset += len(piece)
    return spans


_UNITS = (
    "mins?|minutes?|hrs?|h|secs?|s|days?|km|kg|g|lbs?|oz|gb|mb|mph|mi|sqm|sqft|cm|mm|m|ft|"
    "yrs?|years?|x"
)
_NUMBER = re.compile(
    rf"""
    (?<!\w)(?=[+(]?[\w-]*\d|noon\b|midday\b|midnight\b)(?:
    (?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})\b
  | (?<!\.)(?P<hour>\d{{1,2}})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?m\b
  | (?<![:.])(?P<hour24>[01]?\d|2[0-4]):(?P<minute24>[0-5]\d)\b
  | (?P<groups>\+?(?:\d{{1,3}}[ .-])?\(?\d{{3}}\)?[ .-]\d{{3}}[ .-]\d{{4}}|
        \d{{3}}-\d{{4}}|\d{{4}}(?:[ -]\d{{4}}){{2,3}}|\d{{2,}}(?:-\d{{2,}}){{2,}})\b
  | (?P<hyphened>(?-i:(?=[A-Z\d-]*\d)(?=[A-Z\d-]*[A-Z])[A-Z\d]+(?:-[A-Z\d]+)+))\b
  | (?<!\.)(?P<amount>(?>\d{{1,3}}(?:,\d{{3}})+|\d+)(?>\.\d+)?)
        (?:(?:st|nd|rd|th|{_UNITS})\b|(?:\s?(?P<scale>k|thousand|million|billion)\b)|(?!\w))
  | (?P<mixed>\w*\d\w*)
  | (?P<noon>noon|midday|midnight)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_SCALES = {"k": 1_000, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_MASK = re.compile(r"x{2,}")
_NUMBER_WORD = (
    "(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    "|(?:thir|four|fif|six|seven|eigh|nine)teen"
    "|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    "|hundred|thousand|million|billion"
    "|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\\w+teenth"
    "|\\w{3,}tieth)"
)
_IN_WORDS = re.compile(rf"\b{_NUMBER_WORD}(?:(?:\s|-|\sand\s){_NUMBER_WORD})*\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_NO_NUMBER_AFTER = re.compile(
    r"\b(?:no|the|this|that|which|each|every|any|another|some|only)\s$", re.IGNORECASE
)
_NO_NUMBER_BEFORE = re.compile(r"\s(?:of|another|who|whom|that|which|or)\b", re.IGNORECASE)
_PARTY = re.compile(r"[\s-]part(?:y|ies)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word as text_to_num wants it."""

    word: str
    start: int
    end: int

    def text(self) -> str:
        return self.word

    def nt_separated(self, previous: "_Token") -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def _plain(number: Decimal) -> str:
    """Returns a number without sign of its format: `5.00` is `5`."""
    whole = number.to_integral_value()
    return str(whole) if number == whole else format(number.normalize(), "f")


def _digits(token: str) -> str:
    """Returns a token of digits as a number, or as it is where it looks like an identifier."""
    if token.isdecimal() and len(token) > 2 and token[0] == "0":
        return token
    return _plain(Decimal(token.replace(",", "")))


def _clock(hour: int, minute: str | None, half: str | None) -> str:
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0)
    return f"{hour:02d}:{minute or '00'}"


def _written_in_digits(text: str) -> Iterator[Mention]:
    for match in _NUMBER.finditer(text):
        found = match.groupdict()
        start, end = match.span()
        if found["year"]:
            for part in ("year", "month", "day"):
                yield Mention(_digits(found[part]), *match.span(part))
        elif found["hour"]:
            yield Mention(_clock(int(found["hour"]), found["minute"], found["half"]), start, end)
        elif found["hour24"]:
            yield Mention(_clock(int(found["hour24"]), found["minute24"], None), start, end)
        elif found["noon"]:
            hour = "00:00" if found["noon"].casefold() == "midnight" else "12:00"
            yield Mention(hour, start, end)
        elif found["groups"]:
            yield Mention(re.sub(r"\D", "", found["groups"]), start, end)
        elif found["amount"]:
            scale = _SCALES.get((found["scale"] or "").casefold())
            value = _digits(found["amount"])
            yield Mention(_plain(Decimal(value) * scale) if scale else value, start, end)
        else:
            token = (found["mixed"] or found["hyphened"]).casefold().replace("-", "")
            token = _MASK.sub("", token)
            if token:
                yield Mention(_digits(token) if token.isdecimal() else token, start, end)


def _is_number(text: str, start: int, end: int) -> bool:
    """Says whether a word is a number here, and not as in *no one*, *one of*, *third-party*."""
    word = text[start:end].casefold()
    if word == "one":
        before = _NO_NUMBER_AFTER.search(text, max(0, start - 10), start)
        return before is None and _NO_NUMBER_BEFORE.match(text, end) is None
    return word != "third" or _PARTY.match(text, end) is None


def _written_in_words(text: str, taken: list[Mention]) -> Iterator[Mention]:
    for run in _IN_WORDS.finditer(text):
        words = [_Token(w[0], w.start(), w.end()) for w in _WORD.finditer(text, *run.span())]
        for found in find_numbers(words, "en", threshold=0.0):
            start, end = words[found.start].start, words[found.end - 1].end
            free = all(end <= mention.start or mention.end <= start for mention in taken)
            if free and _is_number(text, start, end):
                yield Mention(_plain(Decimal(str(found.value))), start, end)


def numbers(text: str) -> list[Mention]:
    """Finds the numbers of a text, in order of position.

    Digits, amounts, percentages, ordinals, parts of dates and number words become plain decimals
    (`$5.00`, `5%`, `5th` and `five` are all `5`), times become `HH:MM` of 24 hours, telephone and
    card numbers their digits, identifiers with digits (`TR-5212`) their letters and digits in
    lower case. Masks of X are no numbers, nor are *one of*, *no one*, *first*, *third party*.
    """
    found = list(_written_in_digits(text))
    found += _written_in_words(text, found)
    found.sort(key=lambda mention: mention.start)
    return found


# Words that often begin a sentence and are no names: function words, roles, and plain nouns that
# stand without an article. A name that is spelt like one of them still counts inside a sentence.
_COMMON = frozenset(
    re.findall(
        r"\S+",
        """
    a about above accepted according access account accounts additional additionally admitted after
    afterwards again against agent agents all allegedly almost along already also although always
    am among an and another any anyone anything apart apparently are around as aside asked at away
    back bank banks based be because been before being below besides best between beyond bot both
    but by call caller calls can cancellation client clients communication companies company
    complaint concerned confirmation consequently consumer contact correspondence could credit
    currently customer customers date debt delivery despite details did didn't disappointed
    discussion do does don't due during each earlier either email emails employee enough even
    eventually every everyone everything evidence except fees few finally first following for
    former fortunately frequent from further furthermore given great had happy has have having he
    hello help hence her here hers hi his hotel how however i i'd i'll i'm i've if immediately in
    including information initially initial instead interest into is issue it it's items its
    just last late later latest least less let letters like likewise line long lots management many
    may maybe meanwhile member merchant messages more moreover most much must my near neither
    never nevertheless next no nobody none nonetheless nor not note nothing notice now numerous
    of off offer ok okay on once one only operator opposite or order other others otherwise our
    out outcome over owner parent parents past patient payment payments people per perhaps phone
    please possible presumably previous previously prior proof property ratings reason receipt
    recently record records refund regarding repeated representative request requests resolution
    said same search second seller service several shared she shortly should shoppers similarly
    since so some somebody someone something soon staff status still subsequently such support
    system tech tenant thank thanks that that's the their theirs them themselves then there
    thereafter therefore these they they're third this those though three through throughout
    thus till to today together tomorrow too toward towards transaction two under understandably
    unfortunately unless unlike until up upon us use user users using various vendor very via
    visitor was we well were what what's when whenever where whereas whether which while who whoever
    whole whom whose why will wish with within without worried would yes yesterday yet you your
    yours work clearly quickly money
    """,
    )
)
_CAPITAL = r"[A-Z\u00c0-\u00de](?:[^\W\d_]|&(?=\w))*(?:[.'\u2019-][^\W\d_]+)*"
_PHRASE = re.compile(
    rf"(?<![\w@])(?:(?:Dr|Mr|Mrs|Ms|Prof)\.?\s)?"
    rf"(?P<name>{_CAPITAL}(?:\s(?:(?:of|of\sthe|de|du|la|van|von|&)\s)?{_CAPITAL}(?![\w@]))*)"
    rf"(?![\w@])"
)
_WHOLE_MASK = re.compile(r"X{2,}$")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_INFLECTED = re.compile(r"(?:\w{3,}(?:ing|ed)|\w{7,}ly)$")
_PLURAL = re.compile(r"\w+[^aiu']s$")
_VERB = re.compile(r"\s(?:\w+ed|was|is|has|had|said|told|gave|took|chose|made|found|left|then)\b")
_OPENING = frozenset("\"'\u201c\u2018(:-\u2013\u2014\u2022")


def names(text: str) -> list[Mention]:
    """Finds the capitalised words and phrases of a text that are names, in order of position.

    A word that begins a sentence (or a quotation) counts only where the same word is capitalised
    inside a sentence too, or where it is no common word and the words after it are a name's:
    another capital, a possessive, a verb. Values are in lower case, without possessive and title
    (`Dr. Morgan's` is `morgan`), and a part of a name has the value of the whole where the text
    has it in full. Words with digits belong to `numbers`; masks of X are no names.
    """
    found: list[Mention] = []
    doubtful: list[Mention] = []
    inside: set[str] = set()
    for sentence in sentences(text):
        for match in _PHRASE.finditer(sentence.text):
            start, end = match.span("name")
            phrase = match["name"]
            before = sentence.text[: match.start()].rstrip()
            initial = not before or before[-1] in _OPENING
            sure = not initial or start > match.start()
            if not sure:
                first = phrase.split(None, 1)[0]
                plain = _POSSESSIVE.sub("", first)
                if plain.casefold() in _COMMON or (first != phrase and _INFLECTED.search(plain)):
                    rest = re.search(r"[A-Z\u00c0-\u00de]", phrase[len(first) :])
                    if rest is None:
                        continue
                    start += len(first) + rest.start()
                    phrase, sure = phrase[len(first) + rest.start() :], True
            if _WHOLE_MASK.match(phrase) or (sure and phrase.casefold() in ("i", "ok")):
                continue
            bare = _POSSESSIVE.sub("", phrase)
            mention = Mention(bare.casefold(), sentence.start + start, sentence.start + end)
            if sure or len(bare.split()) > 1 or bare != phrase:
                found.append(mention)
                inside.update(mention.value.split())
            elif _VERB.match(sentence.text, end) and not (
                _INFLECTED.search(bare) or _PLURAL.search(bare)
            ):
                found.append(mention)
            else:
                doubtful.append(mention)
    found += [mention for mention in doubtful if mention.value in inside]
    found.sort(key=lambda mention: mention.start)
    return _in_full(found)


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


_NEGATION = re.compile(
    r"\b(?:(?P<short>(?:ca|do|does|did|is|are|was|were|wo|would|could|should|has|have|had|must|need)"
    r"n['\u2019]?t)|not|cannot|never|no|none|nobody|nothing|nor|neither|nowhere|without|unable"
    r"|(?P<verb>refus|fail|declin|den(?=y|i)|reject)(?:e|es|ed|s|ing|y|ies|ied|ying|al|ial|ure|ures"
    r")?|unavailable|unsuccessful(?:ly)?)\b",
    re.IGNORECASE,
)


def negations(text: str) -> list[Mention]:
    """Finds the words that turn a statement into its opposite, in order of position.

    All forms of one verb have one value (`refused`, `refuses`: `refus`), contractions are `not`.
    """
    found = []
    for match in _NEGATION.finditer(text):
        if match["short"] or match[0].casefold() == "cannot":
            value = "not"
        else:
            value = (match["verb"] or match[0]).casefold()
        found.append(Mention(value, *match.span()))
    return found
