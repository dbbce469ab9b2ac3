"""Clauses of an English sentence, found by what joins them and by the verbs after it.

There is no parser here. The rules know the common verbs of reports, take words in -ed for verbs
where one may stand, and leave together what they are not sure to be two clauses.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Role = Literal["main", "fragment", "participle", "relative", "subordinate"]


class Clause(NamedTuple):
    """A clause at the characters `start` to `end` (exclusive) of its sentence.

    Attributes:
        joint: what joins it to the clause before it, such as `, and `; empty for the first.
        role: `main` has a finite verb, `fragment` none (*Frustrated by the delay*), `participle`
            begins with one (*saying that …*), `relative` with *which* or *who*, `subordinate` with
            a conjunction such as *because*.
        subject: the clause's own subject; empty where it shares the subject of the one before it.
            Only a main clause lends its subject to the next.
    """

    start: int
    end: int
    text: str
    joint: str
    role: Role
    subject: str

    def opens_with(self, before: str) -> bool:
        """Says whether the clause's beginning `before` is no more than subject and adverbs."""
        lead = _LEAD.match(before)
        rest = before[lead.end() :] if lead else before
        if self.subject and rest.lower().startswith(self.subject.lower()):
            rest = rest[len(self.subject) :].lstrip()
        return _ONLY_ADVERBS.fullmatch(rest) is not None


_ADVERBS = (
    r"(?:(?:\w+ly|also|then|still|later|again|now|never|not|therefore|even|only|just|already|"
    r"instead|often|both|all|always|once|soon|first|thus|at first|at last|in turn)\s)"
)
_FINITE = (
    r"(?:\w{2,}(?<!e)ed|e-mailed|agreed|was|were|is|are|am|be|has|have|had|does|do|did|can|could|will|would|"
    r"shall|should|may|might|must|cannot|\w+n['\u2019]t|"
    r"said|told|gave|took|left|made|found|chose|felt|went|came|got|kept|knew|saw|sent|paid|began|"
    r"became|understood|brought|bought|thought|wrote|held|met|lost|put|let|set|read|led|ran|"
    r"sought|spoke|stood|withdrew|fell|heard|meant|cost|drew|grew|spent|sold|won|wore|forgot|hung|"
    r"cut|swore|built|taught|caught|lent|dealt|rose|threw|drove|flew|woke|quit|hurt|rang|shook|"
    r"arose|broke|stole|froze|ate|drank|hid|fought|forgave|rode|sat|shut|slept|slid|stuck|tore|burst|"
    r"spread|split|beat|laid|lay|reset|underwent|undertook|withheld|mistook|overpaid|woke|shot|bit|"
    r"thanks|worry|worries|wants?|feels?|believes?|says?|asks?|seeks?|needs?|remains?|"
    r"expects?|disputes?|describes?|alleges?|argues?|considers?|complains?|questions?|fears?|hopes?|wish(?:es)?|"
    r"insists?|demands?|requests?|warns?|states?|reports?|denies|deny|threatens?|cites?|explains?|"
    r"adds?|notes?|mentions?|seems?|appears?|plans?|intends?|knows?|thinks?|continues?|refuses?|"
    r"accuses?|pleads?|goes|go|comes?|gets?|makes?|takes?|gives?|ends?|closes?|concludes?|ended|"
    r"declines?|appreciates?|expresses|express|stress(?:es)?|claims?|accepts?|confirms?|offers?)"
)
_PREDICATE = rf"{_ADVERBS}{{0,2}}{_FINITE}\b"
_PRONOUN = (
    r"(?:they|he|she|it|we|you|I|there|this|nothing|nobody|none|everything|somebody|neither|both|"
    r"each)"
)
_NOUN_PHRASE = (
    r"(?:(?:the|a|an|this|these|those|no|his|her|their|its|both|all|each|some|any|many|most|"
    r"another|several|two|three|further|one)\s(?:[\w'\u2019-]+\s){1,4}?|"
    r"(?!That\s)[A-Z][\w'\u2019.-]*\s(?:(?:and\s)?[A-Z][\w'\u2019.-]*\s){0,3})"
)
_SUBJECT = rf"(?:(?i:{_PRONOUN}\s)|{_NOUN_PHRASE})"
_FIRST_NOUN_PHRASE = (
    rf"(?:(?i:{_PRONOUN}\s)|(?:(?:The|An?|His|Her|Their|Its|These|Those|No|Each)\s)?"
    r"(?!(?:The|An?|His|Her|Their|Its|These|Those|No|Each)\s)[\w'\u2019.-]+\s"
    r"(?:(?!(?:that|which|who)\s)[\w'\u2019&.,:-]+\s){0,9}?)"
)
_SUBORDINATOR = (
    r"(?:(?:particularly|especially|partly|mainly|even|only|just|shortly|soon)\s)?"
    r"(?:although|though|because|since|as|after|before|when|where|whereas|while|until|once|unless|"
    r"if|so that)"
)

