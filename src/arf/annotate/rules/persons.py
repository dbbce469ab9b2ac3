"""Persons in an English sentence: words for them, and whether a subject is one."""

import re

ADVERB = (
    r"(?:\w+ly|very|quite|rather|so|also|still|more|most|somewhat|even|much|a (?:little|bit|lot|"
    r"touch|good deal|great deal|little bit)|too|not|no longer|now|then|less|at (?:all|first|once|"
    r"times|best|least|last)|all the more|just|ever more|more and more|more than(?: a little)?|"
    r"less than|far from|none too|all too|anything but|nothing but|if anything|in turn|"
    r"nothing short of|little short of|by (?:now|then|this (?:point|stage|time))|"
    r"at (?:this|that) (?:point|stage)|in the end|pretty|almost|downright|outright|again|"
    r"once (?:more|again)|ever so|as|never|always|often|beside (?:himself|herself|themselves) with)"
)
ROLE = (
    r"(?:customer|user|client|caller|guest|patient|consumer|writer|member|family|household|couple|"
    r"person|people|passenger|complainant|resident|travell?er|buyer|shopper|tenant|policyholder|"
    r"subscriber|student|claimant|parent|mother|father|wom[ae]n|m[ae]n|bride|groom|borrower|"
    r"applicant|(?:account|card|ticket)[- ]?holder|cardholder|owner|diner|visitor|homeowner|"
    r"commuter|viewer|listener|reader|pensioner|retiree|shareholder|donor|motorist|"
    r"cyclist|veteran|enquirer|inquirer|taxpayer|citizen|voter|learner|pupil|"
    r"daughter|son|wife|husband|partner|victim|purchaser|holidaymaker|newlywed|group|party)"
    r"(?:s|-to-be|es)?"
)
THEM = (
    r"(?:him|her|them|everyone|everybody|both|himself|herself|themselves|themself|"
    rf"(?:the|a|an)\s(?:[\w-]+\s)?{ROLE}|(?-i:[A-Z])\w+)"
)
THEIR = r"(?:his|her|their|(?:the|a)\s[\w-]+['\u2019]s?|(?-i:[A-Z])[\w-]+['\u2019]s?)"
_OBJECT = re.compile(rf"\b{THEM}\s(?:feel(?:ing)?\s)?(?:{ADVERB}\s)*$", re.IGNORECASE)
_INNER = re.compile(
    r"\b(?:that|because|how|whether|since|said)\s(?P<subject>(?:the|an?|its|this|these|those|one|"
    r"no|his|her|their|some)\s[\w' -]{1,40}?)\s(?:had|has|was|were|is|are|felt|seemed|"
    r"became|remained|got|looked|sounded)\b[^,]*$",
    re.IGNORECASE,
)
_PEOPLE = re.compile(rf"\s{ROLE}\b", re.IGNORECASE)
_ROLES = re.compile(rf"\b{ROLE}$", re.IGNORECASE)
_OBJECT_AFTER = re.compile(
    r"\s(?:him|them|everyone|everybody|both|her(?=$|[,.;:]|\s(?:by|with|that|to|so|a|and|but|"
    r"more|most|very|the|at|as|when|because|since|about|over|for|from|in|no|even|further|again|"
    r"too|in|on|somewhat|\w+ly)\b)|(?:the|this)\s(?:\w+\s)?"
    rf"{ROLE}\b(?!['\u2019])|(?-i:[A-Z])\w+\b(?!['\u2019]))",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:(?i:they|he|she|who|which|everyone|everybody|both)|(?:Dr|Mrs?|Ms)?\.?\s?"
    r"(?!(?:It|This|That|There|These|Those|Nothing|Everything|Something)\b)[A-Z][\w'\u2019-]*"
    r"(?:\s[A-Z][\w'\u2019-]*){0,2})?"
)
NEAR = 120  # characters before a word that say whose it is


def is_person(subject: str) -> bool:
    """Says whether a subject is a pronoun, a name or a customer's part, or none is there."""
    return bool(_PERSON.fullmatch(subject) or _ROLES.search(subject))


def ends(subject: str, people: re.Pattern[str]) -> bool:
    """Says whether a subject is one of some people, and not *the customer's request*."""
    found = people.search(subject)
    return found is not None and not subject.startswith(("'s", "\u2019s"), found.end())


def tells_of_other(before: str) -> bool:
    """Says whether a clause inside has a subject that is no customer: *that the food was cold*."""
    inner = _INNER.search(before[-NEAR:])
    return inner is not None and not _ROLES.search(inner["subject"])


def has_object(before: str) -> bool:
    """Says whether a person comes right before: *left them unsettled*."""
    return _OBJECT.search(before[-NEAR:]) is not None


def precedes_person(text: str, end: int) -> bool:
    """Says whether a word for a person comes right after: *the wary customer*."""
    return _PEOPLE.match(text, end) is not None


def is_moved(text: str, end: int) -> bool:
    """Says whether a person is the object of a verb that ends at `end`: *it cheered them*."""
    return _OBJECT_AFTER.match(text, end) is not None