_JOINT = re.compile(
    r",?\s+(?:and|but|so|or|yet|nor)\s+|,\s+then\s+|;\s+|:\s+|\s+[\u2013\u2014-]\s+|,\s+|\s+(?="
    rf"{_SUBORDINATOR}\s|which\s|who\s|before\s|after\s)"
)
_COORDINATOR = re.compile(r"\b(?:and|but|so|or|yet|nor|then)\s+$")
_ANY_FINITE = re.compile(rf"\b{_FINITE}\b")
_INDIRECT = re.compile(
    r"\b(?:ask\w*|wonder\w*|know|knew|check\w*|see|saw|sure|unclear|question\w*)(?:\s\w+)?$"
)
_AT_PREDICATE = re.compile(_PREDICATE)
_AT_CLAUSE = re.compile(rf"(?P<subject>{_SUBJECT})(?=(?:\([^)]*\)\s)?{_PREDICATE})")
# After a comma and *and*, whatever stands before an auxiliary is a subject.
_AT_LONG_CLAUSE = re.compile(
    r"(?P<subject>(?:(?!(?:that|which|who|whom|whose|to|if|whether|when|where|and|or|he|she|they)\s)"
    r"[^\s,;:()]+\s){1,9}?)"
    rf"(?={_ADVERBS}?(?:was|were|is|are|had|has|have|would|could|did|will|can|should)\b)"
)
_AT_FIRST = re.compile(rf"(?P<subject>{_FIRST_NOUN_PHRASE})(?={_PREDICATE})")
# The second half of *with the flight missed and no room found* looks like a clause and is none.
_ABSOLUTE = re.compile(
    r"(?:no|the|an?|his|her|their)\s[\w\s]{0,120}?(?:found|made|\w+ed)(?=$|[,;])"
)
_AT_PARTICIPLE = re.compile(
    r"(?:\w+ly\s|not\s|only\s|then\s|thereby\s|thus\s)?(?!(?:during|including|regarding|"
    r"concerning|following|pending|according|nothing|something|anything|everything|evening|"
    r"morning|building|parking|booking|spring|king|ring|banking|billing|being)\b)\w{2,}ing\b"
)
_AT_RELATIVE = re.compile(
    r"(?:(?:some|all|both|none|one|most)\sof\s)?(?:which|who|whom|whose)\b"
    rf"(?:\s(?P<subject>{_SUBJECT})(?={_PREDICATE}))?"
)
_AT_SUBORDINATE = re.compile(
    rf"{_SUBORDINATOR}\s(?:(?=(?:{_ADVERBS})?\w+ing\b)|(?P<subject>{_SUBJECT})(?={_ADVERBS}?{_PREDICATE}))"
)
_AT_NOUN = re.compile(
    rf"(?:{_PRONOUN}|the|an?|his|her|their|its|our|your|my|no|these|those)\s\w", re.IGNORECASE
)
_AT_QUESTION = re.compile(r"(?:if|when|where)\b")
_NO_CLAUSE_YET = re.compile(r"^\S*$|\b(?:an?|the)$", re.IGNORECASE)
_NO_SUBJECT = re.compile(
    rf"{_SUBORDINATOR}\b|(?:\w+ly\s)?\w+(?:ed|ing|ppy|ous|ful|sive|gry)\s"
    r"(?:by|about|with|at|over|that|for)\b",
    re.IGNORECASE,
)
_AT_PRELUDE = re.compile(
    r"(?:despite|after|before|when|although|though|while|because|as|since|in|on|during|without|"
    rf"with|having|instead|if|once|by)\b[^,]{{0,200}},\s(?={_SUBJECT}{_PREDICATE})"
)
_COPULA_AND_WORD = re.compile(
    r"\b(?:was|were|is|are|be|been|being|felt|feels?|seemed|seems?|remained|remains?|became|"
    r"appeared|grew|left|though|although|but)\s(?:[\w-]+\s){0,3}?[\w-]+$"
)
_ADJECTIVE_TAIL = re.compile(r"[\w-]+ed(?=$|[.,;!?]|\s(?:by|with|about|over|in|against|and|but)\b)")


_LEAD = re.compile(
    r"(?:which|who|although|though|because|since|before|after|while|when|as|until|by|and)\b\s?",
    re.IGNORECASE,
)
_ONLY_ADVERBS = re.compile(
    r"(?:(?:\w+ly|also|then|still|had|has|have|was|were|is|are|did|not|only|again)\s)*",
    re.IGNORECASE,
)
_NEAR = 160  # characters before a joint that can decide what it joins; keeps long sentences linear


def begins_with_verb(text: str) -> bool:
    """Says whether a text begins with a finite verb, adverbs before it not counted."""
    return _AT_PREDICATE.match(text) is not None


def has_verb(text: str) -> bool:
    """Says whether a text has a finite verb, as far as the rules know verbs."""
    return _ANY_FINITE.search(text) is not None


def _joined_words(sentence: str, start: int, before: str) -> bool:
    """Says whether a word in -ed at `start` is one more adjective: *was upset and confused by*."""
    return bool(_ADJECTIVE_TAIL.match(sentence, start) and _COPULA_AND_WORD.search(before))


def _role(sentence: str, joint: str, start: int, before: str) -> tuple[Role, str] | None:
    """Returns role and subject of the clause that begins at `start`, or null where none does."""
    found: tuple[Role, str] | None = None
    if relative := _AT_RELATIVE.match(sentence, start):
        found = "relative", (relative["subject"] or "").strip()
    elif (inner := _AT_SUBORDINATE.match(sentence, start)) and not _COORDINATOR.search(joint):
        found = "subordinate", (inner["subject"] or "").strip()
    elif not joint.strip():
        found = None
    elif _COORDINATOR.search(joint) and (inner or _AT_PRELUDE.match(sentence, start)):
        found = "fragment", ""
    elif clause := _AT_CLAUSE.match(sentence, start):
        loose = "," not in joint and re.search(r"\bwith\b", before)
        absolute = loose and _ABSOLUTE.match(sentence, start)
        found = None if absolute else ("main", clause["subject"].strip())
    elif (
        "," in joint
        and _COORDINATOR.search(joint)
        and not _AT_PREDICATE.match(sentence, start)
        and (clause := _AT_LONG_CLAUSE.match(sentence, start))
    ):
        found = "main", clause["subject"].strip()
    elif _AT_PREDICATE.match(sentence, start):
        found = None if _joined_words(sentence, start, before) else ("main", "")
    elif _AT_PARTICIPLE.match(sentence, start):
        found = "participle", ""
    return found


def _first(text: str) -> tuple[Role, str]:
    subject = _AT_FIRST.match(text)
    if subject and not _NO_SUBJECT.match(text):
        return "main", subject["subject"].strip()
    # A verb that is not known: the subject of a clause that begins so is anybody's guess.
    return ("main" if _AT_NOUN.match(text) else "fragment"), ""


@lru_cache(maxsize=4096)
def _clauses(sentence: str) -> tuple[Clause, ...]:
    body = sentence.rstrip(" .!?\"'\u201d\u2019")
    cuts: list[tuple[int, str, Role, str]] = []
    start = 0
    for match in _JOINT.finditer(body):
        before = body[max(start, match.start() - _NEAR) : match.start()]
        role = _role(body, match[0], match.end(), before)
        loose = not match[0].strip()
        if role is None or not before or (loose and _NO_CLAUSE_YET.search(before)):
            continue
        if loose and _AT_QUESTION.match(body, match.end()) and _INDIRECT.search(before):
            continue
        if role == ("participle", "") and _COORDINATOR.search(match[0]):
            previous = cuts[-1][2] if cuts else "main"
            if previous not in ("participle", "subordinate"):
                continue
        cuts.append((match.start(), match[0], *role))
        start = match.end()
    found = []
    begin, joint = 0, ""
    end = cuts[0][0] if cuts else len(body)
    role_, subject = _first(body[:end])
    for index in range(len(cuts) + 1):
        if index:
            begin = cuts[index - 1][0] + len(cuts[index - 1][1])
            joint, role_, subject = cuts[index - 1][1:]
            end = cuts[index][0] if index < len(cuts) else len(body)
        found.append(Clause(begin, end, body[begin:end], joint, role_, subject))
    return tuple(found)


def clauses(sentence: str) -> list[Clause]:
    """Splits a sentence into clauses.

    Together with their joints and the closing punctuation they are the whole sentence.
    """
    return list(_clauses(sentence))
